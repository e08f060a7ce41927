"""A trial is a process of its own: what goes wrong in it is told, and it ends in time."""

import os

from contracts.proof.agenda import chosen, trial_of
from contracts.proof.children import prove_each
from contracts.proof.verdict import Trial


def test_trial_that_takes_too_long_is_ended() -> None:
    """A mock that never answers, and a proof that waits for it for ever."""
    ((trial, proof),) = prove_each([trial_of(chosen(["honest"])[0], "smoke")], time_limit=0.2)
    assert trial.switch == proof.switch == "honest"
    assert proof.word == "trouble"
    assert "longer than 0.2 s" in proof.trouble


def test_trial_that_breaks_says_why() -> None:
    """An exception that is lost with its process, and a fault that then counts as missed."""
    ((_, proof),) = prove_each([Trial("no-such-fault", "smoke", breaks="AST-01")])
    assert proof.word == "trouble"
    assert "no-such-fault did not start" in proof.trouble
    assert "UnknownSwitch" in proof.trouble


def test_fault_is_asked_no_further_than_its_first_violation() -> None:
    """Faults that cost a whole run each, so that nobody proves them all."""
    fault = chosen(["asset-answers-201"])[0]
    found = {
        trial.full: proof
        for trial, proof in prove_each([trial_of(fault, "smoke"), trial_of(fault, "smoke", full=True)])
    }
    assert found[False].right
    assert found[True].right
    assert "HTP-02" in found[True].red
    assert found[False].took_s < found[True].took_s


def test_trials_do_not_disturb_their_parent() -> None:
    """A working folder or an environment that a trial changes for everybody."""
    before = os.getcwd(), dict(os.environ)  # noqa: PTH109  # as it is, links and all
    list(prove_each([trial_of(chosen(["asset-answers-201"])[0], "smoke")]))
    assert (os.getcwd(), dict(os.environ)) == before  # noqa: PTH109
