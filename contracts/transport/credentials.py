"""What is secret whoever's it is: by the name that it goes by, or by its look (a compact signature, a bearer token)."""

import re
from collections.abc import Iterator

from contracts.transport.pieces import Span

_WORDS = (
    "signature|token|passw(?:or)?d|passphrase|secret|mnemonic|xprv|authorization|cookie|session_?id"
    "|(?:api|private|secret|signing|access)[_-]?key"
)
_HINT = re.compile(_WORDS, re.IGNORECASE)
# `accessToken`, `x-api-key`, `read_only_token`; what follows the word makes it something else (`token_type`, `signatures`).
_NAME = rf"[\w-]{{0,30}}?(?:{_WORDS})"
# A member of JSON or of a Python dict, also where the text is itself a JSON string; its value may be the first of a list.
_MEMBER = re.compile(
    rf"(?P<name>\\*[\"']){_NAME}(?P=name)\s*:\s*(?:\[\s*)?(?P<quote>\\*[\"'])", re.IGNORECASE
)
# In a query, a form, a cookie or a repr; our own source in a traceback (`token=caller.token`) has no digit.
_PARAMETER = re.compile(
    rf"(?<![\w-]){_NAME}=[\"']?(?P<value>(?=[^&\s]{{0,80}}\d)[^&\s\"'<>;#\\,)]+)", re.IGNORECASE
)
# Behind a scheme; ordinary words ("bearer authentication") have no digit.
_CREDENTIAL = re.compile(
    r"\b(?:bearer|basic)\s+(?P<value>(?=[^\s\"']{0,80}\d)[\w.~+/-]{16,}=*)", re.IGNORECASE | re.ASCII
)
# r and s are 128 hex digits, with their header byte 130; a forgery may have some more.
_COMPACT = re.compile("[0-9a-f]{128,}", re.IGNORECASE)
# 65 bytes of which the first is 27 to 34.
_COMPACT_BASE64 = re.compile(r"(?<![\w+/-])[GHI][\w+/-]{86}(?:=|(?![\w+/=-]))", re.ASCII)
# So many different characters (in either case) it has at least: a number, or a name made long by repeating a letter, has
# fewer. Of 300,000 signatures in hex the poorest had 14; of 100,000 in base64, 24.
_LOOKS = ((_COMPACT, 12), (_COMPACT_BASE64, 20))
_NAMED = re.compile(r"(?:\w+ )?(?:\$\{\w+\}|\[redacted\])")


def is_secret_name(name: str) -> bool:
    """Whether a header of this name carries a credential: what it says is masked whatever it is."""
    return _SECRET_HEADER.fullmatch(name) is not None


_SECRET_HEADER = re.compile(_NAME, re.IGNORECASE)


def by_name(text: str) -> Iterator[Span]:
    """The values of members and parameters whose names say that they are secret; empty ones show nothing."""
    if _HINT.search(text) is None:
        return
    for member in _MEMBER.finditer(text):
        end = _end_of_string(text, member.end(), member["quote"])
        if end > member.end() and _NAMED.fullmatch(text, member.end(), end) is None:
            yield member.end(), end
    for parameter in _PARAMETER.finditer(text):
        if _NAMED.match(parameter["value"]) is None:
            yield parameter.span("value")


def _end_of_string(text: str, start: int, quote: str) -> int:
    """Where a string ends that was opened by this quote; the end of the text where it is cut short."""
    closing = re.compile(rf"(?<!\\){re.escape(quote)}")
    # A string that ends in a backslash of its own is taken for a longer one: too much is masked, never too little.
    found = closing.search(text, start)
    return found.start() if found is not None else len(text)


def by_look(text: str) -> Iterator[Span]:
    """Compact signatures, in hex and in base64, and what stands behind Bearer or Basic."""
    for pattern, least in _LOOKS:
        for found in pattern.finditer(text):
            if len(set(found[0].lower())) >= least:
                yield found.span()
    for found in _CREDENTIAL.finditer(text):
        yield found.span("value")
