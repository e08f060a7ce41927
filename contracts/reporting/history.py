"""`history.jsonl`: a line for each run that a folder of reports has seen; read from its end, and never half written."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from contracts.findings.documents import Unreadable, json_document, shown

HISTORY = "history.jsonl"
HISTORY_FORMAT = 1
# A run of 500 findings makes a line of 0.2 MB.
LONGEST_LINE = 4 * 1024 * 1024
# How far back is read: 10,000 lines of a run without findings, in 0.1 s.
FURTHEST = 32 * 1024 * 1024
BLOCK = 256 * 1024
# A run holds the lock for milliseconds; who holds it longer has been stopped, and must not stop others.
PATIENCE_S = 5.0
NOTICES = 5

Record = Mapping[str, Any]
"""What one line says of a run."""


class NoHistory(OSError):
    """The file cannot be opened, or somebody else holds it for long: this run will not be remembered."""


class History:
    """The file while its lock is held; `notices` name the lines that could not be read, and why."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size
        self._bad = 0
        self.notices: list[str] = []

    def backwards(self) -> Iterator[Record]:
        """The runs, the newest first. A line that is none of ours is left out, and noticed."""
        for start, line in self._lines():
            try:
                yield _record(line)
            except Unreadable as problem:
                self._notice(start, problem)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """The lines from the last one back, each with its place in the file."""
        end, rest = self._size, b""
        least = max(0, self._size - FURTHEST)
        while end > least:
            start = max(least, end - BLOCK)
            rest = os.pread(self._descriptor, end - start, start) + rest
            end = start
            *whole, first = _split(rest)
            yield from ((start + place, line) for place, line in whole)
            rest = rest[: len(first[1])]
            if len(rest) > LONGEST_LINE:
                self._notice(start, Unreadable("is longer than any line of ours, and ends the look back"))
                return
        if rest and least == 0:
            yield 0, rest

    def _notice(self, start: int, problem: Unreadable) -> None:
        self._bad += 1
        if self._bad <= NOTICES:
            number = self._line_number(start)
            self.notices.append(f"{shown(self.path)} line {number}: {problem.what}; left out")
        elif self._bad == NOTICES + 1:
            self.notices.append(f"{shown(self.path)}: more lines like these")

    def _line_number(self, place: int) -> int:
        counted = range(0, place, BLOCK)
        blocks = (os.pread(self._descriptor, min(BLOCK, place - start), start) for start in counted)
        return sum(block.count(b"\n") for block in blocks) + 1

    def append(self, record: Record) -> None:
        """Add a line, in one write. What a kill left of an earlier one stays a line of its own."""
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "backslashreplace"
        )
        torn = self._size and os.pread(self._descriptor, 1, self._size - 1) != b"\n"
        data = (b"\n" if torn else b"") + line + b"\n"
        written = os.write(self._descriptor, data)
        if written != len(data):  # the disk is full: half a line would be noticed for ever
            os.ftruncate(self._descriptor, self._size)
            raise NoHistory(None, "the disk is full")


def _split(block: bytes) -> list[tuple[int, bytes]]:
    """The lines of a block from the last one back, each with its place; empty ones are left out, but for the first."""
    lines: list[tuple[int, bytes]] = []
    place = 0
    for line in block.split(b"\n"):
        if line.strip() or not lines:
            lines.append((place, line))
        place += len(line) + 1
    return lines[::-1]


@contextmanager
def opened(path: Path, *, patience_s: float = PATIENCE_S) -> Iterator[History]:
    """The history under its lock, so that two runs that end together both are in it. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        _lock(descriptor, patience_s)
        yield History(path, descriptor)
    finally:
        with suppress(OSError):
            os.close(descriptor)  # and with it the lock


def _lock(descriptor: int, patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise NoHistory(None, f"another process has held it for {patience_s:g} s") from None
            time.sleep(0.05)
        else:
            return


def _record(line: bytes) -> Record:
    try:
        document = json_document(line.decode())
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8") from None
    if not isinstance(document, dict) or "format" not in document:
        raise Unreadable("is no line of a history")
    version = document["format"]
    if type(version) is int and version > HISTORY_FORMAT:
        raise Unreadable(f"has format {version}, and this version reads up to {HISTORY_FORMAT}")
    wrong = [name for name, fits in _SHAPE.items() if name not in document or not fits(document[name])]
    if version != HISTORY_FORMAT or wrong:
        raise Unreadable(f"is no line of a history ({', '.join(wrong) or 'format'})")
    return document


def _are_texts(value: Any, *names: str) -> bool:  # any JSON value
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in names)


_KNOWN = ("id", "clause", "operation", "kind", "question", "profile", "since", "last", "trail")


def _are_known(value: Any) -> bool:  # any JSON value
    return isinstance(value, list) and all(
        _are_texts(known, *_KNOWN)
        and type(known.get("runs")) is int
        and isinstance(known.get("advisory"), bool)
        for known in value
    )


def _are_timings(value: Any) -> bool:  # any JSON value
    return isinstance(value, dict) and all(
        isinstance(told, dict)
        and all(isinstance(told.get(name), int | float) for name in ("count", "p95_ms"))
        for told in value.values()
    )


_SHAPE: Mapping[str, Callable[[Any], bool]] = {
    "time": lambda value: isinstance(value, str),
    "target": lambda value: _are_texts(value, "name", "base_url"),
    "profile": lambda value: isinstance(value, str),
    "clauses": lambda value: _are_texts(value, *value) if isinstance(value, dict) else False,
    "findings": _are_known,
    "missing": _are_known,
    "timings": _are_timings,
}
"""What is read of a line, and what it has to be."""
