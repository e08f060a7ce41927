"""Histories in a few characters: what was asked, and what came back.

An asset's step is its symbol and its answer: `A+` created, `A-` conflict, `A4` refused with 400, `A?` lost; a symbol in lower case
is the same text in lower case; `A!4` is a create that breaks a rule. An allocation's step is nonce, reference and answer: `1a=x` made
with id x, `1a-` refused, `1a4` refused with 400, `1a0` released, `1a?` lost; `1a'` in front of the answer asks for other content,
`1a"` is the same content in another layout, `1a!` breaks a rule.
"""

from contracts.oracle.state import Allocate, Answer, Create, Request

Step = tuple[Request, Answer]

STATUSES = {"+": 200, "=": 200, "-": 409, "4": 400, "0": 422, "?": None}
PLACE = ("enterprise", "connection")


def steps(history: str, *, in_flight: bool = False) -> list[Step]:
    """The requests and answers of a history."""
    return [
        _asset(step) if step[0].isalpha() else _allocation(step, in_flight=in_flight)
        for step in history.split()
    ]


def _asset(step: str) -> Step:
    broken = "AST-12" if step[1] == "!" else ""
    return Create(step[0], broken), Answer(STATUSES[step[-1]])


def _allocation(step: str, *, in_flight: bool) -> Step:
    keys, mark = step[:2], step[2] if step[2] in "'\"!" else ""
    told = step[2 + len(mark) :]
    content = "other" if mark == "'" else "content"
    request = Allocate(
        place=PLACE,
        nonce=keys[0],
        reference=keys[1],
        text=f"{keys} {content} {mark}",
        currency="tbtc",
        quantity=1,
        broken="ALC-05" if mark == "!" else "",
        in_flight=in_flight,
    )
    return request, Answer(STATUSES[told[0]], told[1:])
