"""What stands at the top of the page: the verdict, why in one sentence, and the command that repeats the run."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from contracts.reporting.counted import counted

# The worst first: the order in which the page counts, draws and offers them.
VERDICTS = {
    "broken": "broken",
    "violated": "violated",
    "unknown": "unknown",
    "warned": "warned",
    "held": "held",
    "observed": "observed",
    "not_applicable": "not applicable",
    "not_exercised": "not exercised",
}
_STAMP = re.compile(r"(\d{8}T\d{6}Z)-")
_EMBEDDED = "mock"
_RECORDED = "recorded"


def why(run: Mapping[str, Any]) -> str:
    """The reason for the verdict and the exit code, in one sentence."""
    told = ", ".join(_reasons(run))
    return f"{told[:1].upper()}{told[1:]}."


def _reasons(run: Mapping[str, Any]) -> Iterator[str]:
    if run.get("broke"):
        yield "the suite itself broke"
    if run.get("lost"):
        yield "the target was lost"
    if run["exit_code"] == 130:
        yield "the run was interrupted: this is what was seen so far"
    counts = count_verdicts(run["clauses"].values())
    asked = sum(row["exercised"] > 0 for row in run["clauses"].values())
    if counts["broken"]:
        yield f"{counted(counts['broken'], 'clause')} could not be judged because of a bug of ours"
    if counts["violated"]:
        yield f"{counts['violated']} of {counted(asked, 'clause')} put to the test {_are(counts['violated'])} violated"
        yield from _by_findings(run)
    elif asked:
        yield f"none of the {counted(asked, 'clause')} put to the test is violated"
    else:
        yield "nothing was put to the test"
    if counts["warned"]:
        yield f"{counted(counts['warned'], 'convention')} {_are(counts['warned'])} not followed"
    accepted = run.get("accepted") or {}
    outdated = sum(len(accepted.get(state, ())) for state in ("expired", "stale", "unmatched"))
    if outdated:
        yield f"{counted(outdated, 'accepted entry', 'accepted entries')} {_are(outdated)} out of date"


def _by_findings(run: Mapping[str, Any]) -> Iterator[str]:
    found = [finding for finding in run["findings"] if not finding["advisory"]]
    accepted = sum(bool(finding.get("accepted")) for finding in found)
    part = ""
    if accepted:
        part = " (all accepted)" if accepted == len(found) else f" ({accepted} accepted)"
    yield f"by {counted(len(found), 'finding')}{part}"


def count_verdicts(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many clauses came to each verdict, the worst verdict first."""
    counts = dict.fromkeys(VERDICTS, 0)
    for row in rows:
        counts[row["verdict"]] += 1
    return counts


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def repeat(run: Mapping[str, Any]) -> str:
    """The command that asks the same again: same target, profile, seed and selection; none where nothing was asked, or by many seeds."""
    if run["profile"] == _RECORDED or run.get("campaign"):
        return ""
    target = run["target"]
    variables = []
    if target["name"] != _EMBEDDED:
        variables.append(f"BASE_URL={shlex.quote(target['base_url'])}")
        if target["assets_base_url"] != target["base_url"]:
            variables.append(f"ASSETS_BASE_URL={shlex.quote(target['assets_base_url'])}")
    selection = ["--clauses", shlex.quote(run["clauses_asked_for"])] if run.get("clauses_asked_for") else []
    shard = ["--shard", run["shard"]] if run.get("shard") else []
    effort = ["--profile", run["profile"], "--seed", str(run["seed"])]
    return " ".join([*variables, "contracts", "verify", *effort, *selection, *shard])


def began(folder: str) -> datetime | None:
    """When the run began, as the name of its report folder has it."""
    stamp = _STAMP.search(folder.rstrip("/").rpartition("/")[2])
    if stamp is None:
        return None
    return datetime.strptime(stamp.group(1), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
