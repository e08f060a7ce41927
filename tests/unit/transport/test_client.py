"""The client: obeys a request for patience, repeats nothing that may have had an effect, shows every exchange."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from contracts.exchange import Exchange, Flaw, Loss, Request
from contracts.transport import client as clients
from contracts.transport.client import RESTART_S, Client, TargetLost, retry_after
from contracts.transport.route import Origin, Route
from tests.fixtures.exchanges import answered, lost
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


CONFLICT = ok(b'"taken"', status="409 Conflict")


def test_a_create_that_conflicts_with_itself_is_an_open_outcome(client_of: Maker) -> None:
    """A drop behind the commit, whose repetition meets the asset that it has made: AST-19 charged for it."""
    with RawServer([ok(), Then.DROP], [CONFLICT], [ok()]) as server:
        client = client_of(server.origin)
        _, dropped, after = [client.ask(POST) for _ in range(3)]
    assert dropped.lost is not None
    assert (dropped.lost.kind, dropped.lost.sent_again) == (Loss.CLOSED, 409)
    assert after.status == 200


def test_only_a_create_conflicts_with_itself(client_of: Maker) -> None:
    """The refusal of an allocation that was sent twice taken for its first sending's doing (ALC-10)."""
    allocate = POST.but(operation="createAllocation")
    with RawServer([ok(), Then.DROP], [CONFLICT]) as server:
        client = client_of(server.origin)
        assert [client.ask(allocate).status for _ in range(2)] == [200, 409]


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
        client = client_of(server.origin, route=Route(insecure=True))
        assert [client.ask(POST.but(body=body)).status for _ in range(2)] == [200, 200]
    assert [len(requests) for requests in server.requests] == [2]


def test_early_refusal_over_tls(client_of: Maker) -> None:
    """An early answer that is read while looking for one, and thrown away."""
    with RawServer([Early(TOO_LARGE)], tls=True) as server:
        exchange = client_of(server.origin, route=Route(insecure=True)).ask(LARGE)
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
    """`Retry-After: 0` for ever: thousands of requests a second until patience ends; or a said 0 that takes 300 ms."""
    with RawServer([later("0")] * 10 + [ok()]) as server:
        client = client_of(server.origin)
        assert client.ask(POST).status == 200
    assert waits[:3] == [0, 0, 0]
    assert waits == sorted(waits)
    assert 1 < sum(waits) < 2


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


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_patience_that_has_ended_is_not_begun_anew(client_of: Maker, waits: list[float], status: str) -> None:
    """A storm of 429 that takes 20 s of each question; or one question's storm that spoils all that follow."""
    with RawServer([later("3600", status), later("1", status), ok(), later("1", status), ok()]) as server:
        client = client_of(server.origin)
        assert [client.ask(POST).inconclusive for _ in range(4)] == [True, True, False, False]
    assert waits == [1]


def test_a_target_that_puts_off_everything_ends_the_run(client_of: Maker, waits: list[float]) -> None:
    """A night of requests to a service whose limit is used up."""
    with RawServer([later("3600")] * 3, [later("3600")]) as server:
        client = client_of(server.origin)
        assert [client.ask(POST).status for _ in range(2)] == [429, 429]
        with pytest.raises(TargetLost, match="asks for patience again and again"):
            client.ask(POST)


def test_a_target_that_puts_off_one_kind_of_request_is_there(client_of: Maker) -> None:
    """A limit of one operation that ends the run for all others."""
    with RawServer([later("3600")] * 3, [ok(status="404 Not Found")], [ok()]) as server:
        client = client_of(server.origin)
        assert [client.ask(POST).status for _ in range(4)] == [429, 429, 429, 200]


def test_a_503_behind_which_the_create_was_done_is_no_conflict(
    client_of: Maker, waits: list[float], seen: list[Exchange]
) -> None:
    """A proxy's 503 for an answer that it has lost, and AST-19 charged to the repetition; a 429 has done nothing."""
    busy = later("0", "503 Service Unavailable")
    with RawServer([busy, later("0"), CONFLICT, later("0"), CONFLICT]) as server:
        client = client_of(server.origin)
        unavailable, refused = client.ask(POST), client.ask(POST)
    assert unavailable.status == 503
    assert unavailable.inconclusive
    assert refused.status == 409
    assert [exchange.status for exchange in seen] == [503, 429, 409, 429, 409]


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


def test_three_losses_end_the_run_where_nothing_answers(client_of: Maker, waits: list[float]) -> None:
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
    assert sum(waits) == sum(RESTART_S)


def test_a_restart_is_waited_for(
    client_of: Maker, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A nightly run that ends because its target was deployed anew."""
    with RawServer([ok()]) as server:
        gone = server.origin
    probes = iter([lost(POST, Loss.UNREACHABLE), lost(POST, Loss.UNREACHABLE), answered(POST, 404)])
    monkeypatch.setattr(Client, "_anything", lambda _: next(probes))
    client = client_of(gone)
    for _ in range(3):
        assert client.ask(POST).inconclusive
    assert waits == list(RESTART_S[:2])


def test_answers_that_begin_and_do_not_end_are_none(client_of: Maker, seen: list[Exchange]) -> None:
    """A target that drips, waited for 7 s with each question until the time is up."""
    stalled = ok()[:-1]
    with RawServer([stalled], [stalled], [stalled], [stalled]) as server:
        client = client_of(server.origin, gives_up_s=0.1)
        flaws = [client.ask(POST).response for _ in range(2)]
        assert [answer.flaw for answer in flaws if answer] == [Flaw.STALLED] * 2
        with pytest.raises(TargetLost, match=r"no longer answers \(the announced body did not end in time\)"):
            client.ask(POST)
    assert server.requests[3][0].startswith(b"GET / HTTP/1.1")


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
