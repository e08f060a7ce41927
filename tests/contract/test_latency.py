"""Every answer comes in time: of every kind, to texts that are hard to match, with many records, to many at once (HTP-08)."""

import statistics
from collections.abc import Callable

import pytest

from contracts import wire
from contracts.asking.asker import Asker
from contracts.asking.assets import Assets, Body
from contracts.asking.network import Network
from contracts.asking.places import places
from contracts.settings import Profile
from contracts.violation import Violation

# --- time ---------------------------------------------------------------------------------------------------------


@pytest.mark.asks("HTP-08")
def test_every_kind_of_answer_comes_in_time(ask: Asker) -> None:
    """Conflicts, refusals and repetitions may take other ways through a service than what succeeds."""
    for place in places(ask):
        request = place.make()
        for sent in (
            request,
            request,
            place.make().but(body=b"{"),
            place.make().but(body=b"{}"),
            place.make().but(method="DELETE"),
            place.make().with_header("Authorization", "Bearer unknown-token-of-nobody"),
            place.make().with_header("Content-Type", "text/plain"),
        ):
            place.send(sent)


@pytest.mark.alone  # what is asked beside it takes its share of both times
@pytest.mark.asks("HTP-08")
@pytest.mark.parametrize("way", ["creates", "conflicts"])
def test_time_does_not_grow_with_the_records(ask: Asker, profile: Profile, way: str) -> None:
    """A convention, so at most a warning: the middle answer of the last records against that of the first."""
    assets = Assets(ask)
    count = max(50, profile.between // 2)
    taken = assets.created()

    def timed() -> float:
        created = assets.create(assets.minimal())
        return (created if way == "creates" else assets.create(taken)).elapsed_ms

    times = [timed() for _ in ask.patiently(count * 2 if way == "creates" else count)]
    part = len(times) // 4
    first, last = (statistics.median(times[:part]), statistics.median(times[-part:]))
    found = Violation(
        "HTP-08",
        f"time of {way} grows with the records",
        f"about {first:.1f} ms, as for the first assets",
        f"{last:.1f} ms after {len(times)} more",
        operation="createAsset",
        advisory=True,
    )
    # Three times and 5 ms: a busy machine doubles a median now and then, a scan over records does worse.
    ask.judged("HTP-08", *((found,) if last > 3 * first + 5 else ()))


def hard_to_match(character: str, size: int, end: str) -> str:
    """One character over and over, and at the end another: what a careless pattern tries in every possible way."""
    return (character * size)[: size - len(end)] + end


@pytest.mark.asks("HTP-08")
@pytest.mark.parametrize("character", ["a", "Z", "0", " ", "-", "a.", "é", "1a"])
def test_texts_that_are_hard_to_match(ask: Asker, character: str) -> None:
    """Patterns with nested repetitions take exponential time for such texts; 64 characters are promised everywhere."""
    # An earlier run's text is met by a conflict, which may come before any pattern: other runs, other lengths.
    size = 40 + sum(map(ord, ask.fresh.mark)) % 24
    assets = Assets(ask)
    for end in ("!", "\n", "_"):
        text = hard_to_match(character, size, end)
        odd: Body = {"contract_address": text, "metadata": {text: text}, "symbol_mappings": {text: [text]}}
        for body in (
            assets.minimal(symbol=text, display_name=text, **odd),
            assets.minimal(symbol=hard_to_match(character, 64, ask.fresh.name() + end)),
            assets.minimal(symbol=ask.fresh.name() + hard_to_match(character, 44, end)),
        ):
            assets.send(assets.request(body).but(operation=None))


@pytest.mark.asks("HTP-08")
@pytest.mark.parametrize("character", ["a", "0", " ", "-"])
def test_network_texts_that_are_hard_to_match(network: Network, character: str) -> None:
    text = hard_to_match(character, 60, "!")
    amount = {"currency": network.ask.settings.currency, "quantity": "1"}
    for changes in (
        {"notes": text},
        {"clientExternalId": network.ask.fresh.name() + text[20:]},
        {"nonce": network.ask.fresh.name() + text[20:]},
        {"amount": {**amount, "quantity": hard_to_match("0" if character == " " else "1", 40, "!")}},
        {"amount": {**amount, "currency": text}},
    ):
        content = network.content(**changes)
        network.send(network.payload_request(content).but(operation=None))
        network.send(network.allocation_request(network.signed(content)).but(operation=None))
    for signature in (text, "0" * 129 + "g", "f" * 400):
        body = {**network.signed(network.content()), "signature": signature}
        network.send(network.allocation_request(body).but(operation=None))


def nested(levels: int, wrap: Callable[[wire.Json], wire.Json]) -> wire.Json:
    """A value at the bottom of so many maps or lists."""
    value: wire.Json = 1
    for _ in range(levels):
        value = wrap(value)
    return value


@pytest.mark.asks("HTP-08")
def test_bodies_as_large_as_is_promised(ask: Asker) -> None:
    """14 levels and 16 KiB: what calls itself twice a level, or compares each member with each, shows here."""
    assets = Assets(ask)
    numbered = [f"entry {number}" for number in range(800)]
    for changes in (
        {"metadata": {"deep": nested(12, lambda value: {"a": value, "b": 1})}},
        {"metadata": {"deep": nested(12, lambda value: [value])}},
        {"metadata": dict.fromkeys(numbered, 1)},
        {"metadata": {"list": [*numbered]}},
        {"symbol_mappings": {"lukka": [*numbered]}},
        {"symbol_mappings": {"lukka": ["same"] * 1500}},
        {"symbol_mappings": {name: ["BTC"] for name in numbered[:600]}},
    ):
        assets.send(assets.request(assets.minimal(**changes)).but(operation=None))


@pytest.mark.asks("HTP-08")
def test_many_creates_of_one_symbol_at_once(ask: Asker) -> None:
    """Whoever loses a race may wait for a lock, but not without an end."""
    assets = Assets(ask)
    for _ in range(2):
        ask.burst([assets.request(assets.full())] * 8, "asset-pricing")


@pytest.mark.asks("HTP-08")
def test_many_identical_allocations_at_once(network: Network) -> None:
    for _ in range(2):
        request = network.allocation_request(network.signed(network.content()))
        network.ask.burst([request] * 8, "go-network")
