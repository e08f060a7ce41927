"""Which fault proves each question: one that turns this very question red, asked alone."""

import hashlib
from collections.abc import Collection, Generator, Mapping

from contracts.clauses.catalogue import load
from contracts.clauses.clause import Level
from contracts.commands.listing import questions_by_clause
from contracts.mock.switches import Switch, all_faults
from contracts.plugin.selection import DEEP_FILES
from contracts.proof.agenda import trial_of
from contracts.proof.children import prove_each
from contracts.proof.verdict import Proof, Trial


def promises() -> dict[str, tuple[str, ...]]:
    """Each question that asks for a must clause, such as `test_assets.py::test_name`, and the must clauses of its mark."""
    found: dict[str, list[str]] = {}
    for clause, questions in questions_by_clause().items():
        for question in questions:
            if load()[clause].level is Level.MUST:
                found.setdefault(question.replace("::", ".py::"), []).append(clause)
    return {question: tuple(clauses) for question, clauses in sorted(found.items())}


def trial_for(question: str, fault: Switch) -> Trial:
    """The question alone against a fault, at the first profile that asks it."""
    deep = question.partition("::")[0] in DEEP_FILES
    return trial_of(fault, "verify" if deep else "smoke", question=question)


def proves(proof: Proof) -> bool:
    """Whether the question of the trial turned red for the clause that its fault breaks; other clauses may, too."""
    return not proof.trouble and proof.breaks in proof.red


def evidence(known: Mapping[str, str], *, workers: int = 2) -> Generator[tuple[str, Proof | None]]:
    """Find a fault for each question: the known one if it still does, else any that breaks one of the question's clauses.

    Yields each question with its proof, None where no fault turns it red.
    """
    left = {
        question: _candidates(question, clauses, known.get(question))
        for question, clauses in promises().items()
    }
    while left:
        trials = [trial_for(question, faults.pop(0)) for question, faults in left.items() if faults]
        for question in [
            question for question in left if question not in {trial.question for trial in trials}
        ]:
            del left[question]
            yield question, None
        for trial, proof in prove_each(trials, workers=workers):
            assert trial.question is not None
            if proves(proof):
                del left[trial.question]
                yield trial.question, proof


def _candidates(question: str, clauses: Collection[str], known: str | None) -> list[Switch]:
    """The faults that may turn a question red: the known one first, the others in an order of the question's own."""
    faults = [fault for fault in all_faults().values() if fault.breaks in clauses]
    return sorted(faults, key=lambda fault: (fault.id != known, _digest(question + fault.id)))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
