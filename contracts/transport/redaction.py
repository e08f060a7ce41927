"""Takes secrets out, by value, by name and by look, before anything is kept."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from contracts.exchange import Exchange
from contracts.settings import Settings
from contracts.settings.known import known_secrets
from contracts.signing import KeyProblem, SigningKey
from contracts.transport.credentials import by_look, by_name, is_secret_name
from contracts.transport.pieces import TELLING, Pieces, Span, in_base64, is_hex
from contracts.transport.readings import Reading, readings

MASK = "[redacted]"
_SIGNATURE = re.compile(r"[0-9a-fA-F]{64,}|[\w+/-]{80,}", re.ASCII)
# Longer credentials are made up to try a limit.
_LONGEST = 8 * 1024


@dataclass(frozen=True)
class Redactor:
    """Knows the secrets of a run; everything that is written passes through `text` or `headers`."""

    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    _base: "Redactor | None" = field(default=None, repr=False)
    _index: Pieces | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The redactor of a run with these settings."""
        return cls(settings.hidden())

    @classmethod
    def of_sources(cls, environ: Mapping[str, str], directory: Path) -> Self:
        """The redactor where no settings could be made yet: of every secret in the environment and in `directory`."""
        texts = known_secrets(environ, directory).values()
        return cls(frozenset(texts) | frozenset(_key_in_hex(texts)))

    def text(self, text: str) -> str:
        """The text without any secret, in whatever form and whether whole or a piece, and without signatures."""
        return _masked(text, self._spans(text)) if text else text

    def values(self, text: str) -> str:
        """The text without the secrets that are known by their values; what is only called or looks like one stays."""
        return _masked(text, (span for reading in readings(text) for span in self._known_in(reading)))

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """The headers, credentials masked whatever their value."""
        return [
            (name, _scheme(name, value) if is_secret_name(name) else self.text(value))
            for name, value in headers
        ]

    def beside(self, *exchanges: Exchange) -> "Redactor":
        """The same, also knowing the signatures (and pieces of them) and the credentials that were sent in these exchanges."""
        known = {secret for redactor in self.line for secret in redactor.secrets}
        signatures = {text for exchange in exchanges for text in signatures_in(exchange)} - known
        # A made-up token may hold a name of the run, which stands in the bodies as well: so no pieces of these.
        credentials = {text for exchange in exchanges for text in credentials_in(exchange)} - known
        if not signatures | credentials:
            return self
        index = Pieces(_forms_sent(signatures), credentials)
        return Redactor(frozenset(signatures | credentials), self, index)

    def _spans(self, text: str) -> Iterator[Span]:
        yield from by_name(text)
        for reading in readings(text):
            yield from self._known_in(reading)
            yield from (reading.original(*span) for span in by_look(reading.text))

    def _known_in(self, reading: Reading) -> Iterator[Span]:
        for known in self.line:
            yield from (reading.original(*span) for span in known.pieces.find(reading.text))

    @cached_property
    def line(self) -> "tuple[Redactor, ...]":
        """This one and those that it goes on from; each keeps its own index."""
        return (self, *(self._base.line if self._base is not None else ()))

    @cached_property
    def pieces(self) -> Pieces:
        """Where to look up what this one knows."""
        return self._index or Pieces.of(self.secrets)


def _masked(text: str, spans: Iterable[Span]) -> str:
    """The text with one mask for each run of spans that overlap or touch."""
    pieces, at = [], 0
    masked_to = -1
    for start, end in sorted(spans):
        if start > masked_to:
            pieces += [text[at:start], MASK]
        masked_to = at = max(at, end)
    return "".join((*pieces, text[at:]))


def signatures_in(exchange: Exchange) -> Iterator[str]:
    """What a request carried as a signature, as far as it can be one: a forgery may be the live one and a little more."""
    signature = exchange.request.fields.get("signature")
    for found in _SIGNATURE.findall(signature) if isinstance(signature, str) else ():
        if len(set(found)) > 2 and len(found) <= _LONGEST:  # a text of zeros is no secret
            yield found


def _forms_sent(texts: Iterable[str]) -> Iterator[str]:
    """Fewer forms than a run's own secrets have: there is one of these for each request."""
    for text in texts:
        yield text
        yield from in_base64(text.encode("utf-8", "surrogatepass"))
        if is_hex(text) and len(text) % 2 == 0:
            yield from in_base64(bytes.fromhex(text))


def credentials_in(exchange: Exchange) -> Iterator[str]:
    """The words of a request's credentials that are long enough to be secret by themselves."""
    for name, value in exchange.request.headers:
        if is_secret_name(name):
            yield from (word for word in re.split(r"[\s;=,]+", value) if TELLING <= len(word) <= _LONGEST)


def _key_in_hex(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        with suppress(KeyProblem):
            yield SigningKey.from_text(text).secret.hex()


def _scheme(name: str, value: str) -> str:
    """The mask, behind the scheme where there is one: of a cookie nothing is kept."""
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space and name.lower().endswith("authorization") else MASK
