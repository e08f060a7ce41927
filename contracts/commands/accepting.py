"""`contracts baseline add` and `prune`: findings into the file of accepted ones, and outdated entries out of it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from contracts.findings.acceptance import Done, Judged, judge
from contracts.findings.accepted import FINDING_ID, Accepted, Entry, entries_of
from contracts.findings.accepted_text import append, without
from contracts.findings.documents import (
    LARGEST_TOML,
    Unreadable,
    json_document,
    read_text,
    shown,
    toml_document,
)
from contracts.findings.finding import FORMAT
from contracts.findings.kept import SUMMARY, KeptRun, read_run
from contracts.findings.store import write_text
from contracts.plugin import questions
from contracts.settings import Mistake, SettingsProblem

LATEST = "latest"


@dataclass(frozen=True)
class Decision:
    """What people say of the findings that they accept."""

    reason: str
    owner: str = ""
    ticket: str = ""
    expires: date | None = None
    sometimes: bool = False


def until(text: str, today: date) -> date:
    """A day that is still to come, from `2026-12-31` or `30d`. Raises ValueError."""
    days = re.fullmatch(r"(\d{1,4})d", text.strip())
    day = today + timedelta(days=int(days[1])) if days else date.fromisoformat(text.strip())
    if day < today:
        raise ValueError(f"{day} is over")
    return day


def add(named: Sequence[str], decision: Decision, file: Path, report_dir: Path) -> list[str]:
    """Write an entry for each finding; says what it did. Raises SettingsProblem, and then has written nothing."""
    mistakes: list[Mistake] = []
    if not decision.reason.strip():
        mistakes.append(
            Mistake("command line: --reason", "is empty", "why this is accepted, for whoever reads it later")
        )
    text, entries = _accepted_in(file, mistakes)
    found = {finding["id"]: finding for name in named for finding in _findings(name, report_dir, mistakes)}
    if mistakes:
        raise SettingsProblem(mistakes)
    known = {entry.id: entry for entry in entries}
    fresh = [finding for finding in found.values() if finding["id"] not in known]
    if fresh:
        _write(file, append(text, [_entry(finding, decision) for finding in fresh]))
    return list(_added(found, known, file))


def _added(found: Mapping[str, Any], known: Mapping[str, Entry], file: Path) -> Iterator[str]:
    for id, finding in found.items():
        if id in known:
            yield f"known     {id}: accepted already, {known[id].where}; nothing is changed"
        else:
            yield f"accepted  {id}  {finding['kind']}"
    if not found:
        yield "nothing to accept: there are no violations"
    elif found.keys() - known.keys():
        yield f"{shown(file)}: give it to `contracts verify --baseline`"


def _entry(finding: Mapping[str, Any], decision: Decision) -> dict[str, Any]:
    """An entry as it is written: the people's part first, then what tells when it is gone."""
    return {
        "id": finding["id"],
        "reason": decision.reason.strip(),
        "owner": decision.owner,
        "ticket": decision.ticket,
        "expires": decision.expires,
        "clause": finding["clause"],
        "operation": finding["operation"],
        "kind": finding["kind"],
        "question": finding.get("asked_by", ""),
        "profile": finding.get("profile", ""),
        "seed": finding.get("seed"),
        "sometimes": decision.sometimes or None,
    }


def _accepted_in(file: Path, mistakes: list[Mistake]) -> tuple[str, tuple[Entry, ...]]:
    """The text and the entries of the file; nothing where it is still to be made."""
    if not file.exists():
        return "", ()
    try:
        text = read_text(file, LARGEST_TOML)
        return text, entries_of(text, toml_document(text), shown(file), str(file), mistakes)
    except Unreadable as problem:
        mistakes.append(_mistake(str(file), problem, "a file of accepted findings"))
        return "", ()


def _mistake(where: str, problem: Unreadable, expected: str) -> Mistake:
    return Mistake(
        f"{where} line {problem.line}" if problem.line else where, problem.what, expected, problem.hint
    )


def _findings(name: str, report_dir: Path, mistakes: list[Mistake]) -> list[Mapping[str, Any]]:
    """The findings that a word of the command line names: one, or all violations of a run."""
    path = Path(name)
    try:
        if path.is_dir() or path.name == SUMMARY:
            return [finding for finding in _of_run(read_run(path)) if not finding["advisory"]]
        if not path.exists() and FINDING_ID.fullmatch(name):
            return [_in_latest(name, report_dir)]
        return [_read_finding(path)]
    except Unreadable as problem:
        expected = "findings/<id>.json, an id of the latest run, or a run's report folder"
        mistakes.append(_mistake(name, problem, expected))
        return []


