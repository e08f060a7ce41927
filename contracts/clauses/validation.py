"""What is wrong with a clause file, judged on the plain data and told all at once."""

import re
from collections.abc import Callable, Container, Mapping
from typing import Any

from contracts.clauses.clause import OPERATIONS, SOURCES, Level, parts

_Rule = tuple[Callable[[Any], bool], str]

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_REQUIRED = ("id", "level", "title", "sentence", "source", "operations")
_KEYS = frozenset({*_REQUIRED, "needs", "partly", "also"})


def problems_of(document: object) -> list[str]:
    """One line for each rule that the file breaks, beginning with the entry's number and id; empty if it is sound."""
    if not isinstance(document, dict) or set(document) != {"abilities", "clauses"}:
        return ["has to hold `abilities` and `clauses`, and nothing else"]
    abilities, entries = document["abilities"], document["clauses"]
    if not isinstance(abilities, dict) or not isinstance(entries, list):
        return ["`abilities` has to be a map and `clauses` a list"]
    rules = _rules(abilities)
    problems = _ability_problems(abilities)
    for number, entry in enumerate(entries, start=1):
        problems += [f"{_label(entry, number)}: {problem}" for problem in _entry_problems(entry, rules)]
    return problems + _repeats(entries, "id") + _repeats(entries, "title")


def _label(entry: object, number: int) -> str:
    name = entry.get("id") if isinstance(entry, dict) else None
    return f"entry {number} ({name})" if name else f"entry {number}"


def _ability_problems(abilities: Mapping[str, object]) -> list[str]:
    return [
        f"abilities: `{ability}` has to list variable names"
        for ability, variables in abilities.items()
        if not _lists(variables, lambda name: bool(_VARIABLE.fullmatch(name)))
    ]


def _rules(abilities: Container[str]) -> dict[str, _Rule]:
    text = (_is_text, "has to be a text that is not empty")
    ability = (lambda value: _lists(value, abilities.__contains__), "has to list abilities of this file")
    return {
        "id": (lambda value: len(parts(str(value))) > 1, "has to look like ALC-09 or ALC-06c"),
        "level": (list(Level).__contains__, f"has to be one of {', '.join(Level)}"),
        "title": text,
        "sentence": text,
        "source": (SOURCES.__contains__, f"has to be one of {', '.join(SOURCES)}"),
        "operations": (
            lambda value: _lists(value, OPERATIONS.__contains__),
            f"has to list operations of {', '.join(OPERATIONS)}",
        ),
        "needs": ability,
        "partly": ability,
        "also": (_is_also, "has to map a level to a sentence"),
    }


def _entry_problems(entry: object, rules: Mapping[str, _Rule]) -> list[str]:
    if not isinstance(entry, dict):
        return ["has to be a map"]
    unknown = [f"`{key}` is no key of a clause" for key in entry if key not in _KEYS]
    missing = [f"`{key}` is missing" for key in _REQUIRED if key not in entry]
    wrong = [
        f"`{key}` {expected}"
        for key, (holds, expected) in rules.items()
        if key in entry and not holds(entry[key])
    ]
    return unknown + missing + wrong


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _lists(value: object, holds: Callable[[str], bool]) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, str) and holds(item) for item in value)
    )


def _is_also(value: object) -> bool:
    return isinstance(value, dict) and all(
        key in list(Level) and _is_text(text) for key, text in value.items()
    )


def _repeats(entries: list[Any], key: str) -> list[str]:
    values = [str(entry[key]) for entry in entries if isinstance(entry, dict) and key in entry]
    return [f"{key} {value!r} is used twice" for value in dict.fromkeys(values) if values.count(value) > 1]
