"""The catalogue of clauses: load it, look a clause up, select clauses by the beginning of their ids."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from contracts.clauses.clause import OPERATIONS, Clause, Level, Part, parts
from contracts.clauses.validation import problems_of

__all__ = [
    "OPERATIONS",
    "Catalogue",
    "CatalogueProblem",
    "Clause",
    "Level",
    "Part",
    "UnknownClause",
    "load",
    "parse",
]

_FILE = Path(__file__).with_name("clauses.yaml")
# 4 ms instead of 31, at the start of nearly every command and worker.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CatalogueProblem(ValueError):
    """The clause file breaks its own rules; the message has a line for each, with the file and the entry."""

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__("\n".join(f"{name}: {problem}" for problem in problems))


class UnknownClause(KeyError):
    """No clause has this id or begins with these parts; `nearest` is the closest that exists, or None."""

    def __init__(self, asked: str, nearest: str | None) -> None:
        hint = f"; the nearest is {nearest}" if nearest else ""
        super().__init__(f"no clause is called {asked!r}{hint}")
        self.asked = asked
        self.nearest = nearest

    def __str__(self) -> str:
        # KeyError shows its message as a literal, in quotes.
        return str(self.args[0])


class Catalogue(Mapping[str, Clause]):
    """Clauses by id, in the order of the file. Looking up an unknown id raises UnknownClause, a KeyError."""

    def __init__(self, clauses: Iterable[Clause], digest: str) -> None:
        self._clauses = {clause.id: clause for clause in clauses}
        self._digest = digest

    def __getitem__(self, clause_id: str) -> Clause:
        try:
            return self._clauses[clause_id]
        except KeyError:
            raise UnknownClause(clause_id, _nearest(clause_id, self)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._clauses)

    def __len__(self) -> int:
        return len(self._clauses)

    def digest(self) -> str:
        """SHA-256 of the clause file, in hex: runs with one digest were judged by the same promises."""
        return self._digest

    def families(self) -> tuple[str, ...]:
        """The families in the order of the file, each once."""
        return tuple(dict.fromkeys(clause.family for clause in self.values()))

    def select(self, selectors: str) -> tuple[Clause, ...]:
        """The clauses that comma-separated selectors name, each once, in the order of the file.

        A selector is a family (`ALC`), a clause (`ALC-09`, `ALC-06c`) or all letters of a clause (`ALC-06`).
        Raises UnknownClause for the first selector that names nothing.
        """
        wanted = {name for selector in selectors.split(",") for name in self._named(selector.strip())}
        return tuple(clause for clause in self.values() if clause.id in wanted)

    def _named(self, selector: str) -> list[str]:
        # By whole parts: as plain text, AST-1 would be a beginning of AST-10 to AST-19.
        beginning = parts(selector)
        named = [name for name in self if beginning and parts(name)[: len(beginning)] == beginning]
        if not named:
            raise UnknownClause(selector, _nearest(selector, self._selectors()))
        return named

    def _selectors(self) -> list[str]:
        """Everything that `select` takes: families, numbers and ids."""
        beginnings = [parts(name)[:depth] for name in self for depth in (1, 2, 3)]
        return list(dict.fromkeys("-".join(found[:2]) + "".join(found[2:]) for found in beginnings))


def _nearest(asked: str, existing: Iterable[str]) -> str | None:
    by_upper = {name.upper(): name for name in existing}
    padded = re.sub(r"^([A-Z]+)[-_ ]?([0-9])(?![0-9])", r"\1-0\2", asked.upper())
    found = get_close_matches(padded, by_upper, n=1, cutoff=0.5)
    return by_upper[found[0]] if found else None


@cache
def load() -> Catalogue:
    """The project's own catalogue, read once. Raises CatalogueProblem."""
    return parse(_FILE.read_bytes(), _FILE.name)


def parse(data: bytes, name: str) -> Catalogue:
    """The catalogue in `data`, YAML in UTF-8; messages call the file `name`. Raises CatalogueProblem."""
    try:
        document = yaml.load(data, Loader=_LOADER)  # noqa: S506  # both loaders are safe ones
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CatalogueProblem(name, [f"is no YAML: {error}"]) from error
    if problems := problems_of(document):
        raise CatalogueProblem(name, problems)
    clauses = [_clause(entry, document["abilities"]) for entry in document["clauses"]]
    return Catalogue(clauses, hashlib.sha256(data).hexdigest())


def _clause(entry: Mapping[str, Any], abilities: Mapping[str, list[str]]) -> Clause:
    return Clause(
        id=entry["id"],
        level=Level(entry["level"]),
        title=entry["title"].strip(),
        sentence=entry["sentence"].strip(),
        source=entry["source"],
        operations=tuple(entry["operations"]),
        needs=_variables(entry.get("needs", []), abilities),
        partly=_variables(entry.get("partly", []), abilities),
        also=tuple(Part(Level(level), text.strip()) for level, text in entry.get("also", {}).items()),
    )


def _variables(names: list[str], abilities: Mapping[str, list[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(variable for name in names for variable in abilities[name]))
