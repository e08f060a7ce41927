"""Puts requests to a target, judges every answer, and says of each expectation whether the clause held."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Any

from contracts.asking import dropped
from contracts.asking.fresh import Fresh
from contracts.asking.record import Record, Seen
from contracts.checks.registry import CheckBroke, Context, judge
from contracts.exchange import Exchange, Request
from contracts.oracle.identity import Identities
from contracts.oracle.keys import UsedKeys
from contracts.settings import Settings
from contracts.transport.burst import burst
from contracts.transport.client import Client
from contracts.violation import ContractBroken, Unaskable, Violation

REFUSALS = frozenset(range(400, 500))
# Refusals of sizes and oddities that nobody promised to take (docs/freedom.md, Limits).
LIMIT_REFUSALS = frozenset({400, 413, 414, 431})


@dataclass
class Asker:
    """One question's view of the target. `strict`: raise at the first violation, as generators need it to shrink."""

    settings: Settings
    clients: dict[str, Client]
    fresh: Fresh
    identities: Identities
    used: UsedKeys
    record: Record = field(default_factory=Record)
    strict: bool = False
    doubt: Callable[[Collection[Violation]], None] | None = None
    """Looks at violations before they are kept; raises TargetLost where they are nobody's fault."""
    is_known: Callable[[Violation], bool] = lambda _: False
    """Whether a generator need not be stopped by a violation: it is kept, and others are looked for."""
    next_example: Callable[[], None] = lambda: None
    """Ends the generator's example, behind a known violation on which the rest of it may rest."""

    def _repr_pretty_(self, printer: Any, _: bool) -> None:  # noqa: FBT001  # Hypothesis calls it by position
        """What Hypothesis prints of a fixture: by itself every field, and tokens with them."""
        printer.text("<asker>")

    def send(self, request: Request, api: str) -> Exchange:
        """Send a request to "asset-pricing" or "go-network" and put every answer to all checks."""
        seen: list[Exchange] = []
        client = self.clients[api]
        client.witness = seen.append
        try:
            return client.ask(*self.used.marked(request))
        finally:
            self.take(seen)

    def burst(self, requests: Sequence[Request], api: str) -> list[Exchange]:
        """Send requests to one service at the same moment and put every answer to all checks.

        Raises `Unaskable` where they are more than the run may send.
        """
        exchanges = burst(self.clients[api], self.used.marked(*requests))
        if exchanges and exchanges[0].withheld:  # and so are all
            raise Unaskable(_why_not(exchanges[0]))
        self.take(exchanges)
        return exchanges

    def take(self, exchanges: Iterable[Exchange]) -> None:
        """Record exchanges and judge each by itself, as `send` does for its own."""
        found: list[Violation] = []
        chances = self.record.chances
        for exchange in exchanges:
            self.record.saw(exchange)
            for clause, violations in chain(
                judge(exchange, self._context),
                self.identities.judge(exchange),
                dropped.judge(exchange, self.record),
            ):
                if isinstance(violations, CheckBroke):
                    self.record.broken.setdefault(clause, violations.reason)
                    continue
                chances[clause] += 1
                if violations:
                    found += map(self._in_context, violations)
        self._keep(found)

    @cached_property
    def _context(self) -> Context:
        return Context(self.settings.response_time_limit, self.settings.secrets())

    def _in_context(self, violation: Violation) -> Violation:
        """A check sees one exchange; its story begins where the keys of that were used first."""
        *_, last = violation.exchanges
        return replace(violation, exchanges=(*self.record.before(last), *violation.exchanges))

    def judged(self, clause: str, *found: Violation) -> bool:
        """Count a chance of `clause`; returns whether it held."""
        self.record.chances[clause] += 1
        self._keep(found)
        if found and self.strict:  # all of it is known, or it would have been raised
            self.next_example()
        return not found

    def answered(
        self, exchange: Exchange, clause: str, statuses: int | Collection[int], *, about: str
    ) -> bool:
        """Hold an answer's status against what `clause` promises for `about`; returns whether it held."""
        allowed = {statuses} if isinstance(statuses, int) else set(statuses)
        if exchange.inconclusive or exchange.status is None:
            self.record.could_not_ask(clause, _why_not(exchange))
            return False
        if exchange.status in allowed:
            return self.judged(clause)
        words = (
            " or ".join(str(status) for status in sorted(allowed)) if len(allowed) < 8 else "a refusal (4xx)"
        )
        found = self.violation(clause, exchange, about, words)
        return self.judged(clause, replace(found, allowed=tuple(sorted(allowed))))

    def refused(self, exchange: Exchange, clause: str, *, about: str) -> bool:
        """Expect any 4xx. A 5xx lets nothing through and is HTP-01's matter alone."""
        if exchange.status is not None and exchange.status >= 500 and not exchange.inconclusive:
            return False
        return self.answered(exchange, clause, REFUSALS, about=about)

    def violation(self, clause: str, exchange: Exchange, about: str, expected: str) -> Violation:
        """A violation of `clause` by an answer; `about` says in few words what was asked, its form in brackets."""
        kind = f"{about}: {exchange.status}"
        received = f"{exchange.status} {exchange.text()}".rstrip()
        operation = exchange.request.operation or ""
        story = (*self.record.before(exchange), exchange)
        return Violation(clause, kind, f"{expected}, because {about}", received, story, operation)

    def patiently(self, times: int, seconds: float = 5.0) -> Iterator[int]:
        """Count up to `times`, or as far as a slow target or a low rate lets us within `seconds`, but at least to 8."""
        rate, end = self.settings.caps.rate, time.monotonic() + seconds
        most = times if rate is None else min(times, max(8, int(seconds * rate)))
        for number in range(most):
            if number >= 8 and time.monotonic() > end:
                return
            yield number

    def observe(self, clause: str, what: str, exchange: Exchange) -> None:
        """Note which status the target gives where the documents are silent."""
        if not exchange.inconclusive:
            self.record.observe(clause, what, exchange.status)

    def note(self, clause: str, what: str, value: Seen) -> None:
        """Note any other behaviour where the documents are silent."""
        self.record.observe(clause, what, value)

    def _keep(self, found: Collection[Violation]) -> None:
        if found and self.doubt is not None:
            self.doubt(found)
        for violation in found:
            self.record.met(violation)
        if self.strict and not all(map(self.is_known, found)):
            self.record.raised = tuple(found)
            raise ContractBroken.by(list(found))
        for violation in found:
            self.record.keep(violation)


def _why_not(exchange: Exchange) -> str:
    if exchange.lost is not None:
        return str(exchange.lost)
    return f"the target answered {exchange.status} and asked for patience"


def needs_answer(exchange: Exchange) -> None:
    """Raise `Unaskable` when a step that later ones build on was never answered."""
    if exchange.inconclusive:
        raise Unaskable(_why_not(exchange))


def within_limits(exchange: Exchange) -> bool:
    """Whether the target took a size or oddity that nobody promised to take; False when it refused."""
    return exchange.status not in LIMIT_REFUSALS
