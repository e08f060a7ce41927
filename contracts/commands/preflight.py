"""Whether each service answers at all, and by which clock: the first look before a run."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from contracts.asking.assets import JSON, PATH, USUAL
from contracts.commands.diagnosis import Diagnosis
from contracts.exchange import Exchange, Flaw, Loss, Request
from contracts.settings import Settings
from contracts.transport.client import Client
from contracts.transport.http1 import Connection
from contracts.transport.pace import Pace
from contracts.transport.route import ExchangeLost, Origin, Route

# The cause of an unreachable target is promised within 10 seconds of the command's start. A client gives up 4 seconds
# after its time limit, and starting up takes one or two on a loaded machine.
PATIENCE_S = 2.0
CLOCK_TOLERANCE_S = 300.0
# Requests a second: gentle with a service that nobody has asked about its limits yet.
USUAL_RATE = 10.0
# An alert of TLS comes at once, or not at all.
_ALERT_S = 1.0
_ADVICE = {
    Loss.UNREACHABLE: "check the address, that the service runs, and that this machine may reach it",
    Loss.TLS: "check the certificates of both sides; CA_FILE and SSL_CERT_FILE name authorities, CLIENT_CERT is ours",
    Loss.PROXY: "check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY; hosts in NO_PROXY are asked without",
    Loss.TIMEOUT: "it accepts connections and does not answer: is it HTTP, and is it overloaded?",
    Loss.MALFORMED: "what answers is no HTTP server: check scheme and port",
    Loss.CLOSED: "it closes connections without an answer: check scheme (https?) and port",
    Loss.WITHHELD: "allow more requests: the first looks are part of a run",
}


def services(settings: Settings) -> dict[str, str]:
    """The origins that a run will ask, by the variable that names them."""
    origins = {"BASE_URL": settings.base_url, "ASSETS_BASE_URL": settings.assets_base_url}
    named = {name: url for name, url in origins.items() if url is not None}
    if named.get("ASSETS_BASE_URL") == named.get("BASE_URL"):
        named.pop("ASSETS_BASE_URL", None)
    return named


def reachable(settings: Settings, pace: Pace) -> Iterator[Diagnosis]:
    """Look whether each service answers at all; at all of them at once, since each may keep silent for seconds."""
    origins = services(settings)
    with ThreadPoolExecutor(len(origins)) as pool:
        yield from pool.map(lambda name: _reached(name, origins[name], settings, pace), origins)


def _reached(name: str, url: str, settings: Settings, pace: Pace) -> Diagnosis:
    exchange, route = _look(url, settings, pace), Route.to(url, settings)
    subject, through = f"{name} {url}", f" through the proxy {route.proxy}" if route.proxy is not None else ""
    if exchange.lost is not None:
        advice = _ADVICE.get(exchange.lost.kind, "")
        if "does not speak TLS" in exchange.lost.detail:
            advice = "check scheme and port"
        return Diagnosis(subject, ok=False, seen=str(exchange.lost), advice=advice, spoils=True)
    if exchange.response is not None and exchange.response.flaw is Flaw.STALLED:
        return Diagnosis(
            subject, ok=False, seen=Flaw.STALLED.value, advice=_ADVICE[Loss.TIMEOUT], spoils=True
        )
    if through and url.startswith("http:") and exchange.status in {502, 503, 504}:
        seen = f"{exchange.status}{through}; over plain HTTP nobody can tell whose answer that is"
        return Diagnosis(subject, ok=False, seen=seen, advice=_ADVICE[Loss.PROXY], spoils=True)
    took = exchange.elapsed_ms
    return Diagnosis(subject, ok=True, seen=f"answers in {took:.0f} ms{through}", took_ms=took)


def _look(url: str, settings: Settings, pace: Pace) -> Exchange:
    """What becomes of a request that should change nothing."""
    client = Client(Origin.parse(url), PATIENCE_S, pace, route=Route.to(url, settings))
    exchange = client.look(Request("GET", PATH, USUAL))
    if exchange.lost is not None and exchange.lost.kind in {Loss.CLOSED, Loss.MALFORMED}:
        # A service that stumbles over this one request is there all the same: that is a finding, not the end.
        exchange = client.look(Request("POST", PATH, (*USUAL, *JSON), b"{}"))
    client.close()
    if exchange.lost is not None and exchange.lost.kind is Loss.CLOSED and url.startswith("https:"):
        exchange = _alerted(exchange, client)
    return exchange


def _alerted(exchange: Exchange, client: Client) -> Exchange:
    """The same, with what TLS says where nothing is asked: an alert is lost when the request behind it is never read."""
    try:
        connection = Connection(client.origin, connect_timeout=client.gives_up_after, route=client.route)
    except ExchangeLost as problem:
        return replace(exchange, lost=problem.lost)
    try:
        connection.receive(deadline=time.monotonic() + _ALERT_S)
    except ExchangeLost as problem:
        return replace(exchange, lost=problem.lost) if problem.lost.kind is Loss.TLS else exchange
    finally:
        connection.close()
    return exchange


def clock(settings: Settings, pace: Pace) -> Iterator[Diagnosis]:
    """Compare the target's clock with ours by its Date header; times in answers are held to an hour (AST-04)."""
    for name, url in services(settings).items():
        response = _look(url, settings, pace).response
        # What a cache has kept is as old as it says.
        said = response.header("date") if response is not None and response.header("age") is None else None
        try:
            offset = (parsedate_to_datetime(said or "") - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            continue
        ok = abs(offset) <= CLOCK_TOLERANCE_S
        advice = "" if ok else "set one of the clocks: answers' times may be an hour off at most"
        yield Diagnosis(f"clock of {name}", ok=ok, seen=f"{offset:+.0f} s from ours", advice=advice)
