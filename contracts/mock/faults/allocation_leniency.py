"""Faults in what create allocation lets through: values that are mended instead of refused (ALC-16, ALC-02)."""

from collections.abc import Callable

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.messages import Refused
from contracts.mock.rules.fields import Reader
from contracts.mock.state import Object
from contracts.mock.switches import fault
from contracts.wire import Json


def _parsed(mock: Behaviour, change: Callable[[Object, Object], Object]) -> None:
    """A request with a payload is changed by what the payload says, before anybody looks at it."""
    honest = mock.protocol.parse

    def parse(body: bytes) -> Json:
        value = honest(body)
        if not isinstance(value, dict) or not isinstance(value.get("payload"), str):
            return value
        try:
            said = wire.parse(str(value["payload"]))
        except wire.NotJson:
            return value
        return change(value, said) if isinstance(said, dict) else value

    mock.protocol.parse = parse


@fault("allocation-currency-of-the-payload", breaks="ALC-16")
def currency_of_the_payload(mock: Behaviour) -> None:
    """A missing amount.currency is taken from the payload."""

    def change(value: Object, said: Object) -> Object:
        amount, told = value.get("amount"), said.get("amount")
        if (
            isinstance(amount, dict)
            and isinstance(told, dict)
            and "currency" not in amount
            and "currency" in told
        ):
            return value | {"amount": {**amount, "currency": told["currency"]}}
        return value

    _parsed(mock, change)


@fault("allocation-nonce-from-a-number", breaks="ALC-16")
def nonce_from_a_number(mock: Behaviour) -> None:
    """A nonce that is a number becomes its text, which the payload has."""
    _read(mock, "nonce", lambda value: wire.dumps(value) if type(value) is int else value)


@fault("allocation-notes-unwrapped", breaks="ALC-16")
def notes_unwrapped(mock: Behaviour) -> None:
    """Notes in a list of one are taken out of it."""
    _read(mock, "notes", lambda value: value[0] if isinstance(value, list) and len(value) == 1 else value)


def _read(mock: Behaviour, name: str, change: Callable[[Json], Json]) -> None:
    honest: Reader = mock.allocations.fields[name].read
    mock.allocations.fields[name].read = lambda value: honest(change(value))


@fault("allocation-broken-utf-8-replaced", breaks="ALC-16", falls_with=["HTP-03"])
def broken_utf_8_replaced(mock: Behaviour) -> None:
    """Bytes that are no UTF-8 become replacement characters."""
    honest = mock.protocol.parse

    def parse(body: bytes) -> Json:
        return honest(body.decode("utf-8", "replace").encode() if b'"signature"' in body else body)

    mock.protocol.parse = parse


@fault("allocation-line-ends-made-one", breaks="ALC-02", falls_with=["ALC-18"])
def line_ends_made_one(mock: Behaviour) -> None:
    """Notes may have line ends, and come back with one kind of them."""
    honest: Reader = mock.allocations.fields["notes"].read

    def read(value: Json) -> Json:
        if isinstance(value, str) and "\r\n" in value:
            honest(value.replace("\r", "").replace("\n", ""))
            return value
        return honest(value)

    mock.allocations.fields["notes"].read = read
    mock.allocations.echo["notes"] = lambda value: str(value).replace("\r\n", "\n")


@fault("allocation-notes-of-32-characters", breaks="ALC-18", falls_with=["ALC-01", "ALC-16"])
def notes_of_32_characters(mock: Behaviour) -> None:
    """Notes of more than 32 bytes are refused: the column has no more."""
    honest: Reader = mock.allocations.fields["notes"].read

    def read(value: Json) -> Json:
        if isinstance(value, str) and len(value.encode()) > 32:
            raise Refused(400, "must be of 32 characters or fewer")
        return honest(value)

    mock.allocations.fields["notes"].read = read
