"""A violation as it is written down: identity, story, and how to ask again; without secrets."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contracts.checks.registry import CheckBroke, Context, judge
from contracts.clauses.catalogue import load
from contracts.exchange import Exchange
from contracts.findings.difference import difference
from contracts.recipes.as_curl import as_curl
from contracts.recipes.as_pytest import as_pytest
from contracts.recipes.names import Names
from contracts.recipes.recipe import Recipe, bursts, steps_of
from contracts.transport.redaction import Redactor
from contracts.violation import Violation

FORMAT = 2
# Characters. No honest body is longer; secrets are taken out of so many in 4 to 20 ms.
BODY_KEPT = 16 * 1024
# Far above any usual answer, far below what HTP-08 lets one take.
SLOW_MS = 1000.0
BRIEF = (
    *("id", "clause", "operation", "kind", "expected", "received", "advisory"),
    *("count", "forms", "first", "last"),
)
"""What `brief` tells of a finding."""


@dataclass(frozen=True)
class Circumstances:
    """How a violation was met: by which question of which run, with which drawn inputs (see `Recipe`)."""

    asked_by: str
    seed: int
    profile: str
    names: Names
    target: Mapping[str, str | None] = field(default_factory=dict)
    context: Context = field(default_factory=Context, repr=False)
    example: str | None = None
    hypothesis: str | None = None


def identify(violation: Violation) -> str:
    """The finding's id, alike for one bug in any run: clause and a digest of clause, operation and kind without its form."""
    digest = hashlib.sha256("\n".join(violation.identity).encode()).hexdigest()
    return f"{violation.clause}-{digest[:10]}"


def brief(violation: Violation, redactor: Redactor, forms: Mapping[str, int] | None = None) -> dict[str, Any]:
    """The finding as `summary.json` lists it; `forms` counts the forms in which it was met (once, in its own, if not given)."""
    redactor = redactor.beside(*violation.exchanges)
    met = forms or {violation.form: 1}
    seen = [exchange.at for exchange in violation.exchanges] or [datetime.now(UTC)]
    return {
        "id": identify(violation),
        "clause": violation.clause,
        "operation": violation.operation,
        "kind": redactor.text(violation.bug),
        "expected": redactor.text(violation.expected),
        "received": redactor.text(violation.received),
        "advisory": violation.advisory,
        "count": sum(met.values()),
        "forms": {redactor.text(form): count for form, count in met.items()},
        "first": max(seen).isoformat(timespec="milliseconds"),
        "last": max(seen).isoformat(timespec="milliseconds"),
    }


def complete(
    violation: Violation, redactor: Redactor, how: Circumstances, *, alone: bool | None = None
) -> dict[str, Any]:
    """The finding as `findings/<id>.json` keeps it: `brief`, the promise, the exchanges, the recipe, curl and pytest.

    `alone` says whether its requests, asked again by themselves, showed it once more; None where nobody has tried.
    """
    redactor = redactor.beside(*violation.exchanges)
    clause = load()[violation.clause]
    told = brief(violation, redactor)
    expected, received = difference(told["expected"], told["received"])
    recipe = Recipe(
        how.asked_by,
        how.profile,
        how.seed,
        steps_of(violation.exchanges, how.names, redactor.values),
        how.example,
        how.hypothesis,
    )
    data = {
        "format": FORMAT,
        **told,
        "title": clause.title,
        "promise": clause.sentence,
        "level": clause.level.value,
        "difference": {"expected": expected, "received": received},
        "target": dict(how.target),
        "asked_by": how.asked_by,
        "profile": how.profile,
        "seed": how.seed,
        "steps": [redactor.text(step) for step in violation.steps],
        "exchanges": exchanges_as_data(violation.exchanges, redactor),
        "alone": alone,
        "recipe": recipe.as_data() | {"judge": _judge(violation, how.context, alone=alone)},
    }
    return data | {"curl": as_curl(data, recipe.steps), "pytest": as_pytest(data, recipe)}


def _judge(violation: Violation, context: Context, *, alone: bool | None) -> dict[str, Any]:
    """What tells, of the answers to the recipe's requests alone, whether the bug is still there; only its question, if nothing."""
    raced = any(number is not None for number in bursts(violation.exchanges))
    if alone is False or raced or is_slow(violation) or _hangs_on_funds(violation):
        return {"by": "question"}
    if violation.allowed:
        return {"by": "status", "allowed": list(violation.allowed)}
    if violation.exchanges and violation.identity in _found(violation.exchanges[-1], context):
        return {"by": "checks"}
    return {"by": "question"}


def _hangs_on_funds(violation: Violation) -> bool:
    """Whether the last answer names the funds: what became of them is in no request of the story."""
    return bool(violation.exchanges) and violation.exchanges[-1].status == 422


def is_slow(violation: Violation) -> bool:
    """Whether a story took so long that its time may be what is wrong: what made it slow may not be in it."""
    return sum(exchange.elapsed_ms for exchange in violation.exchanges) > SLOW_MS


def _found(exchange: Exchange, context: Context) -> set[tuple[str, str, str]]:
    """The bugs that the checks see in one exchange by itself."""
    return {
        violation.identity
        for _, found in judge(exchange, context)
        if not isinstance(found, CheckBroke)
        for violation in found
    }


def exchanges_as_data(exchanges: Sequence[Exchange], redactor: Redactor) -> list[dict[str, Any]]:
    """A story as plain data: each exchange with its time since the first one (ms), and the number of its burst if it has one."""
    since = min((exchange.began for exchange in exchanges), default=0.0)
    return [
        {**as_data(exchange, redactor), "began_ms": round((exchange.began - since) * 1000, 3), "burst": burst}
        for exchange, burst in zip(exchanges, bursts(exchanges), strict=True)
    ]


def as_data(exchange: Exchange, redactor: Redactor) -> dict[str, Any]:
    """An exchange as plain data without secrets; bodies that are not UTF-8 are shown with replacement characters."""
    request, response, redactor = exchange.request, exchange.response, redactor.beside(exchange)
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
            "reason": redactor.text(response.reason),
            "version": response.version,
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
    if body is None:
        return None
    # Cut before as well: 8 MB take seconds, and masks may make a text longer.
    return redactor.text(body.decode("utf-8", "replace")[: 2 * BODY_KEPT])[:BODY_KEPT]
