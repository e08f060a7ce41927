"""Faults in payloads that are kept, counted, or made of what came before (SIG-01 to SIG-06)."""

import time
from collections.abc import Callable
from dataclasses import replace

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import before
from contracts.mock.faults.payloads import order_like
from contracts.mock.identities import FIRST
from contracts.mock.messages import SIGNING_PAYLOAD, Answer, Asked, Refused
from contracts.mock.rules.fields import Reader
from contracts.mock.state import Object, Order, State
from contracts.mock.switches import fault
from contracts.wire import Json


def _say(mock: Behaviour, change: Callable[[Asked, Object], Object]) -> None:
    """The payload says something else, depending on where it was asked for."""
    honest = mock.payloads.content
    mock.payloads.content = lambda asked, sent: change(asked, honest(asked, sent))


def _uses(mock: Behaviour) -> set[str]:
    """The nonces of all allocations that were made, kept up to date."""
    used, honest = set[str](), mock.allocations.use_nonce

    def use_nonce(state: State, key: object, order: Order) -> None:
        used.add(order.nonce)
        honest(state, mock.allocations.nonce_key(order), order)

    mock.allocations.use_nonce = use_nonce
    return used


# SIG-01


@fault("payload-empty-once-used", breaks="SIG-01", falls_with=["SIG-03"])
def empty_once_used(mock: Behaviour) -> None:
    """Once the allocation was made, its payload is an empty text."""
    used, honest = _uses(mock), mock.payloads.text
    mock.payloads.text = lambda said: "" if said["nonce"] in used else honest(said)


@fault("payload-short-nonce-refused", breaks="SIG-01")
def short_nonce_refused(mock: Behaviour) -> None:
    """No payload is given for a nonce of fewer than eight characters."""
    honest = mock.payloads.fields["nonce"].read

    def read(value: Json) -> Json:
        if isinstance(value, str) and 0 < len(value) < 8:
            raise Refused(400, "must be of eight characters or more")
        return honest(value)

    mock.payloads.fields["nonce"].read = read


# SIG-02


@fault("payload-names-first-connection", breaks="SIG-02", falls_with=["SIG-05"])
def names_first_connection(mock: Behaviour) -> None:
    """The payload names the enterprise's first connection, whichever was asked for."""
    own = FIRST.connection_ids
    _say(mock, lambda asked, said: said | {"connectionId": own[0]} if asked.connection_id in own else said)


@fault("payload-names-first-enterprise", breaks="SIG-02", falls_with=["SIG-05"])
def names_first_enterprise(mock: Behaviour) -> None:
    """The payload names the first tenant's enterprise, whichever asked."""
    _say(mock, lambda asked, said: said | {"enterpriseId": FIRST.enterprise_id})


@fault("payload-kept-by-reference", breaks="SIG-02", falls_with=["SIG-03", "SIG-05", "ALC-09"])
def kept_by_reference(mock: Behaviour) -> None:
    """Payloads are kept by clientExternalId: asked for with other content, the first one is given again."""
    kept = dict[str, Object]()
    _say(mock, lambda asked, said: kept.setdefault(str(said["clientExternalId"]), said))


@fault("payload-kept-for-all-tenants", breaks="SIG-02", falls_with=["SIG-03", "SIG-05"])
def kept_for_all_tenants(mock: Behaviour) -> None:
    """Payloads are kept by what is asked, whoever asks and wherever to: another tenant's is given out."""
    kept = dict[str, Object]()

    def content(asked: Asked, sent: Object) -> Object:
        return kept.setdefault(wire.dumps(sent), honest(asked, sent))

    honest = mock.payloads.content
    mock.payloads.content = content


@fault("payload-loses-zeros", breaks="SIG-02", falls_with=["SIG-05"])
def loses_zeros(mock: Behaviour) -> None:
    """A nonce of digits loses its leading zeros in the payload."""

    def lost(asked: Asked, said: Object) -> Object:
        nonce = str(said["nonce"])
        return said | {"nonce": nonce.lstrip("0") if nonce.isdecimal() else nonce}

    _say(mock, lost)


# SIG-03


@fault("payload-third-ask-new-nonce", breaks="SIG-03", falls_with=["SIG-02", "SIG-05"])
def third_ask_new_nonce(mock: Behaviour) -> None:
    """Every third ask for the same nonce gets another one."""
    asks = dict[str, int]()

    def changed(asked: Asked, said: Object) -> Object:
        nonce = str(said["nonce"])
        asks[nonce] = asks.get(nonce, 0) + 1
        return said | ({"nonce": f"{nonce}-{asks[nonce]}"} if asks[nonce] % 3 == 0 else {})

    _say(mock, changed)


