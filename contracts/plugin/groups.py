"""Questions of one `xdist_group` go to one worker process, which asks them one after the other."""

from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_collection_finish(session: pytest.Session) -> Generator[None, object, object]:
    """Name the groups where a worker tells xdist its questions: `test_funds.py::test_name@scratch`.

    xdist does so itself, in an attribute that pytest 9.2 has given up (pytest-dev/pytest-xdist#1386): questions that watch
    the same funds were asked at the same time.
    """
    ids = {item: item._id for item in session.items if _needs_naming(item)}  # noqa: SLF001  # it has no public setter
    for item, id in ids.items():
        item._id = id.parse(f"{item.nodeid}@{_group(item)}")  # noqa: SLF001
    try:
        return (yield)
    finally:
        for item, id in ids.items():
            item._id = id  # noqa: SLF001


def _needs_naming(item: pytest.Item) -> bool:
    is_asked = item.config.getoption("loadgroup", default=False)
    return is_asked and _group(item) is not None and not item.nodeid.endswith(f"@{_group(item)}")


def _group(item: pytest.Item) -> str | None:
    mark = item.get_closest_marker("xdist_group")
    return str(mark.args[0]) if mark is not None else None
