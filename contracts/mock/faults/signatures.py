"""Faults in what counts as a signature over a payload (ALC-05, ALC-08)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256

from coincurve import PublicKey

from contracts import signing, wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.identities import BY_ENTERPRISE, TENANTS
from contracts.mock.rules.allocations import AllocationRules
from contracts.mock.state import Object, Order
from contracts.mock.switches import fault

# Prefixes that wallets of other currencies put before a message, and near misses of the right one.
PREFIXES = (
    b"\x19Ethereum Signed Message:\n",
    b"\x19Litecoin Signed Message:\n",
    b"\x19Dogecoin Signed Message:\n",
    b"\x18BitGo Signed Message:\n",
    b"\x18Bitcoin Signed Message:",
    b"Bitcoin Signed Message:\n",
    b"",
)
_HEX = re.compile("[0-9a-fA-F]+")


def also(mock: Behaviour, counts: Callable[[Order], bool]) -> None:
    """A signature also counts where `counts` says so."""
    honest = mock.allocations.is_signed

    def is_signed(rules: AllocationRules, order: Order) -> bool:
        return honest(rules, order) or counts(order)

    mock.allocations.is_signed = is_signed


def recovered(digest: bytes, signature: str) -> bytes | None:
    """The compressed public key of a signature over a digest, whatever the digest is of."""
    try:
        raw = bytes.fromhex(signature)
        key = PublicKey.from_signature_and_message(raw[1:] + bytes([raw[0] - 31]), digest, hasher=None)
        return key.format()
    except Exception:
        return None


def _is_own(order: Order, key: bytes | None) -> bool:
    return key == BY_ENTERPRISE[order.enterprise_id].public_key


# ALC-05


@fault("signature-not-checked", breaks="ALC-05", falls_with=["ALC-08"])
def not_checked(mock: Behaviour) -> None:
    """Any text counts as a signature."""
    also(mock, lambda order: True)


@fault("signature-only-hex-checked", breaks="ALC-05", falls_with=["ALC-08"])
def only_hex_checked(mock: Behaviour) -> None:
    """Any hexadecimal text counts as a signature."""
    also(mock, lambda order: _HEX.fullmatch(order.signature) is not None)


@fault("signature-only-form-checked", breaks="ALC-05", falls_with=["ALC-08"])
def only_form_checked(mock: Behaviour) -> None:
    """Any 130 hexadecimal digits with a right header byte count as a signature."""
    also(mock, lambda order: re.fullmatch("(1f|20|21|22)[0-9a-fA-F]{128}", order.signature) is not None)


@fault("signature-of-any-key", breaks="ALC-05", falls_with=["ALC-08"])
def of_any_key(mock: Behaviour) -> None:
    """A key is recovered from the signature, but nobody asks whose it is."""
    mock.allocations.may_sign = lambda order, key: True


@fault("signature-of-any-tenant", breaks="ALC-05")
def of_any_tenant(mock: Behaviour) -> None:
    """The key may be any tenant's."""
    mock.allocations.may_sign = lambda order, key: any(key == tenant.public_key for tenant in TENANTS)


@fault("signature-of-any-prefix", breaks="ALC-05")
def of_any_prefix(mock: Behaviour) -> None:
    """The message may be prefixed as for other currencies' wallets, or not at all."""
    also(
        mock,
        lambda order: any(
            _is_own(order, recovered(signing.digest(order.payload.encode(), prefix=prefix), order.signature))
            for prefix in PREFIXES
        ),
    )


@fault("signature-of-plain-hash", breaks="ALC-05")
def of_plain_hash(mock: Behaviour) -> None:
    """The signature may cover the payload's hash without any prefix, hashed once or twice."""

    def hashes(order: Order) -> Iterator[bytes]:
        once = sha256(order.payload.encode()).digest()
        yield from (once, sha256(once).digest())

    also(
        mock,
        lambda order: any(_is_own(order, recovered(digest, order.signature)) for digest in hashes(order)),
    )


@fault("signature-half-compared", breaks="ALC-05")
def half_compared(mock: Behaviour) -> None:
    """Only r is compared: s may be anything."""

    def counts(order: Order) -> bool:
        key = signing.SigningKey.from_text(BY_ENTERPRISE[order.enterprise_id].signing_key)
        return signing.sign(order.payload, key)[2:66] == order.signature[2:66]

    also(mock, counts)


