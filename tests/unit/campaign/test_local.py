import os
import signal
from multiprocessing.context import ForkServerProcess

import pytest

from contracts.campaign.hands import WorkerLost
from contracts.campaign.local import Local
from contracts.campaign.shards import Shard
from contracts.campaign.work import Task
from tests.fixtures.commands import TIME_LIMIT_S

# Whoever asks it can say so, and no more: its plan is none.
EMPTY = Task(Shard(1, "test_a.py::none", 7, 1.0), "", "MARK")


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
