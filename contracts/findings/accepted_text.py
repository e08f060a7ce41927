"""The file of accepted findings as text: where each entry stands, one more at its end, some out; comments stay."""

import json
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.findings.documents import Unreadable, toml_document

HEAD = """\
# Findings that are accepted for now. `contracts verify --baseline` with this file keeps asking for them and shows
# them, and fails only for others; it also fails for an entry that is expired, or whose finding is gone.
# `contracts baseline add` writes entries, `contracts baseline prune` takes the outdated ones out.
format = 1
"""
TABLE = "accepted"
_HEADER = re.compile(r"\s*\[\[\s*accepted\s*\]\]\s*(#.*)?$")


@dataclass(frozen=True)
class Block:
    """An entry in its file: its first line (comments right above it are its own), its table's, the one behind it."""

    start: int
    header: int
    end: int


def blocks(text: str) -> list[Block]:
    """Where the [[accepted]] tables stand, in lines from 0. Text in quotes may look like a table and is none."""
    lines = _lines(text)
    heads = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    found: list[Block] = []
    while heads:
        header, *heads = heads
        end = next((head for head in heads if _is_whole(lines[header:head])), len(lines))
        heads = [head for head in heads if head >= end]
        last = _last(lines, header, end)
        found.append(Block(_first(lines, header, found[-1].end if found else 0), header, last))
    return found


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+$", text)


def _is_whole(lines: Sequence[str]) -> bool:
    try:
        tomllib.loads("".join(lines))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _first(lines: Sequence[str], header: int, least: int) -> int:
    """The first of the comment lines that stand right above a table."""
    first = header
    while first > least and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return first if first in (0, least) or not lines[first - 1].strip() else header


def _last(lines: Sequence[str], header: int, end: int) -> int:
    """The line behind a table's last key, and behind the comments that stand right below that."""
    last = end
    while last > header + 1 and lines[last - 1].strip()[:1] in {"", "#"}:
        last -= 1
    while not _is_whole(lines[header:last]):  # the last line of a text in quotes begins with #
        last += 1
    below = last
    while below < end and lines[below].lstrip().startswith("#"):
        below += 1
    # Comments without an empty line behind them are the next entry's.
    return below if below == len(lines) or not lines[below].strip() else last


def append(text: str, entries: Sequence[Mapping[str, Any]]) -> str:
    """The text with these entries at its end; all that stood there stays as it was."""
    text = text or HEAD
    newline = "\r\n" if "\r\n" in text else "\n"
    if not text.endswith("\n"):
        text += newline
    return text + "".join(newline + _table(entry).replace("\n", newline) for entry in entries)


def _table(entry: Mapping[str, Any]) -> str:
    keys = [f"{name} = {_value(value)}\n" for name, value in entry.items() if value not in {None, ""}]
    return f"[[{TABLE}]]\n{''.join(keys)}"


def _value(value: str | int | bool | date) -> str:  # noqa: FBT001  # a TOML value may be one
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for DEL, which JSON lets stand; TOML has no half a surrogate pair.
        text = value.encode("utf-8", "replace").decode("utf-8")
        return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def without(text: str, places: Collection[int]) -> str:
    """The text without the entries of these numbers (from 0, in their order). Raises Unreadable where they have no lines."""
    found = blocks(text)
    before = toml_document(text)
    if len(found) != len(before.get(TABLE, [])):
        raise Unreadable(f"its entries are not written as [[{TABLE}]] tables", "take them out by hand")
    lines = _lines(text)
    for block in (found[place] for place in sorted(places, reverse=True)):
        end = block.end
        while end < len(lines) and not lines[end].strip():
            end += 1
        del lines[block.start : end]
    left = "".join(lines)
    kept = [entry for place, entry in enumerate(before.get(TABLE, [])) if place not in places]
    if toml_document(left) != {**before, TABLE: kept} and kept:
        raise Unreadable("cannot be edited without changing other entries", "take them out by hand")
    return left
