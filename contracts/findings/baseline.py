"""What a run is held against: an earlier run, files of accepted findings, or both; told apart by their content."""

from collections.abc import Sequence
from pathlib import Path

from contracts.findings.accepted import Accepted, Entry, entries_of, is_accepted_file
from contracts.findings.documents import (
    LARGEST_TOML,
    Unreadable,
    json_document,
    looks_like_toml,
    read_text,
    shown,
    toml_document,
)
from contracts.findings.kept import KeptRun, read_run, run_of
from contracts.settings import Mistake

EXPECTED = "a run's report folder, its summary.json, or a file of accepted findings"


def read_baselines(paths: Sequence[Path], mistakes: list[Mistake]) -> tuple[KeptRun | None, Accepted]:
    """The earlier run and the accepted findings that these paths name; what is wrong with any goes to `mistakes`."""
    runs: dict[Path, KeptRun] = {}
    files: dict[Path, tuple[Entry, ...]] = {}
    for path in dict.fromkeys(paths):
        found = _read(path, mistakes)
        if isinstance(found, KeptRun):
            runs[path] = found
        elif found is not None:
            files[path] = found
    if len(runs) > 1:
        where = f"command line: --baseline {' --baseline '.join(map(str, runs))}"
        hint = "`contracts compare` holds two kept runs against each other"
        mistakes.append(Mistake(where, f"{len(runs)} runs", "one run, and any number of other files", hint))
    mistakes += _accepted_twice(files)
    entries = tuple(entry for found in files.values() for entry in found)
    return next(iter(runs.values()), None), Accepted(tuple(map(shown, files)), entries)


def _read(path: Path, mistakes: list[Mistake]) -> KeptRun | tuple[Entry, ...] | None:
    where = f"command line: --baseline {path}"
    try:
        return read_run(path) if path.is_dir() else _recognised(path, where, mistakes)
    except Unreadable as problem:
        place = f"{where} line {problem.line}" if problem.line else where
        mistakes.append(Mistake(place, problem.what, EXPECTED, problem.hint))
        return None


def _recognised(path: Path, where: str, mistakes: list[Mistake]) -> KeptRun | tuple[Entry, ...]:
    """What a file holds, known by its content and not by its name."""
    text = read_text(path)
    if not looks_like_toml(text):
        return run_of(json_document(text), path)
    if len(text) > LARGEST_TOML:
        raise Unreadable(f"is larger than {LARGEST_TOML // 1024 // 1024} MB")
    document = toml_document(text)
    if not is_accepted_file(document):
        raise Unreadable("holds neither a run nor accepted findings")
    return entries_of(text, document, shown(path), where, mistakes)


def _accepted_twice(files: dict[Path, tuple[Entry, ...]]) -> list[Mistake]:
    """Two files that accept one finding: nobody could tell which reason holds, and until when."""
    first: dict[str, Entry] = {}
    mistakes = []
    for path, entries in files.items():
        for entry in entries:
            known = first.setdefault(entry.id, entry)
            if known is not entry:
                where = f"command line: --baseline {path} line {entry.line}"
                mistakes.append(
                    Mistake(where, f"{entry.id} is accepted twice", hint=f"first at {known.where}")
                )
    return mistakes