@fault("payload-says-when", breaks="SIG-03", falls_with=["SIG-07"])
def says_when(mock: Behaviour) -> None:
    """The payload says to the millisecond when it was asked for."""
    _say(mock, lambda asked, said: said | {"issuedAt": int(time.time() * 1000)})


@fault("payload-new-nonce-once-used", breaks="SIG-03", falls_with=["SIG-02"])
def new_nonce_once_used(mock: Behaviour) -> None:
    """Once its nonce was used, the payload of a request has another one."""
    used = _uses(mock)
    _say(mock, lambda asked, said: said | ({"nonce": f"{said['nonce']}-2"} if said["nonce"] in used else {}))


# SIG-04


@fault("payload-by-get-uses-nonce", breaks="SIG-04", falls_with=["SIG-07", "ALC-01", "ALC-18"])
def by_get_uses_nonce(mock: Behaviour) -> None:
    """Asking by GET uses up the nonce."""

    def on_ask(state: State, asked: Asked, sent: Object) -> None:
        if asked.method == "GET":
            order = order_like(asked, sent)
            state.nonces.setdefault(mock.allocations.nonce_key(order), order)

    mock.payloads.on_ask = on_ask


@fault("payload-ask-undoes-allocation", breaks="SIG-04", falls_with=["ALC-10", "ALC-09", "ALC-03"])
def ask_undoes_allocation(mock: Behaviour) -> None:
    """Asking for the payload of an allocation that was made starts it anew: sent again, it is a second one."""

    def on_ask(state: State, asked: Asked, sent: Object) -> None:
        order = order_like(asked, sent)
        state.settled.pop(mock.allocations.request_key(order), None)
        state.nonces.pop(mock.allocations.nonce_key(order), None)

    mock.payloads.on_ask = on_ask


# SIG-05


@fault("payload-only-the-latest", breaks="SIG-05", falls_with=["SIG-04", "ALC-01", "ALC-07", "ALC-18"])
def only_the_latest(mock: Behaviour) -> None:
    """Of the payloads that were issued only the latest one of each connection is taken."""
    latest, issued = dict[str, str](), set[str]()
    honest, said = mock.payloads.text, mock.allocations.said

    def text(content: Object) -> Json:
        made = str(honest(content))
        latest[str(content["connectionId"])] = made
        issued.add(made)
        return made

    mock.payloads.text = text
    mock.allocations.said = lambda order: (
        None if order.payload in issued and order.payload != latest[order.connection_id] else said(order)
    )


@fault("payload-slashes-escaped", breaks="SIG-05", falls_with=["SIG-04", "ALC-18", "ALC-07", "ALC-08"])
def slashes_escaped(mock: Behaviour) -> None:
    """The payload is issued with its slashes escaped, and verified without."""
    honest, signer = mock.payloads.text, mock.allocations.signer
    mock.payloads.text = lambda said: str(honest(said)).replace("/", "\\/")
    mock.allocations.signer = lambda order: signer(replace(order, payload=order.payload.replace("\\/", "/")))


# SIG-06


@fault("payload-amount-unwrapped", breaks="SIG-06")
def amount_unwrapped(mock: Behaviour) -> None:
    """A list around the amount is taken off."""
    _loosely(mock, "amount", lambda value: value[0] if isinstance(value, list) and value else value)


@fault("payload-amount-as-text", breaks="SIG-06")
def amount_as_text(mock: Behaviour) -> None:
    """The amount may be the JSON text of one."""

    def read(value: Json) -> Json:
        try:
            return wire.parse(value) if isinstance(value, str) else value
        except wire.NotJson:
            return value

    _loosely(mock, "amount", read)


def _loosely(mock: Behaviour, name: str, change: Callable[[Json], Json]) -> None:
    honest: Reader = mock.payloads.fields[name].read
    mock.payloads.fields[name].read = lambda value: honest(change(value))


@fault("payload-by-get-unchecked", breaks="SIG-06", falls_with=["SIG-07"])
def by_get_unchecked(mock: Behaviour) -> None:
    """Asked for by GET, a payload is given for any object."""

    def early(asked: Asked) -> Answer | None:
        if (
            asked.operation != SIGNING_PAYLOAD
            or asked.method != "GET"
            or "authorization" not in asked.headers
        ):
            return None
        try:
            sent = wire.parse(asked.body or b"")
        except wire.NotJson:
            return None
        if not isinstance(sent, dict) or {"amount", "nonce", "clientExternalId"} <= _good(sent):
            return None
        return Answer(200, {"payload": wire.dumps(mock.payloads.content(asked, sent))})

    before(mock, early)


def _good(sent: Object) -> set[str]:
    """The members that are as they should be, as far as they are texts."""
    wrong = {
        name for name, value in sent.items() if name != "amount" and (not isinstance(value, str) or not value)
    }
    return set() if wrong else set(sent)
