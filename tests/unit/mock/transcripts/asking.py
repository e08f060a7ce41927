"""All questions, asked of one mock."""

import asyncio

from contracts.mock.app import Mock
from tests.unit.mock.transcripts.access import access, protocol
from tests.unit.mock.transcripts.allocations import allocations, asked, payloads, scarce, signatures, truth
from tests.unit.mock.transcripts.assets import assets, particular_assets
from tests.unit.mock.transcripts.corners import at_once, edges, keys, lies, memory
from tests.unit.mock.transcripts.transcript import Transcript

SCRIPTS = (
    assets,
    particular_assets,
    payloads,
    truth,
    allocations,
    access,
    memory,
    protocol,
    edges,
    lies,
    keys,
    scarce,
    asked,
    signatures,
    at_once,
)


def transcript(mock: Mock) -> list[str]:
    """The answers to all questions."""
    to = Transcript(mock)

    async def ask_all() -> None:
        for script in SCRIPTS:
            await mock.reset()
            await script(to)

    asyncio.run(ask_all())
    return to.lines
