import gc
import weakref
from collections.abc import Iterator
from itertools import count

import pytest

from contracts.mock.embedded import Embedded
from contracts.plan import Plan
from contracts.plugin.target import _collecting_rarely
from contracts.settings import PROFILES
from tests.unit.plugin.test_overlap import asked


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


def test_a_race_ends_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shard of ten seconds that goes on for two minutes: 40 bursts at a low rate, none of which looked at the clock."""
    looks = count()
    # Not over when the question begins, nor later than that.
    monkeypatch.setattr(Plan, "out_of_time", property(lambda _: next(looks) > 0))
    with Embedded() as target:
        ledger = asked(target, "test_races.py::test_one_create_wins[the same request]", in_flight=1)
    assert ledger.requests == PROFILES["verify"].burst_width + 1


def test_a_race_is_as_narrow_as_its_caps() -> None:
    """No race at all within the usual caps of another machine: 16 requests at once, where 10 are allowed."""
    with Embedded() as target:
        target.variables["MAX_CONCURRENT"] = "5"
        ledger = asked(target, "test_races.py::test_one_create_wins[the same request]", in_flight=1)
    assert ledger.chances["AST-08"]
    assert not ledger.unasked
    assert ledger.requests == PROFILES["verify"].burst_repeats * (5 + 1)
