"""The fixed catalogues of asset values: what is promised is valid, what is wrong is wrong, what is distinct is distinct."""

import contextlib
import itertools
import unicodedata
from collections.abc import Iterator

import pytest

from contracts import specs, wire
from contracts.strategies import asset_values, boundaries, lookalikes
from contracts.strategies.distinct import FAMILIES
from contracts.strategies.mixes import COVERING, MIXES, OPTIONAL, Mix
from contracts.wire import Json

PROMISED_BYTES = 16 * 1024
NAME, DIGITS = "CT1NG2BJAC6NE000107X", "1234567890123456789012345678901"


def body(**changes: Json) -> dict[str, Json]:
    return {"symbol": NAME, "display_name": "B", "type": "COIN", "entity_status": "ACTIVE", **changes}


def is_valid(asset: dict[str, Json]) -> bool:
    return specs.request_validator("createAsset").is_valid(asset)


def texts(value: Json) -> Iterator[str]:
    """Every name and text inside a value."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from texts(member)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


PROMISED = [
    *(("metadata", value) for value in asset_values.METADATA.values()),
    *(("symbol_mappings", value) for value in asset_values.MAPPINGS.values()),
    *(("display_name", text) for text in itertools.chain(*lookalikes.LOOKALIKES.values())),
    *(("contract_address", text) for text in lookalikes.ADDRESSES.values()),
]


@pytest.mark.parametrize(("field", "value"), PROMISED)
def test_promised_values_are_valid_and_within_the_limits(field: str, value: Json) -> None:
    """A refusal that is legal, called a violation: too long, too large, or with a character that nobody has to take."""
    sent = body(**{field: value})
    assert is_valid(sent)
    assert len(wire.dumps(sent).encode()) <= PROMISED_BYTES
    assert [text for text in texts(value) if len(text) > 64] == []
    assert [text for text in texts(value) if any(unicodedata.category(c) in {"Cc", "Cs"} for c in text)] == []


@pytest.mark.parametrize("value", [*asset_values.METADATA.values(), *asset_values.MAPPINGS.values()])
def test_promised_names_mean_nothing_to_a_store(value: Json) -> None:
    """A name with a dot, or one that a runtime knows: legal to refuse."""
    names = value if isinstance(value, dict) else {}
    assert {"", "__proto__", "constructor", "prototype"} & {*names} == set()
    assert [name for name in names if "." in name or name.startswith("$")] == []


@pytest.mark.parametrize("allowed", ["FIAT", "COIN", "TOKEN", "NFT", "ACTIVE", "INACTIVE"])
def test_no_value_near_a_listed_one_is_listed(allowed: str) -> None:
    """A valid value that is to be refused."""
    listed = {"FIAT", "COIN", "TOKEN", "NFT", "ACTIVE", "INACTIVE"}
    near = asset_values.not_in_list(allowed)
    assert [label for label, value in near.items() if isinstance(value, str) and value in listed] == []


def test_no_vendor_of_the_wrong_ones_maps_to_texts() -> None:
    """A valid mapping that is to be refused."""
    wrong = asset_values.NO_LISTS_OF_TEXTS
    assert [label for label, value in wrong.items() if is_valid(body(symbol_mappings={"lukka": value}))] == []


@pytest.mark.parametrize("label", FAMILIES)
def test_distinct_symbols_are_distinct_and_within_the_limits(label: str) -> None:
    """Two symbols that a server may take for one, called distinct; or one longer than anybody promised to take."""
    symbols = [template.replace("{#}", DIGITS).replace("{}", NAME) for template in FAMILIES[label]]
    alike = {unicodedata.normalize("NFKC", symbol).casefold().strip() for symbol in symbols}
    assert len(alike) == len({symbol.upper().strip() for symbol in symbols}) == len(symbols)
    assert max(map(len, symbols)) <= 64


@pytest.mark.parametrize("label", boundaries.malformed(b'{"symbol":"A","display_name":"B"}'))
def test_malformed_bodies_are_malformed(label: str) -> None:
    """A body that some reader takes for an object: one with a repeated key, or of a depth that only we do not hold."""
    body = boundaries.malformed(b'{"symbol":"A","display_name":"B"}')[label]
    with contextlib.suppress(wire.NotJson):
        assert not isinstance(wire.parse(body), dict)
        return
    with pytest.raises(wire.NotJson) as caught:
        wire.parse(body)
    assert not isinstance(caught.value, wire.RepeatedKey | wire.NotHeld)


def choices(mix: Mix) -> tuple[object, ...]:
    return (mix.type, mix.entity_status, *(name in mix.optional for name in OPTIONAL))


@pytest.mark.parametrize("two", list(itertools.combinations(range(5), 2)), ids=str)
def test_any_two_choices_meet_in_the_first_mixes(two: tuple[int, int]) -> None:
    """A rule that fails for one type with one field, and is never asked there."""
    met, all_of_them = (
        {tuple(choices(mix)[place] for place in two) for mix in mixes} for mixes in (COVERING[:8], MIXES)
    )
    assert met == all_of_them
    assert len({choices(mix) for mix in MIXES}) == 64
