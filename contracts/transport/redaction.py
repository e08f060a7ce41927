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
from contracts.settings.variables import VARIABLES
from contracts.signing import KeyProblem, SigningKey
from contracts.transport.credentials import by_look, by_name, is_secret_name
from contracts.transport.pieces import SHORTEST, TELLING, Pieces, Span, in_base64, is_hex
from contracts.transport.readings import readings

MASK = "[redacted]"
# Longer credentials are made up to try a limit.
_LONGEST = 8 * 1024


@dataclass(frozen=True)
class Redactor:
    """Knows the secrets of a run; everything that is written passes through `text` or `headers`.

    `names` holds the secrets that are values of variables, by the variable: see `named`.
    """

    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    _base: "Redactor | None" = field(default=None, repr=False)
    _index: Pieces | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The redactor of a run with these settings."""
        texts = settings.environment()
        names = {
            name: texts[name].strip()
            for name, variable in VARIABLES.items()
            if variable.secret and texts[name]
        }
        return cls(settings.secrets(), names)

    @classmethod
    def of_sources(cls, environ: Mapping[str, str], directory: Path) -> Self:
        """The redactor where no settings could be made yet: of every secret in the environment and in `directory`."""
        names = known_secrets(environ, directory)
        return cls(frozenset(names.values()) | frozenset(_key_in_hex(names.values())), names)

    def text(self, text: str) -> str:
        """The text without any secret, in whatever form and whether whole or a piece, and without signatures."""
        return _masked(text, self._spans(text))

    def named(self, text: str) -> str:
        """As `text`, but a whole secret becomes the shell's word for its variable: `${ACCESS_TOKEN}`."""
        if self._wholes is not None:
            text = self._wholes.sub(lambda found: f"${{{self._variables[found[0]]}}}", text)
        return self.text(text)

    def values(self, text: str) -> str:
        """The text without the secrets that are known, in whatever form; what only has the name or the look of one stays."""
        return _masked(text, self._known_spans(text))

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """The headers, credentials masked whatever their value."""
        return [
            (name, _scheme(name, value) if is_secret_name(name) else self.text(value))
            for name, value in headers
        ]

    def named_headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """As `headers`, with the variables of `named` where a credential is one of theirs."""
        told = []
        for name, value in headers:
            named = self.named(value)
            known = _VARIABLE.search(named) is not None or not is_secret_name(name)
            told.append((name, named if known else _scheme(name, value)))
        return told

    def beside(self, *exchanges: Exchange) -> "Redactor":
        """The same, also knowing the signatures and credentials sent in these exchanges: pieces of them are secret, too."""
        sent = {secret for exchange in exchanges for secret in _sent(exchange)}
        unknown = sent - {secret for known in self.line for secret in known.secrets}
        return (
            Redactor(frozenset(unknown), self.names, self, Pieces(_forms_sent(unknown))) if unknown else self
        )

    def _spans(self, text: str) -> Iterator[Span]:
        yield from by_name(text)
        yield from self._known_spans(text)
        for reading in readings(text):
            yield from (reading.original(*span) for span in by_look(reading.text))

    def _known_spans(self, text: str) -> Iterator[Span]:
        for reading in readings(text):
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

    @cached_property
    def _variables(self) -> Mapping[str, str]:
        """The variable of each secret; of two with the same value, the first."""
        return {text: name for name, text in reversed([*self.names.items()]) if len(text) >= SHORTEST}

    @cached_property
    def _wholes(self) -> re.Pattern[str] | None:
        texts = sorted(self._variables, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, texts))) if texts else None


_VARIABLE = re.compile(r"\$\{\w+\}")


def _masked(text: str, spans: Iterable[Span]) -> str:
    """The text with one mask for each run of spans that overlap or touch."""
    pieces, at = [], 0
    masked_to = -1
    for start, end in sorted(spans):
        if start > masked_to:
            pieces += [text[at:start], MASK]
        masked_to = at = max(at, end)
    return "".join((*pieces, text[at:]))


def _sent(exchange: Exchange) -> Iterator[str]:
    """What a request carried that stands for a key or an account."""
    signature = exchange.request.fields.get("signature")
    # A forgery may be the live one and a little more; a text of zeros is no secret.
    if isinstance(signature, str) and TELLING <= len(signature) <= _LONGEST and len(set(signature)) > 2:
        yield signature
    yield from credentials_in(exchange)


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
