"""The one way to ask: keeps the pace, waits when told to, shows every answer to a witness."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from contracts.exchange import Exchange, Flaw, Loss, Lost, Request
from contracts.transport.http1 import Connection, serialise
from contracts.transport.pace import Pace
from contracts.transport.route import DIRECT, ExchangeLost, Origin, Route
from contracts.transport.tunnel import raise_for_proxy

Witness = Callable[[Exchange], None]

# Longest obedience to Retry-After for one question; past it the question counts as not asked.
PATIENCE_S = 20.0
UNSAID_WAIT_S = 1.0
# A time of 0 is obeyed as said so often in a row; who says it again and again is not asked in a hot loop.
SAID_ZEROS = 3
FIRST_WAIT_S = 0.01
# Requests in a row without an answer, before it is asked whether there is anybody.
GIVEN_UP_AFTER = 3
# A service that is being restarted; what is lost meanwhile is not asked.
RESTART_S = (0.5, 1.0, 2.0, 4.0)


class TargetLost(BaseException):  # ends the run; Hypothesis would shrink an Exception
    """The target no longer answers anything: the run cannot go on."""


@dataclass
class Client:
    """Asks one origin over one persistent connection; for one thread.

    `time_limit` is what an answer may take by the contract (seconds); the client waits longer than that, so that a
    late answer can be told from none. Three answers in a row that never came, on fresh connections, raise `TargetLost`, and
    so do three requests for which patience ended.
    """

    origin: Origin
    time_limit: float = 3.0
    pace: Pace = field(default_factory=Pace)
    witness: Witness | None = None
    route: Route = DIRECT
    answers: int = 0
    waited_s: float = 0.0
    _connection: Connection | None = None
    _reuses: bool = True
    _lost_in_a_row: int = 0
    _put_off_in_a_row: int = 0

    @property
    def gives_up_after(self) -> float:
        """Seconds after which an answer counts as lost."""
        return max(self.time_limit * 2, self.time_limit + 4)

    def ask(self, request: Request) -> Exchange:
        """Send a request and return the exchange that settles it.

        A 429, or a 503 with Retry-After, is obeyed and the request sent again. If patience ends, the returned exchange is
        `inconclusive`, and each request is sent once from then on, until one is answered.
        """
        patience = time.monotonic() + (0 if self._put_off_in_a_row else PATIENCE_S)
        unavailable: Exchange | None = None
        exchange, times = self._shown(request), 0
        while _asks_for_patience(exchange):
            wait = _wait(exchange, times)
            if time.monotonic() + wait > patience:
                self._put_off(exchange)
                return exchange
            if exchange.status == 503:
                unavailable = exchange
            time.sleep(wait)
            exchange, times = self._shown(request), times + 1
        self._put_off_in_a_row = 0
        # A proxy may say 503 of a request that the service behind it has carried out.
        return unavailable if unavailable is not None and _conflicts_with_itself(exchange) else exchange

    def _shown(self, request: Request) -> Exchange:
        """Send a request and show the witness what became of it, if it was sent."""
        exchange = self._settled(request)
        if self.witness is not None and not exchange.withheld:
            self.witness(exchange)
        return exchange

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
            again = self._once(request)
            lost = replace(exchange.lost, sent_again=again.status)
            exchange = replace(exchange, lost=lost) if _conflicts_with_itself(again) else again
        self._count(exchange)
        return exchange

    def _once(self, request: Request) -> Exchange:
        reason = self.pace.take((request,))
        if reason is not None:
            now = time.monotonic()
            return Exchange(request, None, Lost(Loss.WITHHELD, reason), now, now)
        with self.pace.turn():
            exchange = self._sent(request)
        self.pace.settle(exchange)
        return exchange

    def _sent(self, request: Request) -> Exchange:
        at, began = datetime.now(UTC), time.monotonic()
        response, lost, sent = None, None, True
        connection = self._connection
        try:
            if connection is None:
                connection = self._connection = Connection(
                    self.origin, connect_timeout=self.gives_up_after, route=self.route
                )
            sent = connection.send(serialise(request, self.origin, self.route.proxy))
            response = connection.receive(
                deadline=began + self.gives_up_after, head_only=request.method == "HEAD"
            )
            raise_for_proxy(response.status, self.origin, self.route.proxy)
            if not sent or not connection.keeps_alive(request, response):
                self.close()
        except ExchangeLost as problem:
            lost = replace(problem.lost, partly_sent=not sent)
            self.close()
        return Exchange(request, response, lost, began, time.monotonic(), at)

    def _count(self, exchange: Exchange) -> None:
        if exchange.withheld:
            return
        self.answers += 1
        self.waited_s += exchange.ended - exchange.began
        self._lost_in_a_row = 0 if came(exchange) else self._lost_in_a_row + 1
        if self._lost_in_a_row >= GIVEN_UP_AFTER:
            self.look_after()

    def look_after(self) -> None:
        """See whether anybody is there, after exchanges to which no answer came: now or, where nobody listens, some seconds later.

        Raises TargetLost where nobody is.
        """
        until, exchange = time.monotonic() + sum(RESTART_S), self._anything()
        for wait in RESTART_S:
            # One that lets connections time out is not waited for as long as one that refuses them.
            if not _restarts(exchange) or time.monotonic() > until:
                break
            time.sleep(wait)
            exchange = self._anything()
        if not came(exchange):
            raise TargetLost(f"{self.origin} no longer answers ({exchange.lost or Flaw.STALLED.value})")

    def _put_off(self, exchange: Exchange) -> None:
        """Note that patience has ended for a request. Raises TargetLost where it has for one after the other."""
        self._put_off_in_a_row += 1
        if self._put_off_in_a_row >= GIVEN_UP_AFTER and _asks_for_patience(self._anything()):
            raise TargetLost(
                f"{self.origin} asks for patience again and again ({exchange.status}): its limit is used up, or it is "
                "overloaded; ask later, or more slowly (--rate)"
            )

    def _anything(self) -> Exchange:
        """Ask for nothing in particular: a target that is up says something, if only 404."""
        self.close()
        self._lost_in_a_row = 0
        return self._once(Request("GET", "/", (("Accept", "*/*"), ("Connection", "close"))))


def came(exchange: Exchange) -> bool:
    """Whether an answer came to its end, or was not asked for."""
    if exchange.response is None:
        return exchange.withheld
    return exchange.response.flaw is not Flaw.STALLED


def _restarts(exchange: Exchange) -> bool:
    """Whether a service that is being restarted would have it so: no connection was to be had."""
    return exchange.lost is not None and exchange.lost.kind is Loss.UNREACHABLE


def _asks_for_patience(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.asks_for_patience


def _conflicts_with_itself(again: Exchange) -> bool:
    """Whether a request that was sent twice may be refused for what its first sending has made.

    Of all operations create alone can be: the same allocation is the same allocation (ALC-10), and a payload makes nothing.
    """
    return again.status == 409 and again.request.operation == "createAsset"


def _wait(exchange: Exchange, times: int) -> float:
    """Seconds to wait as an answer asks, of which there were so many before."""
    assert exchange.response is not None  # it asks for patience
    at_least = FIRST_WAIT_S * 2 ** (times - SAID_ZEROS) if times >= SAID_ZEROS else 0.0
    return max(at_least, retry_after(exchange.response.header("retry-after")))


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
