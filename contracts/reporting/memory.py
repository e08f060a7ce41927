"""What earlier runs of the same target say about this one: new, known, fixed and flaky findings, what got worse."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from contracts.findings.asked import Asked, asks_less, by_chance, was_asked
from contracts.reporting.drift import MOST_RUNS, drift
from contracts.reporting.history import HISTORY_FORMAT, Record, opened
from contracts.settings.loading import MOCK

# Of the runs that asked for a finding, so many are remembered.
TRAIL = 10
# Of findings that a run did not meet, so many are carried on: one broken night must not make every later line 0.2 MB long.
CARRIED = 100
# Reports of many targets may share one history: so many lines are looked at for runs of this one.
LOOKED_AT = 1000
# Long enough that somebody should decide: mend it or accept it.
LONG_RUNS, LONG_TIME, LONG_TIME_RUNS = 5, timedelta(days=7), 2
_FLICKERED = re.compile("10+1")
_UNBROKEN = frozenset({"held", "warned"})


@dataclass(frozen=True)
class Known:
    """A finding as a line of the history remembers it.

    `trail` has a digit for each run that asked for it, the newest last: 1 where it was met. `runs` counts all that met it.
    """

    id: str
    clause: str
    operation: str
    kind: str
    advisory: bool
    question: str
    profile: str
    since: str
    last: str
    runs: int
    trail: str

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Known":
        """As a line of the history has it; what a later version adds is left alone."""
        return cls(**{name: data[name] for name in cls.__dataclass_fields__})

    @classmethod
    def first_met(cls, finding: Mapping[str, Any], profile: str, now: str) -> "Known":
        """A finding of this run that no earlier one knows."""
        told = {name: finding[name] for name in ("id", "clause", "operation", "kind", "advisory")}
        question = finding.get("asked_by", "")
        return cls(**told, question=question, profile=profile, since=now, last=now, runs=1, trail="1")

    def met(self, finding: Mapping[str, Any], profile: str, now: str) -> "Known":
        """Met again."""
        where = {"question": finding.get("asked_by", self.question), "profile": profile}
        return replace(self, **where, last=now, runs=self.runs + 1, trail=(self.trail + "1")[-TRAIL:])

    def missed(self) -> "Known":
        """Asked for, and not met."""
        return replace(self, trail=(self.trail + "0")[-TRAIL:])

    @property
    def flickers(self) -> bool:
        """Whether it was met, then not, then again."""
        return bool(_FLICKERED.search(self.trail))


def remember(
    path: Path, summary: Mapping[str, Any], asked: Asked, *, folder: str, now: datetime
) -> dict[str, Any] | None:
    """Add this run to the history, and say what the earlier ones tell; None without any. Raises OSError."""
    with opened(path) as history:
        is_same = _same_target(summary["target"])
        earlier = _enough(
            (
                record
                for record in islice(history.backwards(), LOOKED_AT)
                if is_same(record) and not _is_this_run(record, summary, folder)
            ),
            summary,
        )
        known = _known(earlier[0]) if earlier else {}
        time = now.isoformat(timespec="seconds")
        met = _met(summary, known, time)
        missing = [_looked_for(known[id], asked, summary["profile"]) for id in known if id not in met]
        history.append(_line(summary, met.values(), missing, folder=folder, time=time))
        if not earlier:
            return nothing(history.notices) if history.notices else None
        return {
            "runs": len(earlier),
            **_told(met, missing, known, now),
            "regressed": _regressed(summary, earlier),
            "drift": drift(
                summary["timings"], [record["timings"] for record in earlier if _as_hard(record, summary)]
            ),
            "notices": history.notices,
        }


def nothing(notices: list[str]) -> dict[str, Any]:
    """What is said where no earlier run can be looked at, and why."""
    told: dict[str, Any] = {
        name: [] for name in ("new", "known", "flaky", "long_standing", "fixed", "not_met")
    }
    return {"runs": 0, **told, "regressed": [], "drift": [], "notices": notices}


def _same_target(target: Mapping[str, str]) -> Callable[[Record], bool]:
    """Whether a run asked this target; an embedded mock has another address each time."""

    def is_same(record: Record) -> bool:
        other = record["target"]
        moved = target["name"] != MOCK and other["base_url"] != target["base_url"]
        return bool(other["name"] == target["name"]) and not moved

    return is_same


def _is_this_run(record: Record, summary: Mapping[str, Any], folder: str) -> bool:
    """An earlier sitting of the same campaign, or an earlier merge of the same shards, is no earlier run."""
    if summary.get("campaign"):
        return record.get("folder") == folder
    return "mark" in record and record["mark"] == summary["mark"]


def _enough(records: Iterable[Record], summary: Mapping[str, Any]) -> list[Record]:
    """The earlier runs, the newest first, until there are enough that asked as hard as this one."""
    found: list[Record] = []
    as_hard = 0
    for record in records:
        found.append(record)
        as_hard += _as_hard(record, summary)
        if as_hard == MOST_RUNS:
            break
    return found


def _as_hard(record: Record, summary: Mapping[str, Any]) -> bool:
    """Whether times compare: another profile or selection puts the target under another load."""
    same_selection = record.get("selection") == summary["clauses_asked_for"]
    return bool(record["profile"] == summary["profile"]) and same_selection


def _known(record: Record) -> dict[str, Known]:
    """What the last run knew: each line carries on what the ones before it had found."""
    known = (Known.read(data) for data in (*record["findings"], *record["missing"]))
    return {finding.id: finding for finding in known if "1" in finding.trail}


def _met(summary: Mapping[str, Any], known: Mapping[str, Known], now: str) -> dict[str, Known]:
    profile = summary["profile"]
    return {
        finding["id"]: known[finding["id"]].met(finding, profile, now)
        if finding["id"] in known
        else Known.first_met(finding, profile, now)
        for finding in summary["findings"]
    }


def _looked_for(known: Known, asked: Asked, profile: str) -> Known:
    """A finding that this run did not meet; where it was not asked for as hard as it was met, nothing is known."""
    looked = was_asked(asked, known.question, known.clause) and not asks_less(profile, known.profile)
    return known.missed() if looked else known


def _line(
    summary: Mapping[str, Any], met: Iterable[Known], missing: Iterable[Known], *, folder: str, time: str
) -> dict[str, Any]:
    """The run as the history keeps it."""
    same = (
        "profile",
        "seed",
        "mark",
        "verdict",
        "exit_code",
        "duration_s",
        "requests",
        "cases",
        "versions",
    )
    return {
        "format": HISTORY_FORMAT,
        "time": time,
        "folder": folder,
        "target": {name: summary["target"][name] for name in ("name", "base_url")},
        "selection": summary["clauses_asked_for"],
        "cut_short": summary.get("cut_short", False),
        **{name: summary[name] for name in same},
        "clauses": {id: row["verdict"] for id, row in summary["clauses"].items()},
        "findings": [asdict(known) for known in met],
        "missing": [asdict(known) for known in _worth_keeping(missing)],
        "timings": {
            operation: {"count": told["count"], "p95_ms": told["p95_ms"]}
            for operation, told in summary["timings"].items()
        },
    }


def _worth_keeping(missing: Iterable[Known]) -> list[Known]:
    """What later runs may ask for again, the last met first."""
    open_still = [known for known in missing if "1" in known.trail]
    return sorted(open_still, key=lambda known: known.last, reverse=True)[:CARRIED]


def _told(
    met: Mapping[str, Known], missing: Sequence[Known], known: Mapping[str, Known], now: datetime
) -> dict[str, Any]:
    """How this run's findings stand to those that were known before."""
    gone = [finding for finding in missing if finding.trail.endswith("10") and finding != known[finding.id]]
    unsure = [finding for finding in gone if _unsure(finding)]
    return {
        "new": [id for id in met if id not in known],
        "known": [id for id in met if id in known],
        "flaky": [id for id, finding in met.items() if finding.flickers],
        "long_standing": [_since(finding) for finding in met.values() if _is_long(finding, now)],
        "fixed": [_gone(finding) for finding in gone if finding not in unsure],
        "not_met": [{**_gone(finding), "why": _unsure(finding)} for finding in unsure],
    }


