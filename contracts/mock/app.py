"""The mock itself: what it remembers, how it was told to behave, and the answer to each request."""

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from contracts.mock.behaviour import Behaviour
from contracts.mock.messages import CREATE_ALLOCATION, CREATE_ASSET, SIGNING_PAYLOAD, Answer, Asked, Rendered
from contracts.mock.operations import create_allocation, create_asset, signing_payload, undefined
from contracts.mock.places import RESET, Place
from contracts.mock.rules.protocol import render
from contracts.mock.state import State
from contracts.mock.switches import Switch

Operation = Callable[[Behaviour, State, Asked], Awaitable[Answer]]

OPERATIONS: Final[dict[str, Operation]] = {
    CREATE_ASSET: create_asset,
    SIGNING_PAYLOAD: signing_payload,
    CREATE_ALLOCATION: create_allocation,
}


class Mock:
    """The server with its memory, apart from HTTP. `latency` is added to every answer of an operation, in seconds."""

    def __init__(self, switches: Sequence[Switch] = (), latency: float = 0) -> None:
        self._switches = tuple(switches)
        self.latency = latency
        self.reset()

    def reset(self) -> None:
        """Forget every record and restore every balance; what was switched on stays on and forgets what it saw."""
        self.state = State()
        self.behaviour = Behaviour()
        for switch in self._switches:
            switch.apply(self.behaviour)

    async def respond(self, asked: Asked) -> Rendered:
        """The answer of an operation, ready to send. A bug in the mock is printed to stderr and answered 500."""
        mock, state = self.behaviour, self.state
        protocol = mock.protocol
        if self.latency:
            await asyncio.sleep(self.latency)
        try:
            operation: Operation = undefined
            if asked.method in protocol.methods[asked.operation]:
                operation = OPERATIONS[asked.operation]
            answer = await protocol.before(asked) or await operation(mock, state, asked)
            return protocol.render(asked, await protocol.after(asked, answer))
        except Exception as error:
            traceback.print_exception(error, file=sys.stderr)
            return render(asked, protocol.crashed(asked, error))

    def aside(self, method: str, place: Place) -> Rendered:
        """The answer where there is no operation: a reset, which no real service has, or that nothing is served there."""
        protocol = self.behaviour.protocol
        if place.operation != RESET:
            answer = protocol.no_such_path(method, place.path)
            return protocol.render(Asked(place.operation, method, {}, b""), answer)
        if method != "POST":
            return Rendered(405, {"allow": "POST", "content-length": "0"}, [b""])
        self.reset()
        return Rendered(204, {}, [b""])
