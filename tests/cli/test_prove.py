"""`contracts prove`: what it prints and writes, how it is taken up again, what it leaves when it is broken off."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fixtures.commands import COMMAND, TIME_LIMIT_S, clean, run, until

FAULT = "asset-answers-201"
PAGE = "Above.\n\n<!-- proof: begin -->\nan old matrix\n<!-- proof: end -->\n\nBelow.\n"


def test_fault_is_told_with_what_it_took(tmp_path: Path) -> None:
    """A matrix that names no question, so that nobody can look whether it was caught for the right reason."""
    ran = run(tmp_path, "prove", FAULT, "--out", "proof")
    assert ran.code == 0, ran.text
    told = json.loads((tmp_path / "proof" / "proof.json").read_text(encoding="utf-8"))
    assert [(row["switch"], row["breaks"], row["word"], row["right"]) for row in told] == [
        (FAULT, "AST-01", "caught", True)
    ]
    assert told[0]["requests"] >= 1
    assert told[0]["question"].startswith("test_assets.py::test_")
    assert f"`{FAULT}`" in (tmp_path / "proof" / "proof.md").read_text(encoding="utf-8")
    assert f"caught {FAULT} AST-01 at smoke" in ran.out
    assert "smoke: caught 1 of 1 (100.0 %)" in ran.out


def test_race_that_smoke_does_not_ask_for_is_asked_deeper(tmp_path: Path) -> None:
    """A race that counts as missed, or as proven, because smoke has no question for it."""
    shallow = run(tmp_path, "prove", "asset-race-5ms")
    assert shallow.code == 0
    assert "unasked asset-race-5ms AST-08 at smoke" in shallow.out
    deep = run(tmp_path, "prove", "asset-race-5ms", "--profile", "verify")
    assert deep.code == 0
    assert "caught asset-race-5ms AST-08 at verify" in deep.out


def test_proof_is_taken_up_where_it_was_broken_off(tmp_path: Path) -> None:
    """An hour of trials done twice, or half a line of a killed run that stops the next one."""
    run(tmp_path, "prove", FAULT, "--out", "proof")
    with (tmp_path / "proof" / "proof.jsonl").open("a", encoding="utf-8") as lines:
        lines.write('{"switch": "asset-conf')
    again = run(tmp_path, "prove", FAULT, "asset-conflict-never", "--resume", "proof")
    assert again.code == 0, again.text
    assert f"caught {FAULT}" not in again.out
    assert "caught asset-conflict-never" in again.out
    rows = json.loads((tmp_path / "proof" / "proof.json").read_text(encoding="utf-8"))
    assert [row["switch"] for row in rows] == [FAULT, "asset-conflict-never"]


def test_page_gets_the_matrix_and_keeps_the_rest(tmp_path: Path) -> None:
    """A page whose words are lost with the old matrix."""
    (tmp_path / "PAGE.md").write_text(PAGE, encoding="utf-8")
    assert run(tmp_path, "prove", FAULT, "--page", "PAGE.md").code == 0
    text = (tmp_path / "PAGE.md").read_text(encoding="utf-8")
    assert text.startswith("Above.\n\n<!-- proof: begin -->\n")
    assert text.endswith("\n<!-- proof: end -->\n\nBelow.\n")
    assert f"`{FAULT}`" in text
    assert "an old matrix" not in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no-such-fault", "honset"), "the nearest is honest"),
        ((FAULT, "--page", "nowhere.md"), "nowhere.md"),
        ((FAULT, "--page", "empty.md"), "<!-- proof: begin -->"),
        ((FAULT, "--resume", "nowhere"), "nowhere"),
        ((FAULT, "--profile", "smok"), "smoke"),
    ],
    ids=["unknown", "no page", "no place", "nothing to resume", "no profile"],
)
def test_mistake_is_told_before_the_first_trial(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """An hour of trials whose result has no place to go."""
    (tmp_path / "empty.md").touch()
    ran = run(tmp_path, "prove", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.text
    assert ran.out == ""


# --- broken off ----------------------------------------------------------------------------------------------------


@contextmanager
def under_way(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A proof of everything that has come to its first results, in a process group of its own."""
    with subprocess.Popen(
        [str(COMMAND), "prove", "--out", "proof"],
        cwd=folder,
        env=clean(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as proof:
        try:
            until((folder / "proof" / "proof.jsonl").exists)
            yield proof
        finally:
            if not group_is_gone(proof.pid):
                os.killpg(proof.pid, signal.SIGKILL)


def group_is_gone(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_interrupted_proof_says_how_to_go_on_and_leaves_nobody(tmp_path: Path, end: signal.Signals) -> None:
    """Children and mocks that go on asking each other when the terminal is closed."""
    with under_way(tmp_path) as proof:
        proof.send_signal(end)
        said, _ = proof.communicate(timeout=TIME_LIMIT_S)
        assert proof.returncode == 130, said
        assert "--resume proof" in said
        assert "Traceback" not in said
        until(lambda: group_is_gone(proof.pid))


def test_killed_proof_leaves_nobody(tmp_path: Path) -> None:
    """The same where the command had no chance to end anybody."""
    with under_way(tmp_path) as proof:
        proof.kill()
        proof.wait()
        until(lambda: group_is_gone(proof.pid))
