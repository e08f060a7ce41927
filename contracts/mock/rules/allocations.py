"""Decisions about allocations: when a signature counts, what a payload must say, what is a repetition, where funds go."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

from contracts import signing, wire
from contracts.mock.identities import BY_ENTERPRISE, Credential
from contracts.mock.messages import Answer, Asked
from contracts.mock.rules.fields import Field, Fields, raw_text
from contracts.mock.rules.payloads import amount_fields, request_fields
from contracts.mock.rules.records import new_id, no_window, now
from contracts.mock.state import Object, Order, Settled, State
from contracts.wire import Json

Claim = Callable[[Order, Object], bool]


def allocation_fields(amount: Fields) -> Fields:
    """The body of create allocation: the shared fields, the payload's exact text and its signature."""
    return request_fields(amount) | {"payload": Field(raw_text), "signature": Field(raw_text)}


def order_of(asked: Asked, sent: Object) -> Order:
    """The request as an order; every field was read before, so its types are known."""
    amount = sent["amount"]
    assert isinstance(amount, dict)
    notes = sent.get("notes")
    return Order(
        enterprise_id=asked.enterprise_id,
        connection_id=asked.connection_id,
        currency=str(amount["currency"]),
        quantity=str(amount["quantity"]),
        client_external_id=str(sent["clientExternalId"]),
        nonce=str(sent["nonce"]),
        notes=None if notes is None else str(notes),
        payload=str(sent["payload"]),
        signature=str(sent["signature"]),
    )


# The signature


def signer_of(order: Order) -> bytes | None:
    """The public key that signed exactly the payload's text; None where the signature is none."""
    try:
        return signing.recover(order.payload, order.signature)
    except signing.SignatureProblem:
        return None


def may_sign(order: Order, public_key: bytes) -> bool:
    """Only the key of the enterprise's own account user signs for it."""
    return public_key == BY_ENTERPRISE[order.enterprise_id].public_key


def is_signed(rules: "AllocationRules", order: Order) -> bool:
    """Whether the signature is one over the payload's text, by a key that may sign."""
    key = rules.signer(order)
    return key is not None and rules.may_sign(order, key)


# What the payload says


def said_by(order: Order) -> Object | None:
    """The payload as an object; None where it is none, or could be read in two ways (a repeated key)."""
    try:
        said = wire.parse(order.payload)
    except wire.NotJson:
        return None
    return said if isinstance(said, dict) else None


def said_amount(said: Object, name: str) -> Json:
    """A member of the payload's amount; None where there is none."""
    amount = said.get("amount")
    return amount.get(name) if isinstance(amount, dict) else None


def claims() -> dict[str, Claim]:
    """What body and path must find in the payload, word for word. `enterpriseId` may be left out, as the vendor's client does."""
    return {
        "amount.quantity": lambda order, said: said_amount(said, "quantity") == order.quantity,
        "amount.currency": lambda order, said: said_amount(said, "currency") == order.currency,
        "clientExternalId": lambda order, said: said.get("clientExternalId") == order.client_external_id,
        "nonce": lambda order, said: said.get("nonce") == order.nonce,
        "notes": lambda order, said: (
            said.get("notes") == order.notes and (order.notes is not None or "notes" not in said)
        ),
        "connectionId": lambda order, said: said.get("connectionId") == order.connection_id,
        "enterpriseId": lambda order, said: (
            said.get("enterpriseId", order.enterprise_id) == order.enterprise_id
        ),
    }


# Repetition


def request_key(order: Order) -> Hashable:
    """clientExternalId is the idempotency key, over all connections of an enterprise."""
    return order.enterprise_id, order.client_external_id


def is_same(earlier: Order, order: Order) -> bool:
    """Whether an order repeats an earlier one: same content, same place, same payload text; another valid signature may be on it."""
    return (
        earlier.payload == order.payload
        and earlier.quantity == order.quantity
        and earlier.currency == order.currency
        and earlier.nonce == order.nonce
        and earlier.notes == order.notes
        and earlier.connection_id == order.connection_id
    )


def find_settled(state: State, key: Hashable) -> Settled | None:
    """What an earlier order under this key came to, however long ago."""
    return state.settled.get(key)


def repeated(state: State, settled: Settled) -> Answer:
    """The same allocation again; nothing moves."""
    return Answer(settled.status, settled.body)


def keep(state: State, key: Hashable, settled: Settled) -> None:
    """Remember for good what an order came to."""
    state.settled[key] = settled


def nonce_key(order: Order) -> Hashable:
    """A nonce is used up for the connection that it was used on."""
    return order.enterprise_id, order.connection_id, order.nonce


def nonce_used(state: State, key: Hashable, order: Order) -> bool:
    """Whether the nonce was used, however long ago."""
    return key in state.nonces


