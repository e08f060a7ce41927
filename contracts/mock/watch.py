"""One look a second at all connections of a server: what time it is, and who has kept it waiting for too long."""

import time
from collections.abc import Iterable
from email.utils import formatdate
from typing import Protocol


class Watched(Protocol):
    """A connection, as the watch knows it."""

    def look(self, now: float) -> None:
        """End the connection if it is `now` past its time."""


class Watch:
    """The time, as of the last look: good to a second, and free to read. `now` counts as `time.monotonic` does."""

    def __init__(self) -> None:
        self.look(())

    def look(self, connections: Iterable[Watched], now: float | None = None) -> None:
        """Take the time anew, and end the connections that are past theirs."""
        self.now = time.monotonic() if now is None else now
        self.date = f"date: {formatdate(usegmt=True)}\r\n"
        """The header that every answer carries."""
        for connection in tuple(connections):
            connection.look(self.now)
