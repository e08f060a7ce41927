"""How much may be asked, and how fast: what all clients of a process share."""

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from contracts.exchange import Exchange, Request
from contracts.settings import Settings
from contracts.transport.budget import Budget
from contracts.transport.cost import Cost, cost_of
from contracts.transport.made import MadeFile

# A second as the target counts it: what is sent in time may arrive a little later, and what follows may not.
WINDOW_S = 1.05


class RunEnded(BaseException):  # ends the run; Hypothesis would shrink an Exception
    """The run has ended while this thread of it was asking."""


@dataclass
class Pace:
    """At most `rate` requests a second, `concurrent` of them at a time, within `budget`; None is no limit, `over` no request at all.

    What is made is written down in `made`. Of a run with several processes each has its share of rate and concurrency, and all of them one budget.
    """

    rate: float | None = None
    concurrent: int | None = None
    budget: Budget | None = None
    made: MadeFile | None = None
    over: bool = False
    processes: int = 1
    """How many send within the same rate, each its share."""
    _next: float = 0.0
    _sent: "deque[float]" = field(default_factory=deque)
    _under_way: int = 0
    _lock: threading.Condition = field(default_factory=threading.Condition)

    @classmethod
    def of(cls, settings: Settings, budget: str | None = None, processes: int = 1) -> "Pace":
        """One process's share of what a run may do to a target; what has been done is counted in the file `budget`."""
        caps = settings.caps
        return cls(
            caps.rate / processes if caps.rate is not None else None,
            max(1, caps.concurrent // processes) if caps.concurrent is not None else None,
            Budget(caps, Path(budget), settings.scratch_currency) if budget is not None else None,
            processes=processes,
        )

    def take(self, requests: Sequence[Request]) -> str | None:
        """Count requests that are sent together against the budget; or say why they must not be sent."""
        reason = self._too_wide(len(requests))
        if reason is not None and self.budget is not None:
            self.budget.leave_out(reason, len(requests))
        if reason is not None:
            return reason
        return self.budget.take(_sum(requests), len(requests)) if self.budget is not None else None

    @property
    def widest(self) -> int | None:
        """How many requests may be sent together; None for any number."""
        return min((cap for cap in (self.concurrent, self._of_a_second) if cap is not None), default=None)

    @property
    def _of_a_second(self) -> int | None:
        """Of several processes: one waits for a second of silence before a burst that is wider than its rate, others would not."""
        return None if self.rate is None or self.processes == 1 else max(1, int(self.rate))

    def _too_wide(self, requests: int) -> str | None:
        if self.concurrent is not None and requests > self.concurrent:
            return f"it takes {requests} requests at the same time (--max-concurrent)"
        if self._of_a_second is not None and requests > self._of_a_second:
            return f"it takes {requests} requests in one second, where {self.processes} workers share the rate (--rate, -n)"
        return None

    def settle(self, exchange: Exchange) -> None:
        """Write down what an exchange has made; give back to the budget what its answer says was not."""
        if self.made is not None:
            self.made.saw(exchange)
        if self.budget is not None and exchange.status is not None and 400 <= exchange.status < 500:
            self.budget.give_back(cost_of(exchange.request))

    @contextmanager
    def turn(self, requests: int = 1) -> Iterator[None]:
        """Wait until so many requests fit rate and concurrency, for as long as they are under way. Raises RunEnded when it is over."""
        if self.concurrent is None:
            self._wait(requests)
            yield
            return
        with self._lock:
            most = self.concurrent
            self._lock.wait_for(lambda: self._under_way + requests <= most)
            self._under_way += requests
        try:
            self._wait(requests)
            yield
        finally:
            with self._lock:
                self._under_way -= requests
                self._lock.notify_all()

    def _wait(self, requests: int) -> None:
        if self.rate is not None:
            with self._lock:
                now = time.monotonic()
                start = max(now, self._next, self._window_end(requests))
                self._next = start + requests / self.rate
                self._sent.extend([start] * requests)
            time.sleep(max(0.0, start - now))
        if self.over:
            raise RunEnded("the run ended while this was being asked")

    def _window_end(self, requests: int) -> float:
        """When so many more requests make no second hold more than the rate; what is wider follows a second of silence."""
        assert self.rate is not None
        most = max(1, int(self.rate))
        while len(self._sent) > most:
            self._sent.popleft()
        earlier = max(1, most - requests + 1)
        return self._sent[-earlier] + WINDOW_S if len(self._sent) >= earlier else 0.0


def _sum(requests: Sequence[Request]) -> Cost:
    costs = [cost_of(request) for request in requests]
    sums: dict[str, int] = {}
    for cost in costs:
        for currency, units in cost.sums.items():
            sums[currency] = sums.get(currency, 0) + units
    return Cost(sum(cost.records for cost in costs), sums)
