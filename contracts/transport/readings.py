"""A text as it stands and as its readers have it who undo escapes, each character with its place in the text as it stands."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

# JSON inside JSON inside JSON, as a payload's text in an echoed request in an error: nobody has met a fourth level.
DEPTH = 3


@dataclass(frozen=True)
class Reading:
    """A text, and where each of its characters (and its end) stands in the original."""

    text: str
    places: Sequence[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The part of the original that says `text[start:end]`."""
        return self.places[start], self.places[end]


def readings(text: str) -> Iterator[Reading]:
    """The text, and what it says once the escapes of JSON, of URLs and of HTML are undone, up to DEPTH times each."""
    level = [Reading(text, range(len(text) + 1))]
    seen = {text}
    yield level[0]
    for _ in range(DEPTH):
        level = [plainer for reading in level for plainer in _plainer(reading)]
        level = [reading for reading in level if reading.text not in seen]
        seen |= {reading.text for reading in level}
        yield from level


def _plainer(reading: Reading) -> Iterator[Reading]:
    for sign, escape, meaning in _ESCAPES:
        if sign in reading.text:
            yield _undone(reading, escape, meaning)


def _undone(reading: Reading, escape: re.Pattern[str], meaning: Callable[[re.Match[str]], str]) -> Reading:
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for match in escape.finditer(reading.text):
        said = meaning(match)
        pieces += (reading.text[at : match.start()], said)
        places += reading.places[at : match.start()]
        places += [reading.places[match.start()]] * len(said)
        at = match.end()
    pieces.append(reading.text[at:])
    places += reading.places[at:]
    return Reading("".join(pieces), places)


def _of_backslash(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    if digits:
        return chr(int(digits, 16))
    return match[3] if match[3] in "\"'\\/" else " "


def _of_percent(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "replace")[:1]


def _of_ampersand(match: re.Match[str]) -> str:
    return html.unescape(match[0])


# One character of UTF-8 at a time, so that each keeps its place.
_PERCENT = re.compile(
    "%(?:[c-d].(?:%[89ab].)|e.(?:%[89ab].){2}|f.(?:%[89ab].){3}|..)".replace(".", "[0-9a-f]"), re.IGNORECASE
)
_ESCAPES = (
    ("\\", re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL), _of_backslash),
    ("%", _PERCENT, _of_percent),
    (
        "&",
        re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|quot|apos|lt|gt|sol|plus|equals);"),
        _of_ampersand,
    ),
)
"""The sign that an escape begins with, the escape, and what it means."""
