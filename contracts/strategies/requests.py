"""Well-formed bodies of the three operations, and every layout that a truthful payload may have.

Unique keys are drawn as templates and get a fresh name when the request is built (`named`): a drawn name would come
back in a re-run and meet its own first use.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contracts import wire
from contracts.strategies import mixes, values
from contracts.wire import Json

Body = dict[str, Json]
Escape = Literal["", "short", "lower", "upper"]

UNIQUE: Final = ("symbol", "clientExternalId", "nonce")


def named(drawn: Mapping[str, Json], name: Callable[[], str]) -> Body:
    """A drawn body with a fresh name of `name` in each of its unique keys."""
    return {key: _named(value, name) if key in UNIQUE else value for key, value in drawn.items()}


def _named(template: Json, name: Callable[[], str]) -> Json:
    return template.replace("{}", name()) if isinstance(template, str) else template


def assets() -> SearchStrategy[Body]:
    """Bodies of create asset with any choice of optional fields; the symbol is a template."""
    optional: dict[str, SearchStrategy[Any]] = {
        "contract_address": values.addresses(),
        "metadata": values.metadata(),
        "symbol_mappings": values.mappings(),
    }
    required: dict[str, SearchStrategy[Any]] = {
        "symbol": values.templates(),
        "display_name": values.display_names(),
        "type": st.sampled_from(mixes.ASSET_TYPES),
        "entity_status": st.sampled_from(mixes.ENTITY_STATUSES),
    }
    return _with_any_of(required, optional)


def contents() -> SearchStrategy[Body]:
    """What a payload request and an allocation say beside the amount; both keys are templates."""
    keys: dict[str, SearchStrategy[Any]] = {
        "clientExternalId": values.templates(),
        "nonce": values.templates(),
    }
    return _with_any_of(keys, {"notes": values.notes()})


def _with_any_of(
    required: dict[str, SearchStrategy[Any]], optional: dict[str, SearchStrategy[Any]]
) -> SearchStrategy[Body]:
    """Bodies with every choice of the optional fields, drawn once: Hypothesis' own `optional` draws for each field, twice."""
    choices = [
        dict(chosen)
        for size in range(len(optional) + 1)
        for chosen in itertools.combinations(optional.items(), size)
    ]
    return st.one_of(*(st.fixed_dictionaries({**required, **chosen}) for chosen in choices))


def unpromised_assets() -> SearchStrategy[Body]:
    """One field of create asset that may be refused for its size or oddity; other fields are left to the asker."""
    return _one_of_fields(
        {
            "symbol": values.templates(unpromised=True),
            "display_name": values.display_names(unpromised=True),
            "contract_address": values.addresses(unpromised=True),
            "metadata": values.metadata(unpromised=True),
            "symbol_mappings": values.mappings(unpromised=True),
        }
    )


def unpromised_contents() -> SearchStrategy[Body]:
    """As `unpromised_assets`, of what both network operations say."""
    templates = values.templates(unpromised=True)
    notes = values.notes(unpromised=True)
    return _one_of_fields({"clientExternalId": templates, "nonce": templates, "notes": notes})


def _one_of_fields(fields: dict[str, SearchStrategy[Any]]) -> SearchStrategy[Body]:
    return st.one_of(*(st.fixed_dictionaries({name: values}) for name, values in fields.items()))


@dataclass(frozen=True)
class PayloadLayout:
    """A JSON text for a payload: order of members, white space between tokens, escapes inside strings.

    `gaps` and `escapes` are used in turn, over and over; an empty one leaves the text compact or plain.
    """

    order: int = 0
    quantity_first: bool = False
    enterprise: bool = True
    gaps: tuple[str, ...] = ()
    escapes: tuple[Escape, ...] = ()

    def __call__(self, content: Mapping[str, Json]) -> str:
        """`content` in this layout, without its enterpriseId unless `enterprise`."""
        escapes = itertools.cycle(self.escapes or ("",))
        gaps = itertools.cycle(self.gaps or ("",))
        text = "".join(next(gaps) + token for token in _tokens(self._arranged(content), escapes))
        return text + next(gaps)

    def _arranged(self, content: Mapping[str, Json]) -> Body:
        names = [name for name in content if self.enterprise or name != "enterpriseId"]
        orders = itertools.permutations(names)
        arranged = {
            name: content[name] for name in next(itertools.islice(orders, self.order, None), tuple(names))
        }
        amount = arranged.get("amount")
        if self.quantity_first and isinstance(amount, dict):
            arranged["amount"] = dict(reversed(amount.items()))
        return arranged


def payload_layouts() -> SearchStrategy[PayloadLayout]:
    """Layouts of a payload of up to 6 members; the simplest is compact, in the order of the content."""
    return st.builds(
        PayloadLayout,
        order=st.integers(0, 119),  # of 5 members: more only repeat what moves about
        quantity_first=st.booleans(),
        enterprise=st.booleans(),
        gaps=_in_turn(("", " ", "\n", "\t", "\r\n", "  "), 7),
        escapes=_in_turn(("", "short", "lower", "upper"), 7),
    )


def _in_turn(choices: tuple[str, ...], longest: int) -> SearchStrategy[tuple[str, ...]]:
    """Up to so many of the choices, and none half of the time: the digits of one number, at half the price of a list."""

    def chosen(number: int) -> tuple[str, ...]:
        digits: list[str] = []
        while number > 0:
            number, digit = divmod(number, len(choices))
            digits.append(choices[digit])
        return tuple(digits)

    most = len(choices) ** longest - 1
    return st.integers(-most, most).map(chosen)


def _tokens(value: Json, escapes: Iterator[Escape]) -> Iterator[str]:
    if isinstance(value, dict):
        yield "{"
        for position, (name, member) in enumerate(value.items()):
            if position:
                yield ","
            yield _string(name, escapes)
            yield ":"
            yield from _tokens(member, escapes)
        yield "}"
    elif isinstance(value, str):
        yield _string(value, escapes)
    else:
        yield wire.dumps(value)


_NEEDS_ESCAPE: Final = re.compile('["\\\\\x00-\x1f\ud800-\udfff]')
_SHORT: Final = {
    '"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
}  # fmt: skip


def _string(text: str, escapes: Iterator[Escape]) -> str:
    return '"' + "".join(map(_character, text, escapes)) + '"'


@lru_cache(4096)
def _character(character: str, escape: Escape) -> str:
    if escape in {"lower", "upper"}:
        form = "\\u{:04x}" if escape == "lower" else "\\u{:04X}"
        units = character.encode("utf-16-be", "surrogatepass")
        return "".join(form.format(int.from_bytes(units[at : at + 2])) for at in range(0, len(units), 2))
    if escape == "short" and character in _SHORT:
        return _SHORT[character]
    return wire.dumps(character)[1:-1] if _NEEDS_ESCAPE.match(character) else character
