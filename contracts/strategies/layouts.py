"""JSON texts that say the same: the layouts that a payload may legitimately have."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from contracts.wire import Json

Layout = Callable[[Mapping[str, Json]], str]


def _reversed(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {key: _reversed(value[key]) for key in reversed(list(value))}
    return value


def _sorted(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return value


def _text(value: object, **how: object) -> str:
    return json.dumps(value, **{"ensure_ascii": False, "separators": (",", ":"), **how})  # type: ignore[arg-type]


def _all_escaped(content: Mapping[str, Json]) -> str:
    """Every letter and digit inside a string as an escape, names of members included."""
    out, inside = [], False
    text = _text(content, ensure_ascii=True)
    index = 0
    while index < len(text):
        char = text[index]
        if inside and char == "\\":
            step = 6 if text[index + 1] == "u" else 2
            out.append(text[index : index + step])
            index += step
            continue
        if char == '"':
            inside = not inside
        out.append(f"\\u{ord(char):04x}" if inside and char.isalnum() else char)
        index += 1
    return "".join(out)


LAYOUTS: Final[Mapping[str, Layout]] = {
    "compact": _text,
    "keys reversed": lambda content: _text(_reversed(dict(content))),
    "keys sorted": lambda content: _text(_sorted(dict(content))),
    "spaces after separators": lambda content: _text(content, separators=(", ", ": ")),
    "spaces on both sides": lambda content: _text(content, separators=(" , ", " : ")),
    "two-space indent": lambda content: _text(content, indent=2),
    "tabs": lambda content: _text(content, indent="\t"),
    "carriage returns": lambda content: _text(content, indent=1).replace("\n", "\r\n"),
    "line break at the end": lambda content: _text(content) + "\n",
    "space around": lambda content: f"  {_text(content)}  ",
    "non-ASCII escaped": lambda content: _text(content, ensure_ascii=True),
    "everything escaped": _all_escaped,
    "slashes escaped": lambda content: _text(content).replace("/", "\\/"),
}
