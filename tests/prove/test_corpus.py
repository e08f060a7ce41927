"""Each recipe of the corpus can fail: alone, it is turned red by a bug like the one that it was learnt from."""

import pytest

from contracts.mock.switches import all_faults
from contracts.proof.children import prove_each
from contracts.proof.verdict import Proof, Trial
from contracts.recipes.corpus import known_bugs, shipped

FAULTS = {
    "ALC-02-notes-beyond-the-basic-plane": "allocation-loses-emoji",
    "ALC-05-signature-of-one-zero": "signature-zeros-accepted",
    "ALC-06e-notes-of-the-same-length": "agreement-notes-by-length",
    "ALC-10-repeat-with-notes": "repeat-with-notes-unknown",
    "ALC-20-nonce-of-a-refused-amount": "refused-quantity-uses-nonce",
    "AST-02-mapping-with-a-comma": "asset-echo-mappings-joined-by-commas",
    "AST-02-whole-number-in-a-list": "asset-echo-floats-in-lists",
    "AST-07-symbol-of-33-characters": "asset-conflict-forgets-long-symbols",
    "AST-19-symbol-with-a-colon-before-it": "asset-conflict-by-letters-only",
    "AST-19-symbol-with-an-accent-before-it": "asset-conflict-without-accents",
    "HTP-01-number-of-300-digits": "http-large-number-answers-500",
    "SIG-02-quantity-beyond-a-double": "payload-quantity-through-floats",
}
KNOWN = {known.name: known for known in known_bugs(shipped())}
QUESTION = "test_corpus.py::test_what_was_found_once"
# Legal oddities near to what the recipes are about: other symbols, other refusals, little money, a service that is slow.
NEAR = (
    *("honest", "symbols-compared-loosely", "limit-texts-64", "limit-symbols-64", "balances-small"),
    *(
        "refusals-answer-422",
        "released-uses-up-nothing",
        "json-numbers-respelled",
        "pace-429",
        "asset-token-needed",
    ),
)


@pytest.fixture(scope="module")
def proofs() -> dict[str, Proof]:
    """What came of each recipe alone against its fault, by the recipe."""
    trials = {
        Trial(fault, "smoke", breaks=KNOWN[name].clause, question=f"{QUESTION}[{name}]"): name
        for name, fault in FAULTS.items()
    }
    return {trials[trial]: proof for trial, proof in prove_each(trials)}


@pytest.mark.parametrize("name", KNOWN)
def test_a_recipe_is_red_where_its_bug_is(name: str, proofs: dict[str, Proof]) -> None:
    """A recipe that has never been seen red: it may ask for something else than what was found."""
    proof = proofs[name]
    assert proof.red == (KNOWN[name].clause,), proof.trouble
    fault = all_faults()[FAULTS[name]]
    assert KNOWN[name].clause in {fault.breaks, *fault.falls_with}


def test_a_fault_on_trial_is_caught_without_its_recipe() -> None:
    """A proof that goes in circles: of a fault by what was learnt from it."""
    fault = all_faults()["asset-conflict-forgets-long-symbols"]
    ((_, proof),) = prove_each([Trial(fault.id, "smoke", breaks=fault.breaks)])
    assert proof.word == "caught"
    assert not proof.question.startswith("test_corpus.py")


def test_no_recipe_is_red_on_legal_oddities() -> None:
    """A false alarm, first thing in every run; `contracts prove` looks at all variants."""
    found = prove_each(Trial(variant, "smoke", question=QUESTION) for variant in NEAR)
    assert {trial.switch: (proof.red, proof.trouble) for trial, proof in found} == dict.fromkeys(
        NEAR, ((), "")
    )
