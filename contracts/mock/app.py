"""The mock itself: what it remembers, how it was told to behave, and the answer to each request."""

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Final

from contracts.mock.behaviour import Behaviour
from contracts.mock.messages import CREATE_ALLOCATION, CREATE_ASSET, SIGNING_PAYLOAD, Answer, Asked, Rendered
from contracts.mock.operations import create_allocation, create_asset, signing_payload, undefined
from contracts.mock.places import RESET, Place
from contracts.mock.rules.protocol import render
from contracts.mock.state import State
from contracts.mock.switches import Switch

Operation = Callable[[Behaviour, State, Asked], Awaitable[Answer]]
Transaction = Callable[[], AbstractAsyncContextManager[None]]

OPERATIONS: Final[dict[str, Operation]] = {
    CREATE_ASSET: create_asset,
    SIGNING_PAYLOAD: signing_payload,
    CREATE_ALLOCATION: create_allocation,
}


class Mock:
    """The server with its memory, apart from HTTP. `latency` is added to every answer of an operation, in seconds.

    A `state` that outlives it comes with the `transaction` in which every operation is to be done.
    """

    def __init__(
        self,
        switches: Sequence[Switch] = (),
        latency: float = 0,
        *,
        state: State | None = None,
        transaction: Transaction | None = None,
    ) -> None:
        self._switches = tuple(switches)
        self.latency = latency
        self.state = state or State()
        self._transaction = transaction
        self._behave()

    def _behave(self) -> None:
        self.behaviour = Behaviour()
        for switch in self._switches:
            switch.apply(self.behaviour)

    async def reset(self) -> None:
        """Forget every record and restore every balance; what was switched on stays on and forgets what it saw."""
        async with (self._transaction or nullcontext)():
            self.state.reset()
        self._behave()

    async def respond(self, asked: Asked) -> Rendered:
        """The answer of an operation, ready to send. A bug in the mock is printed to stderr and answered 500."""
        protocol = self.behaviour.protocol
        if self.latency:
            await asyncio.sleep(self.latency)
        try:
            operation: Operation = undefined
            if asked.method in protocol.methods[asked.operation]:
                operation = OPERATIONS[asked.operation]
            answer = await protocol.before(asked) or await self._done(operation, asked)
            return protocol.render(asked, await protocol.after(asked, answer))
        except Exception as error:
            return self._crashed(asked, error)

    async def _done(self, operation: Operation, asked: Asked) -> Answer:
        if self._transaction is None:  # an empty one would take 2 of 35 us
            return await operation(self.behaviour, self.state, asked)
        async with self._transaction():
            return await operation(self.behaviour, self.state, asked)

    async def aside(self, method: str, place: Place) -> Rendered:
        """The answer where there is no operation: a reset, which no real service has, or that nothing is served there."""
        protocol, asked = self.behaviour.protocol, Asked(place.operation, method, {}, b"")
        if place.operation != RESET:
            return protocol.render(asked, protocol.no_such_path(method, place.path))
        if method != "POST":
            return Rendered(405, {"allow": "POST", "content-length": "0"}, [b""])
        try:
            await self.reset()
        except Exception as error:
            return self._crashed(asked, error)
        return Rendered(204, {}, [b""])

    def _crashed(self, asked: Asked, error: Exception) -> Rendered:
        traceback.print_exception(error, file=sys.stderr)
        return render(asked, self.behaviour.protocol.crashed(asked, error))
