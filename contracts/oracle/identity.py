"""No id is given twice: what every created asset and allocation is remembered by."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.exchange import Exchange
from contracts.violation import Violation


@dataclass
class Identities:
    """All ids that the target has given out to this process, and to what."""

    assets: dict[str, str] = field(default_factory=dict)
    allocations: dict[str, tuple[str, str]] = field(default_factory=dict)

    def judge(self, exchange: Exchange) -> Iterator[tuple[str, list[Violation]]]:
        """Hold the id in an answer against all earlier ones: AST-03 for an asset, ALC-03 for an allocation."""
        if exchange.status != 200:
            return
        fields, sent = exchange.fields, exchange.request.fields
        if exchange.request.operation == "createAsset" and isinstance(fields.get("id"), str):
            yield "AST-03", list(self._asset(exchange, str(fields["id"]), str(sent.get("symbol"))))
        allocation = fields.get("allocation")
        if exchange.request.operation != "createAllocation" or not isinstance(allocation, dict):
            return
        if isinstance(allocation.get("id"), str):
            made = (exchange.request.path.lower(), str(allocation.get("clientExternalId")))
            yield "ALC-03", list(self._allocation(exchange, str(allocation["id"]), made))

    def _asset(self, exchange: Exchange, given: str, symbol: str) -> Iterator[Violation]:
        if not given:
            yield _broken("AST-03", exchange, "empty id", "an id", "an empty string")
            return
        first = self.assets.setdefault(given, symbol)
        if first != symbol:
            yield _broken(
                "AST-03", exchange, "id given twice", f"an id other than that of {first!r}", repr(given)
            )
        if not _is_uuid(given):
            yield _broken("AST-03", exchange, "id is no UUID", "a UUID", repr(given), advisory=True)

    def _allocation(self, exchange: Exchange, given: str, made: tuple[str, str]) -> Iterator[Violation]:
        first = self.allocations.setdefault(given, made)
        if first != made:
            expected = f"an id other than that of clientExternalId {first[1]!r}"
            yield _broken("ALC-03", exchange, "id given twice", expected, repr(given))


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _broken(
    clause: str, exchange: Exchange, kind: str, expected: str, received: str, *, advisory: bool = False
) -> Violation:
    operation = exchange.request.operation or ""
    return Violation(clause, kind, expected, received, (exchange,), operation, advisory=advisory)
