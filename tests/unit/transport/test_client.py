"""The client: obeys a request for patience, repeats nothing that may have had an effect, shows every exchange."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from contracts.exchange import Exchange, Flaw, Loss, Request
from contracts.transport import client as clients
from contracts.transport.client import Client, Pace, RunEnded, TargetLost, retry_after
from contracts.transport.http1 import Origin
from tests.fixtures.raw_server import Early, RawServer, Then, ok

Maker = Callable[..., Client]

POST = Request("POST", "/assets", (("Content-Type", "application/json"),), b'{"a":1}', "createAsset")
SORRY = ok(b'"later"', status="429 Too Many Requests")


def later(value: str, status: str = "429 Too Many Requests") -> bytes:
    return ok(b'"later"', f"Retry-After: {value}", status=status)


# --- connections


def test_one_connection_serves_many_requests(client_of: Maker, seen: list[Exchange]) -> None:
    """A handshake for each request: a third of the pace."""
    with RawServer([ok(), ok(), ok()]) as server:
        client = client_of(server.origin)
        assert [client.ask(POST).status for _ in range(3)] == [200] * 3
    assert server.connections == 1
    assert len(seen) == 3
    assert server.requests[0][0].endswith(b'\r\nContent-Length: 7\r\n\r\n{"a":1}')


@pytest.mark.parametrize(
    "answer",
    [ok(b"{}", "Connection: close"), ok(version="HTTP/1.0"), ok() + b"surplus"],
    ids=["close", "1.0", "surplus"],
)
def test_a_spent_connection_is_not_used_again(client_of: Maker, answer: bytes) -> None:
    """The next request sent where nobody listens, or answered by the last one's rest."""
    with RawServer([answer], [ok()]) as server:
        client = client_of(server.origin)
        assert [client.ask(POST).status for _ in range(2)] == [200, 200]
    assert [len(requests) for requests in server.requests] == [1, 1]


def test_an_idle_connection_may_close_without_a_word(client_of: Maker, seen: list[Exchange]) -> None:
    """A keep-alive that ends between two requests charged as a drop."""
    with RawServer([ok(), Then.CLOSE], [ok()]) as server:
        client = client_of(server.origin)
        assert [client.ask(POST).status for _ in range(2)] == [200, 200]
    assert [exchange.status for exchange in seen] == [200, 200]
    assert sum(len(requests) for requests in server.requests) == 2


def test_a_close_that_crosses_a_request_is_settled_on_a_fresh_connection(client_of: Maker) -> None:
    """The race of every keep-alive charged as a drop; or reused again, so that a true drop is never told from it."""
    with RawServer([ok(), Then.DROP], [ok(), ok()], [ok()]) as server:
        client = client_of(server.origin)
        assert [client.ask(POST).status for _ in range(3)] == [200] * 3
    assert [len(requests) for requests in server.requests] == [2, 1, 1]


@pytest.mark.parametrize("step", [Then.DROP, Then.RESET])
def test_a_drop_on_a_fresh_connection_is_told_and_not_repeated(
    client_of: Maker, seen: list[Exchange], step: Then
) -> None:
    """A create that is sent twice because its first answer was lost."""
    with RawServer([step], [ok()]) as server:
        exchange = client_of(server.origin).ask(POST)
    assert exchange.lost is not None
    assert exchange.lost.kind is Loss.CLOSED
    assert not exchange.lost.partly_sent
    assert seen == [exchange]
    assert [len(requests) for requests in server.requests] == [1]


def test_silence_is_a_timeout_and_not_repeated(client_of: Maker, seen: list[Exchange]) -> None:
    """A request sent again that may have had its effect."""
    with RawServer([Then.WAIT], [ok()]) as server:
        exchange = client_of(server.origin, gives_up_s=0.1).ask(POST)
        assert client_of(server.origin).ask(POST).status == 200
    assert exchange.lost is not None
    assert exchange.lost.kind is Loss.TIMEOUT
    assert exchange.inconclusive
    assert 90 < exchange.elapsed_ms < 3000
    assert server.connections == 2
    assert len(seen) == 2


