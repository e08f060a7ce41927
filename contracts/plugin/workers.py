"""Worker processes of xdist: Ctrl-C reaches them, too, and finds each with a session that can end."""

from collections.abc import Generator

import pytest

from contracts.interruption import heard, unheard_by_children


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None, object, object]:
    """Start workers deaf to SIGINT, and have them listen when their own session begins: imports told it with tracebacks."""
    if hasattr(session.config, "workerinput"):
        heard()
    if not session.config.pluginmanager.has_plugin("dsession"):
        return (yield)
    with unheard_by_children():
        return (yield)
