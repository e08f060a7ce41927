"""What a run leaves at a target: a line for each asset and allocation that it made, or may have made."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from contracts import wire
from contracts.exchange import Exchange, Loss
from contracts.transport.cost import kind_of

Line = dict[str, wire.Json]

# Without a connection, or before it was sent, a request makes nothing.
_NEVER_ARRIVED = frozenset({Loss.UNREACHABLE, Loss.TLS, Loss.WITHHELD})


def made_by(exchange: Exchange) -> Line | None:
    """What an exchange has made: `certain` by its answer, else by its request, where no answer or an error (5xx) came."""
    status = exchange.status
    if status is not None and not (200 <= status < 300 or status >= 500):
        return None
    kind = kind_of(exchange.request)
    if kind is None or (exchange.lost is not None and exchange.lost.kind in _NEVER_ARRIVED):
        return None
    describe = _asset if kind == "asset" else _allocation
    line: Line = {"at": exchange.at.isoformat(timespec="milliseconds"), "kind": kind}
    certain = status is not None and status < 300
    return line | describe(exchange.request.fields, exchange.fields) | {"certain": certain}


def _asset(sent: Mapping[str, wire.Json], received: Mapping[str, wire.Json]) -> Line:
    return {"id": received.get("id"), "symbol": sent.get("symbol")}


def _allocation(sent: Mapping[str, wire.Json], received: Mapping[str, wire.Json]) -> Line:
    allocation, amount = received.get("allocation"), sent.get("amount")
    given = allocation if isinstance(allocation, dict) else {}
    units = amount if isinstance(amount, dict) else {}
    return {
        "id": given.get("id"),
        "clientExternalId": sent.get("clientExternalId"),
        "currency": units.get("currency"),
        "quantity": units.get("quantity"),
    }


class MadeFile:
    """`created.jsonl` of a run: written line by line, by several processes, so that a kill loses nothing."""

    def __init__(self, file: Path, redact: Callable[[str], str]) -> None:
        self._file = file
        self._redact = redact

    def saw(self, exchange: Exchange) -> None:
        """Write down what an exchange has made, if anything. A full disk costs the line and not the run."""
        line = made_by(exchange)
        if line is not None:
            text = self._redact(wire.dumps(line))
            # One write to a file that is opened to append: lines stay whole.
            with suppress(OSError):
                os.write(self._opened, f"{text}\n".encode("utf-8", "surrogatepass"))

    @cached_property
    def _opened(self) -> int:
        return os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