def test_the_client_waits_longer_than_the_limit() -> None:
    """A late answer that cannot be told from none."""
    origin = Origin.parse("http://localhost")
    assert Client(origin).gives_up_after == 7
    assert Client(origin, time_limit=30).gives_up_after == 60


# --- large bodies

LARGE = POST.but(body=b"x" * 4_000_000)
TOO_LARGE = ok(b'"too large"', "Connection: close", status="413 Content Too Large")


def test_an_early_refusal_of_a_large_body_is_an_answer(client_of: Maker) -> None:
    """A 413 that is lost in the reset behind it, and charged as a drop."""
    with RawServer([Early(TOO_LARGE)]) as server:
        exchange = client_of(server.origin).ask(LARGE)
    assert exchange.status == 413
    assert exchange.response is not None
    assert exchange.response.flaw is None


def test_an_early_close_is_told_as_one(client_of: Maker) -> None:
    """A server that closes instead of reading charged as if it had read everything."""
    with RawServer([Early(b"")]) as server:
        exchange = client_of(server.origin).ask(LARGE)
    assert exchange.lost is not None
    assert exchange.lost.kind is Loss.CLOSED
    assert exchange.lost.partly_sent


def test_large_bodies_arrive_whole(client_of: Maker) -> None:
    """A body cut at the size of a piece."""
    with RawServer([ok()]) as server:
        assert client_of(server.origin).ask(LARGE).status == 200
    assert server.requests[0][0].endswith(b"x" * 4_000_000)


@pytest.mark.parametrize("body", [b"{}", b"x" * 300_000])
def test_tls(client_of: Maker, body: bytes) -> None:
    """TLS's own session tickets taken for an early answer, so that a large body is never sent."""
    with RawServer([ok(), ok()], tls=True) as server:
        client = client_of(server.origin, insecure=True)
        assert [client.ask(POST.but(body=body)).status for _ in range(2)] == [200, 200]
    assert [len(requests) for requests in server.requests] == [2]


def test_early_refusal_over_tls(client_of: Maker) -> None:
    """An early answer that is read while looking for one, and thrown away."""
    with RawServer([Early(TOO_LARGE)], tls=True) as server:
        exchange = client_of(server.origin, insecure=True).ask(LARGE)
    assert exchange.status == 413 or (exchange.lost is not None and exchange.lost.partly_sent)


# --- patience


def test_a_429_is_obeyed_and_shown(client_of: Maker, seen: list[Exchange], waits: list[float]) -> None:
    """A request given up, or repeated at once, or repeated unseen."""
    with RawServer([later("2"), later("0"), ok()]) as server:
        exchange = client_of(server.origin).ask(POST)
    assert exchange.status == 200
    assert [shown.status for shown in seen] == [429, 429, 200]
    assert waits[0] == 2
    assert server.requests[0][0] == server.requests[0][2]


def test_a_429_without_a_time_waits_a_second(client_of: Maker, waits: list[float]) -> None:
    """A target without Retry-After asked in a hot loop."""
    with RawServer([SORRY, ok()]) as server:
        assert client_of(server.origin).ask(POST).status == 200
    assert waits == [clients.UNSAID_WAIT_S]


def test_a_target_that_is_never_ready_is_not_asked_in_a_hot_loop(
    client_of: Maker, waits: list[float]
) -> None:
    """`Retry-After: 0` for ever: thousands of requests a second until patience ends."""
    with RawServer([later("0")] * 7 + [ok()]) as server:
        assert client_of(server.origin).ask(POST).status == 200
    assert waits == sorted(waits)
    assert sum(waits) > 1


@pytest.mark.parametrize(
    "value", ["3600", "99999999999999999999", "9" * 400, "Fri, 31 Dec 2100 23:59:59 GMT"]
)
def test_patience_ends(client_of: Maker, waits: list[float], value: str) -> None:
    """A run that sleeps for as long as the target likes."""
    with RawServer([later(value)]) as server:
        exchange = client_of(server.origin).ask(POST)
    assert exchange.status == 429
    assert exchange.inconclusive
    assert waits == []