def use_nonce(state: State, key: Hashable, order: Order) -> None:
    """Use up the nonce for good."""
    state.nonces[key] = order


# Funds


def units(order: Order) -> int:
    """The order's amount, exactly."""
    return int(order.quantity)


def balance(state: State, order: Order) -> int:
    """What the enterprise has left of the currency; a currency that it never had is a balance of zero."""
    return state.funds.get((order.enterprise_id, order.currency), 0)


def take(state: State, order: Order, amount: int) -> None:
    """Lock the amount."""
    state.funds[order.enterprise_id, order.currency] -= amount


def is_covered(available: int, amount: int) -> bool:
    """Whether a balance covers an amount."""
    return amount <= available


def release(state: State, order: Order, amount: int) -> None:
    """An order that is not covered has locked nothing, so there is nothing to give back."""


# Answers


def times() -> tuple[Json, Json]:
    """createdAt and updatedAt: one moment, this one."""
    moment = now()
    return moment, moment


def allocation_id(state: State, order: Order) -> Json:
    """An id that no other allocation has."""
    return new_id()


def cleared(allocation: Object) -> Answer:
    """200 with the allocation, cleared: the partner has it."""
    return Answer(200, {"allocation": {"status": "cleared", **allocation, "retriable": False}})


def released(allocation: Object) -> Answer:
    """422 with the allocation, released, and why."""
    why = "insufficient balance"
    return Answer(
        422,
        {"allocation": {"status": "released", **allocation, "retriable": False, "reason": why}, "error": why},
    )


def nothing_left(state: State, asked: Asked, body: Json) -> None:
    """A request refused with 400 leaves nothing behind: no nonce, no clientExternalId, no funds."""


@dataclass(slots=True)
class AllocationRules:
    """How allocations are made. `echo` may change a field's value on its way back; the honest server changes none."""

    amount: Fields = field(default_factory=amount_fields)
    fields: Fields = field(init=False)
    order: Callable[[Asked, Object], Order] = order_of
    signer: Callable[[Order], bytes | None] = signer_of
    may_sign: Callable[[Order, bytes], bool] = may_sign
    is_signed: Callable[["AllocationRules", Order], bool] = is_signed
    said: Callable[[Order], Object | None] = said_by
    claims: dict[str, Claim] = field(default_factory=claims)
    request_key: Callable[[Order], Hashable] = request_key
    find_settled: Callable[[State, Hashable], Settled | None] = find_settled
    is_same: Callable[[Order, Order], bool] = is_same
    repeated: Callable[[State, Settled], Answer] = repeated
    keep: Callable[[State, Hashable, Settled], None] = keep
    nonce_key: Callable[[Order], Hashable] = nonce_key
    nonce_used: Callable[[State, Hashable, Order], bool] = nonce_used
    use_nonce: Callable[[State, Hashable, Order], None] = use_nonce
    window: Callable[[], Awaitable[None]] = no_window
    funds_window: Callable[[], Awaitable[None]] = no_window
    units: Callable[[Order], int] = units
    balance: Callable[[State, Order], int] = balance
    is_covered: Callable[[int, int], bool] = is_covered
    take: Callable[[State, Order, int], None] = take
    release: Callable[[State, Order, int], None] = release
    id: Callable[[State, Order], Json] = allocation_id
    times: Callable[[], tuple[Json, Json]] = times
    echo: dict[str, Callable[[Json], Json]] = field(default_factory=dict)
    cleared: Callable[[Object], Answer] = cleared
    released: Callable[[Object], Answer] = released
    after_refusal: Callable[[State, Asked, Json], None] = nothing_left

    def __post_init__(self) -> None:
        self.fields = allocation_fields(self.amount)


def record(rules: AllocationRules, state: State, order: Order, caller: Credential) -> Object:
    """The allocation as it is answered, apart from its status: the fields sent, each through its echo, with id and times."""
    created, updated = rules.times()
    allocation: Object = {
        "id": rules.id(state, order),
        "amount": {
            "currency": _echoed(rules, "currency", order.currency),
            "quantity": _echoed(rules, "quantity", order.quantity),
        },
        "connectionId": _echoed(rules, "connectionId", order.connection_id),
        "clientExternalId": _echoed(rules, "clientExternalId", order.client_external_id),
        "initiatedBy": caller.tenant.user_id,
        "createdAt": created,
        "updatedAt": updated,
    }
    if order.notes is not None:
        allocation["notes"] = _echoed(rules, "notes", order.notes)
    return allocation


def _echoed(rules: AllocationRules, name: str, value: str) -> Json:
    echo = rules.echo.get(name)
    return value if echo is None else echo(value)
