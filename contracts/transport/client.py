"""The one way to ask: keeps the pace, waits when told to, shows every answer to a witness."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from contracts.exchange import Exchange, Loss, Request
from contracts.transport.http1 import Connection, ExchangeLost, Origin, serialise

Witness = Callable[[Exchange], None]

# Longest obedience to Retry-After for one question; past it the question counts as not asked.
PATIENCE_S = 20.0
UNSAID_WAIT_S = 1.0
# A target that asks for patience and names no time, again and again, is not asked in a hot loop.
FIRST_WAIT_S = 0.01


class TargetLost(BaseException):  # ends the run; Hypothesis would shrink an Exception
    """The target no longer answers anything: the run cannot go on."""


class RunEnded(BaseException):  # as above
    """The run has ended while this thread of it was asking."""


@dataclass
class Pace:
    """At most `rate` requests a second over all threads of this process; None is as fast as it goes, `over` not at all."""

    rate: float | None = None
    over: bool = False
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, requests: int = 1) -> None:
        """Wait until so many further requests fit the rate. Raises RunEnded when it is over."""
        if self.rate is not None:
            with self._lock:
                now = time.monotonic()
                start = max(now, self._next)
                self._next = start + requests / self.rate
            time.sleep(max(0.0, start - now))
        if self.over:
            message = "the run ended while this was being asked"
            raise RunEnded(message)


@dataclass
class Client:
    """Asks one origin over one persistent connection; for one thread.

    `time_limit` is what an answer may take by the contract (seconds); the client waits longer than that, so that a
    late answer can be told from none. Three answers in a row that never came, on fresh connections, raise `TargetLost`.
    """

    origin: Origin
    time_limit: float = 3.0
    pace: Pace = field(default_factory=Pace)
    witness: Witness | None = None
    insecure: bool = False
    answers: int = 0
    waited_s: float = 0.0
    _connection: Connection | None = None
    _reuses: bool = True
    _lost_in_a_row: int = 0

    @property
    def gives_up_after(self) -> float:
        """Seconds after which an answer counts as lost."""
        return max(self.time_limit * 2, self.time_limit + 4)

    def ask(self, request: Request) -> Exchange:
        """Send a request and return the exchange that settles it.

        A 429, or a 503 with Retry-After, is obeyed and the request sent again: it has not been taken up. If patience
        ends, the returned exchange is `inconclusive`.
        """
        patience, at_least = time.monotonic() + PATIENCE_S, FIRST_WAIT_S
        while True:
            self.pace.wait()
            exchange = self._settled(request)
            if self.witness is not None:
                self.witness(exchange)
            if exchange.response is None or not exchange.response.asks_for_patience:
                return exchange
            wait = max(at_least, retry_after(exchange.response.header("retry-after")))
            at_least *= 2
            if time.monotonic() + wait > patience:
                return exchange
            time.sleep(wait)

    def look(self, request: Request) -> Exchange:
        """Send a request once, for what becomes of it: nobody waits, repeats or judges."""
        return self._once(request)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _settled(self, request: Request) -> Exchange:
        connection = self._connection
        if connection is not None and (not self._reuses or connection.is_stale):
            self.close()
        reused = self._connection is not None
        exchange = self._once(request)
        if reused and exchange.lost is not None and exchange.lost.kind is Loss.CLOSED:
            # The peer closed an idle connection while the request was on its way (RFC 9112, 9.3.1): nobody has read
            # it. From now on every request has a connection of its own, so that a drop is the target's answer.
            self._reuses = False
            exchange = self._once(request)
        self._count(exchange)
        return exchange

    def _once(self, request: Request) -> Exchange:
        at, began = datetime.now(UTC), time.monotonic()
        response, lost, sent = None, None, True
        connection = self._connection
        try:
            if connection is None:
                connection = self._connection = Connection(
                    self.origin, connect_timeout=self.gives_up_after, insecure=self.insecure
                )
            sent = connection.send(serialise(request, self.origin))
            response = connection.receive(
                deadline=began + self.gives_up_after, head_only=request.method == "HEAD"
            )
            if not sent or not connection.keeps_alive(request, response):
                self.close()
        except ExchangeLost as problem:
            lost = replace(problem.lost, partly_sent=not sent)
            self.close()
        return Exchange(request, response, lost, began, time.monotonic(), at)

    def _count(self, exchange: Exchange) -> None:
        self.answers += 1
        self.waited_s += exchange.ended - exchange.began
        self._lost_in_a_row = 0 if exchange.response is not None else self._lost_in_a_row + 1
        if self._lost_in_a_row >= 3 and not self._answers_at_all():
            message = f"{self.origin} no longer answers ({exchange.lost})"
            raise TargetLost(message)

    def _answers_at_all(self) -> bool:
        """Ask for nothing in particular: a target that is up says something, if only 404."""
        self.close()
        probe = Request("GET", "/", (("Accept", "*/*"), ("Connection", "close")))
        alive = self._once(probe).response is not None
        self._lost_in_a_row = 0
        return alive


def retry_after(value: str | None) -> float:
    """Seconds to wait by a Retry-After header: seconds or an HTTP date; one second where it is missing or absurd."""
    if value is None:
        return UNSAID_WAIT_S
    if value.strip().isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return UNSAID_WAIT_S
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