def _of_run(run: KeptRun) -> list[Mapping[str, Any]]:
    return [{**finding, "profile": run.profile, "seed": run.seed} for finding in run.findings]


def _in_latest(id: str, report_dir: Path) -> Mapping[str, Any]:
    """A finding of the latest run. Raises Unreadable."""
    latest = report_dir / LATEST
    if not latest.exists():
        raise Unreadable(f"there is no run in {report_dir} that it could be looked up in", "see --report-dir")
    found = {finding["id"]: finding for finding in _of_run(read_run(latest))}
    if id not in found:
        told = latest / "findings" / f"{id}.json"
        if told.exists():  # a kill leaves findings that its summary does not list yet
            return _read_finding(told)
        raise Unreadable(
            f"the latest run has no such finding ({shown(latest)})", f"it has {', '.join(found) or 'none'}"
        )
    return found[id]


def _read_finding(path: Path) -> Mapping[str, Any]:
    """A finding from its file. Raises Unreadable."""
    document = json_document(read_text(path))
    if not isinstance(document, dict) or not isinstance(document.get("id"), str):
        raise Unreadable("is no finding")
    version = document.get("format")
    if type(version) is int and version > FORMAT:
        what = f"has format {version}, and this version reads up to {FORMAT}"
        raise Unreadable(what, "a later version of contracts has written it; update this one")
    texts = ("id", "clause", "operation", "kind", "asked_by", "profile")
    wrong = [name for name in texts if not isinstance(document.get(name), str)]
    wrong += ["seed"] if type(document.get("seed")) is not int else []
    wrong += ["id"] if not FINDING_ID.fullmatch(document["id"]) else []
    if wrong:
        raise Unreadable(
            f"is no finding that this version has written: see its {', '.join(dict.fromkeys(wrong))}"
        )
    return document


def prune(file: Path, run: Path) -> list[str]:
    """Take out what a run shows as expired, stale or matching nothing; says what. Raises SettingsProblem."""
    mistakes: list[Mistake] = []
    if not file.exists():
        mistakes.append(Mistake(str(file), "there is no such file", "a file of accepted findings"))
    text, entries = _accepted_in(file, mistakes)
    kept = _run(run, mistakes)
    if mistakes or kept is None:
        raise SettingsProblem(mistakes)
    done = Done(kept.by_id, kept.asked or {}, kept.profile, kept.seed, whole=kept.whole)
    accepted = Accepted((str(file),), entries, questions.functions())
    outdated = judge(accepted, done, datetime.now(UTC).date()).outdated
    if outdated:
        _take_out(file, text, entries, {judged.entry.id for judged in outdated})
    return list(_pruned(outdated, len(entries), file, kept))


def _run(path: Path, mistakes: list[Mistake]) -> KeptRun | None:
    try:
        return read_run(path)
    except Unreadable as problem:
        mistakes.append(_mistake(str(path), problem, "a run's report folder, or its summary.json"))
        return None


def _take_out(file: Path, text: str, entries: Sequence[Entry], ids: Iterable[str]) -> None:
    places = [place for place, entry in enumerate(entries) if entry.id in ids]
    try:
        _write(file, without(text, places))
    except Unreadable as problem:
        raise SettingsProblem([_mistake(str(file), problem, "")]) from None


def _write(file: Path, text: str) -> None:
    """Write the file in one step; a link to it stays one. Raises SettingsProblem."""
    try:
        write_text(file.resolve(), text)
    except OSError as problem:
        raise SettingsProblem([Mistake(str(file), f"cannot be written: {problem.strerror}")]) from None


def _pruned(outdated: Sequence[Judged], number: int, file: Path, run: KeptRun) -> Iterator[str]:
    for judged in outdated:
        yield f"taken out  {judged.entry.id}: {judged.why}"
        yield f"           {judged.entry.reason}"
    left = number - len(outdated)
    yield f"{shown(file)}: {len(outdated)} taken out, {left} left, by what {run.file} shows"
    if run.asked is None:
        yield "note: this run does not say which questions it asked, so only expired entries could be told"
