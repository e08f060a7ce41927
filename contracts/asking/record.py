"""What one question did: the chances that its clauses had, what it found, what it saw."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from contracts import specs
from contracts.asking.fresh import names_in
from contracts.exchange import Exchange
from contracts.violation import Violation

# Enough for the longest deterministic probe's story; generated questions keep their last exchanges.
KEPT_EXCHANGES = 40
# The first exchanges of a question, which a later answer may rest on: a symbol's first use. About 7 kB each.
KEPT_FIRSTS = 2000
# Of an answer; what is longer is kept in part: a thousand cookies with each of 800 answers came to 300 MB.
KEPT_HEADERS, KEPT_BODY = 50, 16 * 1024
# More of them would not be read.
TOLD_BEFORE = 3

# Kinds of answer of one question, lest one that leaves out members at random fill the memory.
KEPT_ANSWERS = 200

Answer = tuple[str, int, frozenset[str]]
"""A kind of answer: to which operation, its status, and which members it has; "*" for those that no document names.

Such names may be made up by the target, or by the question that gets them back: as kinds of their own they would have no end.
"""

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
    answers: set[Answer] = field(default_factory=set)
    firsts: list[Exchange] = field(default_factory=list)
    requests: int = 0
    cases: int = 0
    put_off: int = 0
    """Answers that asked to come back later (429, or 503 with Retry-After)."""
    # One clock for all processes of a machine: the ledger compares times of several workers.
    began: float = field(default_factory=time.monotonic)
    reds: dict[str, Red] = field(default_factory=dict)
    forms: dict[tuple[str, str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """How often each bug was met, by the form in which it was."""
    raised: tuple[Violation, ...] = ()
    """What a generator was last stopped by: it may never come back to it, where the target answers otherwise then."""
    _uses: dict[str, Exchange] = field(default_factory=dict)
    _searched: int = 0
    on_violation: Callable[[Violation], None] | None = None
    on_red: Callable[[Violation], None] | None = None
    on_met: Callable[[Violation], None] | None = None

    def saw(self, exchange: Exchange) -> None:
        """Count an exchange and keep it for the story."""
        self.requests += 1
        inconclusive = exchange.inconclusive
        self.cases += not inconclusive
        self.put_off += inconclusive and exchange.response is not None
        response, operation = exchange.response, exchange.request.operation
        if response is not None and operation:
            self.timings[operation].append(exchange.elapsed_ms)
            if len(self.answers) < KEPT_ANSWERS:
                self.answers.add((operation, response.status, _documented(response.fields)))
        kept = _in_part(exchange)
        self.exchanges.append(kept)
        del self.exchanges[:-KEPT_EXCHANGES]
        if len(self.firsts) < KEPT_FIRSTS:
            self.firsts.append(kept)

    def before(self, exchange: Exchange) -> list[Exchange]:
        """What an answer may rest on: the first and the last earlier exchanges of this question that used a key of its own."""
        keys = _keys(exchange)
        uses = self._first_uses()
        related = [uses[key] for key in sorted(keys) if key in uses]
        related += [known for known in self.exchanges if keys & _keys(known)]
        earlier = {id(known): known for known in related if known.began < exchange.began}
        ordered = sorted(earlier.values(), key=lambda known: known.began)
        return ordered if len(ordered) <= TOLD_BEFORE else [ordered[0], *ordered[1 - TOLD_BEFORE :]]

    def _first_uses(self) -> dict[str, Exchange]:
        """The first use of each key. Keys are looked for when a story is told: looking at each exchange took 16 us of its 478."""
        for exchange in self.firsts[self._searched :]:
            for key in _keys(exchange):
                self._uses.setdefault(key, exchange)
        self._searched = len(self.firsts)
        return self._uses

    def judged(self, clause: str, found: list[Violation]) -> None:
        """Count a chance of `clause` and keep what broke it."""
        self.chances[clause] += 1
        for violation in found:
            self.keep(violation)

    def keep(self, violation: Violation) -> None:
        """Keep a violation, once for each identity, and tell at once whoever writes findings down."""
        self.met(violation)
        self.forms[violation.identity][violation.form] += 1
        if violation.identity in {known.identity for known in self.violations}:
            return
        self.violations.append(violation)
        if self.on_violation is not None:
            self.on_violation(violation)

    def met(self, violation: Violation) -> None:
        """Note when a clause was first broken, and tell whoever waits for it; long before a generator has shrunk it."""
        if self.on_met is not None:
            self.on_met(violation)
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


def _documented(names: Iterable[str]) -> frozenset[str]:
    known = specs.members()
    return frozenset(name if name in known else "*" for name in names)


def _in_part(exchange: Exchange) -> Exchange:
    """The exchange itself, or, where its answer is huge, one with the beginning of that."""
    response = exchange.response
    if response is None or (len(response.headers) <= KEPT_HEADERS and len(response.body) <= KEPT_BODY):
        return exchange
    cut = replace(response, headers=response.headers[:KEPT_HEADERS], body=response.body[:KEPT_BODY])
    return replace(exchange, response=cut)


def _keys(exchange: Exchange) -> frozenset[str]:
    """The texts by which a target may know a request again, or take it for another: symbol, nonce, clientExternalId.

    Two that were made from one fresh name, to look alike, have that name in common.
    """
    said = (exchange.request.fields.get(name) for name in ("symbol", "nonce", "clientExternalId"))
    texts = [text.upper() for text in said if isinstance(text, str) and text]
    return frozenset(texts) | frozenset(name for text in texts for name in names_in(text))
