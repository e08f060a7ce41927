"""What every record has: an id of its own and times; and how long it takes to write one down (no time at all)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4


def new_id() -> str:
    """A fresh UUID, version 4."""
    return str(uuid4())


def now(ahead: timedelta = timedelta(0)) -> str:
    """The time in UTC as ISO 8601 with milliseconds and a Z, `ahead` of the clock."""
    return iso(datetime.now(UTC) + ahead)


def iso(moment: datetime) -> str:
    """A moment in UTC as ISO 8601 with milliseconds and a Z."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def no_window() -> None:
    """Between looking something up and writing it down no other request gets a turn."""
