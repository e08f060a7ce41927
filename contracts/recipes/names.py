"""Names in the place of texts that another run has otherwise: its mark, the target's ids, tokens and keys.

`${RUN}`, `${ACCESS_TOKEN}`; `${RUN|lower}` for the text in another case, `${ACCESS_TOKEN[0:-1]}` for a piece of it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from contracts.settings import Settings
from contracts.settings.variables import VARIABLES
from contracts.signing import SigningKey

SIGNATURE = "${SIGNATURE}"
"""Where a body waits for the signature of its payload."""
RUN, DIGITS = "RUN", "RUN_DIGITS"

KEYS = ("SIGNING_KEY", "OTHER_SIGNING_KEY")
"""The variables that hold keys."""

# A shorter text would be named inside of ordinary words and numbers.
_SHORTEST = 6
# From so many characters on, a piece of a token is no coincidence.
_PIECE = 12
_CASES: Mapping[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "swapcase": str.swapcase,
    "title": str.title,
}
NAME = re.compile(
    rf"\$\{{({'|'.join([RUN, DIGITS, *VARIABLES])})(?:\|([a-z]+)|\[(-?\d+):(-?\d*)\])?\}}", re.ASCII
)
"""A name as it stands in a recipe: of what, in which case, from where to where."""


def digits_of(mark: str) -> str:
    """The first digits of every name of digits that a run with this mark uses (see `Fresh.digits`)."""
    return str(int(mark.ljust(20, "0"), 36))[:12]


@dataclass(frozen=True)
class Names:
    """What the names stand for in one run: `mark` is the run's, `texts` the target's variables, `keys` the keys in them."""

    mark: str
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    keys: Mapping[str, SigningKey] = field(default_factory=dict, repr=False)

    def named(self, text: str) -> str:
        """The text with names in it; `filled` gives it back."""
        for known, name in self._known:
            text = text.replace(known, name)
        for name in self.texts:
            text = self._named_pieces(text, name)
        return text

    def filled(self, text: str) -> str:
        """The text with this run's own in the place of names. Raises KeyError where this run has none for a name."""
        return NAME.sub(self._filled, text)

    @cached_property
    def _all(self) -> dict[str, str]:
        return {RUN: self.mark, DIGITS: digits_of(self.mark), **self.texts}

    @cached_property
    def _known(self) -> list[tuple[str, str]]:
        """Every text that has a name, in each case that it may come in; the longest first."""
        known: dict[str, str] = {}
        for name, text in self._all.items():
            if len(text) >= _SHORTEST:
                known.setdefault(text, f"${{{name}}}")
        for name, text in self._all.items():
            for case, change in _CASES.items():
                if len(text) >= _SHORTEST:
                    known.setdefault(change(text), f"${{{name}|{case}}}")
        return sorted(known.items(), key=lambda pair: len(pair[0]), reverse=True)

    def _named_pieces(self, text: str, name: str) -> str:
        """The text with a name for each long piece of one of this run's texts."""
        whole, at = self.texts[name], 0
        while len(whole) > _PIECE and (found := _piece(text, whole, at)) is not None:
            start, begin, end = found
            piece = f"${{{name}[{_from(begin, whole)}:{_to(end, whole)}]}}"
            text = text[:start] + piece + text[start + end - begin :]
            at = start + len(piece)
        return text

    def _filled(self, found: re.Match[str]) -> str:
        name, case, begin, end = found.groups()
        text = self._all[name]
        if case is not None:
            return _CASES[case](text)
        return text if begin is None else text[int(begin) : int(end) if end else None]


# What requests say of a target; other variables are words and numbers that may stand anywhere, or are said by no request.
_NAMED = ("_TOKEN", "_ID", "SIGNING_KEY")


def names_of(settings: Settings, mark: str) -> Names:
    """The names of a run with this mark against a target."""
    texts = {name: value.get_secret_value() for name, value in settings.variables.items()}
    keys = {name: SigningKey.from_text(texts[name]) for name in KEYS if name in texts}
    return Names(mark, {name: text for name, text in texts.items() if name.endswith(_NAMED)}, keys)


def _piece(text: str, whole: str, at: int) -> tuple[int, int, int] | None:
    """Where the first long piece of `whole` stands in a text, and its begin and end in `whole`."""
    for begin in range(len(whole) - _PIECE + 1):
        start = text.find(whole[begin : begin + _PIECE], at)
        if start >= 0:
            end = begin + _PIECE
            while end < len(whole) and text[start + end - begin : start + end - begin + 1] == whole[end]:
                end += 1
            return start, begin, end
    return None


def _from(begin: int, whole: str) -> int:
    return begin if begin < len(whole) // 2 else begin - len(whole)


def _to(end: int, whole: str) -> str:
    if end == len(whole):
        return ""
    return str(end if end <= len(whole) // 2 else end - len(whole))
