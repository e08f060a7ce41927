"""A burst: released at one moment, answered in any order, returned in the order of the requests."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from contracts.exchange import Exchange, Loss, Lost, Request
from contracts.transport.burst import LEAST_S, burst
from contracts.transport.client import Client, TargetLost
from contracts.transport.route import ExchangeLost, Route
from tests.fixtures.raw_server import RawServer, Then, ok
from tests.unit.transport.conftest import GIVES_UP_S

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


@pytest.mark.usefixtures("waits")
def test_a_target_that_is_gone_ends_the_run(client_of: Maker) -> None:
    """A night of races against a target that died: none is answered, nobody says so, and all is held."""
    with RawServer([ok()]) as server:
        gone = server.origin
    with pytest.raises(TargetLost, match="no longer answers"):
        burst(client_of(gone), numbered(3))


def test_a_target_that_answers_no_burst_is_there(client_of: Maker) -> None:
    """A run that ends because several connections at once are turned away."""
    with RawServer(*[[Then.CLOSE]] * 3, [ok()]) as server:
        exchanges = burst(client_of(server.origin), numbered(3))
    assert [loss(exchange) for exchange in exchanges] == [Loss.CLOSED] * 3


def test_connections_that_cannot_be_made_have_one_time_together(
    client_of: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A firewall that drops: 16 requests wait seven seconds each, and a shard of ten seconds takes two minutes."""
    tried: list[float] = []
    now = [0.0]

    def timing_out(*_: object, connect_timeout: float, **__: object) -> None:
        tried.append(connect_timeout)
        now[0] += connect_timeout
        raise ExchangeLost(Lost(Loss.UNREACHABLE, "connecting timed out"))

    monkeypatch.setattr("contracts.transport.burst.Connection", timing_out)
    monkeypatch.setattr("contracts.transport.burst.time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(Client, "look_after", lambda *_: None)
    with RawServer([ok()]) as server:
        burst(client_of(server.origin), numbered(16))
    assert tried == [GIVES_UP_S, *[LEAST_S] * 15]


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
