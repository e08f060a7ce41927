"""What one question did: the chances that its clauses had, what it found, what it saw."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from contracts.exchange import Exchange
from contracts.violation import Violation

# Enough for the longest deterministic probe's story; generated questions keep their last exchanges.
KEPT_EXCHANGES = 40

# A status, a word, yes or no: never a value of the run, which the next one would show as a change.
Seen = str | int | None


@dataclass(frozen=True)
class Red:
    """When a clause was first broken: after how many requests of its question, and at which `time.monotonic()`."""

    requests: int
    at: float


@dataclass
class Record:
    """The outcome of one question so far; grows while the question is asked, and is never rewritten."""

    chances: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    observations: dict[str, dict[str, list[Seen]]] = field(default_factory=dict)
    unasked: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    timings: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    requests: int = 0
    cases: int = 0
    # One clock for all processes of a machine: the ledger compares times of several workers.
    began: float = field(default_factory=time.monotonic)
    reds: dict[str, Red] = field(default_factory=dict)
    on_violation: Callable[[Violation], None] | None = None
    on_red: Callable[[Violation], None] | None = None

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
        self.met(violation)
        if violation.identity in {known.identity for known in self.violations}:
            return
        self.violations.append(violation)
        if self.on_violation is not None:
            self.on_violation(violation)

    def met(self, violation: Violation) -> None:
        """Note when a clause was first broken, and tell whoever waits for it; long before a generator has shrunk it."""
        if violation.advisory or violation.clause in self.reds:
            return
        self.reds[violation.clause] = Red(self.requests, time.monotonic())
        if self.on_red is not None:
            self.on_red(violation)

    def observe(self, clause: str, what: str, value: Seen) -> None:
        """Note how the target behaves where the documents are silent; every answer stays, should they differ."""
        self.chances[clause] += 1
        seen = self.observations.setdefault(clause, {}).setdefault(what, [])
        if value not in seen:
            seen.append(value)

    def could_not_judge(self, clause: str, reason: str) -> None:
        """Note that a clause was put to the test, and that what came back allows no verdict; the first reason stands."""
        self.unknown.setdefault(clause, reason)

    def could_not_ask(self, clause: str, reason: str) -> None:
        """Note why a clause had no chance here; the first reason stands."""
        self.unasked.setdefault(clause, reason)
