"""What the terminal says of a run beside others: enough to act on, nothing that floods it, nothing that deceives."""

from datetime import date
from typing import Any

from contracts.findings.acceptance import Judged, Standing
from contracts.findings.accepted import Accepted, Entry
from contracts.reporting.beside import accepted_as, history_of, memory, standing
from contracts.reporting.memory import nothing
from tests.fixtures.kept_runs import ID

GONE = {
    "id": ID,
    "clause": "AST-06",
    "operation": "createAsset",
    "kind": "the symbol exists: 200",
    "last": "2026-11-20T10",
}


def entry(**changes: Any) -> Entry:
    plain: dict[str, Any] = {"id": ID, "reason": "known", "file": "accepted.toml", "line": 6}
    return Entry(**(plain | changes))


def remembered(**changes: Any) -> dict[str, Any]:
    return nothing([]) | {"runs": 3} | changes


def said(told: dict[str, Any] | None) -> list[str]:
    return [line.plain for line in memory(told)]


def test_nothing_is_said_where_nothing_is_known() -> None:
    """A first run that talks about others; or accepted findings where nobody gave any."""
    assert said(None) == []
    assert list(standing(Accepted(), Standing())) == []
    assert history_of(ID, None) == history_of(ID, nothing(["a notice"])) == ""


def test_what_changed_since_the_last_runs() -> None:
    """A bug that was mended, a promise that was broken, an API that got slow: and nobody is told."""
    lines = said(
        remembered(
            new=["a", "b"],
            fixed=[GONE],
            not_met=[{**GONE, "why": "it comes and goes"}],
            regressed=["AST-05", "AST-06"],
            drift=[{"operation": "createAsset", "before_p95_ms": 4.04, "p95_ms": 12.0, "ratio": 2.97}],
            notices=["history.jsonl line 2: is no JSON; left out"],
        )
    )
    assert lines == [
        "fixed    AST-06  createAsset: the symbol exists: 200  (last met 2026-11-20)",
        "not met  AST-06  createAsset: the symbol exists: 200  (last met 2026-11-20; it comes and goes)",
        "regressed  AST-05, AST-06: held in the last run that asked as hard",
        "slower   createAsset: p95 12.0 ms, 4.0 ms in earlier runs",
        "memory:  2 new, 1 fixed, beside 3 earlier runs of this target",
        "note: history.jsonl line 2: is no JSON; left out",
    ]
    assert said(remembered(runs=1)) == ["memory:  nothing new, beside 1 earlier run of this target"]


def test_a_finding_says_how_long_it_is_known() -> None:
    """A finding of today that nobody can tell from one of last spring."""
    long = [{"id": ID, "since": "2026-04-01T10:00:00+00:00", "runs": 40}]
    assert history_of(ID, remembered(new=[ID])) == ", new"
    assert history_of(ID, remembered(known=[ID])) == ", known"
    assert history_of(ID, remembered(known=[ID], flaky=[ID])) == ", known, comes and goes"
    assert history_of(ID, remembered(known=[ID], long_standing=long)) == ", in 40 runs since 2026-04-01"


def test_outdated_entries_say_why_and_what_helps() -> None:
    """An exit code of 1 that nobody can explain."""
    accepted = Accepted(("accepted.toml",), (entry(), entry()))
    stale = Standing(
        stale=(Judged(entry(), "it was asked for and not met"),), unmet=(Judged(entry(), "by chance"),) * 2
    )
    assert [line.plain for line in standing(accepted, stale)] == [
        f"stale    {ID}  it was asked for and not met  (accepted.toml line 6)",
        f"not met  {ID}, {ID}: by chance",
        "accepted: 2 findings in accepted.toml: 0 met, 1 outdated",
        "          `contracts baseline prune` takes the outdated ones out; they fail the run",
    ]


def test_no_list_floods_the_terminal() -> None:
    """Five hundred lines after which nobody finds the verdict."""
    many = Standing(stale=(Judged(entry(), "not met"),) * 500)
    assert len(list(standing(Accepted(("accepted.toml",)), many))) < 30
    unmet = Standing(unmet=(Judged(entry(), "by chance"),) * 500)
    assert max(len(line.plain) for line in standing(Accepted(("accepted.toml",)), unmet)) < 600
    assert len(said(remembered(fixed=[GONE] * 500))) < 20


def test_why_a_finding_is_accepted() -> None:
    """An excuse without a name; or one that writes the terminal's lines itself."""
    assert accepted_as(entry()) == "known"
    full = entry(owner="me", ticket="T-1", expires=date(2026, 12, 31))
    assert accepted_as(full) == "known (me, T-1, until 2026-12-31)"
    assert "\x1b" not in accepted_as(entry(reason="\x1b[2Jall is well"))
