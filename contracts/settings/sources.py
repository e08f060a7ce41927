"""Where settings come from: each source read into entries that remember their place, with the mistakes in it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dotenv.parser import Binding, parse_stream

from contracts.settings.problem import Mistake

FILE = "contracts.toml"
PRODUCTION = "production_hosts"


@dataclass(frozen=True, slots=True)
class Entry:
    """A text that was given for a name, and where; never shows the text, which may be a secret."""

    text: str = field(repr=False)
    where: str


Entries = Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class File:
    """The tables of contracts.toml as they stand there."""

    targets: Mapping[str, Any] = field(default_factory=dict)
    profiles: Mapping[str, Any] = field(default_factory=dict)
    production_hosts: tuple[str, ...] = ()


def entries_of(source: str, texts: Mapping[str, str | None]) -> Entries:
    """The texts that are set; an empty one counts as unset."""
    return {name: Entry(text, f"{source}: {name}") for name, text in texts.items() if text}


def read_dotenv(path: Path, mistakes: list[Mistake]) -> Entries:
    """The variables of a `.env` file; none where there is no file. A line that cannot be read is a mistake."""
    try:
        with path.open(encoding="utf-8") as stream:
            # The parser and not dotenv_values(): only its bindings know their lines, and dotenv_values() fills
            # ${NAME} from the environment of this process, which would change a token that holds a dollar sign.
            bindings = list(parse_stream(stream))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(_unreadable(path.name, error))
        return {}
    entries: dict[str, Entry] = {}
    for binding in bindings:
        where = f".env line {_line(binding)}"
        if binding.error or (binding.key and binding.value is None):
            mistakes.append(Mistake(where, "this line cannot be read", "NAME=value", "quotes come in pairs"))
        elif binding.key and binding.value:
            entries[binding.key] = Entry(binding.value, f"{where}: {binding.key}")
    return entries


def _line(binding: Binding) -> int:
    """The line of the name: the parser counts from the empty lines before it."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def read_file(path: Path, mistakes: list[Mistake]) -> File:
    """The targets and profiles of contracts.toml; empty where there is no file. Other tables are mistakes."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return File()
    except tomllib.TOMLDecodeError as error:
        mistakes.append(Mistake(FILE, f"is no TOML: {error}"))
        return File()
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(_unreadable(FILE, error))
        return File()
    tables = {name: _table(document, name, mistakes) for name in ("targets", "profiles")}
    mistakes += [
        Mistake(FILE, f"unknown table or key `{name}`", f"[targets.NAME], [profiles.NAME], {PRODUCTION}")
        for name in document
        if name not in {*tables, PRODUCTION}
    ]
    return File(**tables, production_hosts=_hosts(document, mistakes))


def _hosts(document: Mapping[str, Any], mistakes: list[Mistake]) -> tuple[str, ...]:
    hosts = document.get(PRODUCTION, [])
    if isinstance(hosts, list) and all(isinstance(host, str) and host for host in hosts):
        return tuple(hosts)
    mistakes.append(
        Mistake(FILE, f"`{PRODUCTION}` is no list of hosts", f'{PRODUCTION} = ["*.live.example"]')
    )
    return ()


def _table(document: Mapping[str, Any], name: str, mistakes: list[Mistake]) -> Mapping[str, Any]:
    table = document.get(name, {})
    if isinstance(table, dict):
        return table
    mistakes.append(Mistake(FILE, f"`{name}` is no table", f"[{name}.NAME]"))
    return {}


def _unreadable(name: str, error: OSError | UnicodeDecodeError) -> Mistake:
    reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
    return Mistake(name, f"cannot be read: {reason}", "a text file in UTF-8")
