"""A run that is ended from outside leaves what it saw, and nothing that still runs."""

import json
import os
import random
import select
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from contracts.mock.embedded import Embedded
from tests.fixtures.commands import COMMAND, TIME_LIMIT_S, clean, until

SMOKE = (str(COMMAND), "verify", "--profile", "smoke")


def has_asked(folder: Path) -> bool:
    """Whether a run has come to its first questions."""
    return bool(summary(folder).get("requests", 0))


@contextmanager
def running(
    folder: Path,
    *options: str,
    variables: Mapping[str, str] | None = None,
    command: Sequence[str] = SMOKE,
    so_far: Callable[[Path], object] = has_asked,
) -> Iterator[subprocess.Popen[str]]:
    """A run that has come so far, by itself a smoke run of the embedded mock; in a process group of its own."""
    with subprocess.Popen(
        [*command, *options],
        cwd=folder,
        env=clean(folder, variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as run:
        try:
            until(lambda: so_far(folder))
            yield run
        finally:
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGKILL)


def summary(folder: Path) -> dict[str, Any]:
    found = list(folder.glob("reports/*Z-*/summary.json"))
    return json.loads(found[0].read_text(encoding="utf-8")) if found else {}


def answers(folder: Path) -> bool:
    """Whether the embedded mock of the run still takes connections."""
    port = int(summary(folder)["target"]["base_url"].rpartition(":")[2])
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def is_called(silent: socket.socket | int) -> bool:
    """Whether somebody waits to be answered, or to be read."""
    return bool(select.select([silent], [], [], 0)[0])


def group_is_gone(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return True
    return False


# Read by each Python of a run as it starts: a worker of xdist presses Ctrl-C for all of them.
CTRL_C_OF_A_WORKER = """
import os, signal, sys
if any("sys.stdin.readline" in argument for argument in sys.orig_argv):
    os.killpg(0, signal.SIGINT)
"""


def test_interruption_while_workers_start_is_told_by_nobody_else(tmp_path: Path) -> None:
    """Ctrl-C in a run's first second, and the tracebacks of Pythons that were importing what they need."""
    (tmp_path / "sitecustomize.py").write_text(CTRL_C_OF_A_WORKER, encoding="utf-8")
    with running(tmp_path, "-n", "2", variables={"PYTHONPATH": str(tmp_path)}, so_far=lambda _: True) as run:
        out, _ = run.communicate(timeout=TIME_LIMIT_S)
    assert run.returncode == 130, out
    assert "Traceback" not in out
    assert "interrupted" in out


@pytest.mark.parametrize(
    ("sent", "workers"),
    [*product((signal.SIGINT, signal.SIGTERM), ("0", "2")), (signal.SIGHUP, "0")],
)
def test_interrupted_run_reports_what_it_saw(tmp_path: Path, sent: signal.Signals, workers: str) -> None:
    """No report after Ctrl-C, a cancelled job or a closed terminal, a wrong exit code, or a mock that goes on for ever."""
    with running(tmp_path, "-n", workers) as run:
        os.killpg(run.pid, sent) if sent is signal.SIGINT else run.send_signal(sent)  # as a terminal does
        out, _ = run.communicate(timeout=TIME_LIMIT_S)
    assert run.returncode == 130, out
    assert "Traceback" not in out
    assert "interrupted" in out
    told = summary(tmp_path)
    assert told["complete"] is True
    assert told["exit_code"] == 130
    assert told["requests"] > 0
    assert told["findings"] == []
    left = {path.name for path in (tmp_path / "reports" / "latest").iterdir()}
    assert left >= {
        "report.html",
        "junit.xml",
        "summary.md",
        "results.sarif",
        "ctrf-report.json",
        "traffic.har",
    }
    assert not answers(tmp_path)
    assert group_is_gone(run.pid)


Silent = tuple[dict[str, str], Callable[[Path], bool]]


@pytest.fixture
def silent(honest: Embedded) -> Iterator[Silent]:
    """A target that takes connections and says nothing: its settings, and whether somebody waits to be answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        at = f"http://127.0.0.1:{listener.getsockname()[1]}"
        target = {**honest.variables, "BASE_URL": at, "ASSETS_BASE_URL": at}
        yield target, lambda _: is_called(listener)


@pytest.mark.parametrize("command", ["verify", "fuzz"])
def test_run_that_is_interrupted_before_its_first_question_says_so(
    tmp_path: Path, silent: Silent, command: str
) -> None:
    """A folder without a report, which `latest` points to."""
    target, so_far = silent
    with running(tmp_path, variables=target, command=(str(COMMAND), command), so_far=so_far) as run:
        until(lambda: list(tmp_path.glob("reports/latest")))
        run.send_signal(signal.SIGINT)
        out, _ = run.communicate(timeout=TIME_LIMIT_S)
    assert run.returncode == 130, out
    assert "Traceback" not in out
    told = summary(tmp_path)
    assert (told["complete"], told["exit_code"], told["requests"]) == (True, 130, 0)
    assert (tmp_path / "reports" / "latest" / "report.html").is_file()


def in_a_window_that_is_closed(
    folder: Path,
    *command: str,
    variables: Mapping[str, str],
    so_far: Callable[[Path], object] = has_asked,
) -> subprocess.Popen[bytes]:
    """A run that has ended, in a terminal of its own that went away when the run had come so far."""
    screen, terminal = os.openpty()
    # The first terminal that a session's leader opens is the one whose end it is told of.
    inside = ("/bin/sh", "-c", 'exec "$@" <>"$0" >&0 2>&0', os.ttyname(terminal))
    with subprocess.Popen(
        [*inside, str(COMMAND), *command],
        cwd=folder,
        env=clean(folder, {"TERM": "xterm", **variables}),
        start_new_session=True,
    ) as run:
        try:
            until(lambda: (is_called(screen) and not os.read(screen, 65536)) or so_far(folder))
            os.close(terminal)
            os.close(screen)
            run.wait(TIME_LIMIT_S)
        finally:
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGKILL)
    return run


@pytest.mark.parametrize("terminal", ["xterm", "dumb"])
@pytest.mark.parametrize(
    "command",
    [("verify",), ("verify", "-n", "2"), ("fuzz", "--max-time", "60s")],
    ids=["verify", "workers", "fuzz"],
)
def test_terminal_that_goes_away_costs_no_report(
    tmp_path: Path, command: Sequence[str], terminal: str
) -> None:
    """A dropped ssh connection that reads as a violation (1) or a bug of ours (3), and leaves no report."""
    run = in_a_window_that_is_closed(tmp_path, *command, "--clauses", "AST", variables={"TERM": terminal})
    assert run.returncode == 130
    told = summary(tmp_path)
    assert (told["complete"], told["exit_code"], told["broke"]) == (True, 130, "")
    assert (tmp_path / "reports" / "latest" / "report.html").is_file()
    until(lambda: group_is_gone(run.pid))


@pytest.mark.parametrize("command", ["verify", "fuzz"])
def test_terminal_that_goes_away_before_the_first_question_is_no_violation(
    tmp_path: Path, silent: Silent, command: str
) -> None:
    """Exit code 1, since the last words could not be said."""
    target, so_far = silent
    run = in_a_window_that_is_closed(tmp_path, command, variables=target, so_far=so_far)
    assert run.returncode == 130
    assert summary(tmp_path)["exit_code"] == 130


@pytest.mark.parametrize("workers", ["0", "2"], ids=["one-process", "workers"])
def test_killed_run_leaves_a_summary_and_no_process(tmp_path: Path, workers: str) -> None:
    """kill -9 runs no cleanup: half a run must not read as a contract that holds, mock and workers must end by themselves."""
    with running(tmp_path, "-n", workers) as run:
        assert answers(tmp_path)
        run.kill()
        run.wait(TIME_LIMIT_S)
        told = summary(tmp_path)
        assert told["complete"] is False
        assert told["exit_code"] == 130
        assert list(tmp_path.glob("reports/latest/allure-results/*-result.json"))
        until(lambda: not answers(tmp_path))
        until(lambda: group_is_gone(run.pid))


@pytest.mark.parametrize("moment", range(10))
def test_what_a_killed_run_had_found_is_there(moment: int, faulty: Embedded, tmp_path: Path) -> None:
    """A finding that was shown and is in no file, or half a file, after kill -9 at any moment."""
    after = random.Random(moment).uniform(0.3, 3.0)  # seconds from the first line to the end of such a run
    with subprocess.Popen(
        [*SMOKE, "--seed", "1"],
        cwd=tmp_path,
        env=clean(tmp_path, faulty.variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        bufsize=1,
        start_new_session=True,
    ) as run:
        until(lambda: summary(tmp_path) or run.poll() is not None)
        threading.Timer(after, lambda: os.killpg(run.pid, signal.SIGKILL)).start()
        out, _ = run.communicate(timeout=TIME_LIMIT_S)
    shown = {
        tuple(line.split("  ")) for line in out.splitlines() if line.startswith(("violated ", "warned "))
    }
    (folder,) = tmp_path.glob("reports/*Z-*")
    findings = [json.loads(path.read_bytes()) for path in (folder / "findings").glob("*.json")]
    kept = {(found["clause"], found["operation"], found["kind"]) for found in findings}
    for line in shown:  # as each is met; the summary at the end has other lines
        if len(line) == 3:
            assert (line[0].split()[-1], line[1], line[2]) in kept
    assert summary(tmp_path)["exit_code"] in {1, 130}
