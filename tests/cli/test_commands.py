"""The commands beside `verify`: help, lists, the mock server, completion, and how fast they start."""

import json
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from contracts.clauses.catalogue import load
from contracts.mock.switches import all_faults
from tests.fixtures.commands import COMMAND, TIME_LIMIT_S, Contracts, clean, run_program

COMMANDS = ("clauses", "doctor", "faults", "prove", "serve", "verify")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(contracts: Contracts, name: str) -> None:
    """An option or a command without a word on what it does."""
    listed, ran = contracts("--help"), contracts(name, "--help")
    assert f"  {name} " in listed.out
    assert ran.code == 0
    assert "Usage: contracts" in ran.out


def test_help_names_exit_codes_and_completion(contracts: Contracts) -> None:
    """What a pipeline scripts against stands in a file that the wheel does not carry."""
    ran = contracts("--help")
    assert "2 could not be carried out" in ran.out
    assert "_CONTRACTS_COMPLETE=bash_source" in ran.out


def test_module_is_the_command(tmp_path: Path, contracts: Contracts) -> None:
    """`python -m contracts` calls itself __main__.py, or exits 0 whatever happens."""
    version = run_program(tmp_path, sys.executable, "-m", "contracts", "--version")
    assert version.out == contracts("--version").out
    assert run_program(tmp_path, sys.executable, "-m", "contracts", "--bogus").code == 2


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    """Half a second for --help and for each press of TAB: an import that crept to the top of a module."""
    heavy = ("pytest", "pydantic", "hypothesis", "rich", "uvicorn", "yaml", "schemathesis", "jinja2", "httpx")
    code = f"import sys, contracts.cli; print([name for name in {heavy!r} if name in sys.modules])"
    assert run_program(tmp_path, sys.executable, "-c", code).out.strip() == "[]"


def test_completion_knows_commands_and_options(contracts: Contracts) -> None:
    """The line of --help that sets completion up, and completes nothing."""
    source = contracts(_CONTRACTS_COMPLETE="bash_source")
    assert "_contracts_completion" in source.out
    offered = contracts(_CONTRACTS_COMPLETE="bash_complete", COMP_WORDS="contracts ver", COMP_CWORD="1")
    assert offered.out.split() == ["plain,verify"]
    options = contracts(
        _CONTRACTS_COMPLETE="bash_complete", COMP_WORDS="contracts verify --rep", COMP_CWORD="2"
    )
    assert options.out.split() == ["plain,--report-dir"]


def test_clauses_lists_each_with_questions_and_faults(contracts: Contracts) -> None:
    """A catalogue that is complete in YAML and not on the command line."""
    ran = contracts("clauses")
    assert ran.code == 0
    for clause in load().values():
        assert f"{clause.id:8} {clause.level.value:8} {clause.title}" in ran.out
    assert ran.out.count("questions: ") == len(load())


def test_clauses_takes_a_selection(contracts: Contracts) -> None:
    """A selection that works for verify alone."""
    ran = contracts("clauses", "ALC-06")
    assert [line.split()[0] for line in ran.out.splitlines() if line[0] != " "] == [
        f"ALC-06{letter}" for letter in "abcdefg"
    ]


def test_faults_lists_all(contracts: Contracts) -> None:
    """A fault that `serve` takes and nobody can find."""
    ran = contracts("faults")
    assert ran.code == 0
    for fault in all_faults().values():
        assert f"{fault.breaks:8} {fault.id}: {fault.sentence}" in ran.out


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 130)])
def test_serve_announces_itself_and_ends_on_a_signal(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    """A script that waits for the address for ever, or a port that stays taken."""
    with subprocess.Popen(
        [str(COMMAND), "serve", "--latency", "1ms"],
        cwd=tmp_path,
        env=clean(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        ready = json.loads(server.stdout.readline())
        assert {"BASE_URL", "ACCESS_TOKEN", "SIGNING_KEY", "OTHER_ACCESS_TOKEN"} <= set(ready)
        connection = HTTPConnection(ready["BASE_URL"].removeprefix("http://"), timeout=TIME_LIMIT_S)
        connection.request("GET", "/nowhere")
        assert connection.getresponse().status == 404
        connection.close()
        server.send_signal(sent)
        assert server.stdout.read() == ""
        assert "Traceback" not in server.stderr.read()
        server.wait(TIME_LIMIT_S)
    assert server.returncode == code


def test_serve_names_a_port_that_is_taken(contracts: Contracts, tmp_path: Path) -> None:
    """A traceback of bind()."""
    with subprocess.Popen(
        [str(COMMAND), "serve"], cwd=tmp_path, env=clean(tmp_path), stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        port = json.loads(first.stdout.readline())["BASE_URL"].rpartition(":")[2]
        ran = contracts("serve", "--port", port)
        first.terminate()
    assert ran.code == 2
    assert "in use" in ran.err
    assert port in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "line",
    [
        *(f"verify --profile smoke --clauses AST-05 {closed}" for closed in (">&-", "2>&-", "<&-")),
        "fuzz --clauses AST-05 --max-time 8s >&- 2>&- <&-",
    ],
)
def test_closed_streams_cost_no_run(tmp_path: Path, line: str) -> None:
    """Jobs that some daemons start: a run that broke, or whose first connection was taken for its standard output."""
    ran = run_program(tmp_path, "/bin/sh", "-c", f"{COMMAND} {line}")
    assert ran.code == 0, ran.text
    assert ran.summary["verdict"] == "held"


@pytest.mark.parametrize(
    "line",
    [
        "verify --clauses XX",
        "fuzz --resume nowhere",
        "merge nowhere",
        "verify --bogus",
        "serve --fault nonsense",
        "prove nonsense",
    ],
)
def test_mistake_that_cannot_be_told_is_one_all_the_same(tmp_path: Path, line: str) -> None:
    """A pipeline whose log is on a full disk, and reads a typing error as a violation (1)."""
    assert run_program(tmp_path, "/bin/sh", "-c", f"{COMMAND} {line} 2>/dev/full").code == 2