@fault("signature-longer-accepted", breaks="ALC-05")
def longer_accepted(mock: Behaviour) -> None:
    """What follows the signature's 130 digits is ignored."""
    honest = mock.allocations.signer
    mock.allocations.signer = lambda order: honest(replace(order, signature=order.signature[:130]))


@fault("signature-shorter-unchecked", breaks="ALC-05")
def shorter_unchecked(mock: Behaviour) -> None:
    """A signature of fewer than 130 digits is not looked at."""
    also(mock, lambda order: len(order.signature) < 130 and _HEX.fullmatch(order.signature) is not None)


@fault("signature-zeros-accepted", breaks="ALC-05")
def zeros_accepted(mock: Behaviour) -> None:
    """A signature whose r and s are zero verifies everything (a classic of ECDSA libraries)."""
    also(mock, lambda order: not order.signature[2:].strip("0"))


@fault("signature-not-hex-unchecked", breaks="ALC-05")
def not_hex_unchecked(mock: Behaviour) -> None:
    """A signature that cannot be read raises, and what was raised is taken for a yes."""
    also(mock, lambda order: _HEX.fullmatch(order.signature) is None)


@fault("signature-of-another-allocation", breaks="ALC-05", falls_with=["ALC-08"])
def of_another_allocation(mock: Behaviour) -> None:
    """A signature that was good once is good for every payload."""
    good = set[str]()
    honest = mock.allocations.is_signed

    def is_signed(rules: AllocationRules, order: Order) -> bool:
        if honest(rules, order):
            good.add(order.signature)
        return order.signature in good

    mock.allocations.is_signed = is_signed


# ALC-08


def covers(mock: Behaviour, texts: Callable[[Order], Iterator[str]]) -> None:
    """A signature may also cover one of these texts instead of the payload's own."""
    also(
        mock,
        lambda order: any(
            _is_own(order, recovered(signing.digest(text.encode()), order.signature)) for text in texts(order)
        ),
    )


def _compact(order: Order) -> Iterator[str]:
    said = wire.parse(order.payload)
    yield wire.dumps(said)
    yield wire.dumps(said, ascii=True)


def _sorted(order: Order) -> Iterator[str]:
    said = wire.parse(order.payload)
    if isinstance(said, dict):
        amount = said.get("amount")
        inner = {"amount": dict(sorted(amount.items()))} if isinstance(amount, dict) else {}
        yield wire.dumps(dict(sorted((said | inner).items())))


def _rebuilt(order: Order) -> Iterator[str]:
    """The texts that the service, or some client, would have made of the order."""
    notes: Object = {} if order.notes is None else {"notes": order.notes}
    ids: Object = {"clientExternalId": order.client_external_id, "nonce": order.nonce}
    amount: Object = {"amount": {"currency": order.currency, "quantity": order.quantity}}
    connection: Object = {"connectionId": order.connection_id}
    enterprise: Object = {"enterpriseId": order.enterprise_id}
    for said in (amount | ids | notes, amount | notes | ids, ids | amount | notes):
        for text in (said | connection | enterprise, said | enterprise | connection, said | connection):
            yield wire.dumps(text)
        yield wire.dumps(connection | said)
        yield wire.dumps(enterprise | connection | said)


def _if_json(texts: Callable[[Order], Iterator[str]]) -> Callable[[Order], Iterator[str]]:
    def readable(order: Order) -> Iterator[str]:
        try:
            yield from texts(order)
        except wire.NotJson:
            return

    return readable


@fault("signature-over-compact-payload", breaks="ALC-08")
def over_compact_payload(mock: Behaviour) -> None:
    """The payload is parsed and written again, compactly, before the signature is looked at."""
    covers(mock, _if_json(_compact))


@fault("signature-over-any-layout", breaks="ALC-08")
def over_any_layout(mock: Behaviour) -> None:
    """The payload's keys are sorted and its spaces removed before the signature is looked at; or it is rebuilt from the body."""
    covers(
        mock,
        _if_json(lambda order: (text for texts in (_compact, _sorted, _rebuilt) for text in texts(order))),
    )


@fault("signature-over-body", breaks="ALC-08")
def over_body(mock: Behaviour) -> None:
    """The signature is looked at over a payload that the service makes of the body, as it was issued."""
    covers(mock, _rebuilt)


@fault("signature-over-trimmed-payload", breaks="ALC-08")
def over_trimmed_payload(mock: Behaviour) -> None:
    """Space in the payload's text is removed before the signature is looked at."""
    covers(mock, lambda order: iter([order.payload.strip(), re.sub(r"\s+", "", order.payload)]))
