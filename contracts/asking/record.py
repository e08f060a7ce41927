"""What one question did: the chances that its clauses had, what it found, what it saw."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from contracts import wire
from contracts.exchange import Exchange
from contracts.violation import Violation

# Enough for the longest deterministic probe's story; generated questions keep their last exchanges.
KEPT_EXCHANGES = 40


@dataclass
class Record:
    """The outcome of one question so far; grows while the question is asked, and is never rewritten."""

    chances: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    observations: dict[str, dict[str, wire.Json]] = field(default_factory=dict)
    unasked: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    timings: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    requests: int = 0
    cases: int = 0
    on_violation: Callable[[Violation], None] | None = None

    def saw(self, exchange: Exchange) -> None:
        """Count an exchange and keep it for the story."""
        self.requests += 1
        self.cases += not exchange.inconclusive
        if exchange.response is not None and exchange.request.operation:
            self.timings[exchange.request.operation].append(exchange.elapsed_ms)
        self.exchanges.append(exchange)
        del self.exchanges[:-KEPT_EXCHANGES]

    def judged(self, clause: str, found: list[Violation]) -> None:
        """Count a chance of `clause` and keep what broke it."""
        self.chances[clause] += 1
        for violation in found:
            self.keep(violation)

    def keep(self, violation: Violation) -> None:
        """Keep a violation, once for each identity, and tell at once whoever writes findings down."""
        if violation.identity in {known.identity for known in self.violations}:
            return
        self.violations.append(violation)
        if self.on_violation is not None:
            self.on_violation(violation)

    def observe(self, clause: str, what: str, value: wire.Json) -> None:
        """Note how the target behaves where the documents are silent."""
        self.chances[clause] += 1
        self.observations.setdefault(clause, {})[what] = value

    def could_not_ask(self, clause: str, reason: str) -> None:
        """Note why a clause had no chance here; the first reason stands."""
        self.unasked.setdefault(clause, reason)
