"""A run that is hurt (a disk that is full, no place of its own) loses nothing that it found."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.mock.embedded import Embedded
from tests.cli.test_interruption import running, summary
from tests.fixtures.commands import COMMAND, TIME_LIMIT_S, Contracts, run_program

# It leaves room for the start of another line in the only block that a file gets.
HISTORY = f'{{"format": 1}}{" " * 4000}\n'
REFUSED = "File too large"  # the kernel's word for it, where a limit stands in for the disk's size
# The command, whose disk is full from a signal on, but for the first block of each file.
ON_A_SMALL_DISK = """
import resource, signal, sys
from contracts.cli import main

def fill(*_):
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))

signal.signal(signal.SIGUSR1, fill)
main()
"""
SMOKE = (sys.executable, "-c", ON_A_SMALL_DISK, "verify", "--profile", "smoke", "--seed", "1")


@pytest.fixture(scope="module")
def faulty() -> Iterator[Embedded]:
    """A mock with faults that every create shows, so slow that its questions, one by one, take longer than a summary is old."""
    with Embedded(["asset-answers-201", "access-header-repeats-token"], latency_ms=20) as mock:
        yield mock


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """The reports of an earlier run, as far as a later one might spoil them."""
    reports = tmp_path / "reports"
    (reports / "earlier").mkdir(parents=True)
    (reports / "latest").symlink_to("earlier")
    (reports / "history.jsonl").write_text(HISTORY, encoding="utf-8")
    return reports


def test_disk_that_is_full_from_the_start_is_2(tmp_path: Path, earlier: Path) -> None:
    """A run whose report cannot be written, a `latest` that points to an empty folder, or a mock without a temporary file."""
    ran = run_program(tmp_path, "/bin/sh", "-c", f'ulimit -f 0; exec "{COMMAND}" verify --profile smoke')
    assert ran.code == 2, ran.text
    assert f"no report folder can be made in reports: {REFUSED}" in ran.text
    assert "Traceback" not in ran.text
    assert (earlier / "latest").readlink() == Path("earlier")
    assert {path.name for path in earlier.iterdir()} == {"earlier", "latest", "history.jsonl"}


def test_disk_that_fills_up_costs_no_finding(tmp_path: Path, earlier: Path, faulty: Embedded) -> None:
    """A run that ends at its first refused write, findings that nobody is told of, half a line in the history."""
    asked = ("--clauses", "AST-01,AST-05", "--in-flight", "1")
    with running(tmp_path, *asked, variables=faulty.variables, command=SMOKE) as run:
        run.send_signal(signal.SIGUSR1)
        out, _ = run.communicate(timeout=TIME_LIMIT_S)
    assert run.returncode == 1, out
    assert "Traceback" not in out
    assert f"the report is not whole: {REFUSED}: " in out
    for clause in ("AST-01", "AUT-07", "HTP-02"):
        assert f"\nviolated {clause}  " in out
    assert summary(tmp_path)["complete"] is False
    assert all(json.loads(path.read_bytes()) for path in earlier.rglob("*.json"))
    assert (earlier / "history.jsonl").read_text(encoding="utf-8") == HISTORY


def test_log_that_takes_no_word_costs_no_report(tmp_path: Path) -> None:
    """A run whose log is on a full disk (here: that cannot be written to), and that breaks where it tells of its progress."""
    asked = f'exec "{COMMAND}" verify --profile smoke --clauses AST-11 1</dev/null'
    ran = run_program(tmp_path, "/bin/sh", "-c", asked)
    assert ran.code == 0, ran.text
    assert "Traceback" not in ran.err
    assert ran.summary["complete"] is True


def test_run_without_a_place_of_its_own_goes_on(contracts: Contracts) -> None:
    """A container without home, cache and temporary folder: a traceback of a library that wants to keep something there."""
    nowhere = {"HOME": os.devnull, "XDG_CACHE_HOME": f"{os.devnull}/cache", "TMPDIR": f"{os.devnull}/here"}
    ran = contracts("verify", "--clauses", "ALC-13", **nowhere)
    assert ran.code == 0, ran.text
    assert ran.verdicts == {"ALC-13": "held"}
    assert [path.name for path in ran.folder.iterdir()] == ["reports"]
