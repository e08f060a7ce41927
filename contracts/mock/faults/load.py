"""Faults that show with many requests or many records: answers mixed up, answers late (HTP-07, HTP-08)."""

import asyncio
from collections.abc import Callable

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


def _slow(mock: Behaviour, applies: Callable[[Asked, Answer], bool]) -> None:
    honest = mock.protocol.after

    async def slowed(asked: Asked, answer: Answer) -> Answer:
        answer = await honest(asked, answer)
        if applies(asked, answer):
            await asyncio.sleep(SLOW_S)
        return answer

    mock.protocol.after = slowed


@fault("slow-after-100-assets", breaks="HTP-08")
def slow_after_100_assets(mock: Behaviour) -> None:
    """From the hundredth asset on, every tenth takes seconds: a scan without an index."""
    made = list[None]()

    def applies(asked: Asked, answer: Answer) -> bool:
        if asked.operation == CREATE_ASSET and answer.status == 200:
            made.append(None)
        return (
            len(made) >= 100
            and len(made) % 10 == 0
            and asked.operation == CREATE_ASSET
            and answer.status == 200
        )

    _slow(mock, applies)


@fault("slow-conflicts", breaks="HTP-08")
def slow_conflicts(mock: Behaviour) -> None:
    """Every fifth conflict takes seconds: a lock that is waited for."""
    seen = list[None]()

    def applies(asked: Asked, answer: Answer) -> bool:
        if answer.status == 409:
            seen.append(None)
        return answer.status == 409 and len(seen) % 5 == 1

    _slow(mock, applies)


@fault("slow-long-bodies", breaks="HTP-08")
def slow_long_bodies(mock: Behaviour) -> None:
    """Every fifth body of more than 4 KiB takes seconds to read."""
    seen = list[None]()

    def applies(asked: Asked, answer: Answer) -> bool:
        if len(asked.body or b"") > 4096:
            seen.append(None)
        return len(asked.body or b"") > 4096 and len(seen) % 5 == 1

    _slow(mock, applies)
