"""Recorded exchanges held to every promise that one exchange can break, and to what certainly may not happen between two."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from contracts.asking.record import Record
from contracts.checks.dates import moment
from contracts.checks.registry import CheckBroke, Context, judge, registered
from contracts.clauses.catalogue import load
from contracts.exchange import Exchange, Trait
from contracts.oracle.identity import Identities
from contracts.oracle.keys import UsedKeys
from contracts.recorded.entries import Part, Recorded, Write
from contracts.violation import Violation

# What a check has to see; all others need both bodies.
_NEEDS = {
    "HTP-01": frozenset[Part](),
    "HTP-02": frozenset({Part.REQUEST}),
    "HTP-03": frozenset({Part.RESPONSE, Part.HEADERS}),
    "HTP-04": frozenset({Part.HEADERS}),
    "HTP-08": frozenset({Part.DURATION}),
    "AUT-06": frozenset({Part.RESPONSE}),
    "AUT-07": frozenset({Part.RESPONSE, Part.CREDENTIAL}),
    "AST-04": frozenset({Part.REQUEST, Part.RESPONSE, Part.CLOCK}),
    "ALC-03": frozenset({Part.REQUEST, Part.RESPONSE, Part.CLOCK}),
}
_BODIES = frozenset({Part.REQUEST, Part.RESPONSE})
# An allocation that was made so long before the request is that of an earlier one, whether or not the archive holds it.
_MADE_EARLIER = timedelta(minutes=1)

BY_REQUESTS = "recorded traffic cannot show it: it takes requests that are made for it"
NO_CHANCE = "nothing in the recorded traffic put it to the test"


def judged(
    exchanges: Sequence[Recorded],
    context: Context,
    on_violation: Callable[[Recorded, Violation], None],
    writes: Iterable[Write] = (),
) -> Record:
    """What becomes of each clause, by recorded exchanges in any order; tells each bug the first time that it is met.

    `writes` are the requests beside the contract that may explain why something is no longer there.
    """
    record = Record()
    memories: dict[tuple[int, str], Memory] = defaultdict(Memory)
    for write in writes:
        memories[write.archive, write.origin].writes.append(write.at)
    for recorded in sorted(exchanges, key=lambda each: each.exchange.began):
        record.on_violation = lambda violation, met=recorded: on_violation(met, violation)
        # Archives may hold the same traffic twice, by clocks of their own, or be of days with a reset in between.
        memory = memories[recorded.archive, recorded.origin]
        marked = memory.marked(recorded)
        _see(record, marked)
        for clause, found in (*_checked(marked, context), *memory.judge(marked)):
            if isinstance(found, CheckBroke):
                record.broken.setdefault(clause, f"{found.reason} at {recorded.place}")
            else:
                record.judged(clause, found)
    for id in load():
        if not record.chances[id] and id not in record.broken:
            record.could_not_ask(id, NO_CHANCE if id in _judgeable() else BY_REQUESTS)
    return record


def _see(record: Record, recorded: Recorded) -> None:
    """Count an exchange; one whose duration is unknown has no part in the latencies."""
    record.saw(recorded.exchange)
    operation = recorded.exchange.request.operation
    if Part.DURATION in recorded.unseen and recorded.exchange.response is not None and operation:
        record.timings[operation].pop()


def _judgeable() -> frozenset[str]:
    return frozenset(check.clause for check in registered()) | {"AST-03", "ALC-03", "AST-05", "AST-06"}


def _checked(recorded: Recorded, context: Context) -> Iterator[tuple[str, list[Violation] | CheckBroke]]:
    """The checks of one exchange, as far as the archive shows what they look at."""
    for clause, found in judge(recorded.exchange, context):
        if not _NEEDS.get(clause, _BODIES) & recorded.unseen:
            yield clause, found


@dataclass
class Memory:
    """What is remembered of one origin in one archive: ids given, keys used, assets made."""

    identities: Identities = field(default_factory=Identities)
    used: UsedKeys = field(default_factory=UsedKeys)
    made: dict[str, Exchange] = field(default_factory=dict)
    writes: list[float] = field(default_factory=list)

    def marked(self, recorded: Recorded) -> Recorded:
        """The exchange, marked where its answer may speak of an earlier request."""
        exchange = recorded.exchange
        (request,) = self.used.marked(exchange.request)
        if _speaks_of_earlier(exchange):
            request = request.but(traits=request.traits | {Trait.REPEATED_KEY})
        return replace(recorded, exchange=replace(exchange, request=request))

    def judge(self, recorded: Recorded) -> Iterator[tuple[str, list[Violation]]]:
        """What an exchange breaks beside the earlier ones at this origin."""
        if _BODIES & recorded.unseen:
            return
        yield from self.identities.judge(recorded.exchange)
        yield from self._made_again(recorded.exchange)

    def _made_again(self, exchange: Exchange) -> Iterator[tuple[str, list[Violation]]]:
        """A second asset of one symbol, where the first was certainly there by then."""
        request = exchange.request
        symbol = request.fields.get("symbol")
        if request.method in {"DELETE", "PUT", "PATCH"}:
            self.writes.append(exchange.began)
        if (request.operation, request.method) != ("createAsset", "POST") or not isinstance(symbol, str):
            return
        first = self.made.get(symbol)
        if exchange.status == 200:
            self.made[symbol] = exchange
        if first is not None and exchange.status in {200, 409} and self._is_still_there(first, exchange):
            clause = "AST-05" if request.fields == first.request.fields else "AST-06"
            yield clause, [_second(clause, first, exchange)] if exchange.status == 200 else []

    def _is_still_there(self, first: Exchange, now: Exchange) -> bool:
        """Whether an asset was there before a request came, and nothing in the archive can have taken it away."""
        return first.ended < now.began and not any(first.began <= at <= now.ended for at in self.writes)


def _second(clause: str, first: Exchange, second: Exchange) -> Violation:
    received = f"200 {second.text()}".rstrip()
    return Violation(
        clause,
        "the symbol exists: 200",
        "409, because the symbol exists",
        received,
        (first, second),
        "createAsset",
        allowed=(409,),
    )


def _speaks_of_earlier(exchange: Exchange) -> bool:
    allocation = exchange.fields.get("allocation")
    said = allocation.get("createdAt") if isinstance(allocation, dict) else None
    made = moment(said) if isinstance(said, str) else None
    return made is not None and made.nominal + made.slack < exchange.at - _MADE_EARLIER
