"""Spending a currency whose balance nobody tells: what was refused bounds what is there, what was accepted uses it up.

Every bound needs that nobody else spends the currency, and that nothing flows back: a scratch currency.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from contracts.asking.asker import needs_answer
from contracts.asking.network import Content, Network
from contracts.asking.races import tally, timeline
from contracts.exchange import Exchange
from contracts.oracle.funds import Ceiling
from contracts.oracle.state import BEYOND_ANY_BALANCE
from contracts.violation import Unaskable, Violation

CLAUSE = "ALC-15"


@dataclass
class Purse:
    """The scratch currency as this question spends it; `spent` are the bodies of accepted allocations, in their order."""

    network: Network
    ceiling: Ceiling = field(default_factory=lambda: Ceiling(BEYOND_ANY_BALANCE))
    spent: list[Content] = field(default_factory=list)

    def content(self, quantity: int, **changes: str) -> Content:
        """What an allocation of so many scratch units says."""
        amount: Content = {"currency": self.network.ask.settings.scratch_currency, "quantity": str(quantity)}
        return {**self.network.content(amount=amount), **changes}

    def body(self, quantity: int) -> Content:
        """A signed allocation of so many scratch units."""
        return self.network.signed(self.content(quantity))

    def take(self, quantity: int) -> Exchange:
        """Allocate so many units, one request alone; raises `Unaskable` where that is neither accepted nor released."""
        body = self.body(quantity)
        answer = self.network.allocate(body)
        needs_answer(answer)
        if answer.status not in {200, 422}:
            raise Unaskable(f"an allocation of scratch funds was answered {answer.status}")
        self._settle(quantity, [body], [answer])
        return answer

    def take_at_once(self, quantity: int, width: int) -> None:
        """Send allocations of so many units each at the same moment, and one more after them."""
        bodies = [self.body(quantity) for _ in range(width)]
        requests = [self.network.allocation_request(body) for body in bodies]
        answers = self.network.ask.burst(requests, "go-network")
        if not {answer.status for answer in answers} & {200, 422}:
            raise Unaskable("a burst was not answered")
        late = self.body(quantity)
        self._settle(quantity, [*bodies, late], [*answers, self.network.allocate(late)])

    def _settle(self, quantity: int, bodies: Sequence[Content], answers: Sequence[Exchange]) -> None:
        """Hold what was accepted against the bound, and lower it."""
        self.spent += [body for body, answer in zip(bodies, answers, strict=True) if answer.status == 200]
        accepted, refused = (sum(answer.status == status for answer in answers) for status in (200, 422))
        after = self.ceiling.after(quantity, accepted=accepted, refused=refused)
        if after.is_possible:
            self.network.ask.judged(CLAUSE)
            self.ceiling = after
            return
        self.network.ask.judged(CLAUSE, self._overspent(quantity, accepted, answers))
        raise Unaskable("the funds add up no more")

    def _overspent(self, quantity: int, accepted: int, answers: Sequence[Exchange]) -> Violation:
        return Violation(
            CLAUSE,
            "more funds spent than were there",
            f"less than {self.ceiling.below} allocated: so much was refused, or is spent since",
            f"{accepted} x {quantity} allocated: {tally(answers)}",
            tuple(answers),
            "createAllocation",
            steps=tuple(timeline(answers)),
        )
