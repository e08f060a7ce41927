"""Heads of answers: too many of them, too long ones, and those that send the client elsewhere."""

import asyncio

from tests.rough.behaviour import HELD, altering, cannot_ask, rough, violates
from tests.rough.http import Answer, plain
from tests.rough.turn import Turn

TOO_LONG = (cannot_ask("bytes of headers", "no answer in time"), violates("HTP-01"))
FLOOD = b"x" * 2**16


@altering("1xx-storm", HELD, gate=True)
def storm_of_hints(answer: Answer) -> bytes:
    """A thousand interim answers come before each answer."""
    return b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" * 1000 + answer.raw


@rough("1xx-for-ever", *TOO_LONG)
async def hints_for_ever(turn: Turn) -> None:
    """Interim answers come, and never an answer."""
    while True:
        await turn.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
        await asyncio.sleep(0.01)


@altering("cookie-bomb", HELD, gate=True)
def cookie_bomb(answer: Answer) -> Answer:
    """Each answer sets 1,500 cookies of 80 characters."""
    cookies = tuple(("Set-Cookie", f"c{number}={'x' * 80}") for number in range(1500))
    return Answer(answer.status, (*answer.headers, *cookies), answer.body)


@rough("header-bomb", *TOO_LONG)
async def header_bomb(turn: Turn) -> None:
    """Each answer has 10 MB of headers."""
    await turn.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(160):
        await turn.send(b"X-%d: %b\r\n" % (number, FLOOD))
    await turn.end(b"Content-Length: 0\r\n\r\n")


@rough("header-for-ever", *TOO_LONG, gate=True)
async def header_for_ever(turn: Turn) -> None:
    """A header's value comes without an end, as fast as it is read."""
    await turn.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        await turn.send(FLOOD)


@rough("status-line-for-ever", *TOO_LONG)
async def status_line_for_ever(turn: Turn) -> None:
    """The words of a status line come without an end, as fast as they are read."""
    await turn.send(b"HTTP/1.1 200 ")
    while True:
        await turn.send(FLOOD)


@rough("redirect-loop", violates("HTP-02", "AST-01"))
async def redirect_loop(turn: Turn) -> None:
    """Each answer redirects to the address that was asked."""
    await turn.end(plain("302 Found", Location=turn.target))


@rough("redirect-elsewhere", violates("HTP-02", "AST-01"), gate=True)
async def redirect_elsewhere(turn: Turn) -> None:
    """Each answer redirects to an origin of somebody else, which must get no request."""
    await turn.end(plain("307 Temporary Redirect", Location=turn.scene.elsewhere + turn.target))
