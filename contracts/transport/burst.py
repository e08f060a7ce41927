"""Many requests released at the same moment, each on its own warm connection."""

import selectors
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from contracts.exchange import Exchange, Loss, Lost, Request, Response
from contracts.transport.client import Client, came
from contracts.transport.http1 import Connection, serialise
from contracts.transport.route import ExchangeLost

Answer = tuple[Response | None, Lost | None, float]
Prepared = tuple[Connection | None, Lost | None, bytes]

# For a connection where others have failed; one is made in less, or not at all.
LEAST_S = 0.2


def burst(client: Client, requests: Sequence[Request]) -> list[Exchange]:
    """Send all requests at once and return their exchanges in the order of the requests.

    All but the last byte of each is sent ahead, on connections that are established already; one loop then sends the
    last bytes. `began` is when a request was released, `ended` when its answer was complete. Answers to a burst are
    final: nothing is sent again, whatever they ask for. A connection that fails before the release makes its request
    a lost one, never a late one. What is beyond the client's budget or concurrency is withheld as a whole. Raises `TargetLost`
    where no answer came, and none does to a plain request.
    """
    reason = client.pace.take(requests)
    if reason is not None:
        now, lost = time.monotonic(), Lost(Loss.WITHHELD, reason)
        return [Exchange(request, None, lost, now, now) for request in requests]
    with client.pace.turn(len(requests)):
        exchanges = _released(client, requests)
    for exchange in exchanges:
        client.pace.settle(exchange)
    if not any(came(exchange) for exchange in exchanges):
        client.look_after()
    return exchanges


def _released(client: Client, requests: Sequence[Request]) -> list[Exchange]:
    prepared = _all_prepared(client, requests)
    at, moments = datetime.now(UTC), []
    for connection, _, last in prepared:
        moments.append(time.monotonic())
        if connection is not None:
            connection.send(last)
    deadline = time.monotonic() + client.gives_up_after
    answers = _collected([connection for connection, _, _ in prepared], deadline)
    exchanges = []
    for request, began, (_, lost, _), answer in zip(requests, moments, prepared, answers, strict=True):
        response, late, ended = answer if answer is not None else (None, lost, time.monotonic())
        exchanges.append(Exchange(request, response, late, began, ended, at))
    return exchanges


def _all_prepared(client: Client, requests: Sequence[Request]) -> list[Prepared]:
    """What is ready to be released. Connections that cannot be made have one time together: each its own, 16 took two minutes."""
    left, prepared = client.gives_up_after, []
    for request in requests:
        began = time.monotonic()
        prepared.append(_prepared(client, request, max(left, LEAST_S)))
        if prepared[-1][0] is None:
            left -= time.monotonic() - began
    return prepared


def _prepared(client: Client, request: Request, connect_timeout: float) -> Prepared:
    """A connection that holds all of the request but its last byte."""
    data = serialise(request, client.origin, client.route.proxy)
    try:
        connection = Connection(client.origin, connect_timeout=connect_timeout, route=client.route)
    except ExchangeLost as problem:
        return None, problem.lost, b""
    connection.send(data[:-1])
    return connection, None, data[-1:]


def _collected(connections: Sequence[Connection | None], deadline: float) -> list[Answer | None]:
    """(response, loss, time) for each connection, read in the order in which the answers come."""
    answers: list[Answer | None] = [None] * len(connections)
    with selectors.DefaultSelector() as selector:
        for index, connection in enumerate(connections):
            if connection is not None:
                selector.register(connection.fileno(), selectors.EVENT_READ, index)
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            for key, _ in ready:
                index = key.data
                answers[index] = _answer(connections[index], deadline)
                selector.unregister(key.fileobj)
            if not ready:
                for key in list(selector.get_map().values()):
                    answers[key.data] = (None, Lost(Loss.TIMEOUT), time.monotonic())
                    selector.unregister(key.fileobj)
    for connection in connections:
        if connection is not None:
            connection.close()
    return answers


def _answer(connection: Connection | None, deadline: float) -> Answer:
    assert connection is not None  # only connections are registered
    try:
        return connection.receive(deadline=deadline), None, time.monotonic()
    except ExchangeLost as problem:
        return None, problem.lost, time.monotonic()
