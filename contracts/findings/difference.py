"""Where what was received differs from what was expected: both texts in segments, each marked or not."""

import re
from difflib import SequenceMatcher

Segments = list[tuple[str, bool]]
"""A text in pieces, in order; True marks one that the other text does not have."""

# Longer texts are compared as far as this: difflib takes the square of it.
COMPARED = 600  # words
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


def difference(expected: str, received: str) -> tuple[Segments, Segments]:
    """Both texts with the words marked in which they differ; why something was expected is no part of it."""
    wanted, because = _reason(expected)
    answer, said = _status(received) if because else (received, "")
    left, right = _WORDS.findall(wanted)[:COMPARED], _WORDS.findall(answer)[:COMPARED]
    mine: Segments = []
    theirs: Segments = []
    for kind, start, end, begin, stop in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        _add(mine, "".join(left[start:end]), differs=kind != "equal")
        _add(theirs, "".join(right[begin:stop]), differs=kind != "equal")
    _add(mine, wanted[sum(map(len, left)) :] + because, differs=False)
    _add(theirs, answer[sum(map(len, right)) :] + said, differs=False)
    return mine, theirs


def _reason(expected: str) -> tuple[str, str]:
    wanted, comma, because = expected.partition(", because ")
    return wanted, comma + because


def _status(received: str) -> tuple[str, str]:
    """The status of an answer, and what it said: where another status was expected, only that differs."""
    status = re.match(r"\d{3}\b", received)
    return (status.group(), received[status.end() :]) if status else (received, "")


def _add(segments: Segments, text: str, *, differs: bool) -> None:
    if not text:
        return
    if segments and segments[-1][1] == differs:
        segments[-1] = (segments[-1][0] + text, differs)
    else:
        segments.append((text, differs))
