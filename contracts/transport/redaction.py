"""Takes secrets out, by value and by name, before anything is kept."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

MASK = "[redacted]"
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
_SIGNATURE = re.compile(r'("signature"\s*:\s*")[^"]*(")')
# A shorter text would be masked inside ordinary words.
SHORTEST = 6


@dataclass(frozen=True)
class Redactor:
    """Knows the secrets of a run; everything that is written passes through `text` or `headers`."""

    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    def text(self, text: str) -> str:
        """The text without any secret of this run and without signatures, which stand for a key."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            if len(secret) >= SHORTEST:
                text = text.replace(secret, MASK)
        return _SIGNATURE.sub(rf"\g<1>{MASK}\g<2>", text)

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """The headers, credentials masked whatever their value."""
        return [
            (name, _scheme(value) if name.lower() in _SECRET_HEADERS else self.text(value))
            for name, value in headers
        ]


def _scheme(value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space else MASK
