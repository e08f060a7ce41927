"""No secret in any output: random ones, a server that repeats them in every guise, and a search of every byte that is written."""

import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fixtures.commands import COMMAND, Ran, run_program
from tests.fixtures.echo_server import EchoServer
from tests.fixtures.leaks import pieces, random_secrets, search, written

CHECKOUT = Path(__file__).parents[2]
# Tokens and keys of every kind go to the target: tampered ones, forged signatures, other tenants'.
CLAUSES = "AUT-01,ALC-05"


@dataclass
class Room:
    """A folder that is home and working directory, a server that repeats everything, and the secrets of this test."""

    folder: Path
    server: EchoServer
    variables: dict[str, str] = field(repr=False)
    hidden: dict[str, str] = field(repr=False)

    def run(self, *command: str, **variables: str) -> Ran:
        known = {
            "BASE_URL": self.server.address,
            "ENTERPRISE_ID": "enterprise-one",
            "CONNECTION_ID": str(uuid.uuid4()),
            "OTHER_ENTERPRISE_ID": "enterprise-two",
            "OTHER_CONNECTION_ID": str(uuid.uuid4()),
            "PYTHONPATH": f"{self.folder / 'plugins'}:{CHECKOUT}",
        }
        return run_program(self.folder, *command, variables={**known, **self.variables, **variables})

    def contracts(self, *arguments: str, **variables: str) -> Ran:
        return self.run(str(COMMAND), *arguments, **variables)

    def plugin(self, source: str) -> dict[str, str]:
        """A pytest plugin of the user's, and the variable that loads it."""
        (self.folder / "plugins").mkdir(exist_ok=True)
        (self.folder / "plugins" / "guest.py").write_text(source, encoding="utf-8")
        return {"PYTEST_PLUGINS": "guest"}

    def leaks(self, ran: Ran) -> list[str]:
        """Every secret, and every piece of one, in what the command said and left."""
        sent = {f"signature {number}": text for number, text in enumerate(self.server.signatures)}
        wanted = pieces(self.hidden) | pieces(sent, coded=False)
        return search([("stdout", ran.out), ("stderr", ran.err), *written(self.folder)], wanted)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    variables, hidden = random_secrets()
    with EchoServer(list(hidden.values())) as server:
        yield Room(tmp_path, server, variables, hidden)


def test_a_run_against_a_server_that_repeats_everything(room: Room) -> None:
    """A report that is kept for years and mailed around, with a token in it that the target wrote there."""
    ran = room.contracts("verify", "--profile", "smoke", "--clauses", CLAUSES)
    assert ran.code == 1, ran.text
    assert any(found["clause"] == "AUT-07" for found in ran.summary["findings"])
    assert room.server.signatures
    assert len(list(ran.report.rglob("*.json"))) > 20
    assert room.leaks(ran) == []


NAKED = """
from contracts.transport.redaction import Redactor

Redactor.text = lambda self, text: text
Redactor.headers = lambda self, headers: list(headers)
Redactor.named = lambda self, text: text
Redactor.named_headers = lambda self, headers: list(headers)
"""


def test_the_search_finds_what_is_not_taken_out(room: Room) -> None:
    """A search that would find nothing in anything: here the redactor is switched off."""
    ran = room.contracts("verify", "--profile", "smoke", "--clauses", CLAUSES, **room.plugin(NAKED))
    assert ran.code == 1, ran.text
    found = "\n".join(room.leaks(ran))
    for secret in (*room.hidden, "signature "):
        assert secret in found
    for place in ("stdout", "summary.json", "findings/", "traffic.har", "allure-results/", "report.html"):
        assert place in found


def questions(room: Room, *options: str, **variables: str) -> Ran:
    """The questions as plain pytest, with all that it can be told to show and to write."""
    asked = ["tests/contract", "--rootdir", str(CHECKOUT), "-c", str(CHECKOUT / "pyproject.toml")]
    written = ["--junitxml=junit.xml", "--alluredir=allure", "-o", f"cache_dir={room.folder / 'cache'}"]
    command = [sys.executable, "-m", "pytest", str(CHECKOUT / asked[0]), *asked[1:], *written]
    return room.run(*command, "-rA", "--showlocals", "-vv", *options, **variables)


GUEST = """
import os
import sys

import pytest

from contracts.asking.network import Network
from contracts.checks import registry

SAID = " ".join(os.environ[name] for name in sorted(os.environ) if name.endswith(("TOKEN", "KEY")))


@pytest.fixture
def loose():
    print("a fixture says", SAID)
    raise RuntimeError(f"a fixture broke: {SAID}")


def ask_payload(self, *args, **options):
    token = self.me.token
    print("asked with", token)
    print("asked with", self.key.secret, file=sys.stderr)
    problem = KeyError({"token": token, "key": self.key.secret.hex()})
    problem.add_note(SAID)
    raise problem from ValueError(SAID)


def check(exchange, context):
    raise ValueError(f"a check broke: {sorted(context.secrets)} {exchange.request}")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.name == "test_access.py" and len(item.nodeid) % 2:
            item.fixturenames.append("loose")


Network.ask_payload = ask_payload
registry._CHECKS.append(registry.Check("AST-02", check))
for known in (registry.registered, registry._concerned):
    known.cache_clear()  # a look at the target has called all checks by now
"""


