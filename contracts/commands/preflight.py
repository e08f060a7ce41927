"""What would spoil a run, found before it: each check says what is wrong, where, and what to do."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from contracts.asking.asker import Asker
from contracts.asking.assets import JSON, PATH, USUAL
from contracts.asking.fresh import Fresh
from contracts.asking.network import Caller, Network
from contracts.exchange import Exchange, Loss, Request
from contracts.oracle.identity import Identities
from contracts.oracle.keys import UsedKeys
from contracts.settings import Settings
from contracts.transport.client import Client, Pace
from contracts.transport.http1 import Origin
from contracts.transport.redaction import Redactor

# The cause of an unreachable target is promised within 10 seconds of the command's start. A client gives up 4 seconds
# after its time limit, and starting up takes one or two on a loaded machine.
PATIENCE_S = 2.0
CLOCK_TOLERANCE_S = 300.0
# Requests a second: gentle with a service that nobody has asked about its limits yet.
USUAL_RATE = 10.0


@dataclass(frozen=True)
class Diagnosis:
    """One thing looked at: whether it is in order, what was seen, and what to do if not."""

    subject: str
    ok: bool
    seen: str
    advice: str = ""
    spoils: bool = False
    """No verdict of a run would mean anything: the target cannot be reached, or does not know a credential."""
    took_ms: float | None = None
    """How long the answer took, where there was one; the first on its connection takes the connecting as well."""


def reachable(settings: Settings, *, insecure: bool = False) -> Iterator[Diagnosis]:
    """Look whether each service answers at all; at all of them at once, since each may keep silent for seconds."""
    origins = services(settings)
    with ThreadPoolExecutor(len(origins)) as pool:
        reached = pool.map(lambda name: _reach(name, origins[name], insecure=insecure), origins)
        yield from (diagnosis for diagnosis, _ in reached)


def services(settings: Settings) -> dict[str, str]:
    """The origins that a run will ask, by the variable that names them."""
    origins = {"BASE_URL": settings.base_url, "ASSETS_BASE_URL": settings.assets_base_url}
    named = {name: url for name, url in origins.items() if url is not None}
    if named.get("ASSETS_BASE_URL") == named.get("BASE_URL"):
        named.pop("ASSETS_BASE_URL", None)
    return named


def _reach(name: str, url: str, *, insecure: bool) -> tuple[Diagnosis, Exchange]:
    client = Client(Origin.parse(url), PATIENCE_S, insecure=insecure)
    exchange = client.look(Request("GET", PATH, USUAL))
    if exchange.lost is not None and exchange.lost.kind in {Loss.CLOSED, Loss.MALFORMED}:
        # A service that stumbles over this one request is there all the same: that is a finding, not the end.
        exchange = client.look(Request("POST", PATH, (*USUAL, *JSON), b"{}"))
    client.close()
    subject = f"{name} {url}"
    if exchange.lost is None:
        took = exchange.elapsed_ms
        return Diagnosis(subject, ok=True, seen=f"answers in {took:.0f} ms", took_ms=took), exchange
    advice = {
        Loss.UNREACHABLE: "check the address, that the service runs, and that this machine may reach it",
        Loss.TLS: "check the certificate's name, date and issuer; SSL_CERT_FILE names another authority",
        Loss.TIMEOUT: "it accepts connections and does not answer: is it HTTP, and is it overloaded?",
        Loss.MALFORMED: "what answers is no HTTP server: check scheme and port",
        Loss.CLOSED: "it closes connections without an answer: check scheme (https?) and port",
    }[exchange.lost.kind]
    return Diagnosis(subject, ok=False, seen=str(exchange.lost), advice=advice, spoils=True), exchange


def clock(settings: Settings, *, insecure: bool = False) -> Iterator[Diagnosis]:
    """Compare the target's clock with ours by its Date header; times in answers are held to an hour (AST-04)."""
    for name, url in services(settings).items():
        diagnosis, exchange = _reach(name, url, insecure=insecure)
        said = exchange.response.header("date") if exchange.response is not None else None
        if not diagnosis.ok or said is None:
            continue
        try:
            offset = (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            continue
        ok = abs(offset) <= CLOCK_TOLERANCE_S
        advice = "" if ok else "set one of the clocks: answers' times may be an hour off at most"
        yield Diagnosis(f"clock of {name}", ok=ok, seen=f"{offset:+.0f} s from ours", advice=advice)


def credentials(
    settings: Settings, *, insecure: bool = False, changes: bool = False, rate: float | None = USUAL_RATE
) -> Iterator[Diagnosis]:
    """Ask for a payload with each token; with `changes`, also sign it and allocate 1 base unit.

    What a target answers may repeat what it was asked with, so secrets are taken out. Raises TargetLost.
    """
    redactor = Redactor.of(settings)
    for found in _tried(settings, Pace(rate), insecure=insecure, changes=changes):
        yield replace(found, seen=redactor.text(found.seen))


def _tried(settings: Settings, pace: Pace, *, insecure: bool, changes: bool) -> Iterator[Diagnosis]:
    if settings.own is None or settings.base_url is None:
        advice = "set ACCESS_TOKEN, ENTERPRISE_ID and CONNECTION_ID to ask the network clauses"
        yield Diagnosis(
            "network", ok=True, seen="not configured: network clauses are not applicable", advice=advice
        )
        return
    network = _network(settings, pace, insecure=insecure)
    own = _judged(network.ask_payload(network.content()), "ACCESS_TOKEN")
    # A token that another operation takes is a good one: that this one refuses it is a finding.
    yield replace(own, spoils=own.spoils and network.allocate(b"{}").status == 401)
    if settings.other is not None:
        other = Caller.of(settings.other)
        yield _judged(network.ask_payload(network.content(), caller=other), "OTHER_ACCESS_TOKEN")
    if settings.second_connection_id is not None:
        second = network.me.but(connection=settings.second_connection_id)
        found = _judged(network.ask_payload(network.content(), caller=second), "SECOND_CONNECTION_ID")
        yield replace(
            found, spoils=False
        )  # the token is good: what is wrong here is a matter for the questions
    if settings.read_only_token is not None:
        reader = network.me.but(token=settings.read_only_token)
        found = _judged(
            network.ask_payload(network.content(), caller=reader, method="GET"), "READ_ONLY_TOKEN"
        )
        # Whether it may read, where the GET variant exists at all, is AUT-05's question and no reason not to ask it.
        yield replace(found, spoils=False)
    if changes and network.me.key is not None:
        yield _round_trip(network)


def _network(settings: Settings, pace: Pace, *, insecure: bool) -> Network:
    assert settings.own is not None
    assert settings.base_url is not None
    client = Client(Origin.parse(settings.base_url), settings.response_time_limit, pace, insecure=insecure)
    asker = Asker(settings, {"go-network": client}, Fresh(worker="D"), Identities(), UsedKeys())
    return Network(asker, Caller.of(settings.own))


def _judged(exchange: Exchange, subject: str) -> Diagnosis:
    advice = {
        401: f"the token is refused: is {subject} current, and for this environment?",
        403: "the token lacks the scope, or its user is no member of the enterprise",
        404: "enterprise or connection are unknown: check ENTERPRISE_ID and CONNECTION_ID",
    }
    if exchange.status == 200:
        return Diagnosis(subject, ok=True, seen="a signing payload was answered", took_ms=exchange.elapsed_ms)
    body = exchange.response.body[:200].decode("utf-8", "replace") if exchange.response is not None else ""
    seen = f"{exchange.status} {body}".strip() if exchange.response is not None else str(exchange.lost)
    advised = advice.get(exchange.status or 0, "see the answer")
    return Diagnosis(subject, ok=False, seen=seen, advice=advised, spoils=exchange.status == 401)


def _round_trip(network: Network) -> Diagnosis:
    currency = network.ask.settings.currency
    answer = network.allocate(network.signed(network.content()))
    subject = f"SIGNING_KEY and funds of {currency}"
    if answer.status == 200:
        return Diagnosis(subject, ok=True, seen="1 base unit was signed and allocated")
    body = answer.response.body[:200].decode("utf-8", "replace") if answer.response is not None else ""
    if answer.status == 422:
        advice = f"fund the account with {currency}, or name a funded CURRENCY"
    else:
        advice = "is SIGNING_KEY the key of the account's user?"
    return Diagnosis(subject, ok=False, seen=f"{answer.status} {body}".strip(), advice=advice)
