"""`contracts merge` on runs made by hand: what adds up, what was not asked, what is no part of one run."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.clauses.catalogue import load
from contracts.commands.merging import merge
from contracts.findings import store
from contracts.reporting import outcomes
from contracts.reporting.keeper import LedgerKeeper
from contracts.reporting.ledger import Ledger
from contracts.settings import SettingsProblem
from tests.fixtures.outcomes import finding, outcome, plan

FOUND = finding("AST-06")
GREEN = outcome("AST-05", question="test_assets.py::test_green", chances=2, requests=3, cases=3)
RED = outcome("AST-06", question="test_assets.py::test_red", violations=[FOUND])


def kept(
    parent: Path, *told: dict[str, Any], shard: str | None, complete: bool = True, **changes: Any
) -> Path:
    """The report folder of a shard that was told these outcomes; `changes` replace parts of its summary."""
    folder = parent / f"shard-{shard}".replace("/", "of")
    (folder / "findings").mkdir(parents=True)
    keeper = LedgerKeeper(Ledger(load()), plan(shard=shard), folder)
    for each in told:
        keeper.take(each)
        for found in each["violations"]:
            store.keep(folder / "findings", story(**found))
    keeper.write(complete=complete)
    rewrite(folder, **changes)
    return folder


def rewrite(folder: Path, **changes: Any) -> None:
    """Change a kept summary."""
    file = folder / "summary.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**told, **changes}), encoding="utf-8")


def merged(tmp_path: Path, *parts: Path) -> dict[str, Any]:
    """The summary of what these are merged to, whose exit code is that of the command."""
    code = merge(parts, tmp_path / "reports")
    told: dict[str, Any] = json.loads((tmp_path / "reports" / "latest" / "summary.json").read_text("utf-8"))
    assert told["exit_code"] == code
    return told


def test_shards_add_up(tmp_path: Path) -> None:
    """A shard that is counted twice, or whose chances get lost; or a merged report that is called a shard's."""
    told = merged(tmp_path, kept(tmp_path, RED, GREEN, shard="2/2"), kept(tmp_path, GREEN, shard="1/2"))
    assert {id: row["exercised"] for id, row in told["clauses"].items() if row["exercised"]} == {
        "AST-05": 4,
        "AST-06": 1,
    }
    assert (told["requests"], told["cases"], told["questions"]) == (7, 7, {"asked": 3})
    assert [each["id"] for each in told["findings"]] == [FOUND["id"]]
    assert (told["exit_code"], told["shard"], told["whole"], told["seed"]) == (1, None, True, 7)


def test_a_run_in_one_piece_stays_what_it_was(tmp_path: Path) -> None:
    """A pipeline without shards whose merging job turns it red; and a merged report that cannot be merged."""
    once = merged(tmp_path, kept(tmp_path, RED, GREEN, shard=None))
    twice = merged(tmp_path, tmp_path / "reports" / "latest")
    moved = {"memory", "duration_s"}
    assert {name: told for name, told in twice.items() if name not in moved} == {
        name: told for name, told in once.items() if name not in moved
    }


def test_the_link_to_the_latest_is_no_shard_of_its_own(tmp_path: Path) -> None:
    """`contracts merge reports/*` at a desk, told that it names a shard twice."""
    parts = [kept(tmp_path, GREEN, shard=f"{number}/2") for number in (1, 2)]
    latest = tmp_path / "latest"
    latest.symlink_to(parts[1].name)
    assert merged(tmp_path, *parts, latest)["clauses"]["AST-05"]["exercised"] == 4


def test_each_shard_has_a_clock_of_its_own(tmp_path: Path) -> None:
    """Times since their machines were started, compared with each other: a first violation in a week."""
    red = {"AST-06": {"requests": 1, "at": 7_000_003.0}}
    late = kept(tmp_path, RED | {"began": 7_000_000.0, "reds": red}, shard="1/2")
    early = RED | {"began": 5.0, "question": "early", "reds": {"AST-06": {"requests": 1, "at": 5.5}}}
    told = merged(tmp_path, late, kept(tmp_path, early, shard="2/2"))
    assert (told["first_red"]["seconds"], told["first_red"]["question"]) == (0.5, "early")


def test_a_missing_shard_is_told_and_is_no_green(tmp_path: Path) -> None:
    """A machine that failed to start, and a quarter of the contract called kept without having been asked."""
    told = merged(tmp_path, kept(tmp_path, GREEN, shard="1/4"), kept(tmp_path, GREEN, shard="4/4"))
    assert told["exit_code"] == 2
    assert told["lost"] == "shard 2/4 is missing; shard 3/4 is missing"
    assert (told["whole"], told["cut_short"]) == (False, True)