def test_plain_pytest_with_a_bug_of_our_own(room: Room) -> None:
    """A traceback with locals, captured output, a fixture's error in Allure or JUnit, that shows what was at hand."""
    ran = questions(room, "--clauses", "AUT-05,SIG-01", **room.plugin(GUEST))
    assert ran.code == 1, ran.text
    assert "a fixture broke: " in ran.out
    assert "KeyError" in ran.out
    assert "asked with [redacted]" in ran.out
    assert any((room.folder / "allure").iterdir())
    assert room.leaks(ran) == []


@pytest.mark.parametrize("in_flight", ["1", "8"])
def test_a_run_with_a_bug_of_our_own(room: Room, in_flight: str) -> None:
    """A reason in the summary that quotes an exception which quotes a token; or what a thread prints between two items."""
    asked = ("verify", "--profile", "smoke", "--clauses", "AUT-05,SIG-01,AST-02", "--in-flight", in_flight)
    ran = room.contracts(*asked, **room.plugin(GUEST))
    assert ran.code == 3, ran.text
    assert "a check broke: " in ran.summary["clauses"]["AST-02"]["reason"]
    assert "KeyError" in ran.out
    assert room.leaks(ran) == []


UNREADABLE = """
import os


def pytest_pycollect_makeitem(collector):
    if collector.path.name == "test_signing.py":
        raise ValueError(os.environ["ACCESS_TOKEN"] + " and " + os.environ["SIGNING_KEY"])
"""


def test_questions_that_cannot_be_read(room: Room) -> None:
    """The error of an import, in the summary of a run and on the terminal."""
    ran = room.contracts("verify", "--profile", "smoke", "--clauses", "AST-11", **room.plugin(UNREADABLE))
    assert ran.code == 3, ran.text
    assert "cannot be read" in ran.out
    assert "ValueError: [redacted] and [redacted]" in ran.summary["broke"]
    assert room.leaks(ran) == []


CRASH = """
import os


def pytest_collection_finish(session):
    raise RuntimeError([os.environ["ACCESS_TOKEN"], os.environ["SIGNING_KEY"]])
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_crash_of_pytest_itself(room: Room, workers: str) -> None:
    """pytest's traceback with whatever the exception says."""
    ran = room.contracts(
        "verify", "--profile", "smoke", "--clauses", "AST-11", "-n", workers, **room.plugin(CRASH)
    )
    assert ran.code == 3, ran.text
    assert "the suite itself broke: " in ran.text
    assert "RuntimeError: " in ran.text
    assert room.leaks(ran) == []


COMMAND_CRASH = """
import os

from contracts import cli
from contracts.commands import doctor


def broken(*_, **__):
    raise RuntimeError({name: text for name, text in os.environ.items() if "TOKEN" in name or "KEY" in name})


doctor.diagnose = broken
cli.main(["doctor"])
"""


def test_a_crash_of_a_command(room: Room) -> None:
    """A traceback on the terminal, which is copied into a ticket."""
    (room.folder / ".env").write_text(f"STAGING={room.variables['OTHER_ACCESS_TOKEN']}\n", encoding="utf-8")
    ran = room.run(sys.executable, "-c", COMMAND_CRASH)
    assert ran.code == 3, ran.text
    assert "RuntimeError" in ran.err
    assert ran.err.count("[redacted]") >= 5
    (room.folder / ".env").unlink()
    assert room.leaks(ran) == []


def test_doctor_and_mistakes(room: Room) -> None:
    """What the target says to a look at it, quoted; a secret in the wrong variable, quoted as a mistake."""
    said = room.contracts("doctor")
    assert said.code == 2, said.text
    assert room.leaks(said) == []
    token, key = room.variables["ACCESS_TOKEN"], room.variables["SIGNING_KEY"]
    wrong = room.contracts("doctor", CONNECTION_ID=token, CURRENCY=f"{key} ", SIGNING_KEY=token, BASE_URL=key)
    assert wrong.code == 2, wrong.text
    assert wrong.err.count("\n") >= 5
    assert room.leaks(wrong) == []


def test_generated_questions_and_hypothesis_own_words(room: Room) -> None:
    """Falsifying examples, notes and a database of examples with what was signed or sent."""
    ran = questions(
        room, "--profile", "verify", "--clauses", "SIG-02", "-k", "test_properties", *["-p", "no:randomly"]
    )
    assert ran.code == 1, ran.text
    assert room.leaks(ran) == []
