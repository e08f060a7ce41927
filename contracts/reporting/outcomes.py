"""`outcomes.jsonl`: what a run was told, a line at a time, so that a kill loses nothing and runs can be folded together."""

import json
import os
from collections.abc import Iterator, Mapping
from io import FileIO
from pathlib import Path
from typing import Any

from contracts.findings.documents import Unreadable, json_document

OUTCOMES = "outcomes.jsonl"


def append(path: Path, line: Mapping[str, Any], *, sync: bool = False) -> None:
    """Add a line, which is there after a kill; with `sync`, after a power cut. Raises OSError."""
    append_lines(path, json.dumps(line).encode("ascii") + b"\n", sync=sync)


def append_lines(path: Path, data: bytes, *, sync: bool = False) -> None:
    """Add lines as `append` does. There is one writer; what a kill or a full disk has left unfinished is cut off first."""
    with FileIO(path, "a+") as file:
        _cut_unfinished(file)
        while data:  # a disk takes what it has room for, and says why when it is asked to take the rest
            data = data[file.write(data) :]
        if sync:
            os.fsync(file.fileno())


def whole_lines(path: Path) -> list[bytes]:
    """The lines of a file, which need not be there; one that a kill has left unfinished is none."""
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    return [line for line in lines if line.endswith(b"\n")]


def _cut_unfinished(file: FileIO) -> None:
    end = file.seek(0, os.SEEK_END)
    if end and os.pread(file.fileno(), 1, end - 1) != b"\n":
        file.seek(0)
        file.truncate(file.readall().rfind(b"\n") + 1)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The finished lines of a file, in their order. Raises Unreadable where there is none, or one that is no JSON object."""
    try:
        with path.open("rb") as file:
            for number, data in enumerate(file, 1):
                if data.endswith(b"\n"):
                    yield _line(data, number)
    except FileNotFoundError:
        raise Unreadable("there is no such file") from None
    except OSError as problem:
        raise Unreadable(f"cannot be read: {problem.strerror}") from None


def _line(data: bytes, number: int) -> dict[str, Any]:
    try:
        line = json_document(data.decode("ascii"))
    except UnicodeDecodeError:
        raise Unreadable("is not ASCII", line=number) from None
    except Unreadable as problem:
        raise Unreadable(problem.what, problem.hint, line=number) from None
    if not isinstance(line, dict):
        raise Unreadable("holds something other than an object", line=number)
    return line
