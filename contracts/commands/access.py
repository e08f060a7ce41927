"""Whom a target knows: each token with its enterprise and connection, and which of them is wrong where it refuses."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from contracts.asking.asker import Asker
from contracts.asking.fresh import Fresh
from contracts.asking.network import Caller, Network
from contracts.commands.diagnosis import Diagnosis
from contracts.exchange import Exchange
from contracts.oracle.identity import Identities
from contracts.oracle.keys import UsedKeys
from contracts.settings import Settings
from contracts.transport.client import Client
from contracts.transport.pace import Pace
from contracts.transport.redaction import Redactor
from contracts.transport.route import Origin, Route

_ANSWERED = "a signing payload was answered"
_STALE = "the token is refused: is it current, and for this environment?"


@contextmanager
def network_of(settings: Settings, pace: Pace) -> Iterator[Network | None]:
    """The network as the tenant under test meets it, outside of any run; None where no tenant is configured."""
    if settings.own is None or settings.base_url is None:
        yield None
        return
    route = Route.to(settings.base_url, settings)
    client = Client(Origin.parse(settings.base_url), settings.response_time_limit, pace, route=route)
    asker = Asker(settings, {"go-network": client}, Fresh(worker="D"), Identities(), UsedKeys())
    try:
        yield Network(asker, Caller.of(settings.own))
    finally:
        client.close()


def credentials(network: Network | None) -> Iterator[Diagnosis]:
    """Ask for a payload as everybody who is configured. Raises TargetLost."""
    if network is None:
        advice = "set ACCESS_TOKEN, ENTERPRISE_ID and CONNECTION_ID to ask the network clauses"
        seen = "not configured: network clauses are not applicable"
        yield Diagnosis("network", ok=True, seen=seen, advice=advice)
        return
    redactor = Redactor.of(network.ask.settings)
    for found in _everybody(network):
        yield found.without_secrets(redactor)


def shown(answer: Exchange) -> str:
    """An answer in a few words, or why there is none."""
    return f"{answer.status} {answer.text()}".strip() if answer.lost is None else str(answer.lost)


def says_the_same(one: Exchange, other: Exchange) -> bool:
    """Whether two answers refuse for one reason: whatever has a digit in it (ids, times) belongs to the request."""
    return (one.status, _words(one)) == (other.status, _words(other))


def _words(answer: Exchange) -> list[str]:
    return re.findall(r"(?<![\w-])[^\W\d]+(?![\w-])", answer.text(1000))


def _everybody(network: Network) -> Iterator[Diagnosis]:
    settings = network.ask.settings
    own = network.ask_payload(network.content())
    if _asks_for_patience(own):
        advice = "its limit is used up, or meant for fewer requests: ask later, or more slowly (--rate)"
        yield Diagnosis("ACCESS_TOKEN", ok=False, seen=shown(own), advice=advice, spoils=True)
        return
    # Where another operation gets past token, enterprise and connection, they are good: that this one does not is a finding.
    spoils = own.status in {401, 403, 404} and network.allocate(b"{}").status in {own.status, None}
    yield _judged(network, network.me, own, spoils=spoils)
    if settings.other is not None:
        other = Caller.of(settings.other)
        answer = network.ask_payload(network.content(), caller=other)
        yield _judged(network, other, answer, "OTHER_", spoils=answer.status == 401)
    if settings.second_connection_id is not None and own.status == 200:
        yield _second(network, settings.second_connection_id)
    if settings.read_only_token is not None:
        yield _reader(network, settings.read_only_token)


def _asks_for_patience(answer: Exchange) -> bool:
    return answer.response is not None and answer.response.asks_for_patience


def _judged(
    network: Network, caller: Caller, answer: Exchange, prefix: str = "", *, spoils: bool
) -> Diagnosis:
    token = f"{prefix}ACCESS_TOKEN"
    if answer.status == 200:
        return Diagnosis(token, ok=True, seen=_ANSWERED, took_ms=answer.elapsed_ms)
    subject = token
    advice = "see the answer" if answer.lost is None else "other requests are answered, this one is not"
    if answer.status in {401, 403, 404}:
        subject, advice = _culprit(network, caller, answer, prefix)
    elif answer.status == 400:
        subject = f"signing payload for {prefix}ENTERPRISE_ID"
        advice = "a plain request is refused: is CURRENCY known there?"
    return Diagnosis(subject, ok=False, seen=shown(answer), advice=advice, spoils=spoils)


def _culprit(network: Network, caller: Caller, refusal: Exchange, prefix: str) -> tuple[str, str]:
    """Which variable a refusal is about, and what to do; found out by asking in other ways, where the status says too little."""
    token, enterprise, connection = (
        f"{prefix}{name}" for name in ("ACCESS_TOKEN", "ENTERPRISE_ID", "CONNECTION_ID")
    )
    settings = network.ask.settings
    if not prefix and settings.second_connection_id is not None:
        second = caller.but(connection=settings.second_connection_id)
        if _asked(network, second).status == 200:
            return connection, "unknown, or of another enterprise: SECOND_CONNECTION_ID is answered"
    if refusal.status == 401:
        return token, _STALE
    if not prefix and settings.other is not None:
        other = Caller.of(settings.other).but(connection=caller.connection)
        if _asked(network, other).status == 200:
            return connection, "it is a connection of OTHER_ENTERPRISE_ID"
    if refusal.status == 403:
        if _asked(network, caller, method="GET").status == 200 or "scope" in refusal.text().lower():
            return token, "the token lacks a scope: it takes read and write"
        return f"{token} or {enterprise}", "its user is no member of the enterprise, or it lacks a scope"
    if says_the_same(refusal, _asked(network, caller.but(enterprise="0" * 32))):
        return f"{enterprise} or {connection}", "one of them is unknown there"
    return connection, "the enterprise is known, but not with this connection: unknown, or of another one"


def _asked(network: Network, caller: Caller, *, method: str = "POST") -> Exchange:
    return network.ask_payload(network.content(), caller=caller, method=method)


def _second(network: Network, connection: str) -> Diagnosis:
    answer = _asked(network, network.me.but(connection=connection))
    if answer.status == 200:
        return Diagnosis("SECOND_CONNECTION_ID", ok=True, seen=_ANSWERED, took_ms=answer.elapsed_ms)
    advice = "the connection is unknown, or of another enterprise than ENTERPRISE_ID"
    advice = "allow the run more requests" if answer.withheld else advice
    return Diagnosis("SECOND_CONNECTION_ID", ok=False, seen=shown(answer), advice=advice)


def _reader(network: Network, token: str) -> Diagnosis:
    """Whether a read-only token may read, by the GET variant, where there is one."""
    answer = _asked(network, network.me.but(token=token), method="GET")
    if answer.status == 200:
        return Diagnosis("READ_ONLY_TOKEN", ok=True, seen=_ANSWERED, took_ms=answer.elapsed_ms)
    if _asked(network, network.me, method="GET").status != 200:
        seen = "the GET variant is not there, so whether it may read cannot be seen"
        return Diagnosis("READ_ONLY_TOKEN", ok=True, seen=seen)
    advice = {401: _STALE, 403: "the token lacks the read scope"}.get(answer.status or 0, "see the answer")
    return Diagnosis("READ_ONLY_TOKEN", ok=False, seen=shown(answer), advice=advice)


def boundaries(network: Network) -> Iterator[Diagnosis]:
    """Look whether tokens that a run expects to be refused may more than they should: it would blame the target.

    Says something only where they may. Raises TargetLost.
    """
    settings = network.ask.settings
    if settings.read_only_token is not None:
        answer = _asked(network, network.me.but(token=settings.read_only_token))
        if answer.status == 200:
            advice = "it has the write scope as well, or the target does not look (AUT-05)"
            yield Diagnosis("READ_ONLY_TOKEN", ok=False, seen="POST is answered with it", advice=advice)
    if settings.other is not None:
        other = network.me.but(token=settings.other.access_token.get_secret_value())
        if _asked(network, other).status == 200:
            seen = "it is answered a payload for ENTERPRISE_ID"
            advice = "its user is a member there as well, or the target does not look (AUT-03)"
            yield Diagnosis("OTHER_ACCESS_TOKEN", ok=False, seen=seen, advice=advice)
