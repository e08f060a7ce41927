"""Targets that ask for patience: for ever, for a while, with or without saying for how long."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.rough.behaviour import HELD, cannot_ask, rough, violates
from tests.rough.http import plain
from tests.rough.turn import Turn

ASKED_FOR_PATIENCE = cannot_ask("patience", "429", "503")


def _in_a_second() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)


WAITS: dict[str, Callable[[], dict[str, str]]] = {
    "seconds": lambda: {"Retry_After": "1"},
    "date": lambda: {"Retry_After": _in_a_second()},
    "absurd": lambda: {"Retry_After": "-1e999 soon"},
    "a-century": lambda: {"Retry_After": "3155760000"},
    "missing": dict,
}
SAID = {
    "seconds": "a Retry-After of a second",
    "date": "a Retry-After that is a date, a second from now",
    "absurd": "a Retry-After that nobody can read",
    "a-century": "a Retry-After of a century",
    "missing": "no Retry-After",
}
STATUSES = ("429 Too Many Requests", "503 Service Unavailable")


def _storm(status: str, named: str) -> None:
    code = status.partition(" ")[0]
    is_outage = status.startswith("503") and named == "missing"
    right = violates("HTP-01") if is_outage else ASKED_FOR_PATIENCE

    async def behave(turn: Turn) -> None:
        await turn.end(plain(status, b'{"error":"later"}', **WAITS[named]()))

    behave.__doc__ = f"Every answer is {code} with {SAID[named]}."
    rough(f"{code}-{named}", right)(behave)


for _status in STATUSES:
    for _named in WAITS:
        _storm(_status, _named)


async def _for_a_while(turn: Turn, status: str) -> None:
    if turn.number % 200 < 4:
        await turn.end(plain(status, b'{"error":"later"}', Retry_After="0"))
        return
    await turn.send((await turn.honest()).raw)


@rough("503-when-done", HELD, gate=True)
async def done_and_unavailable(turn: Turn) -> None:
    """Each 50th request is served and answered 503 with a Retry-After of 0 seconds: a proxy has lost the answer."""
    answer = await turn.honest()
    if turn.number % 50 == 0:
        await turn.end(plain(STATUSES[1], b'{"error":"lost"}', Retry_After="0"))
        return
    await turn.send(answer.raw)


@rough("429-for-a-while", HELD, gate=True)
async def limits_for_a_while(turn: Turn) -> None:
    """4 of each 200 requests in a row are answered 429 with a Retry-After of 0 seconds, all others honestly."""
    await _for_a_while(turn, STATUSES[0])


@rough("503-for-a-while", HELD)
async def overloaded_for_a_while(turn: Turn) -> None:
    """4 of each 200 requests in a row are answered 503 with a Retry-After of 0 seconds, all others honestly."""
    await _for_a_while(turn, STATUSES[1])
