"""Legal pace: refusals for haste, slowness within the limit, little money (docs/freedom.md, "Pace")."""

import asyncio
from collections.abc import Callable
from itertools import count

from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import before
from contracts.mock.identities import BALANCES
from contracts.mock.messages import CREATE_ASSET, Answer, Asked
from contracts.mock.switches import variant
from contracts.wire import Json


def _refuse_every(mock: Behaviour, nth: int, status: int, wait: str) -> None:
    """Every nth request is refused without effect, and told when to come again."""
    numbers = count(1)

    def early(asked: Asked) -> Answer | None:
        if next(numbers) % nth:
            return None
        return _later(asked, status, wait)

    before(mock, early)


def _later(asked: Asked, status: int, wait: str) -> Answer:
    text = "come again later"
    body: Json = text if asked.operation == CREATE_ASSET else {"error": text}
    return Answer(status, body, {"retry-after": wait})


@variant("pace-429")
def pace_429(mock: Behaviour) -> None:
    """Every fiftieth request is answered 429, to come again at once."""
    _refuse_every(mock, 50, 429, "0")


@variant("pace-429-a-second")
def pace_429_a_second(mock: Behaviour) -> None:
    """Every two hundredth request is answered 429, to come again after a second."""
    _refuse_every(mock, 200, 429, "1")


@variant("pace-503")
def pace_503(mock: Behaviour) -> None:
    """Every hundredth request is answered 503, to come again at once."""
    _refuse_every(mock, 100, 503, "0")


@variant("pace-429-for-bursts")
def pace_429_for_bursts(mock: Behaviour) -> None:
    """Of requests at the same moment only four are served; the others are answered 429."""
    serving = [0]
    early, late = mock.protocol.before, mock.protocol.after

    async def hurried(asked: Asked) -> Answer | None:
        serving[0] += 1
        await asyncio.sleep(0.002)  # so that requests of one moment meet here
        return _later(asked, 429, "0") if serving[0] > 4 else await early(asked)

    async def done(asked: Asked, answer: Answer) -> Answer:
        serving[0] -= 1
        return await late(asked, answer)

    mock.protocol.before, mock.protocol.after = hurried, done


def _wait(mock: Behaviour, seconds: Callable[[], float]) -> None:
    honest = mock.protocol.before

    async def waiting(asked: Asked) -> Answer | None:
        await asyncio.sleep(seconds())
        return await honest(asked)

    mock.protocol.before = waiting


@variant("slow-by-20-ms")
def slow_by_20_ms(mock: Behaviour) -> None:
    """Every answer takes 20 ms."""
    _wait(mock, lambda: 0.02)


@variant("slow-at-times")
def slow_at_times(mock: Behaviour) -> None:
    """Every hundredth answer takes a second."""
    numbers = count(1)
    _wait(mock, lambda: 0 if next(numbers) % 100 else 1.0)


@variant("answers-out-of-order")
def answers_out_of_order(mock: Behaviour) -> None:
    """Requests of the same moment are served in another order than they came in."""
    numbers = count(1)
    _wait(mock, lambda: next(numbers) * 7 % 5 / 1000)


@variant("balances-small")
def balances_small(mock: Behaviour) -> None:
    """Of every currency there are a hundred thousand units at most, and a little of the scratch one."""
    honest = mock.allocations.balance
    mock.allocations.balance = lambda state, order: max(
        0, honest(state, order) - max(0, BALANCES.get(order.currency, 0) - 100_000)
    )