@pytest.mark.parametrize(
    ("ended", "code", "why"),
    [
        ({"complete": False}, 130, "shard 2/2 was interrupted"),
        ({"exit_code": 130}, 130, "shard 2/2 was interrupted"),
        ({"lost": "no connection to the target"}, 2, "shard 2/2: no connection to the target"),
        ({"broke": "KeyError: 'x'"}, 3, ""),
        ({"unwritten": {"allure-results": "No space left on device"}}, 2, ""),
        ({"unwritten": {"report.html": "No space left on device"}}, 0, ""),
    ],
    ids=["killed", "interrupted", "lost", "broken", "not all written", "written anew"],
)
def test_what_ended_one_shard_ends_the_run(
    tmp_path: Path, ended: dict[str, Any], code: int, why: str
) -> None:
    """A shard that was killed before its questions were asked, and a merged run that calls them held."""
    told = merged(tmp_path, kept(tmp_path, GREEN, shard="1/2"), kept(tmp_path, GREEN, shard="2/2", **ended))
    assert (told["exit_code"], told["lost"]) == (code, why)


def test_a_shard_that_never_asked_is_no_damaged_one(tmp_path: Path) -> None:
    """A target that was down when one shard began, told as a file that somebody lost."""
    lost = kept(tmp_path, shard="2/2", lost="nobody answers", exit_code=2)
    assert not (lost / "outcomes.jsonl").exists()
    assert merged(tmp_path, kept(tmp_path, GREEN, shard="1/2"), lost)["lost"] == "shard 2/2: nobody answers"


def test_a_story_that_was_left_behind_is_missed(tmp_path: Path) -> None:
    """A violation in the merged report that nobody can look at or replay, since a job kept its summary alone."""
    red = kept(tmp_path, RED, shard="1/1")
    (story,) = (red / "findings").glob("*.json")
    story.unlink()
    with pytest.raises(SettingsProblem, match=rf"its findings/{story.name} is missing"):
        merge([red], tmp_path / "reports")
    rewrite(red, unwritten={"findings": "No space left on device"})
    assert merged(tmp_path, red)["exit_code"] == 1


def test_what_a_killed_shard_had_asked_counts(tmp_path: Path) -> None:
    """Outcomes that are newer than the last summary, left out; or the unfinished line taken for damage."""
    folder = kept(tmp_path, GREEN, shard="1/1", complete=False, questions={})
    with (folder / "outcomes.jsonl").open("ab") as file:
        file.write(b'{"outcome": {"question"')
    told = merged(tmp_path, folder)
    assert (told["clauses"]["AST-05"]["exercised"], told["exit_code"]) == (2, 130)


def story(**changes: Any) -> dict[str, Any]:
    """A finding as its file keeps it."""
    recipe = {"steps": [{"body": "${RUN}00001"}, {"body": "${RUN}00002"}]}
    return FOUND | {"asked_by": RED["question"], "recipe": recipe, "exchanges": [], **changes}


def test_findings_of_several_shards_are_one(tmp_path: Path) -> None:
    """A bug that two shards met, listed twice; or told by the longer of two stories."""
    short = {"steps": [{"body": "${RUN}00001"}]}
    parts = [kept(tmp_path, RED, shard=f"{number}/2") for number in (1, 2)]
    for folder, told in zip(parts, (story(), story(recipe=short)), strict=True):
        (folder / "findings" / f"{FOUND['id']}.json").write_text(json.dumps(told), encoding="utf-8")
    told = merged(tmp_path, *parts)
    assert [each["count"] for each in told["findings"]] == [2]
    (file,) = (tmp_path / "reports" / "latest" / "findings").glob("*.json")
    found = json.loads(file.read_text(encoding="utf-8"))
    assert (found["count"], found["recipe"]) == (2, short)


