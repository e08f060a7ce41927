"""How a service says no to somebody, and that it keeps secrets (the AUT clauses that every answer is held to)."""

import re
from base64 import b64encode
from collections.abc import Iterator
from functools import cache, lru_cache
from urllib.parse import unquote

from contracts.checks.edges import edges
from contracts.checks.registry import Context, Judgement, answer_in, broken, check
from contracts.exchange import BadCoding, Exchange

# Shorter texts turn up in answers by chance.
SECRET_FROM = 8
# From here on a secret is looked for in other codings too, whose parts are not there by chance.
CODED_SECRET_FROM = 16
_ESCAPE = re.compile(r"""\\(?:u([0-9a-fA-F]{4})|(["\\/]))""")


@check("AUT-06", "signingPayload", "signingPayloadByGet", "createAllocation", status=(401, 403, 404))
def refusal_names_an_error(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client has no text to show or to log when access is refused."""
    if answer_in(exchange) == ("signingPayloadByGet", 404):
        return None  # a server without the GET variant answers for the path, not for the operation
    if isinstance(exchange.fields.get("error"), str):
        return []
    expected, received = 'an object with a string "error"', exchange.text(160)
    return [broken("AUT-06", exchange, f"{exchange.status} without error", expected, received)]


@cache
def _forms(secret: str) -> frozenset[str]:
    """How a secret may be written, in lower case: as it is, in hex, in base64 wherever it begins there."""
    if len(secret) < CODED_SECRET_FROM:
        return frozenset({secret.casefold()})
    data = secret.encode("latin-1", "replace")
    forms = {secret, data.hex()}
    for before in range(3):
        coded = b64encode(b"\0" * before + data).decode()
        # The first and last characters also depend on what stands beside the secret.
        inner = coded[(before * 8 + 5) // 6 : len(coded) // 4 * 4 - 4]
        forms |= {inner, inner.replace("+", "-").replace("/", "_")}
    return frozenset(form.casefold() for form in forms)


@lru_cache(256)
def _unsayable(secrets: frozenset[str], credential: str) -> tuple[str, ...]:
    """Every form of the run's secrets and of a request's own credential."""
    known = {secret for secret in (*secrets, credential) if len(secret) >= SECRET_FROM}
    return tuple({form for secret in known for form in _forms(secret)})


def _readings(text: str) -> Iterator[str]:
    """A text as it stands, and as a reader has it who undoes JSON's escapes or a URL's."""
    yield text
    if "\\" in text:
        yield _ESCAPE.sub(_unescaped, text)
    if "%" in text:
        yield unquote(text)


def _unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else escape[2]


@check("AUT-07")
def repeats_no_secret(exchange: Exchange, context: Context) -> Judgement:
    """Without it logs, proxies and screenshots of an answer give an account away."""
    response = exchange.response
    if response is None:
        return None
    try:
        content = response.content
    except BadCoding:
        content = response.body
    text = edges(content).decode("utf-8", "replace")
    shown = "\n".join((text, *(value for _, value in response.headers)))
    said = "\n".join(_readings(shown)).casefold()
    _, _, credential = (exchange.request.header("authorization") or "").partition(" ")
    if not any(map(said.__contains__, _unsayable(context.secrets, credential.strip()))):
        return []
    return [
        broken(
            "AUT-07",
            exchange,
            "secret repeated",
            "no token or key in an answer",
            "a token or key of this run",
        )
    ]
