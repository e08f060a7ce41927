"""Reads the files that this program wrote, or that people write for it; says what is wrong with one, and in which line."""

import io
import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

# A summary of 500 findings has 0.4 MB. What is larger than this is no file of ours, and would only fill the memory.
LARGEST = 64 * 1024 * 1024
# tomllib reads 1 MB a second; an entry that people write has half a kB.
LARGEST_TOML = 1024 * 1024


class Unreadable(ValueError):
    """A file is not what it should be: what is wrong, in which line if in one, and what helps."""

    def __init__(self, what: str, hint: str = "", *, line: int | None = None) -> None:
        super().__init__(what)
        self.what, self.hint, self.line = what, hint, line


@contextmanager
def called(name: str, hint: str = "") -> Iterator[None]:
    """Have what is wrong with a file of a folder be told with the file's name, and with what helps."""
    try:
        yield
    except Unreadable as problem:
        raise Unreadable(f"its {name} {problem.what}", hint or problem.hint, line=problem.line) from None


def read_text(path: Path, largest: int = LARGEST) -> str:
    """The text of a file without its byte-order mark. Raises Unreadable."""
    try:
        with path.open("rb") as stream:  # bounded, since a pipe or a device has no size to ask for
            data = stream.read(largest + 1)
    except FileNotFoundError:
        raise Unreadable("there is no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise Unreadable(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > largest:
        raise Unreadable(f"is larger than {largest // 1024 // 1024} MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("is not UTF-8", line=data.count(b"\n", 0, error.start) + 1) from None


def json_document(text: str) -> Any:  # any JSON document
    """The JSON document that a text is. Raises Unreadable."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(_no_json(error), line=error.lineno) from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    except ValueError:  # digits beyond what the interpreter takes
        raise Unreadable("holds a number of thousands of digits") from None


_Shaped = TypeVar("_Shaped")


def shaped(shape: TypeAdapter[_Shaped], document: Any, *, line: int | None = None) -> _Shaped:
    """What a JSON document holds, where it has this shape. Raises Unreadable with the first place that is otherwise."""
    try:
        return shape.validate_python(document)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, wrong["loc"]))
        why = wrong["msg"].removeprefix("Input ").removeprefix("Value error, ")
        what = f"{place} {'is missing' if wrong['type'] == 'missing' else why}"
        raise Unreadable(f"is not as it was written: {what}", "the file was changed", line=line) from None


def _no_json(error: json.JSONDecodeError) -> str:
    """Why a text is no JSON; one that breaks off was copied or written in part, one that is empty never was."""
    if not error.doc.strip():
        return "is empty"
    rest = error.doc[error.pos :]
    if not rest.strip() or error.msg.startswith("Unterminated string"):
        return "ends in the middle of its JSON"
    return f"is no JSON: {error.msg[0].lower()}{error.msg[1:]} (column {error.colno})"


_PLACE = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")


def toml_document(text: str) -> dict[str, Any]:
    """The TOML document that a text is. Raises Unreadable."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        told = str(error)
        place = _PLACE.search(told)
        what = _PLACE.sub("", told)
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        raise Unreadable(f"is no TOML: {what[0].lower()}{what[1:]}", line=line) from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    except ValueError:  # a date that is none, digits beyond what the interpreter takes
        raise Unreadable("is no TOML: a date or a number that cannot be") from None


_TABLE_OR_KEY = re.compile(
    r"""\[\[?\s*["']?[A-Za-z_][\w."' -]*\]\]?\s*(\#.*)?$|["']?[A-Za-z_][\w."'-]*\s*="""
)


def looks_like_toml(text: str) -> bool:
    """Whether the first line that says anything is TOML's (a table, or a key with its value) and not JSON's."""
    lines = (line.strip() for line in io.StringIO(text))
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return bool(_TABLE_OR_KEY.match(first)) or (not first and "#" in text)


def shown(path: Path) -> str:
    """A file by the name that lasts: `reports/latest` will point elsewhere by the time that somebody reads it."""
    file = path.resolve()
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)
