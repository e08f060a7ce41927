"""What is drawn anew each time, comes again under its seed, and shrinks to the one case that counts."""

from collections.abc import Callable

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from contracts.strategies import requests, values
from contracts.strategies.anew import BACKEND
from contracts.strategies.requests import Body
from contracts.strategies.several import members, several

anew = settings(
    backend=BACKEND,
    max_examples=60,
    database=None,
    derandomize=False,
    suppress_health_check=[HealthCheck.too_slow],
)


def drawn(cases: SearchStrategy[object], seed: int) -> list[object]:
    """All cases of a run under this seed."""
    seen: list[object] = []

    @hypothesis.seed(seed)
    @anew
    @given(batch=several(cases, 1, 16))
    def ask(batch: list[object]) -> None:
        seen.extend(batch)

    ask()
    return seen


def shrunk(cases: SearchStrategy[object], is_wrong: Callable[[object], bool]) -> list[object]:
    """The batch that is left of one with such a case in it."""
    last: list[object] = []

    @hypothesis.seed(1)
    @settings(anew, phases=(Phase.generate, Phase.shrink), max_examples=500)
    @given(batch=several(cases, 1, 16))
    def ask(batch: list[object]) -> None:
        if any(map(is_wrong, batch)):
            last[:] = batch
            raise AssertionError

    with pytest.raises(AssertionError):
        ask()
    return last


def test_cases_differ() -> None:
    """Five of six examples made by copying parts of the sixth about: requests that ask nothing new."""
    seen = drawn(values.templates(), 1)
    assert len(set(seen)) > 0.8 * len(seen)


def test_a_seed_brings_the_same_cases_again() -> None:
    """A run that cannot be asked again: draws from the clock, the system's entropy, or the modules that happen to be loaded."""
    assert drawn(requests.assets(), 7) == drawn(requests.assets(), 7)
    assert drawn(requests.assets(), 7) != drawn(requests.assets(), 8)


def test_a_batch_shrinks_to_the_one_case_that_counts() -> None:
    """A finding whose story holds cases that have nothing to do with it."""
    assert shrunk(values.texts(), lambda text: "é" in str(text)) == ["é"]


def test_a_body_shrinks_to_what_is_wrong_with_it() -> None:
    """Metadata, addresses and odd names in a finding that is about none of them."""

    def has_members(body: object) -> bool:
        metadata = body.get("metadata") if isinstance(body, dict) else None
        return isinstance(metadata, dict) and len(metadata) > 1

    (body,) = shrunk(requests.assets(), has_members)
    expected: Body = {"symbol": "{}", "display_name": "0", "type": "COIN", "entity_status": "ACTIVE"}
    assert body == {**expected, "metadata": {"a": None, "A": None}}


def test_objects_have_at_most_so_many_members() -> None:
    """A member that comes twice, or an object that grows beyond what a target has promised to take."""
    sizes = {
        len(item) for item in drawn(members(values.keys(), values.texts(), 3), 3) if isinstance(item, dict)
    }
    assert sizes == {0, 1, 2, 3}
