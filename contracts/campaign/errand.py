"""What travels to a worker of a cluster: a call as sealed bytes, which the worker alone opens, and once only."""

import io
import multiprocessing
import pickle
import platform
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from typing import Any

from distributed import Event, get_worker

from contracts import __version__
from contracts.campaign.hands import HandsLost, WorkerLost
from contracts.campaign.local import Local
from contracts.campaign.work import Done, Task
from contracts.findings.unwritten import reason

# Each thread of a worker asks by a process of its own. In dask's the loop draws from the global `random` meanwhile, which
# Hypothesis takes for a question's doing: it then tells of each draw what it was, which took a shard 2.4 GB.
_OF_THREAD = threading.local()
# How long a shard may go on whose campaign was stopped or killed: the next one has the whole rate again.
HEED_S = 0.3


@dataclass(frozen=True)
class Versions:
    """What client and workers must have in common."""

    contracts: str
    python: str

    def __str__(self) -> str:
        return f"contracts {self.contracts} on Python {self.python}"


def versions() -> Versions:
    """Those of this process."""
    return Versions(__version__, ".".join(platform.python_version_tuple()[:2]))


@dataclass(frozen=True)
class Errand:
    """`ask(task)`, called where it is unpickled.

    So the function that a scheduler knows is pickle.load, and its argument a stream of bytes: it needs nothing of ours, and
    its logs and pages show neither a repr nor a name of what is inside. `ticket` is good for one call.
    """

    ask: Callable[[Any], Any]
    task: Any
    ticket: str
    client: Versions

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _carry_out, (self.ask, self.task, self.ticket, self.client)

    def sealed(self) -> io.BytesIO:
        """The call as bytes whose repr says nothing."""
        return io.BytesIO(pickle.dumps(self))


def ask_beside(task: Task) -> Done:
    """Ask a shard in a process beside this one, which ends with it, and as soon as nobody waits for the shard any more."""
    if not hasattr(_OF_THREAD, "hands"):
        # A nanny's worker is a daemon, and multiprocessing gives daemons no children, lest they be left behind.
        multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # noqa: SLF001
        _OF_THREAD.hands = Local(1)
    worker = get_worker()
    key = worker.get_current_task()
    asked: Future[Done] = _OF_THREAD.hands.submit(task)
    while not wait([asked], timeout=HEED_S).done:
        known = worker.state.tasks.get(key)
        if known is None or known.state == "cancelled":
            _OF_THREAD.hands.close()
            del _OF_THREAD.hands
            raise WorkerLost("nobody waits for it")
    try:
        return replace(asked.result(), worker=worker.address)
    except OSError as problem:  # of this machine's disk, which the campaign's others do not share
        raise WorkerLost(f"{platform.node()} could not ask it: {reason(problem)}") from problem


def _carry_out(ask: Callable[[Any], Any], task: Any, ticket: str, client: Versions) -> Any:
    """What `ask` gives back, or what went wrong as a value: a worker logs an exception, and its scheduler shows it."""
    if versions() != client:
        return HandsLost(f"worker {get_worker().address} has {versions()}, and this is {client}")
    # A scheduler gives the task of a dead worker to the next one by itself. What the first one did to the target nobody
    # knows, so the shard needs another allowance, which only the client can give.
    once = Event(ticket)
    if once.is_set():
        return WorkerLost("the worker that asked it has died")
    once.set()
    try:
        return ask(task)
    except WorkerLost as problem:
        return problem
    except Exception:  # noqa: BLE001  # a bug of ours, which the client raises
        return RuntimeError(traceback.format_exc())
