"""The named targets of contracts.toml: public values in the open, secrets as names of variables."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from contracts.settings.caps import LIMITS
from contracts.settings.problem import Mistake
from contracts.settings.sources import FILE, Entries, Entry
from contracts.settings.variables import VARIABLES, Variable

_KEYS = {variable.key: variable for variable in VARIABLES.values()}
_LITERALS = {variable.name.lower(): variable for variable in VARIABLES.values() if variable.secret}
# Targets give report folders their names.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def check_targets(targets: Mapping[str, Any]) -> list[Mistake]:
    """What is wrong in any of the tables, whether or not its target is asked."""
    mistakes: list[Mistake] = []
    for name, table in targets.items():
        where = f"{FILE} [targets.{name}]"
        if not _NAME.fullmatch(name):
            mistakes.append(
                Mistake(where, "no name for a target", "letters, digits, dots, hyphens, underscores")
            )
        if not isinstance(table, dict):
            mistakes.append(Mistake(where, "is no table", f"[targets.{name}]"))
            continue
        mistakes += [mistake for key, value in table.items() for mistake in _check_key(where, key, value)]
    return mistakes


def _check_key(where: str, key: str, value: object) -> list[Mistake]:
    if key in _LITERALS:
        expected = f'{_LITERALS[key].key} = "NAME_OF_A_VARIABLE"'
        return [Mistake(f"{where}: {key}", "a secret is not written into this file", expected)]
    if key not in _KEYS:
        near = get_close_matches(key.lower(), [*_KEYS, *_LITERALS], n=1)
        hint = f"the nearest is {_LITERALS[near[0]].key if near[0] in _LITERALS else near[0]}" if near else ""
        return [Mistake(f"{where}: {key}", "unknown key", "a variable's name in lower case", hint)]
    if isinstance(value, str) or _is_number(key, value) or (key == "insecure" and isinstance(value, bool)):
        return []
    return [Mistake(f"{where}: {key}", f"is {type(value).__name__}", "a text")]


def _is_number(key: str, value: object) -> bool:
    kinds = {"response_time_limit": (int, float), "in_flight": (int,)} | {
        name.lower(): (int,) for name in LIMITS
    }
    return isinstance(value, kinds.get(key, ())) and not isinstance(value, bool)


def target_entries(name: str, targets: Mapping[str, Any], above: Entries, mistakes: list[Mistake]) -> Entries:
    """What the named target says, its secrets looked up in `above`: the sources that come before the file.

    An unknown name, and a secret whose variable is not set while nothing before the file replaces it, are mistakes.
    """
    table = targets.get(name)
    if not isinstance(table, dict):
        near = get_close_matches(name, targets, n=1)
        hint = f"the nearest is {near[0]}" if near else f"{FILE} names " + (", ".join(targets) or "none")
        mistakes.append(Mistake("command line: --target", f"no target is called {name!r}", hint=hint))
        return {}
    where = f"{FILE} [targets.{name}]"
    found: dict[str, Entry] = {}
    for key, value in table.items():
        variable = _KEYS.get(key)
        if variable is None or not isinstance(value, str | int | float) or value == "":
            continue
        if not variable.secret:
            found[variable.name] = Entry(str(value), f"{where}: {key}")
        elif entry := above.get(str(value)):
            found[variable.name] = Entry(entry.text, f"{where}: {key}")
        elif variable.name not in above:
            mistakes.append(_unset(where, variable))
    return found


def _unset(where: str, variable: Variable) -> Mistake:
    # The name is not repeated: a secret may stand there by mistake.
    return Mistake(
        f"{where}: {variable.key}",
        "the variable it names is set neither in the environment nor in .env",
        "the name of a variable that holds the secret",
        f"set it, or set {variable.name}",
    )


def named_variables(targets: Mapping[str, Any]) -> frozenset[str]:
    """All names that targets give to their secrets: they are no misspellings of ours."""
    tables = [table for table in targets.values() if isinstance(table, dict)]
    return frozenset(str(value) for table in tables for key, value in table.items() if key.endswith("_env"))
