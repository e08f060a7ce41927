"""A create that was carried out before its connection was dropped: sent once more, it conflicts with itself (HTP-01)."""

from collections.abc import Iterator

from contracts.asking.fresh import names_in
from contracts.asking.record import Record
from contracts.checks.registry import broken
from contracts.exchange import Exchange
from contracts.violation import Violation


def judge(exchange: Exchange, record: Record) -> Iterator[tuple[str, list[Violation]]]:
    """Charge the drop where the create's symbol is fresh.

    Any other may have existed before: then nobody knows whether an idle connection's end was all that happened.
    """
    lost = exchange.lost
    if lost is None or lost.sent_again is None:
        return
    symbol = exchange.request.fields.get("symbol")
    if isinstance(symbol, str) and names_in(symbol.upper()) and not record.before(exchange):
        received = f"{lost}; sent once more, it was answered {lost.sent_again}: it had been done"
        yield "HTP-01", [broken("HTP-01", exchange, "done without an answer", "an answer", received)]
