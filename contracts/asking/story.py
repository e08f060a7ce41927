"""A story: requests one after the other, each answer held against the oracle, told in lines that people can follow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from contracts.asking.asker import Asker
from contracts.exchange import Exchange
from contracts.oracle.model import OK, REFUSED, Outcome, Step, Which
from contracts.oracle.reading import answer_of
from contracts.oracle.state import Answer, Request
from contracts.oracle.worlds import TooManyWorlds, Worlds
from contracts.violation import Unaskable, Violation

Blame = Callable[[str, str], tuple[str, str]]
"""From the clause and the promise that an answer breaks to those that it is charged to; may ask the target."""

KEPT_EXCHANGES = 12


@dataclass
class Story:
    """What one example has asked so far, and every world that its answers allow."""

    ask: Asker
    worlds: Worlds = field(default_factory=Worlds)
    lines: list[str] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    def tell(self, line: str, request: Request, exchange: Exchange, *, blame: Blame | None = None) -> bool:
        """Hold an answer against the oracle; returns whether the target gave one. Raises by the asker's custom.

        `line` says in a few words, and without a value of the run, what was asked. Raises `Unaskable` when so many answers
        were lost that nothing can be judged: the clause's verdict is unknown then.
        """
        if exchange.withheld:  # never sent, so nothing of it can have happened
            return False
        answer = answer_of(exchange)
        promised = self.worlds.promised(request)
        self.lines.append(f"{len(self.lines) + 1}. {line}: {exchange.status or 'no answer'}")
        self.exchanges.append(exchange)
        try:
            after = self.worlds.after(request, answer)
        except TooManyWorlds as problem:
            self.ask.record.could_not_judge(promised.clause, str(problem))
            raise Unaskable(str(problem)) from None
        if after.contradicted:
            # The asker may go on after a violation: from the worlds as they were.
            self._broken(promised, exchange, answer, blame)
            return True
        self.worlds = after
        if answer.status is not None and not _says_little(promised, answer):
            self.ask.judged(promised.clause)
        return answer.status is not None

    def _broken(self, promised: Step, exchange: Exchange, answer: Answer, blame: Blame | None) -> None:
        clause, promise = promised.clause, promised.promise
        if blame is not None:
            clause, promise = blame(clause, promise)
        found = Violation(
            clause,
            f"{promise}: {_as_kind(promised, answer)}",
            f"{_expected(promised)}, because {promise}",
            f"{exchange.status} {exchange.text()}".rstrip(),
            tuple(self.exchanges[-KEPT_EXCHANGES:]),
            exchange.request.operation or "",
            steps=tuple(self.lines),
        )
        self.ask.judged(clause, found)


def _says_little(promised: Step, answer: Answer) -> bool:
    """Whether an allowed answer is no chance of its clause: valid, but refused for want of funds."""
    return answer.status == 422 and promised.clause in {"ALC-01", "ALC-20", "SIG-04"}


def _as_kind(promised: Step, answer: Answer) -> str:
    """How an answer breaks a promise: by its status, or by the id that it carries."""
    if any(answer.status in outcome.statuses for outcome in promised.outcomes):
        return f"{answer.status} with another id"
    return str(answer.status)


def _expected(promised: Step) -> str:
    statuses = frozenset(status for outcome in promised.outcomes for status in outcome.statuses)
    refusals = ["a refusal (4xx)"] if statuses >= REFUSED else []
    kept = [outcome for outcome in promised.outcomes if not refusals or not outcome.statuses <= REFUSED]
    return " or ".join(dict.fromkeys([*(_words(outcome) for outcome in kept), *refusals]))


def _words(outcome: Outcome) -> str:
    if outcome.statuses <= OK:
        known = isinstance(outcome.id, str)
        return "200 with the same id" if known else "200 with a new id" if outcome.id is Which.NEW else "200"
    return " or ".join(map(str, sorted(outcome.statuses)))


def charged(instead: Mapping[str, tuple[str, str]]) -> Blame:
    """A blame that charges some clauses to others, with what is promised there."""
    return lambda clause, promise: instead.get(clause, (clause, promise))
