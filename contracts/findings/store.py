"""Keeps files whole: a finding is written the moment it is found, completely or not at all, and merged when met again."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def write_text(path: Path, text: str, *, sync: bool = False) -> None:
    """Write a file atomically: a reader, or a kill, meets the old content or the new, never half of it.

    With `sync` so does a power cut: 0.3 ms a file on a fast disk, and a smoke run writes 900.
    Half a surrogate pair, which a JSON text can hold and UTF-8 cannot, is written as its escape.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not tempfile's: its files are their owner's alone, and reports are for other users of a build server too.
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("x", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
            if sync:
                stream.flush()
                os.fsync(stream.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def write_json(path: Path, data: Any, *, sync: bool = False) -> None:  # any JSON document
    """Write a JSON file as `write_text` does."""
    write_text(path, json.dumps(data, indent=2, ensure_ascii=False, default=str) + "\n", sync=sync)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes of the run from reading, changing and writing a file of this folder at the same time."""
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


Finding = dict[str, Any]
Size = tuple[int, int, int]


def size(bodies: Sequence[str], *, fresh: str) -> Size:
    """How much there is to read of a story, by its requests' bodies: how many, without a fresh name, characters in all.

    A story whose names cannot be made fresh (`fresh` stands in none of its bodies) can be told once to a target.
    """
    return len(bodies), sum(fresh not in body for body in bodies), sum(map(len, bodies))


def _size(finding: Mapping[str, Any]) -> Size:
    return size([step.get("body") or "" for step in finding["recipe"]["steps"]], fresh="${RUN")


def keep(folder: Path, finding: Mapping[str, Any]) -> None:
    """Write a finding to `folder/<id>.json`; of several stories of one bug the smallest stays."""
    path = _place(folder, finding["id"])
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        known = read(path) if path.exists() else None
        if known is None or _size(finding) < _size(known):
            write_json(path, finding if known is None else {**finding, **_met(known)}, sync=True)


def retell(folder: Path, finding: Mapping[str, Any]) -> None:
    """Replace a story that was kept by the same one, with more to tell; another one that is kept by now stays.

    One that somebody has deleted in the meantime stays so.
    """
    path = _place(folder, finding["id"])
    with locked(folder):
        known = read(path) if path.exists() else None
        if known is not None and known["exchanges"] == json.loads(json.dumps(finding["exchanges"])):
            write_json(path, {**finding, **_met(known)})


def merge(folder: Path, briefs: Iterable[Mapping[str, Any]]) -> None:
    """Bring how often, when and in which forms each was met into the files that are there."""
    with locked(folder):
        for brief in briefs:
            path = _place(folder, brief["id"])
            if path.exists() and _met(known := read(path)) != _met(brief):
                write_json(path, {**known, **_met(brief)})


def _met(finding: Mapping[str, Any]) -> dict[str, Any]:
    return {name: finding[name] for name in ("count", "forms", "first", "last")}


def _place(folder: Path, finding_id: str) -> Path:
    return folder / f"{finding_id}.json"


def read(path: Path) -> dict[str, Any]:
    """A finding that was kept."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def read_all(folder: Path) -> list[dict[str, Any]]:
    """The findings of a folder, by id."""
    return [read(path) for path in sorted(folder.glob("*.json"))]
