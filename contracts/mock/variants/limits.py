"""Legal limits, stricter and wider than the honest server's (docs/freedom.md, "Limits")."""

import re
from collections.abc import Callable

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import after
from contracts.mock.messages import Answer, Asked, Refused
from contracts.mock.rules.fields import Fields, Reader, quantity
from contracts.mock.switches import variant
from contracts.wire import Json


def _every_reader(mock: Behaviour, names: tuple[str, ...], change: Callable[[Reader], Reader]) -> None:
    """The readers of these fields are changed in all operations."""
    bodies: tuple[Fields, ...] = (
        mock.assets.fields,
        mock.payloads.fields,
        mock.payloads.amount,
        mock.allocations.fields,
        mock.allocations.amount,
    )
    for fields in bodies:
        for name in names:
            if name in fields:
                fields[name].read = change(fields[name].read)


def _at_most(length: int) -> Callable[[Reader], Reader]:
    def limited(honest: Reader) -> Reader:
        def read(value: Json) -> Json:
            if isinstance(value, str) and len(value) > length:
                raise Refused(400, f"must have at most {length} characters")
            return honest(value)

        return read

    return limited


@variant("limit-symbols-64")
def symbols_64(mock: Behaviour) -> None:
    """Symbols and names of more than 64 characters are refused."""
    _every_reader(mock, ("symbol", "display_name", "contract_address"), _at_most(64))


@variant("limit-texts-64")
def texts_64(mock: Behaviour) -> None:
    """Ids, nonces, notes and currencies of more than 64 characters are refused."""
    _every_reader(mock, ("clientExternalId", "nonce", "notes", "currency"), _at_most(64))


@variant("limit-quantity-40")
def quantity_40(mock: Behaviour) -> None:
    """Quantities of more than 40 digits are refused."""
    _every_reader(mock, ("quantity",), _at_most(40))


@variant("limit-body-16-kib")
def body_16_kib(mock: Behaviour) -> None:
    """Bodies over 16 KiB are answered 413."""
    mock.protocol.size_limit = 16 * 1024


@variant("limit-413-closes")
def too_large_closes(mock: Behaviour) -> None:
    """Bodies over 16 KiB are answered 413, unread, and the connection is closed."""
    mock.protocol.size_limit = mock.protocol.discard_limit = 16 * 1024


@variant("limit-body-answers-400")
def too_large_answers_400(mock: Behaviour) -> None:
    """Bodies over 16 KiB are answered 400."""
    mock.protocol.size_limit = 16 * 1024
    after(mock, lambda asked, answer: Answer(400, answer.body) if answer.status == 413 else answer)


def _parse(mock: Behaviour, check: Callable[[Json], None]) -> None:
    honest = mock.protocol.parse

    def parse(body: bytes) -> Json:
        value = honest(body)
        check(value)
        return value

    mock.protocol.parse = parse


@variant("limit-nesting-16")
def nesting_16(mock: Behaviour) -> None:
    """Bodies nested more than 16 levels deep are refused."""

    def check(value: Json) -> None:
        level = [value]
        for _ in range(17):
            level = [inner for item in level for inner in _inside(item)]
        if level:
            raise Refused(400, "nested too deeply")

    _parse(mock, check)


def _inside(value: Json) -> list[Json]:
    """What a map or list holds."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


@variant("limit-runtime-names-refused")
def runtime_names_refused(mock: Behaviour) -> None:
    """Property names that mean something to JavaScript are refused, at any depth."""

    def check(value: Json) -> None:
        if isinstance(value, dict) and value.keys() & {"__proto__", "constructor", "prototype"}:
            raise Refused(400, "forbidden property")
        for inner in _inside(value):
            check(inner)

    _parse(mock, check)


@variant("controls-accepted")
def controls_accepted(mock: Behaviour) -> None:
    """Escaped control characters and lone surrogates in texts are taken, and come back as they were."""

    def lenient(empty: bool) -> Reader:
        def read(value: Json) -> Json:
            if not isinstance(value, str) or not (value or empty):
                raise Refused(400, "must be a string of one character or more")
            return value

        return read

    _every_reader(
        mock, ("symbol", "display_name", "notes", "clientExternalId", "nonce"), lambda honest: lenient(False)
    )
    _every_reader(mock, ("contract_address",), lambda honest: lenient(True))


@variant("repeated-keys-accepted")
def repeated_keys_accepted(mock: Behaviour) -> None:
    """Of repeated keys in a body the last counts."""
    honest = mock.protocol.parse

    def parse(body: bytes) -> Json:
        try:
            return wire.parse_lenient(body)
        except wire.NotJson:
            return honest(body)

    mock.protocol.parse = parse


@variant("byte-order-mark-accepted")
def byte_order_mark_accepted(mock: Behaviour) -> None:
    """A byte-order mark before a body is skipped."""
    honest = mock.protocol.parse
    mock.protocol.parse = lambda body: honest(body.removeprefix(b"\xef\xbb\xbf"))


@variant("leading-zeros-accepted")
def leading_zeros_accepted(mock: Behaviour) -> None:
    """A quantity may have leading zeros; it comes back as it was sent."""

    def zeros_too(honest: Reader) -> Reader:
        def read(value: Json) -> Json:
            if isinstance(value, str) and re.fullmatch("0+[1-9][0-9]{0,98}", value):
                quantity(value.lstrip("0"))
                return value
            return honest(value)

        return read

    _every_reader(mock, ("quantity",), zeros_too)


@variant("media-type-needed")
def media_type_needed(mock: Behaviour) -> None:
    """A body without a declared media type is answered 415."""
    honest = mock.protocol.check_media_type

    def check(asked: Asked) -> None:
        if "content-type" not in asked.headers:
            raise Refused(415, "no media type")
        honest(asked)

    mock.protocol.check_media_type = check


@variant("media-type-answers-400")
def media_type_answers_400(mock: Behaviour) -> None:
    """Another media type is answered 400."""
    after(mock, lambda asked, answer: Answer(400, answer.body) if answer.status == 415 else answer)


@variant("media-type-of-a-family")
def media_type_of_a_family(mock: Behaviour) -> None:
    """Any media type whose name ends in +json is JSON, and so is any charset that is UTF-8."""
    honest = mock.protocol.check_media_type

    def check(asked: Asked) -> None:
        declared = asked.headers.get("content-type", "").lower()
        if not re.fullmatch(r"application/[a-z.-]+\+json(;.*utf-?8.*)?", declared):
            honest(asked)

    mock.protocol.check_media_type = check
