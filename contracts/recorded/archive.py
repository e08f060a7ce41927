"""A HAR file as its entries; what is wrong with a file, or with one of its entries, in the words of whoever has to mend it."""

import gzip
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.findings.documents import Unreadable, json_document

# A browser's archive of a day has some 100 MB. More would fill the memory: JSON takes eight times as much as objects.
LARGEST = 256 * 1024 * 1024
OURS = "contracts"
"""How our own archives name their creator."""

Object = Mapping[str, Any]


class BadEntry(ValueError):
    """An entry is not what HAR 1.2 says: what is wrong with it."""


@dataclass(frozen=True)
class Archive:
    """The entries of a file, in its order; `creator` is the program that recorded them."""

    name: str
    creator: str
    entries: Sequence[Any]


def read_archive(path: Path) -> Archive:
    """The archive in a file, which may be compressed with gzip. Raises Unreadable."""
    try:
        text = _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("is not UTF-8", "save it as UTF-8", line=_line(error.object, error.start)) from None
    document = json_document(text)
    log = document.get("log") if isinstance(document, dict) else None
    if not isinstance(log, dict) or not isinstance(log.get("entries"), list):
        raise Unreadable("is no HTTP archive", "a HAR file is an object with log, and log.entries is a list")
    version = log.get("version") or "1.1"  # as HAR 1.2 has it where it is empty
    if not isinstance(version, str) or version.partition(".")[0] != "1":
        raise Unreadable(f"has HAR version {version!r}, and this program reads 1.2", "save it as HAR 1.2")
    creator = log.get("creator")
    return Archive(
        path.name, str(creator.get("name", "")) if isinstance(creator, dict) else "", log["entries"]
    )


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
        if data.startswith(b"\x1f\x8b"):
            with gzip.open(path) as stream:
                data = stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise Unreadable("there is no such file") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Unreadable("is compressed with gzip, and broken or cut short") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > LARGEST:
        raise Unreadable(f"is larger than {LARGEST // 1024 // 1024} MB", "record less, or split it")
    return data


def _line(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


# The members of an entry, each of the type that HAR 1.2 gives it


def object_of(holder: Object, name: str) -> Object:
    """A member that has to be an object. Raises BadEntry."""
    value = holder.get(name)
    if not isinstance(value, dict):
        raise BadEntry(f"its {name} is {_what(value)} instead of an object")
    return value


def optional_object(holder: Object, name: str) -> Object:
    """A member that may be missing or null; then an empty object. Raises BadEntry."""
    return {} if holder.get(name) is None else object_of(holder, name)


def text_of(holder: Object, name: str) -> str:
    """A member that has to be a text. Raises BadEntry."""
    value = holder.get(name)
    if not isinstance(value, str):
        raise BadEntry(f"its {name} is {_what(value)} instead of a text")
    return value


def optional_text(holder: Object, name: str) -> str | None:
    """A member that may be missing or null. Raises BadEntry."""
    return None if holder.get(name) is None else text_of(holder, name)


def number_of(holder: Object, name: str) -> float | None:
    """A number; None where it is missing, null or -1, which is HAR's "not measured". Raises BadEntry."""
    value = holder.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadEntry(f"its {name} is {_what(value)} instead of a number")
    return None if value < 0 else float(value)


def pairs_of(holder: Object, name: str) -> tuple[tuple[str, str], ...]:
    """A list of names with values; none where it is missing. Raises BadEntry."""
    value = holder.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadEntry(f"its {name} are {_what(value)} instead of a list of objects")
    return tuple((text_of(item, "name"), optional_text(item, "value") or "") for item in value)


def _what(value: Any) -> str:  # any JSON value
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "missing"}
    return kinds.get(type(value), "a number")
