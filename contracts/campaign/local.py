"""Workers on this machine: child processes, each behind a pipe and a thread of its own, so that the death of one is no other's."""

import multiprocessing
import os
import queue
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess

from contracts import forking
from contracts.campaign.hands import WorkerLost, WorkersGone
from contracts.campaign.work import Done, Task, ask
from contracts.findings.unwritten import UNWRITABLE

# What a process keeps from session to session (caches of Hypothesis and others, up to 200 MB) ends with it.
SHARDS_OF_A_PROCESS = 50
# A question may end its shard late: it shrinks, it waits for a target that is away. One that is later than this is stuck.
LATEST_S = 600.0
# Of a wait for a pipe: the kernel counts its milliseconds in 31 bits.
LONGEST_WAIT_S = 7 * 24 * 3600.0
# A machine that has no process, file or memory left may have some again after so long.
RETRY_S = 10.0

_Wanted = tuple[Task, "Future[Done]"]


class Local:
    """So many worker processes of this machine."""

    def __init__(self, workers: int) -> None:
        context = forking.server_with(__name__)
        self._wanted: queue.SimpleQueue[_Wanted | None] = queue.SimpleQueue()
        self._workers = [_Worker(context, self._wanted) for _ in range(workers)]

    @property
    def width(self) -> int:
        """How many workers there are."""
        return len(self._workers)

    def submit(self, task: Task) -> "Future[Done]":
        """Have a shard asked by the next worker that is free."""
        future: Future[Done] = Future()
        self._wanted.put((task, future))
        return future

    def workers(self) -> Sequence[str]:
        """The workers' process ids."""
        return [f"pid {worker.process.pid}" for worker in self._workers]

    def close(self) -> None:
        """Kill all workers."""
        for worker in self._workers:
            worker.end()
        for _ in self._workers:
            self._wanted.put(None)


class _Worker:
    """One process at a time, renewed when it has died or asked many shards; its thread hands it what is wanted."""

    def __init__(self, context: ForkServerContext, wanted: "queue.SimpleQueue[_Wanted | None]") -> None:
        self._context = context
        self._wanted = wanted
        self._ended = False
        # A dead process looks alive until the server that forked it has said otherwise: five shards were sent after one.
        self._is_lost = False
        self._start()
        threading.Thread(target=self._hand, daemon=True).start()

    def end(self) -> None:
        """Kill the process, and see it gone."""
        self._ended = True
        self.process.kill()
        self.process.join()

    def _start(self) -> None:
        with forking.uninterrupted():
            self._pipe, theirs = self._context.Pipe()
            process = self._context.Process(target=_work, args=(theirs,), daemon=True)
            process.start()
            self.process: ForkServerProcess = process
            theirs.close()
        if self._ended:  # meanwhile: what was killed is the one before
            process.kill()

    def _hand(self) -> None:
        asked = 0
        while (wanted := self._wanted.get()) is not None:
            task, future = wanted
            try:
                if (
                    self._ended
                    or self._is_lost
                    or not self.process.is_alive()
                    or asked >= SHARDS_OF_A_PROCESS
                ):
                    self._renew()
                    asked = 0
            except (OSError, EOFError) as problem:  # out of processes, files or memory
                self._is_lost = True
                time.sleep(RETRY_S)
                future.set_exception(WorkersGone(f"no process could be started for it: {problem}"))
                continue
            asked += 1
            self._ask(task, future)

    def _renew(self) -> None:
        self.process.kill()
        self.process.join()
        self._pipe.close()
        if not self._ended:
            self._start()
            self._is_lost = False

    def _ask(self, task: Task, future: "Future[Done]") -> None:
        try:
            self._pipe.send(task)
            if not self._pipe.poll(min(task.shard.seconds + LATEST_S, LONGEST_WAIT_S)):
                self.process.kill()
            done: Done | BaseException = self._pipe.recv()
        except (EOFError, OSError):
            self._is_lost = True
            future.set_exception(WorkerLost(f"the worker with process id {self.process.pid} has died"))
            return
        if isinstance(done, BaseException):
            future.set_exception(done)
        else:
            future.set_result(done)


def _work(pipe: Connection) -> None:
    """In the child: ask what comes through the pipe, until nobody is at its other end. Ctrl-C is the client's matter."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        while True:
            task = pipe.recv()
            try:
                done: Done | BaseException = ask(task)
            except BaseException as problem:  # noqa: BLE001  # a bug of ours, which the client raises
                done = _told(problem)
            pipe.send(done)


def _end_with_parent() -> None:
    """A client that is killed leaves nobody behind who asks on."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _told(problem: BaseException) -> BaseException:
    """What broke, with its traceback as text: exceptions of libraries do not all survive a pipe. A full disk is no bug of ours."""
    if isinstance(problem, OSError) and problem.errno in UNWRITABLE:
        return OSError(problem.errno, problem.strerror)
    import traceback

    return RuntimeError("".join(traceback.format_exception(problem)))
