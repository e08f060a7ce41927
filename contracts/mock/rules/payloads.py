"""Decisions about signing payloads: what is asked, and the text that is to be signed."""

from collections.abc import Callable
from dataclasses import dataclass, field

from contracts import wire
from contracts.mock.messages import Answer, Asked
from contracts.mock.rules.fields import Field, Fields, quantity, read_object, text
from contracts.mock.state import Object, State
from contracts.wire import Json


def amount_fields() -> Fields:
    """`amount`: a currency, and its base units as a decimal string."""
    return {"currency": Field(text), "quantity": Field(quantity)}


def request_fields(amount: Fields) -> Fields:
    """The fields that both network operations share. `amount` is read by the fields given, as they are when it is read."""
    return {
        "amount": Field(lambda value: read_object(value, amount)),
        "clientExternalId": Field(text),
        "nonce": Field(text),
        "notes": Field(text, required=False),
    }


def content(asked: Asked, sent: Object) -> Object:
    """What the payload says: the fields as sent, and where the allocation is to go."""
    return {**sent, "connectionId": asked.connection_id, "enterpriseId": asked.enterprise_id}


def payload_text(said: Object) -> Json:
    """The text to be signed: compact JSON."""
    return wire.dumps(said)


def issued(payload: Json) -> Answer:
    """200 with the payload."""
    return Answer(200, {"payload": payload})


def nothing_changes(state: State, asked: Asked, sent: Object) -> None:
    """Asking for a payload uses up nothing and reserves nothing."""


@dataclass(slots=True)
class PayloadRules:
    """How signing payloads are made. `amount` belongs to `fields`."""

    amount: Fields = field(default_factory=amount_fields)
    fields: Fields = field(init=False)
    content: Callable[[Asked, Object], Object] = content
    text: Callable[[Object], Json] = payload_text
    issued: Callable[[Json], Answer] = issued
    on_ask: Callable[[State, Asked, Object], None] = nothing_changes

    def __post_init__(self) -> None:
        self.fields = request_fields(self.amount)
