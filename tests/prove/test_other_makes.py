"""Servers of another make hold the suite to both promises: nothing right is called wrong, no planted fault gets by.

These servers were written from the documents by somebody who had not read the suite: a question that leans on what
the mock happens to do turns red here first.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from tests.prove.others import Fault, asked
from tests.servers import flask_faults, stdlib_faults
from tests.servers.starting import ROOT, started
from tests.servers.stub import STUBS

FLASK_VARIANTS = ("plain", "everything")
STDLIB_VARIANTS = ("plain", "everything")
FAULTS = [
    (make, fault, clause)
    for make, clauses in (("flask_honest", flask_faults.CLAUSES), ("stdlib_honest", stdlib_faults.CLAUSES))
    for fault, clause in clauses.items()
]


def ask(
    variables: dict[str, str],
    folder: Path,
    *options: str,
    profile: str = "smoke",
    clauses: Iterable[str] = (),
) -> tuple[int, dict[str, Any]]:
    """Run `contracts verify` on the described server; return its exit code and the summary's clauses."""
    chosen = ["--clauses", ",".join(clauses)] if clauses else []
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "contracts",
            "verify",
            "--profile",
            profile,
            "--report-dir",
            folder,
            *chosen,
            *options,
        ],
        cwd=ROOT,
        env={**os.environ, "RESPONSE_TIME_LIMIT": "30", **variables},  # a busy machine is no slow target
        capture_output=True,
        text=True,
        check=False,
    )
    assert (folder / "latest" / "summary.json").exists(), run.stdout + run.stderr
    summary = json.loads((folder / "latest" / "summary.json").read_text())
    return run.returncode, summary["clauses"]


def red(clauses: dict[str, Any]) -> set[str]:
    return {clause for clause, told in clauses.items() if told["verdict"] in ("violated", "broken")}


@pytest.mark.parametrize("variant", FLASK_VARIANTS)
def test_flask_server_is_called_right(variant: str, tmp_path: Path) -> None:
    """A question demands what the mock does and the documents do not."""
    with started("flask_honest", "--variant", variant) as variables:
        code, clauses = ask(variables, tmp_path)
    assert (code, red(clauses)) == (0, set())


@pytest.mark.parametrize("variant", STDLIB_VARIANTS)
def test_http_server_is_called_right(variant: str, tmp_path: Path) -> None:
    """A question leans on one framework's HTTP: kept connections, header names, codings, error pages."""
    with started("stdlib_honest", "--variant", variant) as variables:
        code, clauses = ask(variables, tmp_path)
    assert (code, red(clauses)) == (0, set())


def test_honest_server_is_called_right_in_depth(tmp_path: Path) -> None:
    """A generated question or a race leaves the documents' ground."""
    with started("stdlib_honest") as variables:
        code, clauses = ask(variables, tmp_path, profile="verify")
    assert (code, red(clauses)) == (0, set())


@pytest.mark.parametrize("stub", STUBS)
def test_stub_gets_verdicts(stub: str, tmp_path: Path) -> None:
    """A server that only looks alive crashes the suite, or passes."""
    expected = set(STUBS[stub][1])
    with started("stub", "--stub", stub) as variables:
        code, clauses = ask(variables, tmp_path, clauses=expected)
    assert (code, expected - red(clauses)) == (1, set())


@pytest.fixture(scope="module")
def asked_for() -> Iterator[dict[Fault, Future[tuple[int, str]]]]:
    with asked(FAULTS) as verdicts:
        yield verdicts


@pytest.mark.parametrize(
    "fault", FAULTS, ids=[f"{make.partition('_')[0]}-{name}" for make, name, _ in FAULTS]
)
def test_fault_turns_its_clause_red(fault: Fault, asked_for: dict[Fault, Future[tuple[int, str]]]) -> None:
    """A bug of a kind that services ship gets past the suite."""
    assert asked_for[fault].result() == (1, "violated")
