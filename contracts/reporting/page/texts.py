"""Texts of targets as a page may show them: every character can be seen, and none of them steers the page."""

import json
import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from contracts.reporting.visible import visible

# Takes no room: a symbol with one of these looks like the symbol without it.
_ZERO_WIDTH = re.compile("[\u00ad\u180e\u200b-\u200d\u2060\ufeff]")
_STRING = r'"(?:[^"\\]|\\.)*"'
# A container without another in it is told on one line where it is short.
_FLAT = rf'[\[{{][^\[\]{{}}"]*(?:{_STRING}[^\[\]{{}}"]*)*[\]}}]'
_TOKEN = re.compile(rf"{_FLAT}|{_STRING}|[\[{{]|[\]}}]|,\s*|[^\[\]{{}}\",]+|.", re.DOTALL)
_FLAT_LONGEST = 72
# Deeper levels stand in line: a body of 10,000 brackets must not become 10,000 nested elements.
_DEEPEST = 20


def shown(text: str) -> str:
    """The text with an escape for each character that could not be seen, or would not survive HTML."""
    return _ZERO_WIDTH.sub(lambda found: f"\\u{ord(found.group()):04x}", visible(text))


@dataclass(frozen=True)
class Passage:
    """A text in a box of its own: `html` reads back as the text itself, save where `exact` has it as a JSON string."""

    html: Markup
    exact: str | None
    characters: int
    left_out: int
    lines: int

    @property
    def is_long(self) -> bool:
        """Whether the box is better folded."""
        return self.lines > 24 or self.characters > 1_600


def passage(text: str, longest: int) -> Passage:
    """The text, or its first `longest` characters; JSON without line breaks is laid out by elements, not by spaces."""
    part = text[:longest]
    seen = shown(part)
    is_json = part.lstrip()[:1] in {"{", "["} and "\n" not in part
    html = _laid_out(seen) if is_json else escape(seen)
    return Passage(
        html,
        None if seen == part else json.dumps(part),
        characters=len(text),
        left_out=len(text) - len(part),
        lines=html.count("<span>") + 1 if is_json else seen.count("\n") + 1 + len(seen) // 90,
    )


def _laid_out(text: str) -> Markup:
    """The same characters, with an element around each member, which the style puts on a line of its own."""
    parts: list[str] = []
    depth = 0
    for piece in _tokens(text):
        if piece in "[{":
            depth += 1
            parts.append(piece + ("<span>" if depth <= _DEEPEST else ""))
        elif piece in "]}" and depth:
            parts.append(("</span>" if depth <= _DEEPEST else "") + piece)
            depth -= 1
        elif piece[0] == "," and 0 < depth <= _DEEPEST:
            parts.append(f"{piece}</span><span>")
        else:
            parts.append(str(escape(piece)))
    parts.append("</span>" * min(depth, _DEEPEST))
    return Markup("".join(parts))  # noqa: S704  # every piece of the text is escaped above, or a sign of JSON


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    for piece in _TOKEN.findall(text):
        if len(piece) > _FLAT_LONGEST and piece[0] in "[{":
            found += [piece[0], *_TOKEN.findall(piece[1:-1]), piece[-1]]
        else:
            found.append(piece)
    return found
