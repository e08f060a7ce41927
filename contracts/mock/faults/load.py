"""Faults that show with many requests or many records: answers mixed up, answers late (HTP-07, HTP-08)."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from itertools import count

from contracts.mock.behaviour import Behaviour
from contracts.mock.messages import CREATE_ALLOCATION, CREATE_ASSET, SIGNING_PAYLOAD, Answer, Asked
from contracts.mock.switches import fault

# HTP-07


@fault(
    "http-answers-swapped",
    breaks="HTP-07",
    falls_with=["AST-08", "ALC-12", "AST-02", "AST-03", "ALC-02", "ALC-03", "SIG-02", "SIG-03"],
)
def answers_swapped(mock: Behaviour) -> None:
    """Two answers of 200 that are on their way at the same time are exchanged."""
    _mix_up(mock, CREATE_ASSET, SIGNING_PAYLOAD, CREATE_ALLOCATION)


@fault("http-assets-swapped", breaks="HTP-07", falls_with=["AST-02", "AST-03", "AST-08"])
def assets_swapped(mock: Behaviour) -> None:
    """Two assets that are created at the same time are answered with each other's."""
    _mix_up(mock, CREATE_ASSET)


@fault("http-payloads-swapped", breaks="HTP-07", falls_with=["SIG-02", "SIG-03"])
def payloads_swapped(mock: Behaviour) -> None:
    """Two payloads that are asked for at the same time are exchanged."""
    _mix_up(mock, SIGNING_PAYLOAD)


def _mix_up(mock: Behaviour, *operations: str) -> None:
    """The newest answer of an operation stands in one place; whoever comes to fetch his own gets it."""
    newest: dict[str, Answer] = {}
    honest = mock.protocol.after

    async def mixed(asked: Asked, answer: Answer) -> Answer:
        answer = await honest(asked, answer)
        if asked.operation not in operations or answer.status != 200:
            return answer
        newest[asked.operation] = answer
        await asyncio.sleep(0.001)
        return newest[asked.operation]

    mock.protocol.after = mixed


# HTP-08: the default limit is 3 s

SLOW_S = 3.6
SLOW_TIMES = 5  # enough for a client to notice; a run against hundreds of late answers would never end


def _slow(mock: Behaviour, applies: Callable[[Asked, Answer], bool], *, after: int = 0) -> None:
    """Of the answers to which `applies` says yes some come late: the first ones after so many."""
    honest, numbers = mock.protocol.after, count()

    async def slowed(asked: Asked, answer: Answer) -> Answer:
        answer = await honest(asked, answer)
        if applies(asked, answer) and after <= next(numbers) < after + SLOW_TIMES:
            await asyncio.sleep(SLOW_S)
        return answer

    mock.protocol.after = slowed


@fault("slow-after-100-assets", breaks="HTP-08")
def slow_after_100_assets(mock: Behaviour) -> None:
    """Assets that come after a hundred others take seconds: the index is built anew."""
    _slow(mock, lambda asked, answer: asked.operation == CREATE_ASSET and answer.status == 200, after=100)


@fault("slow-conflicts", breaks="HTP-08")
def slow_conflicts(mock: Behaviour) -> None:
    """The first conflicts take seconds: a lock is waited for."""
    _slow(mock, lambda asked, answer: answer.status == 409)


@fault("slow-long-bodies", breaks="HTP-08")
def slow_long_bodies(mock: Behaviour) -> None:
    """The first bodies of more than 4 KiB take seconds to read."""
    _slow(mock, lambda asked, answer: len(asked.body or b"") > 4096)


@fault("slow-payloads", breaks="HTP-08", falls_with=["SIG-04"])
def slow_payloads(mock: Behaviour) -> None:
    """Payloads that are asked for after forty others take seconds: what was issued is kept, and searched."""
    _slow(mock, lambda asked, answer: asked.operation == SIGNING_PAYLOAD and answer.status == 200, after=40)


@fault("slow-patterns", breaks="HTP-08")
def slow_patterns(mock: Behaviour) -> None:
    """A symbol or note of one letter over and over, and then another sign, takes seconds: a pattern tries every way."""
    careless = re.compile(rb'"(?:symbol|notes)":"([^"\\])\1{23,}[^"\w]"')
    _slow(mock, lambda asked, answer: careless.search(asked.body or b"") is not None)


@fault("slow-nesting", breaks="HTP-08")
def slow_nesting(mock: Behaviour) -> None:
    """Metadata of more than a dozen levels takes seconds: each level is looked at twice as often as the one above."""
    _slow(mock, lambda asked, answer: (asked.body or b"").count(b":{") > 12)


@fault("slow-races", breaks="HTP-08", falls_with=["AST-08", "ALC-12"])
def slow_races(mock: Behaviour) -> None:
    """Whoever asks while the same is being created waits for a lock that nobody gives back."""
    honest, done = mock.protocol.before, mock.protocol.after
    busy, numbers = Counter[bytes](), count()

    async def waits(asked: Asked) -> Answer | None:
        busy[asked.body or b""] += 1
        late = busy[asked.body or b""] > 1 and asked.operation != SIGNING_PAYLOAD
        await asyncio.sleep(SLOW_S if late and next(numbers) < SLOW_TIMES else 0.002)
        return await honest(asked)

    async def leaves(asked: Asked, answer: Answer) -> Answer:
        busy[asked.body or b""] -= 1
        return await done(asked, answer)

    mock.protocol.before, mock.protocol.after = waits, leaves
