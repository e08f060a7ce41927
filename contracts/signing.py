"""Bitcoin Signed Messages: who signed exactly these bytes; the form in which an account user signs a payload.

A signature is 130 hex digits: a header byte (31 to 34: 31 plus the recovery id), r and s. It covers the UTF-8
bytes of the text as they are, never a normalised or re-serialised form. Pure: one key and one text give one
signature (RFC 6979).
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Self

from coincurve import PrivateKey, PublicKey

BITCOIN = b"\x18Bitcoin Signed Message:\n"

_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141  # of secp256k1's group
_COMPRESSED = (
    31  # header byte of recovery id 0; 27 to 30 name an uncompressed key, 35 and more other address forms
)
_HEX = re.compile("[0-9a-fA-F]+")


class KeyProblem(ValueError):
    """A text that is no usable signing key: says precisely why, and never repeats a piece of it."""


class SignatureProblem(ValueError):
    """A signature from which no compressed public key can be recovered, and why."""


@dataclass(frozen=True)
class SigningKey:
    """A private key on secp256k1; its repr does not show it. Raises `KeyProblem` where `secret` is none."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != 32:
            raise KeyProblem(f"the private key has {len(self.secret)} bytes instead of 32")
        if not any(self.secret):
            raise KeyProblem("the private key is zero, which is no key")
        if int.from_bytes(self.secret) >= _ORDER:
            raise KeyProblem("the private key is not below the order of secp256k1, so it is no key")

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The key in an extended private key (`xprv...`, `tprv...`) or in 64 hex digits.

        Nothing is derived: the extended key's own number signs. Space around the text is ignored. Raises
        `KeyProblem`.
        """
        return cls(_secret(text.strip()))

    @cached_property
    def public_key(self) -> bytes:
        """The 33 bytes of the compressed public key."""
        return self.signer.public_key.format(compressed=True)

    @cached_property
    def signer(self) -> PrivateKey:
        """The key as coincurve holds it, made once."""
        return PrivateKey(self.secret)

    def __reduce__(self) -> tuple[type[Self], tuple[bytes]]:
        return type(self), (self.secret,)  # what is cached belongs to this process and cannot be copied


def digest(message: bytes, *, prefix: bytes = BITCOIN) -> bytes:
    """The 32 bytes that are signed: double SHA-256 of prefix, length (as a compact size) and message."""
    return sha256(sha256(prefix + _compact_size(len(message)) + message).digest()).digest()


def sign(message: str, key: SigningKey, *, prefix: bytes = BITCOIN) -> str:
    """The signature of `key` over the text, in lower case; `ValueError` where UTF-8 cannot hold the text."""
    signed = key.signer.sign_recoverable(digest(_utf8(message), prefix=prefix), hasher=None)
    return bytes([_COMPRESSED + signed[64], *signed[:64]]).hex()


def recover(message: str | bytes, signature: str) -> bytes:
    """The compressed public key (33 bytes) whose owner signed `message`.

    Hex digits may have either case, and s may be the higher one of its pair. Raises `SignatureProblem` for a
    signature that names no compressed key, and `ValueError` where UTF-8 cannot hold the text.
    """
    recovery_id, numbers = _taken_apart(signature)
    hashed = digest(message if isinstance(message, bytes) else _utf8(message))
    try:
        found = PublicKey.from_signature_and_message(numbers + bytes([recovery_id]), hashed, hasher=None)
    except ValueError:
        raise SignatureProblem("no public key fits this signature") from None
    return found.format(compressed=True)


def verifies(message: str | bytes, signature: str, public_key: bytes) -> bool:
    """Whether the owner of `public_key` (33 bytes) signed `message`; never raises."""
    try:
        return recover(message, signature) == public_key
    except ValueError:
        return False


# The signed bytes


def _utf8(message: str) -> bytes:
    try:
        return message.encode()
    except UnicodeEncodeError as error:
        where = error.start + 1
        raise ValueError(f"no UTF-8 form: character {where} of the text is a lone surrogate") from None


def _compact_size(length: int) -> bytes:
    if length < 0xFD:
        return length.to_bytes(1)
    if length <= 0xFFFF:
        return b"\xfd" + length.to_bytes(2, "little")
    return b"\xfe" + length.to_bytes(4, "little")


def _taken_apart(signature: str) -> tuple[int, bytes]:
    """Recovery id, and the 64 bytes of r and s, of a signature that is well-formed."""
    if len(signature) != 130:
        raise SignatureProblem(f"{len(signature)} characters instead of 130 hex digits")
    if not _HEX.fullmatch(signature):
        raise SignatureProblem("not hex")
    raw = bytes.fromhex(signature)
    header = raw[0]
    if not _COMPRESSED <= header < _COMPRESSED + 4:
        form = " (an uncompressed key)" if 27 <= header < _COMPRESSED else ""
        raise SignatureProblem(f"header byte {header}{form} instead of 31 to 34")
    for name, number in (("r", raw[1:33]), ("s", raw[33:])):
        if not 0 < int.from_bytes(number) < _ORDER:
            raise SignatureProblem(f"{name} is zero or not below the order of secp256k1")
    return header - _COMPRESSED, raw[1:]


# The key's text

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS = {character: value for value, character in enumerate(_ALPHABET)}
_EXTENDED = 78  # bytes of a serialised extended key (BIP-32), without the 4 of its checksum
_LONGEST = 120  # characters: an extended key has 111 or 112, so no time is spent on texts that cannot be one
_PRIVATE = {"0488ade4": "xprv", "04358394": "tprv"}
# Version bytes that people have at hand by mistake; named, because "unknown version" would not help them.
_PUBLIC = {
    "0488b21e": "xpub",
    "043587cf": "tpub",
    "049d7cb2": "ypub",
    "04b24746": "zpub",
    "044a5262": "upub",
    "045f1cf6": "vpub",
}
_FOR_SCRIPTS = {"049d7878": "yprv", "04b2430c": "zprv", "044a4e28": "uprv", "045f18bc": "vprv"}


def _secret(text: str) -> bytes:
    if not text:
        raise KeyProblem("the key is empty")
    if _HEX.fullmatch(text):
        if len(text) != 64:
            raise KeyProblem(f"the key has {len(text)} hex digits instead of 64")
        return bytes.fromhex(text)
    return _secret_of_extended(_extended(text))


def _extended(text: str) -> bytes:
    """The 78 bytes of an extended key, of any kind, whose checksum is right."""
    data = _base58(text)
    payload, checksum = data[:-4], data[-4:]
    right = sha256(sha256(payload).digest()).digest()[:4] == checksum
    if right and len(payload) in (33, 34):
        raise KeyProblem("a key in wallet import format: give the xprv, or the private key as 64 hex digits")
    if len(payload) != _EXTENDED:
        raise _wrong_length(text)
    if not right:
        raise KeyProblem("bad checksum: a character is mistyped")
    return payload


def _base58(text: str) -> bytes:
    if len(text) > _LONGEST:
        raise _wrong_length(text)
    number = 0
    for place, character in enumerate(text, start=1):
        if character not in _DIGITS:
            raise KeyProblem(f"neither Base58 nor hex: character {place} belongs to neither")
        number = number * 58 + _DIGITS[character]
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def _wrong_length(text: str) -> KeyProblem:
    return KeyProblem(f"wrong length: {len(text)} characters, but an xprv or tprv has 111, and hex 64 digits")


def _secret_of_extended(payload: bytes) -> bytes:
    """The private key in BIP-32's layout: version, depth, parent, child number, chain code, 0, key."""
    version, depth, parent, child = payload[:4].hex(), payload[4], payload[5:9], payload[9:13]
    _check_version(version)
    if depth == 0 and any(parent):
        raise KeyProblem("depth 0 with a parent's fingerprint: no master key has a parent")
    if depth == 0 and any(child):
        raise KeyProblem("depth 0 with a child number: no master key is a child")
    if payload[45] != 0:
        raise KeyProblem("a private key's version bytes, but no private key follows: its first byte is not 0")
    return payload[46:]


def _check_version(version: str) -> None:
    if name := _PUBLIC.get(version):
        raise KeyProblem(f"an extended public key ({name}) cannot sign: give the private one (xprv or tprv)")
    if name := _FOR_SCRIPTS.get(version):
        raise KeyProblem(f"an extended private key for witness scripts ({name}): give the xprv or tprv")
    if version not in _PRIVATE:
        raise KeyProblem("unknown version bytes: no extended private key (xprv or tprv)")
