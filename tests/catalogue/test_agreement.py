"""Clauses, checks, questions, faults and openapi/ agree: no orphan on any side."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts import specs
from contracts.asking.assets import ASSET_ENUMS
from contracts.checks.registry import registered
from contracts.clauses.catalogue import OPERATIONS, load
from contracts.clauses.clause import Clause, Level
from contracts.commands.listing import faults_by_clause, questions_by_clause
from contracts.mock.switches import all_faults, all_variants
from contracts.plugin import questions
from contracts.proof.evidence import promises
from contracts.reporting.closing import FAMILIES

# Each reads all questions anew, which takes 0.3 s.
ASKED, PROMISES = questions_by_clause(), promises()
MUST = [clause for clause in load().values() if clause.level is Level.MUST]
FAULTS = list(all_faults().values())
PROOFS = json.loads(Path(__file__).with_name("proofs.json").read_text(encoding="utf-8"))

every_must = pytest.mark.parametrize("clause", MUST, ids=lambda clause: clause.id)


@every_must
def test_every_promise_is_asked_for(clause: Clause) -> None:
    """A clause that no run can ever judge, and that is reported as not exercised for ever."""
    assert ASKED[clause.id]


@every_must
def test_every_promise_is_proven_twice(clause: Clause) -> None:
    """A question that may be blind: one fault that it catches can be the one that it was written for."""
    assert len(faults_by_clause()[clause.id]) >= 2


@pytest.mark.parametrize("question", PROMISES)
def test_every_question_has_a_fault_that_turns_it_red(question: str) -> None:
    """A question that nothing has ever turned red; `contracts prove --questions` measures what stands in the file."""
    fault = all_faults()[PROOFS[question]]
    assert fault.breaks in PROMISES[question]


def test_no_proof_is_left_of_a_question_that_is_gone() -> None:
    """A renamed question whose old name still counts as proven."""
    assert set(PROOFS) - set(PROMISES) == set()


def test_every_fault_breaks_clauses_that_exist() -> None:
    """A misspelt clause that `prove` waits for in vain."""
    named = {clause: fault.id for fault in FAULTS for clause in (fault.breaks, *fault.falls_with)}
    assert {clause: fault for clause, fault in named.items() if clause not in load()} == {}


def test_every_fault_breaks_a_promise() -> None:
    """A fault that only changes what the documents leave open: it would prove a false alarm."""
    assert [fault.id for fault in FAULTS if load()[fault.breaks].level is not Level.MUST] == []


def test_variants_break_nothing() -> None:
    """A legal oddity that is also registered as a fault, so that it has to be both caught and passed."""
    assert all(not variant.breaks and not variant.falls_with for variant in all_variants().values())
    assert not set(all_variants()) & set(all_faults())


@pytest.mark.parametrize("clause", list(ASKED))
def test_every_question_names_clauses_that_exist(clause: str) -> None:
    """A question under a misspelt clause, whose outcome lands nowhere."""
    assert clause in load()


def decorated_questions() -> Iterator[tuple[str, str]]:
    """Each test function of the questions, and its decorators as text, those that have a name spelt out."""
    for file in sorted(questions.folder().glob("test_*.py")):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        named = {
            ast.unparse(node.targets[0]): ast.unparse(node.value)
            for node in body
            if isinstance(node, ast.Assign)
        }
        for node in body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                marks = [ast.unparse(decorator) for decorator in node.decorator_list]
                yield f"{file.stem}::{node.name}", "\n".join(named.get(mark, mark) for mark in marks)


@pytest.mark.parametrize("decorators", [pytest.param(text, id=name) for name, text in decorated_questions()])
def test_every_question_says_what_it_asks(decorators: str) -> None:
    """A test among the questions without a mark: plain pytest runs it and no report knows of it."""
    assert "pytest.mark.asks(" in decorators


@pytest.mark.parametrize("clause", sorted({check.clause for check in registered()}))
def test_every_check_judges_a_promise_that_is_asked_for(clause: str) -> None:
    """A check of a clause that no question names: `--clauses` would never select it."""
    assert load()[clause].level is Level.MUST
    assert ASKED[clause]


def test_operations_are_those_of_openapi() -> None:
    """A clause about an operation that no document describes, or an operation without a promise."""
    assert set(OPERATIONS) == set(specs.operations())
    promised = {operation for clause in load().values() for operation in clause.operations}
    assert promised == set(specs.operations())


def test_operations_of_a_family_are_those_of_its_api() -> None:
    """An asset clause judged on the network's operations, or the reverse."""
    for clause in load().values():
        apis = {specs.operations()[operation].api for operation in clause.operations}
        if clause.family == "AST":
            assert apis == {"asset-pricing"}
        if clause.family in {"SIG", "ALC"}:
            assert apis == {"go-network"}


def test_listed_values_are_told_alike() -> None:
    """Two lists of allowed values, one for asking and one for judging, that drift apart."""
    schemas = specs.document("asset-pricing")["components"]["schemas"]
    listed = {"type": schemas["AssetType"]["enum"], "entity_status": schemas["EntityStatus"]["enum"]}
    assert {name: list(values) for name, values in ASSET_ENUMS.items()} == listed


def test_every_family_has_a_name() -> None:
    """A family that the closing table leaves out."""
    assert tuple(FAMILIES) == load().families()
