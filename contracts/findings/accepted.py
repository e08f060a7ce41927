"""The file of accepted findings: what people decided to live with for a while, why, whose it is, and until when."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from contracts.clauses.catalogue import load
from contracts.findings.accepted_text import TABLE, blocks
from contracts.findings.documents import LARGEST_TOML, read_text, shown, toml_document
from contracts.settings import Mistake

DEFAULT = "accepted.toml"
ACCEPTED_FORMAT = 1
FINDING_ID = re.compile(r"([A-Z]{3}-\d{2}[a-z]?)-[0-9a-f]{10}")


@dataclass(frozen=True)
class Entry:
    """One accepted finding, and what is known of how it was met: without that nobody could tell when it is gone."""

    id: str
    reason: str
    file: str
    line: int | None = None
    owner: str = ""
    ticket: str = ""
    expires: date | None = None
    clause: str = ""
    operation: str = ""
    kind: str = ""
    question: str = ""
    profile: str = ""
    seed: int | None = None
    sometimes: bool = False

    @property
    def where(self) -> str:
        """File and line, for people."""
        return f"{self.file} line {self.line}" if self.line else self.file

    @property
    def of_clause(self) -> str:
        """The clause that the finding breaks, by its id; empty where that is none."""
        known = FINDING_ID.fullmatch(self.id)
        return known[1] if known and known[1] in load() else ""

    def as_told(self) -> dict[str, Any]:
        """What reports tell beside the finding."""
        until = self.expires.isoformat() if self.expires else None
        return {"reason": self.reason, "owner": self.owner, "ticket": self.ticket, "expires": until}


@dataclass(frozen=True)
class Accepted:
    """All entries that a run is held against; `functions` are the questions that exist, without their cases."""

    files: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    functions: frozenset[str] = frozenset()


def is_accepted_file(document: Mapping[str, Any]) -> bool:
    """Whether a TOML document is meant as a file of accepted findings."""
    return "format" in document or TABLE in document


def read_accepted(path: Path, where: str, mistakes: list[Mistake]) -> tuple[Entry, ...]:
    """The entries of a file; none of them where one is wrong, and `mistakes` then says what is. Raises Unreadable."""
    text = read_text(path, LARGEST_TOML)
    return entries_of(text, toml_document(text), shown(path), where, mistakes)


def entries_of(
    text: str, document: Mapping[str, Any], file: str, where: str, mistakes: list[Mistake]
) -> tuple[Entry, ...]:
    """The entries of a document that was read from `text`; `where` begins each mistake."""
    version = document.get("format")
    if isinstance(version, int) and not isinstance(version, bool) and version > ACCEPTED_FORMAT:
        what = f"has format {version}, and this version reads up to {ACCEPTED_FORMAT}"
        hint = "a later version of contracts has written it; update this one"
        mistakes.append(Mistake(where, what, hint=hint))
        return ()
    found: list[Mistake] = []
    if version != ACCEPTED_FORMAT or isinstance(version, bool):
        found.append(Mistake(where, "has no format", f"format = {ACCEPTED_FORMAT} above the first entry"))
    known = {"format", TABLE}
    found += [_unknown(where, name, f"[[{TABLE}]]", known) for name in document if name not in known]
    tables = document.get(TABLE, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        found.append(Mistake(where, f"`{TABLE}` is no list of tables", f"[[{TABLE}]]"))
        tables = []
    entries = _entries(tables, _places(text, len(tables)), file, where, found)
    mistakes += found
    return () if found else entries


def _places(text: str, number: int) -> list[int | None]:
    """The line of each entry; unknown where entries are written otherwise than as tables."""
    found = blocks(text)
    return [block.header + 1 for block in found] if len(found) == number else [None] * number


def _entries(
    tables: list[dict[str, Any]], places: list[int | None], file: str, where: str, mistakes: list[Mistake]
) -> tuple[Entry, ...]:
    entries: dict[str, Entry] = {}
    for table, line in zip(tables, places, strict=True):
        here = f"{where} line {line}" if line else where
        wrong = list(_wrong(table, here))
        mistakes += wrong
        if wrong:
            continue
        entry = Entry(**{**table, "expires": _day(table.get("expires"))}, file=file, line=line)
        if entry.id in entries:
            first = entries[entry.id]
            mistakes.append(Mistake(here, f"{entry.id} is accepted twice", hint=f"first at {first.where}"))
        entries[entry.id] = entry
    return tuple(entries.values())


_TEXTS = ("id", "reason", "owner", "ticket", "clause", "operation", "kind", "question", "profile")
_KEYS = (*_TEXTS, "expires", "seed", "sometimes")
_NEEDED = {"id": "the id of a finding", "reason": "why it is accepted, for whoever reads it in a year"}


def _wrong(table: Mapping[str, Any], where: str) -> list[Mistake]:
    """What is wrong with an entry."""
    found = [_unknown(where, name, "a key of an entry", _KEYS) for name in table if name not in _KEYS]
    for name, expected in _NEEDED.items():
        if name not in table or (isinstance(table[name], str) and not table[name].strip()):
            found.append(Mistake(where, f"an entry without {_article(name)} {name}", expected))
    no_texts = (name for name in _TEXTS if not isinstance(table.get(name, ""), str))
    found += [Mistake(where, f"`{name}` is no text", f'{name} = "..."') for name in no_texts]
    if "expires" in table and _day(table["expires"]) is None:
        found.append(Mistake(where, "`expires` is no date", "expires = 2026-12-31"))
    if type(table.get("seed", 0)) is not int:
        found.append(Mistake(where, "`seed` is no whole number"))
    if not isinstance(table.get("sometimes", False), bool):
        found.append(Mistake(where, "`sometimes` is neither true nor false"))
    return found


def _article(name: str) -> str:
    return "an" if name[0] in "aeiou" else "a"


def _day(value: Any) -> date | None:  # any TOML value
    """A date, also as text; with a time of day it would be a promise that nobody keeps."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _unknown(where: str, name: str, expected: str, known: Any) -> Mistake:  # any collection of texts
    near = get_close_matches(name, list(known), n=1)
    return Mistake(where, f"unknown key `{name}`", expected, f"the nearest is {near[0]}" if near else "")
