"""0, 1 and 3: the contract holds, a violation, the suite itself broke."""

import shutil
import sys
from pathlib import Path

import pytest

from contracts.mock.embedded import Embedded
from tests.fixtures.commands import Contracts, Ran, run_program

CHECKOUT = Path(__file__).parents[2]
SMOKE = ("verify", "--profile", "smoke")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout to be damaged: `python -m contracts` in it runs the copy."""
    shutil.copytree(
        CHECKOUT / "contracts", tmp_path / "contracts", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(CHECKOUT / "openapi", tmp_path / "openapi")
    shutil.copytree(CHECKOUT / "tests" / "contract", tmp_path / "tests" / "contract")
    return tmp_path


def verify(copy: Path, clauses: str, *options: str, **variables: str) -> Ran:
    command = (sys.executable, "-m", "contracts", *SMOKE, "--clauses", clauses)
    return run_program(copy, *command, *options, variables=variables)


def test_a_contract_that_holds_is_0(green: Ran) -> None:
    """A false alarm on the honest mock."""
    assert green.code == 0, green.text
    assert green.summary["exit_code"] == 0
    assert green.summary["verdict"] == "held"


def test_a_violation_is_1(red: Ran) -> None:
    """A pipeline goes on with a target that breaks its contract."""
    assert red.code == 1, red.text
    assert red.summary["exit_code"] == 1
    assert red.verdicts["AST-01"] == "violated"
    assert "violated AST-01" in red.out


def test_a_question_that_cannot_be_read_is_3_and_the_others_are_asked(copy: Path) -> None:
    """A syntax error in one file of questions: nothing is asked, and the exit code says 0 or 130."""
    (copy / "tests" / "contract" / "test_signing.py").write_text("import no_such_module\n", encoding="utf-8")
    ran = verify(copy, "AST-11,SIG-01")
    assert ran.code == 3, ran.text
    assert "test_signing.py cannot be read" in ran.out
    assert "no_such_module" in ran.out
    assert ran.verdicts["AST-11"] == "held"
    assert ran.summary["verdict"] == "broken"
    assert "no_such_module" in ran.summary["broke"]


def test_a_check_that_raises_breaks_its_clause_alone(copy: Path) -> None:
    """A bug in one check of every exchange takes all clauses with it, or passes for a violation of the target."""
    with (copy / "contracts" / "checks" / "echo.py").open("a", encoding="utf-8") as stream:
        stream.write(
            '\n\n@check("AST-02")\ndef buggy(exchange, context):\n    raise KeyError("our own bug")\n'
        )
    ran = verify(copy, "AST-02,AST-11")
    assert ran.code == 3, ran.text
    assert ran.verdicts == {"AST-02": "broken", "AST-11": "held"}
    assert "our own bug" in ran.summary["clauses"]["AST-02"]["reason"]
    assert "our own bug" in ran.out


DEADLY = """
import os
import signal

import pytest

@pytest.mark.asks("AST-20")
def test_that_dies(assets):
    assets.create(assets.minimal())
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_worker_that_dies_is_3_and_what_it_found_is_told(copy: Path, faulty: Embedded) -> None:
    """A dead worker is a failed test without an outcome for pytest-xdist: passed over, and with it what it had found."""
    (copy / "tests" / "contract" / "test_zero.py").write_text(DEADLY, encoding="utf-8")
    ran = verify(copy, "AST-20,AST-11", "-n", "2", **faulty.variables)
    assert ran.code == 3, ran.text
    assert "test_that_dies" in ran.summary["broke"]
    assert ran.verdicts["AST-11"] == "held"
    assert "\nviolated AST-01  " in ran.out
    found = {finding["id"] for finding in ran.summary["findings"]}
    assert {path.stem for path in (ran.report / "findings").glob("*.json")} == found


BROKEN = """
import pytest

@pytest.fixture
def breaking():
    raise KeyError("a fixture's bug")

@pytest.mark.asks("AST-20")
def test_with_a_broken_fixture(assets, breaking):
    pass

@pytest.mark.asks("AST-02")
def test_that_breaks(assets):
    raise ValueError("a question's bug")
"""


@pytest.mark.parametrize("at_once", ["1", "4"])
def test_question_that_breaks_costs_no_other(at_once: str, copy: Path) -> None:
    """A bug of ours in one question that ends all of them, or that is taken for the target's."""
    (copy / "tests" / "contract" / "test_zero.py").write_text(BROKEN, encoding="utf-8")
    ran = verify(copy, "AST-02,AST-11,AST-20", "--in-flight", at_once)
    assert ran.code == 3, ran.text
    assert ran.verdicts == {"AST-02": "broken", "AST-11": "held", "AST-20": "broken"}
    assert "a fixture's bug" in ran.summary["clauses"]["AST-20"]["reason"]
    assert "a question's bug" in ran.summary["clauses"]["AST-02"]["reason"]


def test_a_bug_of_the_command_is_3_with_its_traceback(copy: Path) -> None:
    """An uncaught exception exits with Python's 1, and a pipeline reads it as a violation of the contract."""
    with (copy / "contracts" / "reporting" / "closing.py").open("a", encoding="utf-8") as module:
        module.write("\n\ndef show(*_, **__):\n    raise KeyError('our own bug')\n")
    ran = verify(copy, "AST-11")
    assert ran.code == 3, ran.text
    assert "our own bug" in ran.err
    assert "Traceback" in ran.err


def test_a_bug_of_a_writer_costs_no_other_file(copy: Path) -> None:
    """A report without its page and a pipeline without its JUnit file, because the archive of exchanges broke."""
    (copy / "contracts" / "reporting" / "har.py").write_text(
        "def as_har(*_):\n    raise KeyError('our own bug')\n", encoding="utf-8"
    )
    ran = verify(copy, "AST-11")
    assert ran.code == 3, ran.text
    assert "traffic.har could not be written" in ran.text
    assert "our own bug" in ran.text
    assert {"report.html", "junit.xml", "results.sarif"} <= {file.name for file in ran.report.iterdir()}
    assert ran.summary["exit_code"] == 3


def test_first_violation_ends_a_run_with_x(contracts: Contracts, faulty: Embedded) -> None:
    """-x that goes on, or whose early end counts as an interruption."""
    ran = contracts(*SMOKE, "--clauses", "AST", "-x", **faulty.variables)
    assert ran.code == 1, ran.text
    assert ran.summary["questions"] == {"asked": 1}


def test_first_violation_ends_a_run_with_x_and_workers(contracts: Contracts, faulty: Embedded) -> None:
    """pytest-xdist calls the end by -x an interruption, and 130 would not be 1."""
    ran = contracts(*SMOKE, "--clauses", "AST", "-x", "-n", "2", **faulty.variables)
    assert ran.code == 1, ran.text
    assert sum(ran.summary["questions"].values()) < 50
