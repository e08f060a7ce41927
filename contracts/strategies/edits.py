"""Small changes: one member, one character, one byte more, less or other."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contracts.strategies.requests import Body
from contracts.wire import Json

_ALPHANUMERIC: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Absent(Enum):
    """The type of `ABSENT`, which stands for a member that is left out."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Place = tuple[str, ...]


def changed(body: Body, place: Place, value: Json | Absent) -> Body:
    """A copy of `body` with the member at `place` set to `value`, or left out."""
    head, *rest = place
    if rest:
        below = body.get(head)
        value = changed(below if isinstance(below, dict) else {}, tuple(rest), value)
    if value is ABSENT:
        return {name: member for name, member in body.items() if name != head}
    return {**body, head: value}


@dataclass(frozen=True)
class Edit:
    """One character more, less or other; `place` counts around the text."""

    kind: Literal["insert", "delete", "replace"]
    place: int
    character: str

    def made(self, text: str) -> str:
        """The text with this change."""
        places = len(text) + (self.kind == "insert")
        place = self.place % max(1, places)
        return (
            text[:place]
            + ("" if self.kind == "delete" else self.character)
            + text[place + (self.kind != "insert") :]
        )

    def unlike(self, text: str) -> str:
        """As `made`, and never what may count as the same text (docs/freedom.md, Sameness)."""
        made = self.made(text)
        return made if made and folded(made) != folded(text) else text + "X"


def folded(text: str) -> str:
    """What texts have in common that differ in case, outer space and normal form alone."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def edits(characters: SearchStrategy[str] | None = None) -> SearchStrategy[Edit]:
    """One change of one character, letters and digits unless told otherwise."""
    drawn = st.sampled_from(_ALPHANUMERIC) if characters is None else characters
    return st.builds(Edit, st.sampled_from(("insert", "delete", "replace")), st.integers(0, 63), drawn)


@dataclass(frozen=True)
class Corruption:
    """One byte more, less or other at a fraction (in 1,024ths) of a body."""

    kind: Literal["insert", "delete", "replace"]
    place: int
    byte: int

    def made(self, body: bytes, spared: Sequence[bytes] = ()) -> bytes:
        """The body with this change, the `spared` pieces (fresh names) whole: a changed name is one to come."""
        free = _outside(body, spared) + ([len(body)] if self.kind == "insert" else [])
        if not free:
            return body
        at = free[self.place * len(free) // 1024]
        return (
            body[:at]
            + (b"" if self.kind == "delete" else bytes([self.byte]))
            + body[at + (self.kind != "insert") :]
        )


def _outside(body: bytes, spared: Sequence[bytes]) -> list[int]:
    inside: set[int] = set()
    for piece in spared:
        at = body.find(piece)
        while at >= 0:
            inside.update(range(at, at + len(piece)))
            at = body.find(piece, at + len(piece))
    return [index for index in range(len(body)) if index not in inside]


def corruptions() -> SearchStrategy[Corruption]:
    """One change of one byte; the bytes that JSON is made of are the likely ones."""
    telling = st.sampled_from(b'"{}[],:\\ 0-.eunt/\n\x00\x1f\x7f\x80\xc3\xed\xff')
    byte = st.one_of(telling, st.integers(0, 255))
    place = st.one_of(st.integers(0, 1023), st.just(1023))  # at the end readers are careless
    return st.builds(Corruption, st.sampled_from(("replace", "insert", "delete")), place, byte)
