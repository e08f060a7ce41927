"""Faults in how a signature is read and verified: cut short, given up, remembered, or of a part of the text (ALC-05, 08, 18, 20)."""

import re
from dataclasses import replace

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.faults.signatures import also, covers
from contracts.mock.rules.allocations import AllocationRules
from contracts.mock.state import Object, Order, Settled, State
from contracts.mock.switches import fault
from contracts.wire import Json

_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141

# ALC-05


@fault("signature-read-up-to-a-stranger", breaks="ALC-05")
def read_up_to_a_stranger(mock: Behaviour) -> None:
    """The decoder stops at the first character that is no hexadecimal digit, and is content with what it has."""
    honest = mock.allocations.signer
    digits = re.compile("[0-9a-fA-F]*")

    def signer(order: Order) -> bytes | None:
        read = digits.match(order.signature)
        return honest(replace(order, signature=read.group() if read else ""))

    mock.allocations.signer = signer


@fault("signature-out-of-range-accepted", breaks="ALC-05")
def out_of_range_accepted(mock: Behaviour) -> None:
    """The library raises for an r or s of zero or beyond the group's order; what was raised is taken for a yes."""

    def raises(order: Order) -> bool:
        if not re.fullmatch("[0-9a-fA-F]{130}", order.signature):
            return False
        r, s = int(order.signature[2:66], 16), int(order.signature[66:], 16)
        return not (0 < r < _ORDER and 0 < s < _ORDER)

    also(mock, raises)


@fault("signature-of-the-beginning", breaks="ALC-05")
def of_the_beginning(mock: Behaviour) -> None:
    """A signature of the payload's first 128 characters counts: the old client cut it there."""
    covers(mock, lambda order: iter([order.payload[:128]]))


@fault("signature-not-checked-again", breaks="ALC-05", falls_with=["ALC-08"])
def not_checked_again(mock: Behaviour) -> None:
    """A payload that was verified once is not verified again, whatever signature comes with it."""
    honest, good = mock.allocations.is_signed, set[str]()

    def is_signed(rules: AllocationRules, order: Order) -> bool:
        if honest(rules, order):
            good.add(order.payload)
        return order.payload in good

    mock.allocations.is_signed = is_signed


@fault("signature-check-gives-up", breaks="ALC-05", falls_with=["ALC-08"])
def check_gives_up(mock: Behaviour) -> None:
    """After three bad signatures for one clientExternalId the fourth passes: the lockout was built the wrong way round."""
    tries = dict[str, int]()

    def tired(order: Order) -> bool:
        tries[order.client_external_id] = tries.get(order.client_external_id, 0) + 1
        return tries[order.client_external_id] > 3

    also(mock, tired)


@fault("signature-checked-for-large-amounts", breaks="ALC-05", falls_with=["ALC-08"])
def checked_for_large_amounts(mock: Behaviour) -> None:
    """Of an amount of a thousand units or more the signature is looked at; of less it is not."""
    also(mock, lambda order: len(order.quantity) < 4)


@fault("signature-checked-for-small-amounts", breaks="ALC-05", falls_with=["ALC-08"])
def checked_for_small_amounts(mock: Behaviour) -> None:
    """Of a million units or more the signature is left to a person, who never comes."""
    also(mock, lambda order: len(order.quantity) > 6)


@fault("signature-checked-at-the-first-connection", breaks="ALC-05")
def checked_at_the_first_connection(mock: Behaviour) -> None:
    """Signatures are looked at for the connection that the check was written for, and not for the other."""
    also(mock, lambda order: order.connection_id.startswith("9"))


# ALC-08


@fault("signature-over-issued-payload", breaks="ALC-08")
def over_issued_payload(mock: Behaviour) -> None:
    """A signature of the payload that was issued passes for any layout of it."""
    issued, honest = dict[str, str](), mock.payloads.text

    def text(said: Object) -> Json:
        made = honest(said)
        issued[str(said["nonce"])] = str(made)
        return made

    mock.payloads.text = text
    covers(mock, lambda order: iter([issued[order.nonce]] if order.nonce in issued else []))


# ALC-18


@fault(
    "signature-length-of-one-byte",
    breaks="ALC-18",
    falls_with=["SIG-05", "ALC-01", "ALC-06c", "ALC-07", "ALC-20"],
)
def length_of_one_byte(mock: Behaviour) -> None:
    """Lengths of 253 to 255 bytes are written as one byte, which then means something else: such payloads never verify."""
    honest = mock.allocations.signer
    mock.allocations.signer = lambda order: (
        None if 253 <= len(order.payload.encode()) <= 255 else honest(order)
    )


@fault("repeat-in-another-coding", breaks="ALC-18", falls_with=["ALC-02", "ALC-03", "ALC-10"])
def repeat_in_another_coding(mock: Behaviour) -> None:
    """The same request sent again is answered from a store that reads UTF-8 as Latin-1."""
    honest = mock.allocations.repeated

    def repeated(state: State, settled: Settled) -> object:
        answer = honest(state, settled)
        answer.body = wire.parse(wire.dumps(answer.body).encode().decode("latin-1"))
        return answer

    mock.allocations.repeated = repeated  # type: ignore[assignment]


# ALC-20


@fault("refused-payload-is-burnt", breaks="ALC-20", falls_with=["SIG-05"])
def refused_payload_is_burnt(mock: Behaviour) -> None:
    """A payload that came once with a bad signature is never taken again."""
    honest, burnt = mock.allocations.is_signed, set[str]()

    def is_signed(rules: AllocationRules, order: Order) -> bool:
        if order.payload in burnt:
            return False
        signed = honest(rules, order)
        if not signed:
            burnt.add(order.payload)
        return signed

    mock.allocations.is_signed = is_signed


@fault("refused-disagreement-uses-nonce", breaks="ALC-20")
def refused_disagreement_uses_nonce(mock: Behaviour) -> None:
    """A payload that disagrees with its request uses up the nonce."""
    for name, honest in mock.allocations.claims.items():
        mock.allocations.claims[name] = lambda order, said, honest=honest: (  # type: ignore[misc]
            honest(order, said) or _burn(order)
        )
    burnt = set[str]()

    def _burn(order: Order) -> bool:
        burnt.add(order.nonce)
        return False

    used = mock.allocations.nonce_used
    mock.allocations.nonce_used = lambda state, key, order: order.nonce in burnt or used(state, key, order)