def test_503_is_patience_only_with_retry_after(client_of: Maker, waits: list[float]) -> None:
    """An outage waited for, or a polite one charged."""
    with RawServer([later("0", "503 Service Unavailable"), ok()]) as server:
        assert client_of(server.origin).ask(POST).status == 200
    with RawServer([ok(status="503 Service Unavailable"), ok()]) as server:
        assert client_of(server.origin).ask(POST).status == 503
    assert len(waits) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, 1),
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("", 1),
        ("soon", 1),
        ("-5", 1),
        ("1.5", 1),
        ("\xb2", 1),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wednesday, 21-Oct-15 07:28:00 GMT", 0),
        ("Wed, 99 Oct 2015 07:28:00 GMT", 1),
        ("Wed, 21 Oct 99999 07:28:00 GMT", 1),
    ],
)
def test_retry_after(value: str | None, seconds: float) -> None:
    """A header that ends the run, or that is read as another time."""
    assert retry_after(value) == seconds


def test_retry_after_a_date() -> None:
    """A date read in the wrong time zone: hours of waiting, or none."""
    soon = datetime.now(UTC) + timedelta(seconds=30)
    assert 25 < retry_after(format_datetime(soon, usegmt=True)) <= 30


# --- a target that is gone


def test_three_losses_end_the_run_where_nothing_answers(client_of: Maker) -> None:
    """A night of timeouts against a target that went down."""
    with RawServer([ok()]) as server:
        gone = server.origin
    client = client_of(gone)
    for _ in range(2):
        exchange = client.ask(POST)
        assert exchange.lost is not None
        assert exchange.lost.kind is Loss.UNREACHABLE
    with pytest.raises(TargetLost, match="no longer answers"):
        client.ask(POST)


def test_three_drops_do_not_end_the_run_where_anything_answers(
    client_of: Maker, seen: list[Exchange]
) -> None:
    """A target that drops one kind of request taken for one that is down."""
    alive = ok(status="404 Not Found")
    with RawServer([Then.DROP], [Then.DROP], [Then.DROP], [alive], [ok()]) as server:
        client = client_of(server.origin)
        assert [client.ask(POST).status for _ in range(4)] == [None, None, None, 200]
    assert len(seen) == 4
    assert server.requests[3][0].startswith(b"GET / HTTP/1.1")


def test_look_neither_waits_nor_shows(client_of: Maker, seen: list[Exchange], waits: list[float]) -> None:
    """A doctor's look that is judged, or that waits for a busy target."""
    with RawServer([later("5")]) as server:
        assert client_of(server.origin).look(POST).status == 429
    assert (seen, waits) == ([], [])


def test_flaws_are_handed_on(client_of: Maker) -> None:
    """A broken answer made whole before it is judged."""
    with RawServer([ok() + b"x"], [ok()]) as server:
        exchange = client_of(server.origin).ask(POST)
    assert exchange.response is not None
    assert exchange.response.flaw is Flaw.SURPLUS


# --- pace


def test_pace_spreads_requests(waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """A rate limit that is not kept, or that lets the time before it be made up for."""
    monkeypatch.setattr("contracts.transport.client.time.monotonic", lambda: 100.0)
    pace = Pace(10)
    for _ in range(3):
        pace.wait()
    pace.wait(8)
    pace.wait()
    assert waits == pytest.approx([0, 0.1, 0.2, 0.3, 1.1])


def test_nothing_is_asked_when_the_run_is_over(waits: list[float]) -> None:
    """A thread that asks on when its run has ended, or that Hypothesis has go on by catching what it is told."""
    for pace in (Pace(over=True), Pace(10, over=True)):
        with pytest.raises(RunEnded) as told:
            pace.wait()
        assert not isinstance(told.value, Exception)


def test_no_rate_is_no_wait(waits: list[float]) -> None:
    """A lock and a sleep for each request of the usual run."""
    Pace().wait(1000)
    assert waits == []
