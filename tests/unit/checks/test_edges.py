"""What of a large answer is searched."""

from contracts.checks.access import repeats_no_secret
from contracts.checks.edges import SEARCHED_BYTES, edges
from contracts.checks.internals import shows_no_internals
from contracts.checks.registry import Context
from tests.fixtures.exchanges import TOKEN, answered, create_asset, kinds

FILL = b"x" * SEARCHED_BYTES


def test_an_honest_body_is_searched_whole() -> None:
    """A leak in the middle of an ordinary answer overlooked."""
    assert edges(FILL) is FILL


def test_of_a_huge_body_the_edges_are_searched() -> None:
    """A bomb that is searched whole by each check: 6 ms an answer."""
    searched = edges(b"begin" + FILL * 20 + b"end")
    assert len(searched) < SEARCHED_BYTES + 10
    assert searched.startswith(b"begin")
    assert searched.endswith(b"end")


def test_a_leak_at_the_edge_of_a_huge_body_is_found() -> None:
    """A stack trace or a token that hides behind much text."""
    trace = b'Traceback (most recent call last):\\n  File \\"app.py\\", line 3'
    for body in (b'{"a":"%b","b":"%b"}' % (trace, FILL), b'{"a":"%b","b":"%b"}' % (FILL, trace)):
        assert kinds(shows_no_internals, answered(create_asset(), 200, body)) == ["stack trace"]
    told = answered(create_asset(), 200, b'{"a":"%b","b":"%b"}' % (FILL, TOKEN.encode()))
    assert kinds(repeats_no_secret, told, Context(secrets=frozenset({TOKEN}))) == ["secret repeated"]
