"""`verify --shard` and `merge`: four machines, and the report that one of them would have written."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from contracts.mock.embedded import Embedded
from contracts.reporting.outcomes import read
from tests.fixtures.commands import Contracts, Ran, run

SMOKE = ("verify", "--profile", "smoke", "--seed", "7")
TWO_CLAUSES = (*SMOKE, "--clauses", "AST-05,ALC-18")


def asked(folder: Path) -> list[str]:
    """The questions of a run, in their order."""
    return [line["outcome"]["question"] for line in read(folder / "outcomes.jsonl")]


def told(folder: Path) -> dict[str, Any]:
    """The summary of a run."""
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[Path]]:
    """A run in one piece, the same in four shards merged, and those shards: each on the same faulty mock, set back before."""
    folder = tmp_path_factory.mktemp("whole")
    with Embedded(["asset-answers-201"]) as mock:

        def report(*options: str) -> Path:
            mock.reset()
            ran = run(folder, *SMOKE, *options, variables=mock.variables)
            assert ran.code == 1, ran.text
            return ran.report.resolve()

        alone = report()
        shards = [report("--shard", f"{number}/4") for number in range(1, 5)]
    merged = run(folder, "merge", *map(str, shards))
    assert merged.code == 1, merged.text
    return alone, merged.report.resolve(), shards


def test_four_shards_merged_equal_one_run(whole: tuple[Path, Path, list[Path]]) -> None:
    """A verdict, a chance or a finding that hangs on how many machines asked."""
    alone, merged = map(told, whole[:2])
    for name in ("verdict", "exit_code", "whole", "shard", "cases", "questions", "observations", "seed"):
        assert merged[name] == alone[name], name
    for clause, row in alone["clauses"].items():
        assert {name: merged["clauses"][clause].get(name) for name in ("verdict", "exercised", "reason")} == {
            name: row.get(name) for name in ("verdict", "exercised", "reason")
        }, clause
    identities = [[(each["id"], each["count"]) for each in run["findings"]] for run in (alone, merged)]
    assert identities[0] == identities[1] != []


def test_the_merged_report_has_the_files_of_one_run(whole: tuple[Path, Path, list[Path]]) -> None:
    """A pipeline that finds no SARIF, or half of Allure's results, as soon as it shares a run out."""
    alone, merged, _ = whole
    names = [{path.name for path in folder.iterdir()} for folder in (alone, merged)]
    assert names[0] == names[1]
    results = [len(list(folder.glob("allure-results/*-result.json"))) for folder in (alone, merged)]
    assert results[0] == results[1]
    stories = [{path.name for path in folder.glob("findings/*.json")} for folder in (alone, merged)]
    assert stories[0] == stories[1]


def test_shards_are_disjoint_and_complete(whole: tuple[Path, Path, list[Path]]) -> None:
    """A question that two machines ask, or none."""
    alone, _, shards = whole
    of_shards = [asked(shard) for shard in shards]
    assert Counter(question for questions in of_shards for question in questions) == Counter(asked(alone))
    assert all(len(questions) > 100 for questions in of_shards)


def test_workers_and_threads_share_out_alike(tmp_path: Path, honest: Embedded) -> None:
    """Worker processes that all select for themselves, and ask another shard's questions, or none."""
    ways = [(), ("-n", "2"), ("--in-flight", "4")]
    runs = [run(tmp_path, *TWO_CLAUSES, "--shard", "2/3", *way, variables=honest.variables) for way in ways]
    questions = [sorted(asked(report)) for report in sorted((tmp_path / "reports").glob("*-2of3*"))]
    assert [ran.code for ran in runs] == [0, 0, 0], [ran.text for ran in runs]
    assert questions[0] == questions[1] == questions[2] != []


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Two shards on embedded mocks, as jobs leave them; what the second one said."""
    folder = tmp_path_factory.mktemp("halves")
    run(folder, *TWO_CLAUSES, "--shard", "1/2")
    return run(folder, *TWO_CLAUSES, "--shard", "2/2")


@pytest.fixture
def parts(halves: Ran, tmp_path: Path) -> list[Path]:
    """The two shards' folders, free to be changed."""
    found = sorted((halves.folder / "reports").glob("*-?of2"))
    return [Path(shutil.copytree(folder, tmp_path / folder.name)) for folder in found]


