"""Bodies with exactly one rule broken, each with its clause.

What is drawn is the change, not the body: it is applied to a well-formed one under fresh keys. `about` names the
change without any drawn value, because it becomes part of a finding's identity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contracts.strategies import mixes, values
from contracts.strategies.edits import ABSENT, Absent, Place, changed, edits
from contracts.strategies.requests import Body
from contracts.wire import Json


@dataclass(frozen=True)
class Broken:
    """A rule of the body that is broken at one place."""

    clause: str
    about: str
    place: Place
    value: Json | Absent

    def mutate(self, body: Body) -> Body:
        """The body with this rule broken; whatever else it says stays."""
        return changed(body, self.place, self.value)


def _broken(
    clause: str, problem: str, places: Sequence[Place], wrong: SearchStrategy[Json | Absent]
) -> SearchStrategy[Broken]:
    def at(place: Place, value: Json | Absent) -> Broken:
        return Broken(clause, f"{'.'.join(place)} {problem}", place, value)

    return st.builds(at, st.sampled_from(places), wrong)


# Values of the wrong type


def non_strings() -> SearchStrategy[Json]:
    """JSON values that are neither strings nor null, which for an optional property is open."""
    inner = st.one_of(values.texts(max_size=8), st.integers(-9, 9))
    return st.one_of(
        values.numbers(),
        st.booleans(),
        st.lists(inner, max_size=2),
        st.dictionaries(values.keys(), inner, max_size=2),
    )


def non_maps() -> SearchStrategy[Json]:
    """JSON values that are neither objects nor null."""
    lists = st.lists(values.scalars(), max_size=3)
    return st.one_of(values.texts(max_size=12), values.numbers(), st.booleans(), lists)


def non_lists_of_texts() -> SearchStrategy[Json]:
    """JSON values that are no list, or a list with something in it that is no string."""
    stranger = st.one_of(st.none(), non_strings())
    texts = st.lists(values.texts(max_size=8), max_size=2)
    mixed = st.builds(lambda before, odd, after: [*before, odd, *after], texts, stranger, texts)
    return st.one_of(values.texts(max_size=12), values.numbers(), st.booleans(), st.none(), mixed)


def _or_null(strategy: SearchStrategy[Json]) -> SearchStrategy[Json]:
    return st.one_of(st.none(), strategy)


# Create asset


def broken_assets() -> SearchStrategy[Broken]:
    """One rule of create asset broken (AST-11 to AST-15)."""
    names: list[Place] = [("symbol",), ("display_name",)]
    lists: list[Place] = [("type",), ("entity_status",)]
    maps: list[Place] = [("metadata",), ("symbol_mappings",)]
    vendors: list[Place] = [("symbol_mappings", "lukka"), ("symbol_mappings", "another")]
    return st.one_of(
        _broken("AST-11", "is missing", [*names, *lists], st.just(ABSENT)),
        _broken("AST-12", "is empty", names, st.just("")),
        _broken("AST-13", "is not on its list", lists, words_outside((*mixes.ASSET_TYPES, *mixes.ENTITY_STATUSES))),
        _broken("AST-13", "is on the other's list", [("type",)], st.sampled_from(mixes.ENTITY_STATUSES)),
        _broken("AST-13", "is on the other's list", [("entity_status",)], st.sampled_from(mixes.ASSET_TYPES)),
        _broken("AST-14", "is no string", [*names, *lists], _or_null(non_strings())),
        _broken("AST-14", "is no string", [("contract_address",)], non_strings()),
        _broken("AST-15", "is no map", maps, non_maps()),
        _broken("AST-15", "is no list of texts", vendors, non_lists_of_texts()),
    )  # fmt: skip


def words_outside(listed: Sequence[str]) -> SearchStrategy[str]:
    """Texts near the listed words (in another case, padded, misspelt), or anywhere, that are none of them."""
    word = st.sampled_from(listed)
    cases = st.builds(lambda word, change: change(word), word, st.sampled_from(_CASES))
    padded = st.builds(lambda form, word: form.format(word), st.sampled_from(_PADS), word)
    near = st.builds(lambda word, edit: edit.made(word), word, edits(values.characters()))
    return st.one_of(cases, padded, near, values.texts(max_size=12)).filter(lambda text: text not in listed)


_CASES: Final = (str.lower, str.capitalize, str.swapcase)
_PADS: Final = (" {}", "{} ", "  {}  ", "{}\u00a0", "\u3000{}")


# The network operations


def broken_contents() -> SearchStrategy[Broken]:
    """One rule that both network operations share broken; charged to SIG-06, which allocations read as ALC-16.

    The form of the quantity is left alone: at this point it is open whether a payload request looks at it.
    """
    keys: list[Place] = [("clientExternalId",), ("nonce",)]
    halves: list[Place] = [("amount", "currency"), ("amount", "quantity")]
    return st.one_of(
        _broken("SIG-06", "is missing", [("amount",), *keys, *halves], st.just(ABSENT)),
        _broken("SIG-06", "is empty", [*keys, ("notes",), *halves], st.just("")),
        _broken("SIG-06", "is no string", [*keys, ("amount", "currency")], _or_null(non_strings())),
        _broken("SIG-06", "is no string", [("notes",)], non_strings()),
        _broken("SIG-06", "is null", [("amount", "quantity")], st.none()),
        _broken("SIG-06", "is no amount", [("amount",)], _or_null(non_maps())),
    )


def broken_allocations() -> SearchStrategy[Broken]:
    """One rule of create allocation broken (ALC-16, ALC-17); the payload still has to be made to agree."""
    proofs: list[Place] = [("payload",), ("signature",)]
    shared = broken_contents().map(lambda found: Broken("ALC-16", found.about, found.place, found.value))
    quantity: list[Place] = [("amount", "quantity")]
    return st.one_of(
        shared,
        _broken("ALC-16", "is missing", proofs, st.just(ABSENT)),
        _broken("ALC-16", "is empty", proofs, st.just("")),
        _broken("ALC-16", "is no string", proofs, _or_null(non_strings())),
        _broken("ALC-17", "is no positive whole number", quantity, bad_quantities()),
        _broken("ALC-17", "is no string", quantity, non_strings()),
    )


def bad_quantities() -> SearchStrategy[str]:
    """Texts that name no positive whole number; neither leading zeros nor fractions of zero, which are open."""
    whole = values.quantities(max_value=10**20)
    strangers = st.sampled_from(" +-,_'eExXabz%$/:\u0661\uff11\u00b2\u00a0\t")
    spoiled = st.builds(
        _inserted,
        whole,
        strangers,
        st.integers(0, 9),
    )
    return st.one_of(
        st.integers(1, 3).map("0".__mul__),
        whole.map("-{}".format),
        st.builds(lambda form, digits: form.format(digits), st.sampled_from(_PADS), whole),
        st.builds("{}.{}".format, st.integers(0, 99), st.integers(0, 9).map("{}5".format)),
        st.builds("{}{}{}".format, whole, st.sampled_from("eE"), st.integers(0, 9)),
        spoiled,
        values.texts(min_size=1, max_size=12).filter(lambda text: not any(map(str.isnumeric, text))),
    )


def _inserted(text: str, more: str, place: int) -> str:
    place %= len(text) + 1
    return text[:place] + more + text[place:]
