"""What the answers to a burst say together: some order must explain them all."""

from collections.abc import Mapping, Sequence

from contracts.asking.asker import Asker
from contracts.exchange import Exchange
from contracts.oracle.linearise import Operation, Search, TooManyOrders, linearise
from contracts.oracle.reading import answer_of
from contracts.oracle.state import Request, State
from contracts.oracle.worlds import Worlds
from contracts.violation import Unaskable, Violation
from contracts.wire import Json


def hold(
    ask: Asker,
    clause: str,
    exchanges: Sequence[Exchange],
    requests: Sequence[Request],
    *,
    instead: Mapping[str, str] | None = None,
) -> Worlds:
    """Expect that some order explains a burst's answers; returns the worlds after it.

    What no order explains breaks `clause`, or the one that `instead` has for the clause whose promise ends the longest explained
    order. Raises `Unaskable` when nothing was answered, or nothing can follow.
    """
    operations = [
        Operation(request, answer_of(exchange), exchange.began, exchange.ended)
        for request, exchange in zip(requests, exchanges, strict=True)
    ]
    if all(operation.answer.status is None for operation in operations):
        raise Unaskable("nothing of a burst was answered")
    try:
        search = linearise(operations, (State(),))
    except TooManyOrders as problem:
        ask.record.could_not_judge(clause, str(problem))
        raise Unaskable(str(problem)) from None
    if search.explained:
        ask.judged(clause)
        return Worlds(tuple(search.ends))
    found = _violation(clause, search, exchanges, instead or {})
    ask.judged(found.clause, found)
    raise Unaskable("no order explains the answers to a burst")


def _violation(
    clause: str, search: Search, exchanges: Sequence[Exchange], instead: Mapping[str, str]
) -> Violation:
    assert search.culprit is not None  # something was answered
    promised, answer = search.culprit
    return Violation(
        instead.get(promised.clause, clause),
        f"no order explains the answers: {promised.promise}, yet {answer.status}",
        "answers that could have been given to these requests one after the other",
        f"{tally(exchanges)}, and in no order: {promised.promise}",
        tuple(exchanges),
        exchanges[0].request.operation or "",
        steps=tuple(timeline(exchanges)),
    )


def tally(exchanges: Sequence[Exchange]) -> str:
    """How many answers of each status: "2 x 200, 6 x 409"."""
    statuses = sorted(str(exchange.status or "lost") for exchange in exchanges)
    return ", ".join(f"{statuses.count(status)} x {status}" for status in dict.fromkeys(statuses))


def timeline(exchanges: Sequence[Exchange]) -> list[str]:
    """The burst in the order of its answers, a line each: from release to answer in milliseconds, and what it was."""
    start = min(exchange.began for exchange in exchanges)
    lines = []
    for exchange in sorted(exchanges, key=lambda each: each.ended):
        began, ended = ((moment - start) * 1000 for moment in (exchange.began, exchange.ended))
        what = f"{exchange.status} {answer_of(exchange).id}" if exchange.response else str(exchange.lost)
        lines.append(f"{began:6.1f} to {ended:6.1f} ms  {_label(exchange, exchanges)}  {what}".rstrip())
    return lines


def _label(exchange: Exchange, exchanges: Sequence[Exchange]) -> str:
    """A letter for each different request of the burst."""
    bodies = list(dict.fromkeys(each.request.body for each in exchanges))
    return chr(ord("A") + bodies.index(exchange.request.body) % 26)


def ids(exchanges: Sequence[Exchange]) -> list[Json]:
    """The ids of all allocations that were answered with 200."""
    allocations = [exchange.fields.get("allocation") for exchange in exchanges if exchange.status == 200]
    return [allocation.get("id") for allocation in allocations if isinstance(allocation, dict)]
