"""The matrix: what counts as caught, what as wrong, and how it is told."""

from pathlib import Path
from typing import Any

import pytest

from contracts.mock.switches import UnknownSwitch
from contracts.proof import agenda, matrix, pages, store
from contracts.proof.matrix import Share, closing, lines
from contracts.proof.verdict import Proof, as_data, from_data

FAMILIES = {"AST": "create asset", "HTP": "protocol"}
FAULT = "asset-answers-201"


def proof(switch: str = FAULT, breaks: str = "AST-01", profile: str = "smoke", **changes: Any) -> Proof:
    caught: dict[str, Any] = {
        "red": (breaks,),
        "asked": True,
        "requests": 3,
        "seconds": 0.5,
        "question": "test_a.py::test_b[c|d]",
    }
    return Proof(
        switch, breaks, profile, full=False, seed=0, **({**caught, **changes} if breaks else changes)
    )


MISSED: dict[str, Any] = {"red": (), "requests": None, "seconds": None, "question": ""}


@pytest.mark.parametrize(
    ("found", "word", "right"),
    [
        (proof(), "caught", True),
        (proof(**MISSED), "missed", False),
        (proof(**MISSED, warned=("AST-01",)), "missed", False),
        (proof(**MISSED | {"asked": False}), "unasked", False),
        (proof(red=("AST-02",)), "missed", False),
        (proof(red=("AST-01", "AST-02"), unforeseen=("AST-02",)), "unforeseen", False),
        (proof(trouble="lost"), "trouble", False),
        (proof("limits", "", warned=("AST-03",)), "silent", True),
        (proof("limits", "", red=("AST-02",)), "false alarm", False),
        (proof("limits", "", trouble="lost"), "trouble", False),
    ],
)
def test_word_of_a_proof(found: Proof, word: str, *, right: bool) -> None:
    """A fault that counts as caught though another clause turned red, or its own only yellow."""
    assert (found.word, found.right) == (word, right)


def test_a_proof_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """A resumed matrix that differs from one made in one go; troubles that are never tried again."""
    kept = [proof(), proof("limits", ""), proof(**MISSED)]
    for each in (*kept, proof(trouble="lost")):
        store.append(tmp_path, each)
    assert store.read(tmp_path) == store.TakenUp(tuple(kept))
    assert [from_data(as_data(each)) for each in kept] == kept


def test_half_a_line_of_a_killed_run_is_dropped(tmp_path: Path) -> None:
    """The next line written behind it, so that both are lost."""
    store.append(tmp_path, proof())
    with (tmp_path / store.LINES).open("a", encoding="utf-8") as stream:
        stream.write('{"switch": "x')
    assert store.read(tmp_path).proofs == (proof(),)
    store.append(tmp_path, proof("limits", ""))
    assert store.read(tmp_path).proofs == (proof(), proof("limits", ""))


def test_proofs_of_another_state_of_the_suite_are_counted(tmp_path: Path) -> None:
    """A matrix that tells of a suite which nobody has any more."""
    store.append(tmp_path, proof())
    file = tmp_path / store.LINES
    file.write_text(file.read_text(encoding="utf-8").replace(store.suite(), "another"), encoding="utf-8")
    store.append(tmp_path, proof("limits", ""))
    assert store.read(tmp_path).outdated == 1


def test_smoke_and_verify_are_counted_apart() -> None:
    """A fault caught at smoke that counts as missed at verify, where it was not asked again; or the reverse."""
    found = lines(
        [
            proof(),
            proof("b", **MISSED),
            proof("b", profile="verify"),
            proof("c", "HTP-07", **MISSED | {"asked": False}),
            proof("c", "HTP-07", "verify", **MISSED),
            proof("limits", ""),
            proof("limits", "", "verify", red=("AST-02",)),
        ]
    )
    assert matrix.profiles_of(found) == ["smoke", "verify"]
    assert [matrix.caught(found, profile) for profile in ("smoke", "verify")] == [Share(1, 3), Share(2, 3)]
    assert [matrix.silent(found, profile) for profile in ("smoke", "verify")] == [Share(1, 1), Share(0, 1)]
    assert [line.switch for line in found if line.wrong] == ["c", "limits"]
    assert matrix.usual_effort(found) == (3, 0.5)


def test_what_no_question_asks_for_is_not_wrong() -> None:
    """A proof at smoke that fails for the races, or that is silent about them."""
    found = lines([proof("c", "HTP-07", **MISSED | {"asked": False})])
    assert not found[0].wrong
    assert list(closing(found, FAMILIES))[-2:] == ["not asked at this profile: c", "nothing wrong"]


def test_what_went_wrong_is_not_hidden_by_what_was_caught() -> None:
    """A false alarm at verify behind a catch at smoke."""
    found = lines([proof(), proof(profile="verify", red=("AST-01", "HTP-01"), unforeseen=("HTP-01",))])
    assert found[0].wrong
    assert list(closing(found, FAMILIES))[-1] == f"wrong: {FAULT}"


def test_page_tells_each_switch_once() -> None:
    """A table broken by a bar in a question's name, or a family left out."""
    found = lines([proof(), proof("http-head-answers-500", "HTP-04", **MISSED), proof("honest", "")])
    text = pages.as_markdown(found, FAMILIES)
    assert "| AST create asset: faults caught | 1 of 1 (100.0 %) |" in text
    assert "| **all faults caught** | **1 of 2 (50.0 %)** |" in text
    row = next(line for line in text.splitlines() if line.startswith(f"| `{FAULT}`"))
    assert row.endswith("| AST-01 | smoke | 3 | 0.50 | `test_a::test_b` |")
    assert "| HTP-04 | **missed** |" in text
    assert "| `honest` | nothing | silent |" in text
    widths = {line.count(" | ") for line in text.splitlines() if line.startswith(("| `asset", "| `http"))}
    assert len(widths) == 1


# --- the agenda


def test_every_unknown_name_is_told() -> None:
    """One mistake a run, an hour apart."""
    with pytest.raises(UnknownSwitch, match=r"asset-answers-202 .*asset-answers-201.*honset .*honest"):
        agenda.chosen(["asset-answers-202", FAULT, "honset"])


def test_everything_is_on_trial_unless_somebody_says_less() -> None:
    """A variant that no proof ever asks, since it stands in neither list."""
    every = agenda.chosen([])
    assert len({switch.id for switch in every}) == len(every)
    assert {bool(switch.breaks) for switch in every} == {True, False}
    assert [switch.id for switch in agenda.chosen(["honest", FAULT])] == ["honest", FAULT]


def test_known_proofs_are_not_made_again() -> None:
    """A resumed proof that asks all of it once more, or goes deeper for what smoke has caught."""
    known = proof()
    found = agenda.prove(agenda.chosen([FAULT]), "verify", known={known.key: known})
    assert list(found) == [known]
