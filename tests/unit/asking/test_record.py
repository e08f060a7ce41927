"""What is kept of a question's exchanges."""

from contracts.asking.record import KEPT_BODY, KEPT_HEADERS, Record
from tests.fixtures.exchanges import JSON, answered, asset, create_asset


def test_ordinary_exchanges_are_kept_whole() -> None:
    """A story that lacks what was answered."""
    record, exchange = Record(), answered(create_asset(), 200, asset())
    record.saw(exchange)
    assert record.exchanges[0] is record.firsts[0] is exchange


def test_huge_answers_are_kept_in_part() -> None:
    """A thousand cookies with each of 800 answers: 300 MB in one question."""
    cookies = tuple(("Set-Cookie", f"c{number}=x") for number in range(1000))
    record = Record()
    record.saw(answered(create_asset(), 200, b"x" * 200_000, (*JSON, *cookies)))
    (kept,) = record.exchanges
    assert kept is record.firsts[0]
    assert kept.response is not None
    assert (len(kept.response.headers), len(kept.response.body)) == (KEPT_HEADERS, KEPT_BODY)