def test_a_shard_says_that_it_is_one(halves: Ran) -> None:
    """A quarter of a run that is taken for all of it, in words, by its name or by a pipeline."""
    assert halves.code == 0, halves.text
    assert "shard 2/2, seed 7" in halves.out
    assert halves.report.resolve().name.endswith("-smoke-mock-2of2")
    assert (halves.summary["shard"], halves.summary["whole"]) == ("2/2", False)
    assert not (halves.report.parent / "history.jsonl").exists()


def test_shards_of_separate_jobs_are_merged(contracts: Contracts, parts: list[Path]) -> None:
    """Embedded mocks at two ports, and a pipeline of shards that can never be green."""
    merged = contracts("merge", *map(str, parts))
    assert merged.code == 0, merged.text
    assert merged.verdicts == {"AST-05": "held", "ALC-18": "held"}
    assert merged.summary["shard"] is None


def test_a_missing_shard_is_no_green(contracts: Contracts, parts: list[Path]) -> None:
    """A job that never ran, and a gate that opens for half of the contract."""
    merged = contracts("merge", str(parts[0]))
    assert merged.code == 2, merged.text
    assert "the run could not go on: shard 2/2 is missing" in merged.out


def test_a_killed_shard_is_no_green(contracts: Contracts, parts: list[Path]) -> None:
    """A job that was killed at its half, whose folder looks like any other."""
    told_before = told(parts[1])
    (parts[1] / "summary.json").write_text(json.dumps({**told_before, "complete": False}), encoding="utf-8")
    merged = contracts("merge", *map(str, parts))
    assert merged.code == 130, merged.text
    assert "shard 2/2 was interrupted" in merged.out


def test_shards_that_asked_of_other_known_bugs_are_none_of_one_run(
    contracts: Contracts, parts: list[Path]
) -> None:
    """A known bug that nobody asked for: it was the shard's of a machine without the user's `corpus/`."""
    digests = told(parts[1])["digests"]
    assert digests["corpus"] == "none"
    changed = {**told(parts[1]), "digests": {**digests, "corpus": "3f0a"}}
    (parts[1] / "summary.json").write_text(json.dumps(changed), encoding="utf-8")
    merged = contracts("merge", *map(str, parts))
    assert merged.code == 2, merged.text
    assert "its digest of corpus is 3f0a, and none in" in merged.err


def test_a_shard_without_questions_fails_nobody(contracts: Contracts) -> None:
    """More machines than questions, and a pipeline that is red for it."""
    empty = contracts(*SMOKE, "--clauses", "AST-19", "--shard", "1/500")
    assert (empty.code, empty.summary["questions"]) == (0, {}), empty.text


def test_mistakes_are_told_to_people(contracts: Contracts, parts: list[Path]) -> None:
    """A traceback, or a run with a seed of its own in each job, whose shards are no parts of one run."""
    unseeded = contracts("verify", "--shard", "1/2")
    assert unseeded.code == 2
    assert "--shard: all shards of a run need one seed" in unseeded.err
    odd = contracts(*SMOKE, "--shard", "/")
    assert odd.code == 2
    assert "'/' is no shard; write 2/4 for the second of four" in odd.err
    twice = contracts("merge", str(parts[0]), str(parts[0]), "nowhere")
    assert twice.code == 2
    assert "3 mistakes to correct" in twice.err
    assert "is shard 1/2, of which there are 2; expected each shard once" in twice.err
    assert "nowhere: there is no such file" in twice.err
