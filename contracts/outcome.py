"""What one question did, as plain data that crosses process borders: the ledger's and the reports' food."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

from contracts.asking.record import Record
from contracts.findings.finding import brief
from contracts.plan import OUT_OF_TIME
from contracts.transport.redaction import Redactor

# What a cap keeps back is said with its option.
_CAPPED = "(--max-"
# A part's own number says nothing of the whole.
_NUMBER = re.compile(r"(?<=budget) of \d+(?: requests)?|(?<=budget's) \d+")

Ended = Literal["asked", "unasked", "inapplicable", "broken"]


def outcome_of(
    record: Record,
    clauses: Sequence[str],
    redactor: Redactor,
    *,
    ended: Ended,
    reason: str = "",
    lost: str = "",
    question: str = "",
    took_s: float = 0.0,
) -> dict[str, Any]:
    """The outcome of a question marked with `clauses`; `reason` says why it ended other than by having been asked."""
    return {
        "question": redactor.text(question),
        "clauses": list(clauses),
        "ended": ended,
        "reason": redactor.text(reason),
        "lost": redactor.text(lost),
        "chances": dict(record.chances),
        "violations": [
            brief(violation, redactor, record.forms[violation.identity]) for violation in record.violations
        ],
        "observations": {
            clause: {what: list(seen) for what, seen in values.items()}
            for clause, values in record.observations.items()
        },
        "unasked": {clause: redactor.text(why) for clause, why in record.unasked.items()},
        "unknown": {clause: redactor.text(why) for clause, why in record.unknown.items()},
        "broken": {clause: redactor.text(why) for clause, why in record.broken.items()},
        "timings": {operation: _counted(values) for operation, values in record.timings.items()},
        "answers": sorted({redactor.text(_kind(*answer)) for answer in record.answers}),
        "began": record.began,
        "reds": {clause: asdict(red) for clause, red in record.reds.items()},
        "requests": record.requests,
        "cases": record.cases,
        "put_off": record.put_off,
        "took_s": took_s,
    }


def is_cut(outcome: Mapping[str, Any]) -> bool:
    """Whether the end of a time or of a budget kept a question from asking."""
    reasons = {outcome["reason"], *outcome["unasked"].values()}
    return OUT_OF_TIME in reasons or any(_CAPPED in why for why in reasons)


def of_a_part(outcome: Mapping[str, Any]) -> dict[str, Any] | None:
    """An outcome without what is true of a part of the run alone, that its time or its budget was over; None where nothing else is."""
    if outcome["reason"] == OUT_OF_TIME:
        return None
    chances = outcome["chances"]
    unasked = {
        clause: _NUMBER.sub("", why)
        for clause, why in outcome["unasked"].items()
        if why != OUT_OF_TIME and not (_CAPPED in why and chances.get(clause))
    }
    return {**outcome, "unasked": unasked, "reason": _NUMBER.sub("", outcome["reason"])}


def _counted(timings: Iterable[float]) -> list[list[float]]:
    """How many answers took how long, in milliseconds to three digits: a campaign waits for millions of them."""
    return [[ms, count] for ms, count in sorted(Counter(float(f"{ms:.3g}") for ms in timings).items())]


def _kind(operation: str, status: int, names: Iterable[str]) -> str:
    return f"{operation} {status} {','.join(sorted(names))}".rstrip()
