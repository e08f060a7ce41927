"""The three operations from a request to an answer: the order of the questions. The rules decide each of them."""

from contracts.mock.behaviour import Behaviour
from contracts.mock.identities import Credential
from contracts.mock.messages import Answer, Asked, Refused
from contracts.mock.rules import allocations, assets
from contracts.mock.rules.access import admit
from contracts.mock.rules.fields import read_object
from contracts.mock.state import Object, Order, Settled, State
from contracts.wire import Json


async def undefined(mock: Behaviour, state: State, asked: Asked) -> Answer:
    """What is answered to a method that the path has no operation for: what it has one for."""
    allow = mock.protocol.allowed(mock.protocol.methods[asked.operation])
    return Answer(204 if asked.method == "OPTIONS" else 405, headers={"allow": allow}, raw=b"")


async def create_asset(mock: Behaviour, state: State, asked: Asked) -> Answer:
    """Media type (415), size (413), body (400), symbol unknown (409); then the asset is kept and answered."""
    body: Json = None
    try:
        body = _body(mock, asked)
        return await _keep_asset(mock, state, read_object(body, mock.assets.fields))
    except Refused as refused:
        mock.assets.after_refusal(state, body)
        return mock.assets.refused(refused)


async def _keep_asset(mock: Behaviour, state: State, sent: Object) -> Answer:
    rules = mock.assets
    key = rules.key(sent)
    if rules.is_known(state, key, sent):
        return rules.conflict(state, key, sent)
    await rules.window()
    asset = assets.record(rules, state, sent)
    rules.remember(state, key, asset)
    return rules.created(asset)


async def signing_payload(mock: Behaviour, state: State, asked: Asked) -> Answer:
    """Access (401, 403, 404), media type (415), size (413), body (400); then the text to sign. Nothing is changed."""
    try:
        admit(mock.access, asked)
        sent = read_object(_body(mock, asked), mock.payloads.fields)
    except Refused as refused:
        return mock.access.denied(refused, asked)
    mock.payloads.on_ask(state, asked, sent)
    said = mock.payloads.content(asked, sent)
    return mock.payloads.issued(mock.payloads.text(said))


async def create_allocation(mock: Behaviour, state: State, asked: Asked) -> Answer:
    """Access, media type, size and body as above; signature and payload (400); repetition (the same answer, or 409);
    nonce (409); funds (422). What is refused with 4xx before funds are asked for uses up nothing.
    """
    body: Json = None
    try:
        caller = admit(mock.access, asked)
        body = _body(mock, asked)
        order = mock.allocations.order(asked, read_object(body, mock.allocations.fields))
        _check_truth(mock, order)
        return await _settle(mock, state, order, caller)
    except Refused as refused:
        if refused.status == 400:
            mock.allocations.after_refusal(state, asked, body)
        return mock.access.denied(refused, asked)


def _check_truth(mock: Behaviour, order: Order) -> None:
    rules = mock.allocations
    if not rules.is_signed(rules, order):
        raise Refused(400, "the signature is not one of the account's user over this payload")
    said = rules.said(order)
    if said is None:
        raise Refused(400, "the payload must be the text of a JSON object")
    for name, holds in rules.claims.items():
        if not holds(order, said):
            raise Refused(400, f"payload and request disagree on {name}")


async def _settle(mock: Behaviour, state: State, order: Order, caller: Credential) -> Answer:
    rules = mock.allocations
    key, nonce_key = rules.request_key(order), rules.nonce_key(order)
    earlier = rules.find_settled(state, key)
    if earlier is not None:
        if rules.is_same(earlier.order, order):
            return rules.repeated(state, earlier)
        raise Refused(409, "clientExternalId was used for another allocation")
    if rules.nonce_used(state, nonce_key, order):
        raise Refused(409, "the nonce was used before")
    await rules.window()
    rules.use_nonce(state, nonce_key, order)
    answer = await _move_funds(mock, state, order, allocations.record(rules, state, order, caller))
    assert isinstance(answer.body, dict)
    rules.keep(state, key, Settled(order, answer.status, answer.body))
    return answer


async def _move_funds(mock: Behaviour, state: State, order: Order, allocation: Object) -> Answer:
    rules = mock.allocations
    amount = rules.units(order)
    available = rules.balance(state, order)
    if not rules.is_covered(available, amount):
        rules.release(state, order, amount)
        return rules.released(allocation)
    await rules.funds_window()
    rules.take(state, order, amount)
    return rules.cleared(allocation)


def _body(mock: Behaviour, asked: Asked) -> Json:
    mock.protocol.check_media_type(asked)
    if asked.body is None:
        raise Refused(413, "the body is too large")
    return mock.protocol.parse(asked.body)
