"""Signatures and payloads that no longer tell the truth, each with a name for reports."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from contracts import signing
from contracts.signing import SigningKey

ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

# A key that belongs to nobody on any target: the digest of a fixed text.
STRANGER: Final = SigningKey.from_text(hashlib.sha256(b"contracts: a key of nobody").hexdigest())

Forge = Callable[[str, SigningKey], str]
"""From the payload's text and the account's key to a signature that must not pass."""


def _flipped(position: int) -> Forge:
    def forge(text: str, key: SigningKey) -> str:
        raw = bytearray(bytes.fromhex(signing.sign(text, key)))
        raw[position] ^= 1
        return raw.hex()

    return forge


def _of_another_text(change: Callable[[str], str]) -> Forge:
    return lambda text, key: signing.sign(change(text), key)


def _with_prefix(prefix: bytes) -> Forge:
    return lambda text, key: signing.sign(text, key, prefix=prefix)


def _of_digest(digest: Callable[[bytes], bytes]) -> Forge:
    """A signature of a digest that is not the message's: no prefix, no length, hashed otherwise."""

    def forge(text: str, key: SigningKey) -> str:
        raw = key.signer.sign_recoverable(digest(text.encode()), hasher=None)
        return bytes([31 + raw[64]]).hex() + raw[:64].hex()

    return forge


