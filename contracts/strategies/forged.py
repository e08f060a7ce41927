"""Signed requests that no longer tell the truth: lies under a good signature, and signatures that do not verify."""

from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contracts import signing
from contracts.signing import SigningKey
from contracts.strategies.edits import Edit, Place, changed, edits
from contracts.strategies.requests import Body
from contracts.strategies.tampered import ORDER


@dataclass(frozen=True)
class Lie:
    """What a payload says otherwise than body and path, beyond what may count as the same."""

    clause: str
    about: str
    place: Place
    change: Edit | int

    def told(self, truth: Body) -> Body:
        """What the payload says instead of `truth`, which has a text at this place."""
        head, *rest = self.place
        inner = truth[head]
        value = inner.get(rest[0]) if rest and isinstance(inner, dict) else inner
        if not isinstance(value, str):
            raise TypeError(f"{'.'.join(self.place)} is {value!r}: a lie is told about a text")
        if isinstance(self.change, int):
            return changed(truth, self.place, str(int(value) + self.change))
        other = _other_digit(value, self.change) if self.clause == "ALC-06f" else self.change.unlike(value)
        return changed(truth, self.place, other)


_LIES: Final[dict[str, Place]] = {
    "ALC-06b": ("amount", "currency"),
    "ALC-06c": ("clientExternalId",),
    "ALC-06d": ("nonce",),
    "ALC-06e": ("notes",),
    "ALC-06f": ("connectionId",),
    "ALC-06g": ("enterpriseId",),
}


def lies() -> SearchStrategy[Lie]:
    """Lies about each field (ALC-06a to g), to tell of an allocation of 2 base units with notes."""

    def about(clause: str, change: Edit) -> Lie:
        place = _LIES[clause]
        return Lie(clause, f"the payload says another {'.'.join(place)}", place, change)

    def quantity(more: int) -> Lie:
        return Lie("ALC-06a", "the payload says another amount.quantity", ("amount", "quantity"), more)

    # 1 of 2 units: a target that believes it gives away no more than it was asked for.
    amounts = st.one_of(st.just(-1), st.integers(1, 10**38)).map(quantity)
    return st.one_of(st.builds(about, st.sampled_from(list(_LIES)), edits()), amounts)


def _other_digit(identifier: str, edit: Edit) -> str:
    """The identifier with one of its hex digits another one: it keeps a UUID's form."""
    digits = [index for index, character in enumerate(identifier) if character in "0123456789abcdefABCDEF"]
    if not digits:
        return edit.unlike(identifier)
    at = digits[edit.place % len(digits)]
    other = f"{(int(identifier[at], 16) + 1 + edit.place // len(digits) % 15) % 16:x}"
    return identifier[:at] + other + identifier[at + 1 :]


# Forged signatures


@dataclass(frozen=True)
class Forgery:
    """A text in a signature's place that does not verify; the fields that are not None say how it is made."""

    about: str
    bits: frozenset[int] = frozenset()
    edit: Edit | None = None
    secret: int | None = None
    noise: bytes | None = None

    def made(self, text: str, key: SigningKey) -> str:
        """What is sent as signature of `text` instead of the signature by `key`."""
        if self.noise is not None:
            return self.noise.hex()
        signed = text if self.edit is None else self.edit.unlike(text)
        signer = key if self.secret is None else SigningKey(self.secret.to_bytes(32))
        return _flipped(signing.sign(signed, signer), self.bits)


def _flipped(signature: str, bits: frozenset[int]) -> str:
    raw = bytearray.fromhex(signature)
    for bit in bits:
        raw[1 + bit // 8] ^= 1 << bit % 8
    return raw.hex()


def forgeries() -> SearchStrategy[Forgery]:
    """Signatures that do not verify (ALC-05): flipped bits of r and s, other texts, other keys, noise.

    The header byte stays as it is: other text forms of a good signature are open (ALC-19).
    """
    header = st.integers(31, 34).map(lambda byte: bytes([byte]))
    numbers = st.binary(min_size=64, max_size=64)
    return st.one_of(
        st.frozensets(st.integers(0, 511), min_size=1, max_size=3).map(
            lambda bits: Forgery("bits of r or s are flipped", bits=bits)
        ),
        edits().map(lambda edit: Forgery("it is of another text", edit=edit)),
        st.integers(1, ORDER - 1).map(lambda secret: Forgery("it is by an unrelated key", secret=secret)),
        st.builds(lambda head, rest: Forgery("it is noise", noise=head + rest), header, numbers),
        st.binary(min_size=1, max_size=80).filter(lambda noise: len(noise) != 65).map(
            lambda noise: Forgery("it has another length", noise=noise)
        ),
    )  # fmt: skip
