"""`contracts corpus`: what a run has found becomes a file, and each later run asks it first."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.mock.embedded import Embedded
from tests.fixtures.commands import Contracts, Ran, run

ASKED = ("verify", "--profile", "smoke", "--clauses", "AST-07", "--seed", "1")


@pytest.fixture(scope="module")
def forgetful() -> Iterator[Embedded]:
    """A mock that creates any asset beyond ASCII twice: nothing that the shipped recipes ask for."""
    with Embedded(["asset-conflict-forgets-non-ascii"]) as mock:
        yield mock


@pytest.fixture(scope="module")
def found(forgetful: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run that has found it."""
    return run(tmp_path_factory.mktemp("found"), *ASKED, variables=forgetful.variables)


def first_question(ran: Ran) -> str:
    return str(ran.summary["first_red"]["question"])


def test_what_was_found_is_asked_first(
    contracts: Contracts, found: Ran, forgetful: Embedded, honest: Embedded
) -> None:
    """A bug of last night that comes back, and is met again by chance or not at all."""
    assert found.code == 1, found.text
    added = contracts("corpus", "add", str(found.report), "--name", "symbol beyond ASCII")
    assert added.code == 0, added.text
    recipe = Path("corpus", "AST-07-symbol-beyond-ascii.yaml")
    assert f"added    {recipe}" in added.out
    assert (added.folder / recipe).is_file()
    assert recipe.stem in contracts("corpus").out
    again = contracts(*ASKED, **forgetful.variables)
    assert again.code == 1, again.text
    assert first_question(again) == f"test_corpus.py::test_what_was_found_once[{recipe.stem}]"
    assert list(again.summary["clauses"]) == list(found.summary["clauses"])
    assert {each["id"] for each in again.summary["findings"]} == {
        each["id"] for each in found.summary["findings"]
    }
    assert contracts(*ASKED, **honest.variables).code == 0


def test_adding_again_changes_nothing(contracts: Contracts, found: Ran) -> None:
    """A nightly job that adds the same bug each night."""
    contracts("corpus", "add", str(found.report))
    (file,) = Path("corpus").glob("*.yaml")
    before = file.read_bytes()
    again = contracts("corpus", "add", str(found.report))
    assert again.code == 0, again.text
    assert again.out.startswith("known")
    assert {path: path.read_bytes() for path in Path("corpus").iterdir()} == {file: before}


def test_another_bugs_file_is_left_alone(contracts: Contracts, found: Ran) -> None:
    """A recipe that somebody has written by hand, gone with the next `add`."""
    shipped = Path(__file__).parents[1] / "corpus" / "AST-07-symbol-of-33-characters.yaml"
    Path("corpus").mkdir()
    mine = Path("corpus", "AST-07-the-symbol-exists.yaml")
    mine.write_bytes(shipped.read_bytes().replace(b"AST-07-5c2fab224d", b"AST-07-0000000000"))
    before = mine.read_bytes()
    refused = contracts("corpus", "add", str(found.report), "--name", "the symbol exists")
    assert refused.code == 2, refused.text
    assert "AST-07-the-symbol-exists is the name of another recipe" in refused.out
    added = contracts("corpus", "add", str(found.report))
    assert f"added    {mine.with_stem('AST-07-the-symbol-exists-5c2fab224d')}" in added.out
    assert mine.read_bytes() == before


def test_a_false_alarm_is_refused(contracts: Contracts, found: Ran, tmp_path: Path) -> None:
    """A recipe that rests on what only the faulty target does: red in every run, on every other one."""
    (file,) = (found.report / "findings").glob("*.json")
    told = json.loads(file.read_text(encoding="utf-8"))
    told["exchanges"] = told["exchanges"][-1:]
    told["recipe"]["steps"] = told["recipe"]["steps"][-1:]
    (tmp_path / "half.json").write_text(json.dumps(told), encoding="utf-8")
    refused = contracts("corpus", "add", "half.json")
    assert refused.code == 2, refused.text
    assert "it calls an honest server wrong: the symbol exists" in refused.out
    assert not Path("corpus").exists()


def test_a_broken_recipe_is_a_mistake_of_people(contracts: Contracts, tmp_path: Path) -> None:
    """A traceback over a typing error, or a run that leaves the recipe out without a word."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "mine.yaml").write_text("what: x\nclause: AST-07\nsteps:\n- operation: [\n")
    for command in (ASKED, ("corpus",), ("corpus", "list")):
        ran = contracts(*command)
        assert ran.code == 2, ran.text
        assert f"{Path('corpus', 'mine.yaml')} line 5: is no YAML" in ran.err
        assert "Traceback" not in ran.text
    assert not (tmp_path / "reports").exists()


def test_what_is_no_finding_is_told(contracts: Contracts) -> None:
    """A recipe of nothing, and exit code 0."""
    ran = contracts("corpus", "add", "AST-07-0000000000")
    assert ran.code == 2
    assert "the latest run in reports has no such finding" in ran.err
    assert not Path("corpus").exists()
