"""A burst: released at one moment, answered in any order, returned in the order of the requests."""

from collections.abc import Callable

import pytest

from contracts.exchange import Exchange, Loss, Request
from contracts.transport.burst import burst
from contracts.transport.client import Client
from contracts.transport.route import Route
from tests.fixtures.raw_server import RawServer, Then, ok

Maker = Callable[..., Client]


def numbered(count: int) -> list[Request]:
    return [Request("POST", f"/{number}", (), b"{}") for number in range(count)]


def loss(exchange: Exchange) -> Loss | None:
    return exchange.lost.kind if exchange.lost is not None else None


def test_each_request_has_its_own_connection_and_answer(client_of: Maker, seen: list[Exchange]) -> None:
    """Answers handed to the wrong request: every race would be judged wrongly."""
    scripts = [[ok(str(number).encode())] for number in range(6)]
    with RawServer(*scripts) as server:
        exchanges = burst(client_of(server.origin), numbered(6))
    assert server.connections == 6
    for exchange in exchanges:
        assert exchange.response is not None
        connection = int(exchange.response.body)
        assert server.requests[connection][0].startswith(f"POST {exchange.request.target} ".encode())
    assert [exchange.request.target for exchange in exchanges] == [f"/{number}" for number in range(6)]
    assert seen == []


def test_no_answer_comes_before_the_release(client_of: Maker) -> None:
    """A request that is complete before its last byte is sent, so that nothing happens at one moment."""
    with RawServer([ok()]) as server:
        exchanges = burst(client_of(server.origin), numbered(8))
    released = max(exchange.began for exchange in exchanges)
    assert min(exchange.ended for exchange in exchanges) >= released
    assert len({exchange.at for exchange in exchanges}) == 1


@pytest.mark.parametrize(
    ("step", "kind"), [(Then.DROP, Loss.CLOSED), (Then.RESET, Loss.CLOSED), (Then.WAIT, Loss.TIMEOUT)]
)
def test_one_lost_answer_leaves_the_others(client_of: Maker, step: Then, kind: Loss) -> None:
    """One dead connection that takes the whole burst with it, or an answer that is waited for without end."""
    gives_up_s = 1.0 if step is Then.WAIT else 5.0
    with RawServer([ok()], [step], [ok()]) as server:
        exchanges = burst(client_of(server.origin, gives_up_s=gives_up_s), numbered(3))
    assert sorted(str(loss(exchange)) for exchange in exchanges) == sorted(["None", "None", str(kind)])


def test_nothing_is_sent_again(client_of: Maker, waits: list[float]) -> None:
    """A 429 within a burst obeyed: the second sending would no longer be at the same moment."""
    with RawServer([ok(b'"later"', "Retry-After: 1", status="429 Too Many Requests")]) as server:
        exchanges = burst(client_of(server.origin), numbered(4))
    assert [exchange.status for exchange in exchanges] == [429] * 4
    assert [len(requests) for requests in server.requests] == [1] * 4
    assert waits == []


def test_a_target_that_is_gone(client_of: Maker) -> None:
    """A burst that ends the run where no connection can be made."""
    with RawServer([ok()]) as server:
        gone = server.origin
    assert [loss(exchange) for exchange in burst(client_of(gone), numbered(3))] == [Loss.UNREACHABLE] * 3


def test_bursts_over_tls(client_of: Maker) -> None:
    """Session tickets taken for answers."""
    with RawServer([ok()], tls=True) as server:
        exchanges = burst(client_of(server.origin, route=Route(insecure=True)), numbered(4))
    assert [exchange.status for exchange in exchanges] == [200] * 4


def test_a_burst_keeps_the_pace(client_of: Maker, waits: list[float]) -> None:
    """A rate limit that bursts do not count for."""
    with RawServer([ok()]) as server:
        client = client_of(server.origin)
        client.pace.rate = 1000
        burst(client, numbered(4))
        with client.pace.turn():
            pass
    assert len(waits) == 2


def test_requests_without_a_body_are_held_back_too(client_of: Maker) -> None:
    """A GET that is sent whole before the release."""
    with RawServer([ok()]) as server:
        (exchange,) = burst(client_of(server.origin), [Request("GET", "/")])
    assert exchange.status == 200
    assert server.requests[0][0].endswith(b"\r\n\r\n")