def test_what_was_made_and_spent_adds_up(tmp_path: Path) -> None:
    """Records that nobody finds again; or a merged run that was within its caps, and its shards were not."""
    caps = {"rate": 2.5, "concurrent": 10, "requests": 50, "records": None, "sum": 3}
    first = {"caps": caps, "requests": 50, "records": 4, "sums": {"tbtc": 3}, "left_out": {"no more": 2}}
    second = {"caps": caps, "requests": 40, "records": 1, "sums": {"tbtc": 1, "tx": 2}, "left_out": {}}
    parts = [
        kept(tmp_path, GREEN, shard=f"{number}/2", budget=budget)
        for number, budget in ((1, first), (2, second))
    ]
    (parts[0] / "created.jsonl").write_bytes(b'{"at": "10:02", "id": 3}\n{"at": "10:04", "i')
    (parts[1] / "created.jsonl").write_bytes(b'{"at": "10:01", "id": 1}\n{"at": "10:03", "id": 4}\n')
    assert merged(tmp_path, *parts)["budget"] == {
        "caps": {"rate": 5.0, "concurrent": 10, "requests": 100, "records": None, "sum": 6},
        "requests": 90,
        "records": 5,
        "sums": {"tbtc": 4, "tx": 2},
        "left_out": {"no more": 2},
    }
    made = (tmp_path / "reports" / "latest" / "created.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["id"] for line in made.splitlines()] == [1, 3, 4]


def test_allures_results_come_together(tmp_path: Path) -> None:
    """A shard's tests missing from the history of Allure."""
    parts = [kept(tmp_path, GREEN, shard=f"{number}/2") for number in (1, 2)]
    for folder in parts:
        (folder / "allure-results").mkdir()
        (folder / "allure-results" / f"{folder.name}-result.json").write_text("{}", encoding="utf-8")
    merged(tmp_path, *parts)
    found = {path.name for path in (tmp_path / "reports" / "latest" / "allure-results").iterdir()}
    assert {"shard-1of2-result.json", "shard-2of2-result.json", "environment.properties"} <= found


def test_only_the_whole_is_remembered(tmp_path: Path) -> None:
    """What another shard found called new, and what another one asked for called mended."""
    parts = [kept(tmp_path, GREEN, shard=f"{number}/2") for number in (1, 2)]
    assert not (tmp_path / "history.jsonl").exists()
    merged(tmp_path, *parts)
    assert len((tmp_path / "reports" / "history.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_notices_of_all_shards_are_told_once(tmp_path: Path) -> None:
    """A verdict over an unchecked certificate that reads like any other."""
    parts = [kept(tmp_path, GREEN, shard=f"{number}/2", notices=["INSECURE"]) for number in (1, 2)]
    assert merged(tmp_path, *parts)["notices"] == ["INSECURE"]


# --- what is no part of one run


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"profile": "verify"}, "its profile is verify, and smoke in "),
        ({"seed": 8}, "its seed is 8, and 7 in "),
        ({"clauses_asked_for": "AST"}, "its selection is AST, and all clauses in "),
        ({"shard": "2/3"}, "its number of shards is 3, and 2 in "),
        ({"shard": None}, "its number of shards is 1, and 2 in "),
        (
            {"target": {"name": "a", "base_url": "http://a", "assets_base_url": "http://a"}},
            "its target is a ",
        ),
        ({"versions": {"contracts": "0.0.1"}}, "its version of contracts is 0.0.1, and "),
        ({"digests": {"clauses": "abc", "openapi": "def"}}, "its digest of openapi is def, and "),
        ({"shard": "1/2"}, "is shard 1/2, of which there are 2"),
        ({"shard": "3/2"}, "'3/2' is no shard"),
        ({"questions": {"asked": 5}}, "its outcomes.jsonl lacks 4 of 5 questions"),
    ],
    ids=[
        *("profile", "seed", "selection", "more shards", "no shard", "target", "version", "digests", "twice"),
        *("an odd shard", "questions lost"),
    ],
)
def test_other_runs_are_not_merged(tmp_path: Path, change: dict[str, Any], what: str) -> None:
    """Two runs that make one verdict: of another target, of other questions, of half of them."""
    parts = [kept(tmp_path, GREEN, shard=f"{number}/2") for number in (1, 2)]
    rewrite(parts[1], **change)
    with pytest.raises(SettingsProblem) as refused:
        merge(parts, tmp_path / "reports")
    assert what in str(refused.value)
    assert not (tmp_path / "reports").exists()


def test_a_run_of_another_version_is_not_judged_by_this_one(tmp_path: Path) -> None:
    """Outcomes under clauses that say something else by now."""
    parts = [
        kept(tmp_path, GREEN, shard=f"{n}/2", digests={"clauses": "abc", "openapi": "def"}) for n in (1, 2)
    ]
    with pytest.raises(SettingsProblem, match=r"its digest of clauses is abc, and \w+ here"):
        merge(parts, tmp_path / "reports")


def test_embedded_mocks_are_one_target(tmp_path: Path) -> None:
    """Shards in jobs of their own, each with a mock at another port, taken for four targets."""
    at = [
        {"name": "mock", "base_url": f"http://127.0.0.1:{n}", "assets_base_url": "http://x"} for n in (1, 2)
    ]
    parts = [kept(tmp_path, GREEN, shard=f"{n}/2", target=at[n - 1]) for n in (1, 2)]
    assert merged(tmp_path, *parts)["target"] == at[0]


def test_what_is_no_run_of_this_version_is_told_at_once(tmp_path: Path) -> None:
    """One mistake a try; or a traceback for a folder of the last release."""
    older, damaged, campaign, spoiled = (kept(tmp_path, GREEN, shard=f"{n}/4") for n in range(1, 5))
    told = json.loads((older / "summary.json").read_text(encoding="utf-8"))
    del told["shard"]
    (older / "summary.json").write_text(json.dumps(told), encoding="utf-8")
    (older / "outcomes.jsonl").unlink()
    (damaged / "outcomes.jsonl").write_bytes(b"{}}\n")
    outcomes.append(campaign / "outcomes.jsonl", {"shard": 1, "outcomes": []})
    (spoiled / "findings" / "x.json").write_text("[]", encoding="utf-8")
    with pytest.raises(SettingsProblem) as refused:
        merge([older, damaged, campaign, spoiled, tmp_path / "nowhere"], tmp_path / "reports")
    lines = str(refused.value).splitlines()[1:]
    for line, what in zip(
        lines,
        (
            "its summary.json has no shard",
            "shard-2of4 line 1: its outcomes.jsonl: is no JSON",
            "is a campaign",
            "its findings/x.json: is no finding",
            "there is no such file",
        ),
        strict=True,
    ):
        assert what in line
