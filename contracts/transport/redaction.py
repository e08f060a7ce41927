"""Takes secrets out, by value and by name, before anything is kept."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

MASK = "[redacted]"
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
# Also where it stands in JSON text that is itself a JSON string.
_SIGNATURE = re.compile(r'(\\*"signature\\*"\s*:\s*\\*")[^"\\]*')
# A shorter text would be masked inside ordinary words.
SHORTEST = 6
# From so many characters on, the beginning of a secret is one too: texts are cut for people before they come here.
TELLING = 12


@dataclass(frozen=True)
class Redactor:
    """Knows the secrets of a run; everything that is written passes through `text` or `headers`."""

    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    def text(self, text: str) -> str:
        """The text without any secret of this run, whole or cut short, and without signatures, which stand for a key."""
        for form in self._forms:
            text = _masked(text, form)
        return _SIGNATURE.sub(rf"\g<1>{MASK}", text)

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """The headers, credentials masked whatever their value."""
        return [
            (name, _scheme(name, value) if name.lower() in _SECRET_HEADERS else self.text(value))
            for name, value in headers
        ]

    @cached_property
    def _forms(self) -> list[str]:
        """Every way to write a secret: plain, in JSON (with slashes escaped, too) and in a URL; the longest first."""
        forms: set[str] = set()
        for secret in self.secrets:
            if len(secret) >= SHORTEST:
                inner = json.dumps(secret)[1:-1]
                forms |= {secret, inner, inner.replace("/", "\\/"), quote(secret, safe="")}
        return sorted(forms, key=len, reverse=True)


def _masked(text: str, secret: str) -> str:
    """The text with a mask for each occurrence of the secret or of its beginning."""
    start = secret[:TELLING]
    pieces, at = [], 0
    while (found := text.find(start, at)) >= 0:
        end = found + len(start)
        while end - found < len(secret) and text[end : end + 1] == secret[end - found]:
            end += 1
        pieces += [text[at:found], MASK]
        at = end
    return "".join((*pieces, text[at:]))


def _scheme(name: str, value: str) -> str:
    """The mask, behind the scheme where there is one: of a cookie nothing is kept."""
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space and name.lower().endswith("authorization") else MASK
