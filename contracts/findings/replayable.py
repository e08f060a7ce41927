"""Findings read back from their files: what was changed, cut short or written by another version is told, not guessed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.findings.documents import Unreadable, json_document, read_text, shown
from contracts.findings.finding import FORMAT
from contracts.recipes.recipe import Recipe
from contracts.settings import Mistake

_EXPECTED = "a finding (findings/<id>.json), a finding's id, or a run's report folder"
_TEXTS = ("id", "clause", "operation", "kind")
_ID = re.compile(r"[A-Z]{3}-[0-9]{2}[a-z]?-[0-9a-f]{10}")
_CHANGED = "the file was changed after its run"


@dataclass(frozen=True)
class Replayable:
    """A finding from a file, ready to be asked again."""

    file: str
    finding: Mapping[str, Any]
    recipe: Recipe

    @property
    def id(self) -> str:
        """The finding's id."""
        return str(self.finding["id"])

    @property
    def target(self) -> Mapping[str, str]:
        """Name and base URL of the target that it was met at, where the file says so."""
        told = self.finding.get("target")
        return told if isinstance(told, dict) else {}


def replayables(named: Iterable[str], reports: Path, mistakes: list[Mistake]) -> list[Replayable]:
    """The findings that these names mean: files, ids of the latest run in `reports`, report folders.

    What cannot be read is added to `mistakes`, with file, line and reason.
    """
    found: dict[str, Replayable] = {}
    for name in named:
        for path in _files(name, reports, mistakes):
            try:
                kept = replayable(read_text(path), shown(path))
            except Unreadable as problem:
                mistakes.append(mistake(shown(path), problem))
            else:
                found.setdefault(kept.file, kept)
    return list(found.values())


def mistake(file: str, problem: Unreadable) -> Mistake:
    """What to tell of a file that is no finding."""
    where = file + (f" line {problem.line}" if problem.line else "")
    return Mistake(where, problem.what, _EXPECTED, problem.hint)


def replayable(text: str, file: str) -> Replayable:
    """The finding in a text. Raises Unreadable."""
    document = json_document(text)
    _recognise(document)
    try:
        recipe = Recipe.of_data(document["recipe"])
        known = document["recipe"]["judge"]["by"] in {"status", "checks", "question"}
    except (KeyError, TypeError, ValueError, OSError, EOFError, AttributeError) as problem:
        raise Unreadable(f"its recipe cannot be read ({problem!r})", _CHANGED) from None
    if not known:
        raise Unreadable("its recipe says no way to judge the answers", _CHANGED)
    return Replayable(file, document, recipe)


def _recognise(document: Any) -> None:  # any JSON document
    if not isinstance(document, dict) or "format" not in document or "clause" not in document:
        raise Unreadable("is no finding", "it has no format and no clause")
    version = document["format"]
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise Unreadable(f"has format {version!r}, which is none")
    if version > FORMAT:
        hint = "a later version of contracts has written it; update this one"
        raise Unreadable(f"has format {version}, and this version reads {FORMAT}", hint)
    if version < FORMAT:
        hint = "an earlier version of contracts has written it; run the suite again"
        raise Unreadable(f"has format {version}, which holds no recipe", hint)
    wrong = [name for name in _TEXTS if not isinstance(document.get(name), str)]
    if wrong:
        raise Unreadable(f"its {wrong[0]} is no text", _CHANGED)
    if not isinstance(document.get("recipe"), dict):
        raise Unreadable("it has no recipe", _CHANGED)


def _files(name: str, reports: Path, mistakes: list[Mistake]) -> Iterator[Path]:
    path = Path(name)
    by_id = reports / "latest" / "findings" / f"{name}.json"
    if path.is_dir():
        folder = path if path.name == "findings" else path / "findings"
        if not folder.is_dir():
            mistakes.append(Mistake(name, "holds no findings folder, so it is no report", _EXPECTED))
        yield from sorted(folder.glob("*.json"))
    elif not path.exists() and by_id.exists():
        yield by_id
    elif not path.exists() and _ID.fullmatch(name):
        there = ", ".join(sorted(known.stem for known in by_id.parent.glob("*.json"))) or "none"
        mistakes.append(
            Mistake(name, f"the latest run in {reports} has no such finding", _EXPECTED, f"it has {there}")
        )
    else:
        yield path
