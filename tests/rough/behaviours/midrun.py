"""What changes while a run goes on: state that is lost, a token that expires, a fault for a while; and clocks apart."""

import asyncio
import re
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from tests.rough.behaviour import HELD, altering, cannot_ask, rough, violates
from tests.rough.http import Answer, plain
from tests.rough.turn import Turn

# Numbers of requests: what a run asks in its first second or two.
LIFE, EXPIRY, FAULT = 60, 200, range(100, 200)
TIME = re.compile(rb'(?<=(?:ed_at|tedAt)":")\d{4}-[^"]+')
WORDS = re.compile(rb'(?:display_name|clientExternalId)\\?":\s*\\?"')
FORGOTTEN = ("AST-05", "AST-06", "AST-07", "AST-09", "ALC-09", "ALC-10", "ALC-11", "ALC-13")


@rough("restarts", violates(*FORGOTTEN), clauses="AST-07", gate=True)
async def restarts(turn: Turn) -> None:
    """After each 60 requests the service restarts: its connections end, and it has forgotten everything."""
    answer = await turn.honest()
    if turn.number % LIFE:
        await turn.send(answer.raw)
    else:
        await asyncio.to_thread(turn.scene.behind.reset)
        await turn.end(answer.raw)


@rough("token-expires", cannot_ask("token"), gate=True)
async def token_expires(turn: Turn) -> None:
    """From the 200th request on, the network answers 401 to every token."""
    if turn.number < EXPIRY or not turn.target.startswith("/api/network/"):
        await turn.send((await turn.honest()).raw)
        return
    await turn.end(plain("401 Unauthorized", b'{"error":"token expired"}', WWW_Authenticate="Bearer"))


@rough("5xx-for-a-while", violates("HTP-01"))
async def fails_for_a_while(turn: Turn) -> None:
    """The 100th to 199th requests are answered 500, all others honestly."""
    if turn.number in FAULT:
        await turn.end(plain("500 Internal Server Error", b'{"error":"try again"}'))
        return
    await turn.send((await turn.honest()).raw)


@rough("wrong-echo-for-a-while", violates("AST-02", "ALC-02", "SIG-02"))
async def wrong_echo_for_a_while(turn: Turn) -> None:
    """The 100th to 199th answers carry other words than were sent."""
    answer = await turn.honest()
    if turn.number in FAULT and answer.is_record:
        answer = answer.carrying(WORDS.sub(rb"\g<0>changed ", answer.body))
    await turn.send(answer.raw)


def _later(answer: Answer, by: timedelta) -> Answer:
    def moved(found: re.Match[bytes]) -> bytes:
        return (datetime.fromisoformat(found.group().decode()) + by).isoformat().encode()

    said = next((value for name, value in answer.headers if name.lower() == "date"), None)
    if said is not None:
        answer = answer.having("date", format_datetime(parsedate_to_datetime(said) + by, usegmt=True))
    return answer.carrying(TIME.sub(moved, answer.body))


@altering("clock-59-minutes-off", HELD, clauses="AST-16,ALC-07")
def clock_within_an_hour(answer: Answer) -> Answer:
    """The service's clock is 59 minutes ahead: an hour is allowed for."""
    return _later(answer, timedelta(minutes=59))


@altering("clock-61-minutes-off", violates("AST-04", "ALC-03"), clauses="AST-16,ALC-07", gate=True)
def clock_beyond_an_hour(answer: Answer) -> Answer:
    """The service's clock is 61 minutes slow."""
    return _later(answer, timedelta(minutes=-61))
