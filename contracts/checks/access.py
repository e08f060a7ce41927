"""How a service says no to somebody, and that it keeps secrets (the AUT clauses that every answer is held to)."""

import re
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from urllib.parse import unquote

from contracts import specs
from contracts.checks.registry import Context, Judgement, broken, check
from contracts.exchange import BadCoding, Exchange, Trait

# Shorter texts turn up in answers by chance.
SECRET_FROM = 8
# From here on a secret is looked for in other codings too, whose parts are not there by chance.
CODED_SECRET_FROM = 16
_ESCAPE = re.compile(r"""\\(?:u([0-9a-fA-F]{4})|(["\\/]))""")


@check("AUT-06")
def refusal_names_an_error(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client has no text to show or to log when access is refused."""
    request, response = exchange.request, exchange.response
    operation = specs.operations().get(request.operation or "")
    if operation is None or operation.api != "go-network" or Trait.BELOW in request.traits:
        return None
    if response is None or response.status not in {401, 403, 404} or request.method != operation.method:
        return None
    if operation.id == "signingPayloadByGet" and response.status == 404:
        return None  # a server without the GET variant answers for the path, not for the operation
    error = response.fields.get("error")
    if isinstance(error, str):
        return []
    received = response.text(160)
    return [
        broken(
            "AUT-06",
            exchange,
            f"{response.status} without error",
            'an object with a string "error"',
            received,
        )
    ]


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
        content = response.content.decode("utf-8", "replace")
    except BadCoding:
        content = response.body.decode("utf-8", "replace")
    said = "\n".join(
        (*_readings(content), *(text for _, value in response.headers for text in _readings(value)))
    ).casefold()
    _, _, credential = (exchange.request.header("authorization") or "").partition(" ")
    secrets = {secret for secret in (*context.secrets, credential.strip()) if len(secret) >= SECRET_FROM}
    if not any(form in said for secret in secrets for form in _forms(secret)):
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
