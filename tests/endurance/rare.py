"""`python -m tests.endurance.rare`: the mock with a bug that takes long to meet; `EVERY` says how long."""

import os
import sys
from itertools import count

from contracts.mock import __main__ as mock_itself
from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import before
from contracts.mock.embedded import Embedded
from contracts.mock.messages import Answer, Asked
from contracts.mock.switches import fault

FAULT = "rare"


class RareMock(Embedded):
    """A mock that answers 500 to one of so many requests, whoever asks."""

    def __init__(self, every: int, latency_ms: float) -> None:
        super().__init__([FAULT], latency_ms=latency_ms)
        self._command[self._command.index("contracts.mock")] = __name__
        os.environ["EVERY"] = str(every)


def serve() -> int:
    """The mock's own command, which knows one more fault."""
    requests, every = count(1), int(os.environ["EVERY"])

    @fault(FAULT, breaks="HTP-01")
    def rare(mock: Behaviour) -> None:
        """Now and then a request is answered 500."""
        before(mock, crash)

    def crash(asked: Asked) -> Answer | None:
        return Answer(500, {"error": "internal error"}) if next(requests) % every == 0 else None

    return mock_itself.main()


if __name__ == "__main__":
    sys.exit(serve())
