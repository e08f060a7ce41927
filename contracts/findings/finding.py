"""A violation as it is written down: identity, story, and the exchanges without secrets."""

import hashlib
import shlex
from typing import Any

from contracts.clauses.catalogue import load
from contracts.exchange import Exchange, Request
from contracts.transport.redaction import MASK, Redactor
from contracts.violation import Violation

FORMAT = 1
BODY_KEPT = 64 * 1024  # characters


def identify(violation: Violation) -> str:
    """The finding's id, alike for one bug in any run: clause and a digest of clause, operation and kind."""
    digest = hashlib.sha256("\n".join(violation.identity).encode()).hexdigest()
    return f"{violation.clause}-{digest[:10]}"


def brief(violation: Violation, redactor: Redactor) -> dict[str, Any]:
    """The finding as `summary.json` lists it."""
    return {
        "id": identify(violation),
        "clause": violation.clause,
        "operation": violation.operation,
        "kind": redactor.text(violation.kind),
        "expected": redactor.text(violation.expected),
        "received": redactor.text(violation.received),
        "advisory": violation.advisory,
    }


def complete(violation: Violation, redactor: Redactor, *, asked_by: str, seed: int) -> dict[str, Any]:
    """The finding as `findings/<id>.json` keeps it: `brief`, the promise, the exchanges, how to ask again."""
    return {
        "format": FORMAT,
        **brief(violation, redactor),
        "promise": load()[violation.clause].sentence,
        "asked_by": asked_by,
        "seed": seed,
        "steps": [redactor.text(step) for step in violation.steps],
        "exchanges": [as_data(exchange, redactor) for exchange in violation.exchanges],
        "curl": [curl(exchange.request, redactor) for exchange in violation.exchanges],
    }


def as_data(exchange: Exchange, redactor: Redactor) -> dict[str, Any]:
    """An exchange as plain data without secrets; bodies that are not UTF-8 are shown with replacement characters."""
    request, response = exchange.request, exchange.response
    data: dict[str, Any] = {
        "at": exchange.at.isoformat(),
        "elapsed_ms": round(exchange.elapsed_ms, 3),
        "request": {
            "method": request.method,
            "target": redactor.text(request.target),
            "headers": redactor.headers(request.headers),
            "body": _body(request.body, redactor),
        },
    }
    if exchange.lost is not None:
        data["lost"] = redactor.text(str(exchange.lost))
    if response is not None:
        data["response"] = {
            "status": response.status,
            "headers": redactor.headers(response.headers),
            "body": _body(_content(exchange), redactor),
        }
    return data


def _content(exchange: Exchange) -> bytes:
    assert exchange.response is not None  # the caller has looked
    try:
        return exchange.response.content
    except ValueError:
        return exchange.response.body


def _body(body: bytes | None, redactor: Redactor) -> str | None:
    return None if body is None else redactor.text(body.decode("utf-8", "replace"))[:BODY_KEPT]


def curl(request: Request, redactor: Redactor) -> str:
    """The request as a curl command for `$BASE_URL` with `$ACCESS_TOKEN` in the place of its token."""
    target = shlex.quote(redactor.text(request.target))
    parts = ["curl", "-sS", "-X", shlex.quote(request.method), f'"$BASE_URL"{target}']
    for name, value in redactor.headers(request.headers):
        parts += ["-H", _quoted(f"{name}: {value}")]
    if request.body is not None:
        parts += ["--data-binary", shlex.quote(_body(request.body, redactor) or "")]
    return " ".join(parts)


def _quoted(text: str) -> str:
    """A shell word in which nothing but the token's variable means anything to the shell."""
    return '"$ACCESS_TOKEN"'.join(shlex.quote(piece) if piece else "" for piece in text.split(MASK))
