"""What a run is held against: an earlier run, read from its summary; and what is wrong with a file that is none."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.asking.record import Seen
from contracts.settings import Mistake

SUMMARY = "summary.json"
# Of the summaries that this version writes, and of the newest that it reads.
SUMMARY_FORMAT = 1

Told = Seen | list[Seen]
"""What was seen: one value, or a list of them where the answers to one question differed."""
Behaviour = Mapping[str, Mapping[str, Told]]
"""By clause: what was looked at, and what was seen."""


@dataclass(frozen=True)
class Baseline:
    """An earlier run, as far as a later one is compared with it."""

    file: str
    target: str
    base_url: str
    profile: str
    observations: Behaviour


def read_baseline(path: Path, mistakes: list[Mistake]) -> Baseline | None:
    """The run whose folder or summary `path` is; None where it is neither, and `mistakes` then says why."""
    try:
        document = _document(path)
        _recognise(document)
    except _NoBaseline as problem:
        where = f"command line: --baseline {path}" + (f" line {problem.line}" if problem.line else "")
        mistakes.append(
            Mistake(where, problem.what, "a run's report folder, or its summary.json", problem.hint)
        )
        return None
    return Baseline(
        file=_name(path),
        target=document["target"]["name"],
        base_url=document["target"]["base_url"],
        profile=document["profile"],
        observations=document["observations"],
    )


class _NoBaseline(ValueError):
    """A file is no baseline: what is wrong, in which line if in one, and what helps."""

    def __init__(self, what: str, hint: str = "", *, line: int | None = None) -> None:
        super().__init__(what)
        self.what, self.hint, self.line = what, hint, line


def _name(path: Path) -> str:
    """The file behind `reports/latest`, which will point elsewhere by the time that somebody reads it."""
    file = (path / SUMMARY if path.is_dir() else path).resolve()
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


def _document(path: Path) -> Any:  # any JSON document
    """The JSON document in a file, or in the summary of a folder."""
    try:
        return json.loads((path / SUMMARY if path.is_dir() else path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        missing = f"there is no {SUMMARY} in this folder" if path.is_dir() else "there is no such file"
        raise _NoBaseline(missing) from None
    except OSError as error:
        raise _NoBaseline(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _NoBaseline("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _NoBaseline(_no_json(error), line=error.lineno) from None
    except (ValueError, RecursionError):  # digits or levels beyond what the interpreter takes
        raise _NoBaseline("is no summary of a run") from None


def _no_json(error: json.JSONDecodeError) -> str:
    """Why a text is no JSON; one that breaks off was copied or written in part, one that is empty never was."""
    if not error.doc.strip():
        return "is empty"
    rest = error.doc[error.pos :]
    if not rest.strip() or error.msg.startswith("Unterminated string"):
        return "ends in the middle of its JSON"
    return f"is no JSON: {error.msg[0].lower()}{error.msg[1:]} (column {error.colno})"


def _recognise(document: Any) -> None:  # any JSON document
    """Know the summary of a run by its content; raises _NoBaseline for any other document."""
    lacking = [name for name in _SHAPE if name not in document] if isinstance(document, dict) else [*_SHAPE]
    if "format" in lacking or "clauses" in lacking:
        raise _NoBaseline("is no summary of a run", f"it has no {' and no '.join(lacking)}")
    if _is_number(document["format"]) and document["format"] > SUMMARY_FORMAT:
        what = f"has format {document['format']}, and this version reads up to {SUMMARY_FORMAT}"
        raise _NoBaseline(what, "a later version of contracts has written it; update this one")
    for name, (fits, expected) in _SHAPE.items():
        if name not in document or not fits(document[name]):
            raise _NoBaseline(f"its {name} is not {expected}", "the file was changed after its run")


def _is_number(value: Any) -> bool:  # any JSON value
    return isinstance(value, int) and not isinstance(value, bool)


def _is_target(value: Any) -> bool:  # any JSON value
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in ("name", "base_url"))


def _is_behaviour(value: Any) -> bool:  # any JSON value
    if not isinstance(value, dict) or not all(isinstance(seen, dict) for seen in value.values()):
        return False
    return all(_is_told(told) for seen in value.values() for told in seen.values())


def _is_told(value: Any) -> bool:  # any JSON value
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(isinstance(each, Seen) for each in values)


_SHAPE: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "format": (lambda value: _is_number(value) and value > 0, "a number from 1 on"),
    "clauses": (lambda value: isinstance(value, dict), "an object"),
    "target": (_is_target, "an object with name and base_url"),
    "profile": (lambda value: isinstance(value, str), "a text"),
    "observations": (_is_behaviour, "an object of what was seen, by clause"),
}
"""What this version reads of a summary: the members that are needed, and what each has to be."""
