"""`contracts replay` and `contracts sign`: what is asked again, what is said of it, and what of a user's mistake."""

import json
import subprocess
from pathlib import Path

import pytest

from contracts import signing
from contracts.mock.embedded import Embedded
from contracts.signing import SigningKey
from tests.fixtures.commands import COMMAND, Contracts, Ran, clean, run


@pytest.fixture(scope="module")
def created(red: Ran) -> Path:
    """The finding that every create of the faulty mock shows."""
    (path,) = (red.report / "findings").glob("AST-01-*.json")
    return path


def with_recipe(created: Path, changed: Path, **changes: str) -> None:
    """Write a finding as it would stand there if its recipe said otherwise."""
    finding = json.loads(created.read_text(encoding="utf-8"))
    finding["recipe"].update(changes)
    changed.write_text(json.dumps(finding), encoding="utf-8")


def test_a_bug_that_is_there_fails(created: Path, faulty: Embedded, contracts: Contracts) -> None:
    """A finding that is called fixed while its bug is in production."""
    ran = contracts("replay", str(created), **faulty.variables)
    assert ran.code == 1, ran.text
    assert ran.out.startswith(f"failed {created.stem}  createAsset  the request is valid: wrong status")


def test_a_bug_that_is_gone_is_fixed(created: Path, honest: Embedded, contracts: Contracts) -> None:
    """A finding that stays open for ever."""
    ran = contracts("replay", str(created), **honest.variables)
    assert ran.code == 0, ran.text
    assert ran.out.startswith(f"fixed  {created.stem}")


def test_what_the_night_found_is_asked_once(
    created: Path, honest: Embedded, contracts: Contracts, tmp_path: Path
) -> None:
    """A nightly run asks again until its hour is over; and so did each replay of what it had found."""
    with_recipe(created, tmp_path / "night.json", profile="nightly")
    ran = contracts("replay", "night.json", **honest.variables)
    assert (ran.code, ran.out[:6]) == (0, "fixed "), ran.text


def test_all_findings_of_a_run_are_asked(red: Ran, honest: Embedded, contracts: Contracts) -> None:
    """A release that is signed because one of many findings was fixed."""
    ran = contracts("replay", str(red.report), **honest.variables)
    findings = list((red.report / "findings").glob("*.json"))
    assert ran.code == 0, ran.text
    assert sum(line.startswith("fixed") for line in ran.out.splitlines()) == len(findings) > 3


def test_what_another_target_did_is_not_asked_of_the_mock(created: Path, contracts: Contracts) -> None:
    """A finding of the staging server, called fixed by the embedded mock because BASE_URL was forgotten."""
    ran = contracts("replay", str(created))
    assert ran.code == 2
    assert "BASE_URL: is not set" in ran.err
    assert created.stem in ran.err


def test_a_target_that_is_gone_is_an_error(created: Path, contracts: Contracts) -> None:
    """A finding that is fixed by a server that does not run."""
    assert contracts("replay", str(created), BASE_URL="http://127.0.0.1:9").code == 2


def test_a_question_that_is_gone_is_an_error(
    created: Path, honest: Embedded, contracts: Contracts, tmp_path: Path
) -> None:
    """A finding of another version, fixed because nothing asks for it any more."""
    with_recipe(created, tmp_path / "old.json", question="test_assets.py::test_that_was_renamed")
    ran = contracts("replay", "old.json", **honest.variables)
    assert ran.code == 2, ran.text
    assert "error" in ran.out
    assert "test_that_was_renamed" in ran.out


def test_files_that_are_no_findings_are_told(contracts: Contracts, tmp_path: Path) -> None:
    """A traceback, or only the first of two mistakes."""
    (tmp_path / "cut.json").write_text('{"format": 2, "clause": "AST', encoding="utf-8")
    ran = contracts("replay", "cut.json", "AST-01-0000000000")
    assert ran.code == 2
    assert "cut.json line 1" in ran.err
    assert "ends in the middle of its JSON" in ran.err
    assert "AST-01-0000000000" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(("fault", "clause"), [("asset-race-5ms", "AST-08")])
def test_a_burst_is_replayed_as_a_burst(fault: str, clause: str, tmp_path: Path) -> None:
    """A race that a replay asks as a queue, and calls fixed."""
    with Embedded((fault,)) as mock:
        found = run(tmp_path, "verify", "--clauses", clause, variables=mock.variables)
        assert found.code == 1, found.text
        assert run(tmp_path, "replay", str(found.report), variables=mock.variables).code == 1
    with Embedded() as mock:
        assert run(tmp_path, "replay", str(found.report), variables=mock.variables).code == 0


# --- sign

KEY = SigningKey(bytes([7]) * 32)


def signed(folder: Path, *arguments: str, text: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    command = [str(COMMAND), "sign", *arguments]
    return subprocess.run(
        command,
        input=text.encode(),
        capture_output=True,
        env=clean(folder, variables),
        cwd=folder,
        check=False,
    )


def test_a_payload_is_signed_byte_for_byte(tmp_path: Path) -> None:
    """A signature of the text without its last line break."""
    done = signed(tmp_path, text='{"a": 1}\n', SIGNING_KEY=KEY.secret.hex())
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode() == signing.sign('{"a": 1}\n', KEY) + "\n"


def test_a_body_is_signed_in_its_place(tmp_path: Path) -> None:
    """A body that is serialised again, so that its payload is no longer what was signed."""
    body = '{ "payload" : "{\\"n\\":1.0}", "signature":"${SIGNATURE}"}'
    done = signed(tmp_path, "--body", text=body, SIGNING_KEY=KEY.secret.hex())
    assert done.stdout.decode() == body.replace("${SIGNATURE}", signing.sign('{"n":1.0}', KEY))


@pytest.mark.parametrize(
    ("arguments", "text", "variables", "told"),
    [
        ((), "x", {}, "SIGNING_KEY: is not set"),
        ((), "x", {"SIGNING_KEY": "xprv-of-nobody"}, "SIGNING_KEY: cannot be used"),
        (("--key", "OTHER_SIGNING_KEY"), "x", {"SIGNING_KEY": "07" * 32}, "OTHER_SIGNING_KEY: is not set"),
        ((), "", {"SIGNING_KEY": "07" * 32}, "nothing to sign"),
        (("--key", "SIGNING_KEYS"), "x", {"SIGNING_KEY": "07" * 32}, "is no variable of a key"),
        (("--forged", "half a"), "x", {"SIGNING_KEY": "07" * 32}, "the nearest is 'half'"),
        (("--body",), "[]", {"SIGNING_KEY": "07" * 32}, "no JSON object with the text of a payload"),
    ],
)
def test_a_mistake_is_told(
    arguments: tuple[str, ...], text: str, variables: dict[str, str], told: str, tmp_path: Path
) -> None:
    """A traceback, a signature of nothing, or a key that is repeated in the message."""
    done = signed(tmp_path, *arguments, text=text, **variables)
    assert done.returncode == 2, done.stdout
    assert told in done.stderr.decode()
    assert done.stdout == b""
    assert not variables or variables["SIGNING_KEY"] not in done.stderr.decode()
