import errno
import os
import signal
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from contracts.campaign import local
from contracts.campaign.hands import WorkerLost, WorkersGone
from contracts.campaign.local import Local
from contracts.campaign.shards import Shard
from contracts.campaign.work import Task
from contracts.findings.unwritten import reason
from tests.fixtures.commands import TIME_LIMIT_S

# Whoever asks it can say so, and no more: its plan is none.
EMPTY = Task(Shard(1, "test_a.py::none", 7, 1.0), "", "MARK")


def test_a_machine_out_of_processes_loses_one_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    """A campaign that waits for ever, behind its --max-time: the thread that was to start the next process has died."""

    def refused(_: ForkServerProcess) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    hands = Local(1)
    try:
        hands._workers[0].process.kill()
        hands._workers[0].process.join()
        with monkeypatch.context() as patched:
            patched.setattr(ForkServerProcess, "start", refused)
            patched.setattr(local, "RETRY_S", 0.0)
            # Against no shard: five of them in a row are no bug of ours.
            assert isinstance(hands.submit(EMPTY).exception(TIME_LIMIT_S), WorkersGone)
        assert isinstance(hands.submit(EMPTY).exception(TIME_LIMIT_S), RuntimeError)
    finally:
        hands.close()


def test_a_full_disk_is_told_as_one(tmp_path: Path) -> None:
    """Exit code 3 and a traceback, where a worker was the first to have no room."""
    problem = local._told(OSError(errno.ENOSPC, "No space left on device", str(tmp_path)))
    assert isinstance(problem, OSError)
    assert reason(problem) == "No space left on device"


def test_a_dead_worker_loses_one_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five shards sent after a process that had died and did not look it, which was told as a bug that kills workers."""
    hands = Local(1)
    try:
        assert isinstance(hands.submit(EMPTY).exception(TIME_LIMIT_S), RuntimeError)
        process = hands._workers[0].process
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        monkeypatch.setattr(ForkServerProcess, "is_alive", lambda _: True)
        assert isinstance(hands.submit(EMPTY).exception(TIME_LIMIT_S), WorkerLost)
        assert isinstance(hands.submit(EMPTY).exception(TIME_LIMIT_S), RuntimeError)
    finally:
        hands.close()