def _once(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _swapped(text: str, key: SigningKey) -> str:
    signature = signing.sign(text, key)
    return signature[:2] + signature[66:] + signature[2:66]


def _other_recovery_id(text: str, key: SigningKey) -> str:
    raw = bytearray(bytes.fromhex(signing.sign(text, key)))
    raw[0] = 31 + (raw[0] - 31 ^ 1)
    return raw.hex()


def _with(*, r: int | None = None, s: int | None = None) -> Forge:
    """The signature with another number for r or s: what a verifier has to look at before it calculates."""

    def forge(text: str, key: SigningKey) -> str:
        signature = signing.sign(text, key)
        return signature[:2] + _number(r, signature[2:66]) + _number(s, signature[66:])

    return forge


def _number(value: int | None, good: str) -> str:
    return good if value is None else f"{value:064x}"


def _of_its_beginning(size: int) -> Forge:
    """A signature of the first bytes alone; of one byte less where the text is no longer than that."""
    return lambda text, key: signing.sign(
        text.encode()[: min(size, len(text.encode()) - 1)].decode("utf-8", "ignore"), key
    )


def _same_header_random_rest(text: str, key: SigningKey) -> str:
    noise = hashlib.sha256(text.encode()).hexdigest()
    return signing.sign(text, key)[:2] + noise + noise[::-1]


_NO_DIGITS: Final = str.maketrans("", "", "0123456789")

FORGERIES: Final[Mapping[str, Forge]] = {
    "no hex": lambda text, key: "zz" * 65,
    "a word": lambda text, key: "signature",
    "one digit too few": lambda text, key: signing.sign(text, key)[:-1],
    "one byte too few": lambda text, key: signing.sign(text, key)[:-2],
    "one byte too many": lambda text, key: signing.sign(text, key) + "00",
    "without its header byte": lambda text, key: signing.sign(text, key)[2:],
    "bytes more, behind": lambda text, key: signing.sign(text, key) + "deadbeef",
    "bytes more, in front": lambda text, key: "00" + signing.sign(text, key),
    "a word behind it": lambda text, key: signing.sign(text, key) + "zz",
    "a word in front of it": lambda text, key: "zz" + signing.sign(text, key),
    "a digit behind it": lambda text, key: signing.sign(text, key) + "0",
    "a word in its place, of its length": lambda text, key: signing.sign(text, key)[:-2] + "zz",
    "half": lambda text, key: signing.sign(text, key)[:66],
    "twice": lambda text, key: signing.sign(text, key) * 2,
    "one byte": lambda text, key: "1f",
    "zeros": lambda text, key: "00" * 65,
    "zeros behind a good header": lambda text, key: signing.sign(text, key)[:2] + "00" * 64,
    "ones": lambda text, key: "ff" * 65,
    "r of zero": _with(r=0),
    "s of zero": _with(s=0),
    "r of one": _with(r=1),
    "s of one": _with(s=1),
    "r and s of one": _with(r=1, s=1),
    "r of the group's order": _with(r=ORDER),
    "s of the group's order": _with(s=ORDER),
    "r beyond any number": _with(r=2**256 - 1),
    "s beyond any number": _with(s=2**256 - 1),
    "a bit of r, at its beginning": _flipped(1),
    "a bit of r, in its middle": _flipped(16),
    "a bit of r, at its end": _flipped(32),
    "a bit of s, at its beginning": _flipped(33),
    "a bit of s, in its middle": _flipped(48),
    "a bit of s, at its end": _flipped(64),
    "r and s swapped": _swapped,
    "noise of the right length": _same_header_random_rest,
    "of the empty text": _of_another_text(lambda text: ""),
    "of a text with a space more": _of_another_text(lambda text: text + " "),
    "of a text with one character less": _of_another_text(lambda text: text[:-1]),
    "of the text's first half": _of_another_text(lambda text: text[: len(text) // 2]),
    "of the text's first 64 bytes": _of_its_beginning(64),
    "of the text's first 128 bytes": _of_its_beginning(128),
    "of the text's first 252 bytes": _of_its_beginning(252),
    "of the text without its digits": _of_another_text(lambda text: text.translate(_NO_DIGITS)),
    "of the text in upper case": _of_another_text(str.upper),
    "of the text's digest": _of_another_text(lambda text: hashlib.sha256(text.encode()).hexdigest()),
    "of the text in base64": _of_another_text(lambda text: base64.b64encode(text.encode()).decode()),
    "by an unrelated key": lambda text, key: signing.sign(text, STRANGER),
    "under Ethereum's prefix": _with_prefix(b"\x19Ethereum Signed Message:\n"),
    "under Litecoin's prefix": _with_prefix(b"\x19Litecoin Signed Message:\n"),
    "under Dogecoin's prefix": _with_prefix(b"\x19Dogecoin Signed Message:\n"),
    "under BitGo's name": _with_prefix(b"\x16BitGo Signed Message:\n"),
    "without a prefix": _with_prefix(b""),
    "of the bare text, hashed once": _of_digest(_once),
    "of the bare text, hashed twice": _of_digest(lambda data: _once(_once(data))),
    "of the message, hashed once": _of_digest(
        lambda data: _once(signing.BITCOIN + bytes([len(data) % 256]) + data)
    ),
    "the public key": lambda text, key: key.public_key.hex(),
    "the payload's digest": lambda text, key: signing.digest(text.encode()).hex(),
}


def high_s(text: str, key: SigningKey) -> str:
    """The other valid signature of the same text: s mirrored, recovery id with it. Whether it passes is open."""
    raw = bytes.fromhex(signing.sign(text, key))
    mirrored = ORDER - int.from_bytes(raw[33:])
    return bytes([31 + (raw[0] - 31 ^ 1)]).hex() + raw[1:33].hex() + mirrored.to_bytes(32).hex()


OTHER_FORMS: Final[Mapping[str, Forge]] = {
    # r and s are the key's: a verifier that knows the key, and recovers none, has no use for the header byte.
    "another recovery id": _other_recovery_id,
    "upper case hex": lambda text, key: signing.sign(text, key).upper(),
    "0x in front": lambda text, key: "0x" + signing.sign(text, key),
    "base64": lambda text, key: base64.b64encode(bytes.fromhex(signing.sign(text, key))).decode(),
    "header of an uncompressed key": lambda text, key: (
        f"{int(signing.sign(text, key)[:2], 16) - 4:02x}{signing.sign(text, key)[2:]}"
    ),
    "high s": high_s,
}
"""Texts that stand for a valid signature in another form: what the target makes of them is observed (ALC-19)."""
