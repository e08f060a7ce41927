import gc
import weakref
from collections.abc import Iterator

import pytest

from contracts.plugin.target import _collecting_rarely


class _Session:
    """Refers to itself, as sessions do."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def undisturbed() -> Iterator[None]:
    """No collection but those that somebody asks for."""
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.mark.usefixtures("undisturbed")
def test_what_a_session_leaves_is_not_kept() -> None:
    """A campaign's worker that has 1.8 GB after seven minutes, and a nightly run that grows with each round."""
    with _collecting_rarely():
        left = weakref.ref(_Session())
        assert left() is not None
    with _collecting_rarely():
        assert left() is None
