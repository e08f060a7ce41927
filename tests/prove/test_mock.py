"""The proof on the mock: faults are caught by the clause that they break, legal variants and the honest mock are not.

A sample for each change; `contracts prove --full` asks all of it.
"""

from collections import defaultdict

import pytest

from contracts.clauses import load
from contracts.clauses.clause import Level
from contracts.commands.proving import Proof, line, prove
from contracts.mock.switches import Switch, all_faults, all_variants

# Only simultaneous requests show these.
RACES = frozenset({"AST-08", "ALC-12", "ALC-13", "HTP-07"})
EACH_CLAUSE = 2
EVERY_VARIANT = 8


def sample() -> list[Switch]:
    """The first faults of each clause."""
    found: dict[str, list[Switch]] = defaultdict(list)
    for switch in all_faults().values():
        found[switch.breaks].append(switch)
    return [switch for switches in found.values() for switch in switches[:EACH_CLAUSE]]


def wrong(proofs: list[Proof]) -> str:
    """The proofs that failed, a line each."""
    return "\n".join(line(proof) for proof in proofs if not proof.right)


def test_each_must_clause_has_faults_in_the_sample() -> None:
    """A clause that nothing breaks would be held by a suite that asks nothing."""
    proven = {switch.breaks for switch in sample()}
    assert [
        clause.id for clause in load().values() if clause.level is Level.MUST and clause.id not in proven
    ] == []


@pytest.mark.parametrize("profile", ["smoke", "verify"])
def test_faults_turn_their_clause_red(profile: str) -> None:
    """A question that no fault turns red proves nothing by being green."""
    switches = [switch for switch in sample() if (switch.breaks in RACES) == (profile == "verify")]
    assert wrong(list(prove(switches, profile))) == ""


def test_legal_variants_stay_green() -> None:
    """A false alarm costs more trust than a miss."""
    switches = list(all_variants().values())[::EVERY_VARIANT]
    assert wrong(list(prove(switches, "smoke"))) == ""
