"""Kept runs that are to become one: what is read of each, and whether they are parts of one run at all."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts import __version__, specs
from contracts.clauses.catalogue import load
from contracts.findings.documents import Unreadable, json_document, read_text
from contracts.findings.kept import SUMMARY, run_of
from contracts.plugin.dealing import Shard
from contracts.reporting.outcomes import OUTCOMES, read
from contracts.settings import Mistake
from contracts.settings.loading import MOCK

EXPECTED = "the report folders of one run's shards"
WHOLE = Shard(1, 1)

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A shard of a run, or a run in one piece: its summary, its outcomes, the findings that its folder holds."""

    folder: Path
    told: Data
    shard: Shard
    outcomes: Sequence[Data]
    findings: Sequence[Data]

    @property
    def name(self) -> str:
        """As people call it."""
        return "the run" if self.shard == WHOLE else f"shard {self.shard}"

    @property
    def was_interrupted(self) -> bool:
        """Whether somebody ended it, be it by a kill."""
        return not self.told["complete"] or self.told["exit_code"] == 130


def read_part(path: Path) -> Part:
    """The run whose report folder (or summary) `path` is. Raises Unreadable."""
    file = path / SUMMARY if path.is_dir() else path
    told = json_document(read_text(file))
    run_of(told, file)
    lacking = [name for name in _NEEDED if name not in told]
    if lacking:
        raise Unreadable(f"its {SUMMARY} has no {lacking[0]}", "an older version of contracts has written it")
    shard = WHOLE if told["shard"] is None else _shard(told["shard"])
    outcomes = _outcomes(file.parent / OUTCOMES, told)
    return Part(file.parent, told, shard, outcomes, _findings(file.parent / "findings", told))


_NEEDED = (
    *("shard", "complete", "cut_short", "exit_code", "questions", "in_flight", "mark", "versions", "digests"),
    *("duration_s", "budget", "notices", "lost", "broke", "unwritten", "clauses_asked_for"),
)


def _shard(text: Any) -> Shard:  # any JSON value
    try:
        return Shard.parse(str(text))
    except ValueError as problem:
        raise Unreadable(str(problem), "the file was changed after its run") from None


def _outcomes(path: Path, told: Data) -> list[Data]:
    """What its questions did. A run that was lost before its first one has no such file."""
    asked = sum(told["questions"].values())
    if not asked and not path.exists():
        return []
    try:
        lines = list(read(path))
    except Unreadable as problem:
        raise Unreadable(f"its {OUTCOMES}: {problem.what}", problem.hint, line=problem.line) from None
    found = [line["outcome"] for line in lines if "outcome" in line]
    if len(found) < len(lines):
        raise Unreadable("is a campaign", "`contracts fuzz` folds its shards by itself")
    if len(found) < asked:
        raise Unreadable(f"its {OUTCOMES} lacks {asked - len(found)} of {asked} questions")
    return found


def _findings(folder: Path, told: Data) -> list[Data]:
    """The stories of what it found. A part that was killed may have written more of them than it told of."""
    found = [_finding(path) for path in sorted(folder.glob("*.json"))]
    lacking = {finding["id"] for finding in told["findings"]} - {story["id"] for story in found}
    if lacking and "findings" not in told["unwritten"]:
        raise Unreadable(f"its findings/{min(lacking)}.json is missing", "keep the whole folder of a shard")
    return found


def _finding(path: Path) -> Data:
    try:
        found = json_document(read_text(path))
    except Unreadable as problem:
        where = f"its findings/{path.name}: {problem.what}"
        raise Unreadable(where, problem.hint, line=problem.line) from None
    if not isinstance(found, dict) or not {"id", "recipe", "exchanges"} <= found.keys():
        raise Unreadable(f"its findings/{path.name}: is no finding")
    return found


def apart(parts: Sequence[Part]) -> Iterator[Mistake]:
    """Why these are no parts of one run that can be told here: each difference, and each shard that is there twice."""
    if not parts:
        return
    yield from _differ(parts[0], _here(), "here")
    for part in parts[1:]:
        yield from _differ(part, _identity(parts[0]), f"in {parts[0].folder}")
    times = Counter(part.shard for part in parts)
    for part in parts:
        if times[part.shard] > 1:
            what = f"is {part.name}, of which there are {times[part.shard]}"
            yield Mistake(_where(part), what, "each shard once", "one run in one piece is merged by itself")


def _differ(part: Part, identity: Mapping[str, str], where: str) -> Iterator[Mistake]:
    for what, value in _identity(part).items():
        expected = identity.get(what, value)
        if value != expected:
            yield Mistake(_where(part), f"its {what} is {value}, and {expected} {where}", EXPECTED)


def _where(part: Part) -> str:
    return f"command line: {part.folder}"


def _identity(part: Part) -> dict[str, str]:
    """What is the same in all parts of a run. Of what it was made with, Python's own version draws nothing."""
    told = part.told
    target = told["target"]
    # Each job has an embedded mock of its own.
    at = () if target["name"] == MOCK else (target["base_url"], target["assets_base_url"])
    return {
        "target": " ".join((target["name"], *at)),
        "profile": told["profile"],
        "seed": str(told["seed"]),
        "selection": told["clauses_asked_for"] or "all clauses",
        "number of shards": str(part.shard.of),
        **{f"version of {name}": text for name, text in told["versions"].items() if name != "python"},
        **{f"digest of {name}": text for name, text in told["digests"].items()},
    }


def _here() -> dict[str, str]:
    """What has to be the same where verdicts are made of outcomes."""
    return {
        "version of contracts": __version__,
        "digest of clauses": load().digest(),
        "digest of openapi": specs.digest(),
    }
