"""Bodies that do not keep to their framing."""

import asyncio

from tests.rough.behaviour import altering, cannot_ask, rough, violates
from tests.rough.http import Answer
from tests.rough.turn import Turn

MISFRAMED = violates("HTP-03")


@altering("length-too-short", MISFRAMED, gate=True)
def length_too_short(answer: Answer) -> Answer:
    """Content-Length is 5 bytes short of the body."""
    return answer.having("content-length", str(max(0, answer.length - 5)))


@rough("length-too-long", violates("HTP-03", "HTP-01"))
async def length_too_long(turn: Turn) -> None:
    """Content-Length is 5 bytes beyond the body, behind which the connection is closed."""
    answer = await turn.honest()
    await turn.end(_longer(answer, turn.method).raw)


@rough("length-too-long-and-waits", violates("HTP-03", "HTP-08"), cannot_ask("did not end in time"))
async def length_too_long_and_waits(turn: Turn) -> None:
    """Content-Length is 5 bytes beyond the body, and the connection stays open."""
    answer = await turn.honest()
    turn.over = False  # also where the honest service would have ended the connection
    await turn.send(_longer(answer, turn.method).raw)


def _longer(answer: Answer, method: str) -> Answer:
    return answer if method == "HEAD" else answer.having("content-length", str(answer.length + 5))


@rough("broken-chunks", MISFRAMED)
async def broken_chunks(turn: Turn) -> None:
    """A body in chunks, the second of which has no size."""
    answer = await turn.honest()
    if turn.method == "HEAD":
        await turn.send(answer.raw)
        return
    chunked = answer.without("content-length").having("transfer-encoding", "chunked")
    await turn.send(chunked.head + b"\r\n4\r\n%b\r\nno size\r\n" % answer.body[:4].ljust(4))
    await turn.end()


@rough("unended-chunks", violates("HTP-03", "HTP-01"))
async def unended_chunks(turn: Turn) -> None:
    """A body in chunks, behind which the connection is closed without the last chunk."""
    answer = await turn.honest()
    chunked = answer.without("content-length").having("transfer-encoding", "chunked")
    chunk = b"%x\r\n%b\r\n" % (len(answer.body), answer.body) if answer.body else b""
    await turn.end(chunked.head + b"\r\n" + chunk)


@altering("204-with-body", violates("HTP-03"))
def no_content_with_body(answer: Answer) -> Answer:
    """Each success is a 204 with a body."""
    return answer.but(status="204 No Content") if answer.is_record else answer


@altering("304-with-body", violates("HTP-03"))
def not_modified_with_body(answer: Answer) -> Answer:
    """Each success is a 304 with a body."""
    return answer.but(status="304 Not Modified") if answer.is_record else answer


@rough("body-in-a-second-breath", violates("HTP-03"))
async def second_breath(turn: Turn) -> None:
    """Behind each success comes a second answer, which nobody has asked for, in a packet of its own."""
    answer = await turn.honest()
    await turn.send(answer.raw)
    if answer.is_record:
        await asyncio.sleep(0)
        await turn.send(Answer("200 OK", (("content-length", "2"),), b"{}").raw)
