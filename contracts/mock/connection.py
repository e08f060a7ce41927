"""A client's connection: its requests are answered in their order, and a client that keeps it waiting finds its end."""

import asyncio
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator
from functools import partial
from types import coroutine
from typing import Any, Final, cast

from contracts.mock.app import Mock
from contracts.mock.framing import framed
from contracts.mock.messages import Asked, Rendered
from contracts.mock.places import Place
from contracts.mock.reader import Reader
from contracts.mock.watch import Watch

# Idle connections live longer than any pause of a run: a client that is cut off cannot know whether its request was served.
KEEP_ALIVE_S: Final = 300
REQUEST_S: Final = 60  # for a request to arrive in full, from its first byte
LINGER_S: Final = (
    2  # for a client to hear its refusal, before it notices that nobody reads the rest of its request
)

Answering = Coroutine[Any, None, Rendered]

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_BROKEN = Rendered(
    500,
    {"content-type": "text/plain; charset=utf-8", "content-length": "21"},
    [b"Internal Server Error"],
)


class Connection(asyncio.Protocol):
    """One connection of a server, which shares its sets of connections and tasks.

    A request is served in the parser's own call: only an answer that waits (latency, many faults) becomes a task. What arrives
    meanwhile is served after it.
    """

    _transport: asyncio.Transport

    def __init__(
        self, mock: Mock, watch: Watch, connections: set[Any], tasks: set[asyncio.Task[None]]
    ) -> None:
        self._mock = mock
        self._watch = watch
        self._connections = connections
        self._tasks = tasks
        self._reader = Reader(mock, self)
        self._until = watch.now + KEEP_ALIVE_S
        self._busy = False  # with an answer that waits
        self._later: deque[Callable[[], None]] = deque()  # what is to be done after it
        self._full = False  # of answers that the client does not take
        self._ending = False  # after the answers to all that has arrived

    # What the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        self._later.clear()
        self._reader.close()

    def data_received(self, data: bytes) -> None:
        self._reader.read(data)

    def eof_received(self) -> bool:
        """Stay open where answers are still to come: a client may end its own side first."""
        self._ending = self._reader.deaf = True
        return self._busy

    def pause_writing(self) -> None:
        """Hear nobody who does not take his answers."""
        self._full = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._full = False
        self._resume_reading()

    # What the server calls

    def shutdown(self) -> None:
        """Close as soon as what has been asked is answered."""
        self._ending = True
        if not self._busy and not self._reader.receiving:
            self._transport.close()

    def look(self, now: float) -> None:
        """End the connection if it is past its time. An answer may take as long as it likes."""
        if now > self._until and not self._busy:
            self._transport.abort()

    # What the reader calls

    def begin(self) -> None:
        self._until = self._watch.now + REQUEST_S

    def invite(self) -> None:
        self._in_turn(self._transport.write, _CONTINUE)

    def serve(self, asked: Asked, *, keeps: bool) -> None:
        self._in_turn(self._serve, asked.method, keeps, self._mock.respond, asked)

    def serve_aside(self, place: Place, method: str, *, keeps: bool) -> None:
        self._in_turn(self._serve, method, keeps, self._mock.aside, method, place)

    def refuse(self, answer: Rendered) -> None:
        self._in_turn(self._answer, answer, "", False)

    # Answers

    def _in_turn(self, step: Callable[..., None], *arguments: object) -> None:
        if self._busy:
            self._later.append(partial(step, *arguments))
            self._transport.pause_reading()
        else:
            step(*arguments)

    def _serve(self, method: str, keeps: bool, respond: Callable[..., Answering], *what: object) -> None:
        answering = respond(*what)
        try:
            wait = answering.send(None)
        except StopIteration as ended:
            self._answer(ended.value, method, keeps)
            return
        self._busy = True
        rest = self._serve_slowly(_resumed(answering, wait), method, keeps)
        task = asyncio.get_running_loop().create_task(rest)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve_slowly(self, answering: Awaitable[Rendered], method: str, keeps: bool) -> None:
        try:
            self._answer(await answering, method, keeps)
        finally:
            self._busy = False
            while self._later and not self._busy:
                self._later.popleft()()
            self._resume_reading()

    def _resume_reading(self) -> None:
        if not (self._later or self._full or self._transport.is_closing()):
            self._transport.resume_reading()

    def _answer(self, answer: Rendered, method: str, keeps: bool) -> None:
        if self._transport.is_closing():
            return
        keeps = keeps and not (self._ending and not self._later)
        try:
            data, goes_on = framed(answer, date=self._watch.date, method=method, keeps=keeps)
        except ValueError:
            traceback.print_exc()
            data, goes_on = framed(_BROKEN, date=self._watch.date, method=method, keeps=False)
        self._transport.write(data)
        if not goes_on:
            self._end()
        elif not self._reader.receiving:
            self._until = self._watch.now + KEEP_ALIVE_S

    def _end(self) -> None:
        """Close; but where the client still sends, only this side: a reset would take the answer from it (RFC 9112, 9.6)."""
        self._reader.deaf = True
        self._later.clear()
        if self._reader.receiving:
            self._until = self._watch.now + LINGER_S
            self._transport.write_eof()
        else:
            self._transport.close()


@coroutine
def _resumed(answering: Answering, wait: Any) -> Generator[Any, None, Rendered]:
    """The rest of a coroutine that was driven by hand up to its first wait, which a task is to wait for."""
    try:
        yield wait
    except BaseException as problem:  # the coroutine's own: it has cleared up, or knows an answer
        try:
            wait = answering.throw(problem)
        except StopIteration as ended:
            return cast("Rendered", ended.value)
        return (yield from _resumed(answering, wait))
    answer: Rendered = yield from answering
    return answer
