"""Whether the times in an answer are ISO 8601, in order, and name the time of the request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from contracts import wire
from contracts.checks.registry import Context, Judgement, broken, check
from contracts.exchange import Exchange, Trait
from contracts.violation import Violation

CLOCKS_APART = timedelta(hours=1)
# A time without an offset is local time somewhere on earth (UTC-12 to UTC+14).
ANYWHERE = timedelta(hours=15)
# A date without a time names a day in some time zone, so the day before or after is meant as well: from its noon, a day
# and a half.
A_DAY_OFF = timedelta(hours=36)
NOON = timedelta(hours=12)

_DATE_TIME = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2}|\d{8})[Tt](?P<time>\d{2}(?::?\d{2}(?::?\d{2})?)?)(?P<fraction>[.,]\d+)?"
    r"(?P<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}", re.ASCII)


@dataclass(frozen=True)
class Moment:
    """A point in time as an answer wrote it, down to `step`; it can mean any instant within `slack` of `nominal`."""

    nominal: datetime
    slack: timedelta = timedelta()
    step: timedelta = timedelta(microseconds=1)


@lru_cache(64)  # the two times of most answers are the same
def moment(text: str) -> Moment | None:
    """Read an ISO 8601 date or date-time of any precision and offset; None when it is neither."""
    try:
        return _moment(text)
    except OverflowError:  # an offset, or a leap second, beyond the first or the last year
        return None


def _moment(text: str) -> Moment | None:
    if _DATE.fullmatch(text):
        day = _instant(text, "000000")
        return Moment(day + NOON, A_DAY_OFF, timedelta(days=1)) if day else None
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    clock = match["time"].replace(":", "").ljust(6, "0")
    leap = clock.endswith("60")
    day = _instant(match["date"], clock[:4] + "59" if leap else clock)
    if day is None:
        return None
    micros = int((match["fraction"] or ".0")[1:7].ljust(6, "0"))
    at = day + timedelta(seconds=int(leap), microseconds=micros)
    step = _step(match["time"], match["fraction"])
    if match["offset"] is None:
        return Moment(at, ANYWHERE, step)
    return Moment(at - _offset(match["offset"]), step=step)


def _step(clock: str, fraction: str | None) -> timedelta:
    """How much time passes between two neighbours of one precision."""
    digits = len(clock.replace(":", ""))
    if digits < 6:
        return timedelta(hours=1) if digits == 2 else timedelta(minutes=1)
    return timedelta(seconds=10.0 ** -min(6, len(fraction or ".") - 1))


def _instant(date: str, clock: str) -> datetime | None:
    """The instant in UTC of a date (hyphens or none) and a clock of six digits; None where there is no such day or hour."""
    day = date.replace("-", "")
    try:
        return datetime(
            int(day[:4]),
            int(day[4:6]),
            int(day[6:]),
            int(clock[:2]),
            int(clock[2:4]),
            int(clock[4:]),
            tzinfo=UTC,
        )
    except ValueError:
        return None


def _offset(text: str) -> timedelta:
    if text in {"Z", "z"}:
        return timedelta()
    digits = text[1:].replace(":", "").ljust(4, "0")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return size if text[0] == "+" else -size


def is_date_alone(text: str) -> bool:
    """Whether the text is a date without a time."""
    return _DATE.fullmatch(text) is not None


@check("AST-04", "createAsset", status=200)
def asset_times_are_true(exchange: Exchange, _: Context) -> Judgement:
    """Without it a client cannot order assets, or tell a new one from a stale one."""
    fields = exchange.fields
    return _times("AST-04", exchange, fields, ("created_at", "modified_at"), dates_alone=False)


@check("ALC-03", "createAllocation", status=200)
def allocation_times_and_origin_are_true(exchange: Exchange, _: Context) -> Judgement:
    """Without it an allocation cannot be traced: when it was made, and by whom."""
    allocation = exchange.fields.get("allocation")
    if not isinstance(allocation, dict):
        return None
    found = [
        broken("ALC-03", exchange, f"{name} is empty", f"a non-empty {name}", '""')
        for name in ("id", "initiatedBy")
        if allocation.get(name) == ""
    ]
    fields = {name: allocation.get(name) for name in ("createdAt", "updatedAt")}
    return found + _times("ALC-03", exchange, fields, ("createdAt", "updatedAt"), dates_alone=True)


def _times(
    clause: str,
    exchange: Exchange,
    fields: Mapping[str, wire.Json],
    names: tuple[str, str],
    *,
    dates_alone: bool,
) -> list[Violation]:
    found: list[Violation] = []
    read: list[Moment] = []
    for name in names:
        value = fields.get(name)
        if value is None:
            continue  # missing or null: the shape's matter
        at = moment(value) if isinstance(value, str) else None
        if at is None or (not dates_alone and is_date_alone(str(value))):
            form = "an ISO 8601 date or date-time" if dates_alone else "an ISO 8601 date-time"
            found.append(broken(clause, exchange, f"{name} is no date-time", form, repr(value)))
            continue
        read.append(at)
        if _is_off(at, exchange):
            expected = (
                f"{name} at the time of the request, {exchange.at:%Y-%m-%dT%H:%M:%SZ}, give or take an hour"
            )
            found.append(broken(clause, exchange, f"{name} is another time", expected, str(value)))
    if len(read) == 2 and _is_before(read[1], read[0]):
        received = f"{fields[names[0]]} and {fields[names[1]]}"
        found.append(
            broken(clause, exchange, "changed before created", f"{names[1]} not before {names[0]}", received)
        )
    return found


def _is_before(one: Moment, other: Moment) -> bool:
    """Whether `one` certainly lies before `other`: a date beside a date-time says nothing, nor does a fraction cut off."""
    return (
        one.slack == other.slack and one.nominal < other.nominal and one.nominal + one.step <= other.nominal
    )


def _is_off(at: Moment, exchange: Exchange) -> bool:
    slack = at.slack + CLOCKS_APART
    asked = exchange.at
    answered = asked + timedelta(milliseconds=exchange.elapsed_ms)
    if at.nominal > answered + slack:
        return True
    # A repeated request is answered with what its first sending made, however long ago that was.
    return Trait.REPEATED_KEY not in exchange.request.traits and at.nominal < asked - slack