def _unsure(finding: Known) -> str:
    """Why a finding that was looked for in vain may be there still."""
    if finding.flickers:
        return "it comes and goes"
    return "its question finds it by chance" if by_chance(finding.question, finding.clause) else ""


def _gone(finding: Known) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in ("id", "clause", "operation", "kind", "last")}


def _since(finding: Known) -> dict[str, Any]:
    return {"id": finding.id, "since": finding.since, "runs": finding.runs}


def _is_long(finding: Known, now: datetime) -> bool:
    try:
        age = now - datetime.fromisoformat(finding.since)
    except (ValueError, TypeError):  # somebody edited the file
        age = timedelta()
    return finding.runs >= LONG_RUNS or (age >= LONG_TIME and finding.runs >= LONG_TIME_RUNS)


def _regressed(summary: Mapping[str, Any], earlier: Sequence[Record]) -> list[str]:
    """The clauses that are violated now, and were not in the last run that put them to the test, asking as hard or harder.

    A run that was cut short may have called a clause held before it came to the question that breaks it.
    """
    harder = [
        record
        for record in earlier
        if not asks_less(record["profile"], summary["profile"]) and not record.get("cut_short")
    ]
    red = [id for id, row in summary["clauses"].items() if row["verdict"] == "violated"]
    return [id for id in red if _last_verdict(id, harder) in _UNBROKEN]


def _last_verdict(clause: str, earlier: Sequence[Record]) -> str:
    told = (record["clauses"].get(clause, "") for record in earlier)
    return next((verdict for verdict in told if verdict in {*_UNBROKEN, "violated"}), "")
