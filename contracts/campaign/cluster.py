"""Workers on a dask cluster that is there already: its scheduler hands out shards, and its workers come and go."""

import logging
import pickle
import secrets
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any

import distributed
from distributed import CancelledError, Event, KilledWorker

from contracts.campaign.errand import Errand, ask_beside, versions
from contracts.campaign.hands import HandsLost, WorkerLost, WorkersGone
from contracts.campaign.joining import is_loopback, join, notices, unfit_workers
from contracts.campaign.work import Done, Task

# dask tells its own story on stderr; what matters of it reaches the user as an exception.
_LOUD = ("distributed", "distributed.client", "tornado", "tornado.application")
# A nanny has its worker back after a second or two, a busy machine's later. dask itself would wait for ever.
RETURN_S = 10.0


class Cluster:
    """The workers of the scheduler at `address`, each of which asks as many shards at a time as it has threads.

    Raises SettingsProblem where no scheduler answers, or where its workers cannot do what is wanted.
    """

    def __init__(self, address: str, ask: Callable[[Task], Done] = ask_beside) -> None:
        for name in _LOUD:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self.address = address
        self._ask = ask
        self._promised: dict[Future[Done], distributed.Future[Any]] = {}
        self._changes = 0
        self._client = join(address)
        self._client.subscribe_topic("all", self._heard)
        self._threads: dict[str, int] = self._client.nthreads()

    @property
    def width(self) -> int:
        """How many threads the workers have."""
        return sum(self._threads.values())

    @property
    def is_here(self) -> bool:
        """Whether no other machine is a part of it, as far as its address tells."""
        return is_loopback(self.address)

    @property
    def notices(self) -> Sequence[str]:
        """What the user should know before the campaign begins."""
        return list(notices(self.address, self.workers()))

    def workers(self) -> Sequence[str]:
        """The workers' addresses."""
        return sorted(self._threads)

    def submit(self, task: Task) -> "Future[Done]":
        """Have a shard asked by whichever worker is free."""
        promised: Future[Done] = Future()
        if self._client.status != "running":
            promised.set_exception(self._gone())
            return promised
        # Whatever a key holds, scheduler and dashboard show.
        key = f"shard-{secrets.token_hex(8)}"
        sealed = Errand(self._ask, task, key, versions()).sealed()
        asked = self._client.submit(pickle.load, sealed, key=key, pure=False)
        self._promised[promised] = asked
        assert self._client.loop is not None
        self._client.loop.add_callback(self._hand_on, asked, promised)
        return promised

    def close(self) -> None:
        """Leave the cluster. Its workers go on, and what they ask to the end is nobody's."""
        for promised in list(self._promised):
            promised.cancel()
        if self._client.status == "running":
            # Otherwise the scheduler would tell this client that it has gone, and log a traceback.
            self._client.unsubscribe_topic("all")
        with suppress(OSError, TimeoutError):
            self._client.close(timeout=2)

    def _heard(self, event: tuple[float, Any]) -> Awaitable[None] | None:
        """Called with each event of the scheduler."""
        news = event[1]
        changed = isinstance(news, dict) and news.get("action") in {"add-worker", "remove-worker"}
        return self._look() if changed else None

    async def _look(self) -> None:
        with suppress(OSError):
            self._threads = await self._client.nthreads()
        self._changes += 1
        if not self._threads:
            assert self._client.loop is not None
            self._client.loop.call_later(RETURN_S, self._give_up, self._changes)

    async def _give_up(self, changes: int) -> None:
        """Nobody is there to ask what was promised, nor has been since; whoever comes has nothing of it to ask."""
        if changes != self._changes:
            return
        left = dict(self._promised)
        for promised in left:
            _settle(promised, WorkersGone(f"no worker is left at {self.address}"))
        with suppress(OSError):
            await self._client.cancel([*left.values()], asynchronous=True)

    async def _hand_on(self, asked: "distributed.Future[Any]", promised: "Future[Done]") -> None:
        came = await self._came_of(asked)
        self._promised.pop(promised, None)
        _settle(promised, came)
        if self._client.status == "running":
            with suppress(OSError):
                await Event(asked.key, self._client).clear()

    async def _came_of(self, asked: "distributed.Future[Any]") -> Any:
        """What a shard's worker gave back, or an exception as a value."""
        try:
            return await asked
        except CancelledError:
            return self._gone()
        except OSError as problem:
            return WorkerLost(f"what came of it was lost on its way: {problem}")
        except KilledWorker:
            return WorkerLost("the workers that were to ask it have died")
        except Exception as problem:  # noqa: BLE001  # the worker could not even open it
            return await self._unfit() or problem

    async def _unfit(self) -> HandsLost | None:
        """Whether a worker that came later is of no use."""
        try:
            unfit = await unfit_workers(self._client)
        except OSError:
            return self._gone()
        return HandsLost("\n".join(map(str, unfit))) if unfit else None

    def _gone(self) -> HandsLost:
        return HandsLost(f"the scheduler at {self.address} is gone, or was restarted")


def _settle(promised: "Future[Done]", came: Any) -> None:
    with suppress(InvalidStateError):  # it was given up, or cancelled by close
        if isinstance(came, BaseException):
            promised.set_exception(came)
        else:
            promised.set_result(came)
