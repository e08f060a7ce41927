"""Finds secrets in a text: whole or any piece of 12 characters, in either case, in every form that a program writes them in."""

from base64 import b64encode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Self

Span = tuple[int, int]

# Shorter texts are not looked for at all: they would be masked inside ordinary words.
SHORTEST = 6
# From so many characters on, a piece of a secret is one too.
TELLING = 12
# A piece of TELLING characters holds one of GRAM that begins at a multiple of STRIDE: only those are looked up, so that
# 64 kB take a millisecond or two.
GRAM = 6
STRIDE = TELLING - GRAM + 1
# Of a gram that comes back (a key of one digit), the first places will do: a match goes on from them to its end.
_PLACES = 16
KEY_BYTES = 32
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Pieces:
    """An index of secrets, to find them and their pieces by, and some only as a whole. Shows none of them."""

    def __init__(self, forms: Iterable[str], whole: Iterable[str] = ()) -> None:
        self._forms: list[str] = []
        self._grams: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._whole = [text.lower() for text in whole if len(text) >= SHORTEST]
        for form in {form.lower() for form in forms}:
            if len(form) >= TELLING:
                self._index(form)
            elif len(form) >= SHORTEST:
                self._whole.append(form)

    @classmethod
    def of(cls, secrets: Iterable[str]) -> Self:
        """An index of all forms of these secrets."""
        return cls(form for secret in secrets for form in forms_of(secret))

    def _index(self, form: str) -> None:
        number = len(self._forms)
        self._forms.append(form)
        for at in range(len(form) - GRAM + 1):
            places = self._grams[form[at : at + GRAM]]
            if len(places) < _PLACES:
                places.append((number, at))

    def find(self, text: str) -> Iterator[Span]:
        """Where secrets and pieces of them stand; the spans may overlap."""
        low = _lower(text)
        for secret in self._whole:
            yield from _occurrences(low, secret)
        at, grams = 0, self._grams
        while grams and at <= len(low) - GRAM:
            found = grams.get(low[at : at + GRAM])
            end = at + STRIDE
            for span in self._around(low, at, found) if found else ():
                yield span
                # What begins in here and goes on behind it also has TELLING characters from here on.
                end = max(end, span[1] - TELLING + 1)
            at = end

    def _around(self, low: str, at: int, places: Iterable[tuple[int, int]]) -> Iterator[Span]:
        """The pieces of at least TELLING characters that hold the gram at this place."""
        for number, where in places:
            form = self._forms[number]
            start, end = at, at + GRAM
            before, behind = where - 1, where + GRAM
            while start > 0 and before >= 0 and low[start - 1] == form[before]:
                start, before = start - 1, before - 1
            while end < len(low) and behind < len(form) and low[end] == form[behind]:
                end, behind = end + 1, behind + 1
            if end - start >= TELLING:
                yield start, end


def _lower(text: str) -> str:
    """The text in lower case, of the same length."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(character.lower()[:1] for character in text)


def _occurrences(low: str, secret: str) -> Iterator[Span]:
    at = low.find(secret)
    while at >= 0:
        yield at, at + len(secret)
        at = low.find(secret, at + len(secret))


def forms_of(secret: str) -> Iterator[str]:
    """A secret as programs write it: itself, in hex, in base64; a private key in hex also as bytes, number and WIF."""
    yield secret
    if len(secret) < SHORTEST:
        return
    # Case is no matter until a text is coded.
    for text in {secret, secret.upper(), secret.lower()}:
        yield from _coded(text.encode("utf-8", "surrogatepass"))
    if is_hex(secret) and len(secret) % 2 == 0:
        data = bytes.fromhex(secret)
        yield from _coded(data)
        yield data.decode("latin-1")
        for text in _texts_of_key(data) if len(data) == KEY_BYTES else ():
            yield text
            yield from _coded(text.encode())


def is_hex(text: str) -> bool:
    """Whether the text is hex digits and nothing else."""
    return bool(text) and not text.strip("0123456789abcdefABCDEF")


def _texts_of_key(data: bytes) -> Iterator[str]:
    yield b64encode(data).decode()
    yield urlsafe_b64encode(data).decode()
    yield str(int.from_bytes(data))
    for version in (b"\x80", b"\xef"):
        yield _wif(version + data)
        yield _wif(version + data + b"\x01")


def _coded(data: bytes) -> Iterator[str]:
    yield data.hex()
    yield from in_base64(data)


def in_base64(data: bytes) -> Iterator[str]:
    """In either alphabet, wherever it begins in what is coded."""
    for before in range(3):
        coded = b64encode(b"\0" * before + data).decode()
        # The first and last characters also depend on what stands beside the secret.
        inner = coded[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6]
        # Short ones stand in ordinary texts.
        if len(inner) >= TELLING:
            yield inner
            yield inner.replace("+", "-").replace("/", "_")


def _wif(payload: bytes) -> str:
    """Base58Check, the wallet import format."""
    number = int.from_bytes(payload + sha256(sha256(payload).digest()).digest()[:4])
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return text
