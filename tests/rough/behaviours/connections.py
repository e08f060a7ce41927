"""Connections that are refused, silent, slow, reset or closed; and some that are only unusual."""

import asyncio

from tests.rough.behaviour import HELD, Door, altering, cannot_ask, rough, violates
from tests.rough.http import Answer, plain
from tests.rough.turn import Turn

UNHEARD = cannot_ask("no answer in time", "no longer answers", "did not end in time")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@rough("refuses", cannot_ask("Connection refused"), door=Door(listens=False), gate=True)
async def refuses(turn: Turn) -> None:
    """Nobody listens on the port."""


@rough("silent", UNHEARD)
async def silent(turn: Turn) -> None:
    """Connections are accepted, requests read, nothing is ever said."""
    await turn.client.reader.read(-1)


@rough("drips", UNHEARD)
async def drips(turn: Turn) -> None:
    """An answer comes a byte a second, from its first byte."""
    await _drip(turn, plain("404 Not Found", b'{"error":"no"}'))


@rough("drips-bodies", violates("HTP-03", "HTP-08"), UNHEARD)
async def drips_bodies(turn: Turn) -> None:
    """The head comes at once, the body of an honest answer a byte a second."""
    answer = await turn.honest()
    await turn.send(answer.head + b"\r\n")
    await _drip(turn, answer.body)


async def _drip(turn: Turn, data: bytes) -> None:
    for byte in data:
        await turn.send(bytes((byte,)))
        await asyncio.sleep(1)


@rough("never-ends", violates("HTP-03", "HTP-08"), UNHEARD)
async def never_ends(turn: Turn) -> None:
    """A body in chunks goes on for ever, a few bytes at a time."""
    await turn.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        await turn.send(b"4\r\n    \r\n")
        await asyncio.sleep(0.05)


@rough("100-MB", violates("HTP-03"))
async def hundred_megabytes(turn: Turn) -> None:
    """Each body is an object with a text of 100 MB."""
    piece = b"x" * 2**20
    await turn.send(HEAD + b'Content-Length: %d\r\n\r\n{"id":"' % (100 * len(piece) + 9))
    for _ in range(100):
        await turn.send(piece)
    await turn.end(b'"}')


@rough("resets-the-200th", HELD, violates("HTP-01"))
async def resets_once(turn: Turn) -> None:
    """The connection is reset at the 200th request, and never again: on a reused one that may be an idle end."""
    await (_reset(turn) if turn.number == 200 else _relay(turn))


@rough("resets-each-50th", violates("HTP-01"), gate=True)
async def resets_again_and_again(turn: Turn) -> None:
    """The connection is reset at each 50th request."""
    await (_reset(turn) if turn.number % 50 == 0 else _relay(turn))


@rough("acts-and-drops", violates("HTP-01", innocent=("AST-19", "ALC-01")), gate=True)
async def acts_and_drops(turn: Turn) -> None:
    """Each 50th request is served, and its connection closed without the answer."""
    answer = await turn.honest()
    await (turn.end() if turn.number % 50 == 0 else turn.send(answer.raw))


async def _reset(turn: Turn) -> None:
    turn.reset()


async def _relay(turn: Turn) -> None:
    await turn.send((await turn.honest()).raw)


@rough("closes-each", HELD)
async def closes_each(turn: Turn) -> None:
    """Every connection is closed after one answer, as the answer announces."""
    await turn.end((await turn.honest()).having("connection", "close").raw)


@rough("closes-each-unannounced", HELD)
async def closes_each_unannounced(turn: Turn) -> None:
    """Every connection is closed after one answer that does not announce it."""
    await turn.end((await turn.honest()).raw)


@rough("http-1.0", HELD)
async def http_1_0(turn: Turn) -> None:
    """Answers are HTTP/1.0, and a body ends with its connection."""
    answer = await turn.honest()
    await turn.end(answer.but(version="HTTP/1.0").without("content-length").without("connection").raw)


@rough("ipv6", HELD, door=Door(host="::1"))
async def ipv6(turn: Turn) -> None:
    """The service is reached by IPv6 alone."""
    await _relay(turn)


@altering("lower-case-headers", HELD)
def lower_case_headers(answer: Answer) -> Answer:
    """All names of headers, and the media type, are in lower case."""
    lowered = tuple((name.lower(), value) for name, value in answer.headers)
    return Answer(answer.status, lowered, answer.body)


@altering("no-content-type", HELD)
def no_content_type(answer: Answer) -> Answer:
    """No answer says what its body is."""
    return answer.without("content-type")
