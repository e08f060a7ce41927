"""AST-04 and ALC-03: times in any ISO form, in order, and of the moment of the request."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.checks.dates import (
    allocation_times_and_origin_are_true,
    asset_times_are_true,
    is_date_alone,
    moment,
)
from contracts.exchange import Exchange, Loss
from tests.fixtures.exchanges import (
    allocate,
    allocation,
    allocation_made,
    answered,
    asset_made,
    below,
    create_asset,
    exchange,
    kinds,
    lost,
    repeating,
)

HALF_PAST_TEN = datetime(2024, 1, 15, 10, 30, tzinfo=UTC)

EXACT = [
    "2024-01-15T10:30:00.000Z",
    "2024-01-15T10:30:00Z",
    "2024-01-15T10:30Z",
    "2024-01-15t10:30:00z",
    "2024-01-15T10:30:00,0Z",
    "2024-01-15T10:30:00.000000000Z",
    "2024-01-15T10:30:00+00:00",
    "2024-01-15T10:30:00-00:00",
    "2024-01-15T12:30:00+02:00",
    "2024-01-15T12:30:00+0200",
    "2024-01-15T12:30:00+02",
    "2024-01-15T16:15:00+05:45",
    "2024-01-15T00:30:00-10:00",
    "2024-01-14T22:30:00-12:00",
    "2024-01-16T00:30:00+14:00",
    "20240115T103000Z",
    "20240115T1030Z",
    "20240115T103000.000+0000",
]


@pytest.mark.parametrize("text", EXACT)
def test_every_form_of_a_moment_is_read(text: str) -> None:
    """A legal precision or offset that is refused, or read as another moment."""
    read = moment(text)
    assert read is not None
    assert read.nominal == HALF_PAST_TEN
    assert not is_date_alone(text)


@pytest.mark.parametrize("text", EXACT)
def test_every_form_of_a_moment_passes(text: str) -> None:
    """A false alarm on another way to write the time of the request."""
    assert kinds(asset_times_are_true, asset_made(created_at=text, modified_at=text)) == []
    assert kinds(allocation_times_and_origin_are_true, allocation_made(createdAt=text, updatedAt=text)) == []


def test_a_leap_second_is_a_time() -> None:
    """The 61st second refused."""
    read = moment("2016-12-31T23:59:60Z")
    assert read is not None
    assert read.nominal == datetime(2017, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1705314600",
        "1705314600000",
        "Mon, 15 Jan 2024 10:30:00 GMT",
        "15/01/2024 10:30",
        "2024-01-15 10:30:00",
        "2024-1-15T10:30:00Z",
        "2024-13-15T10:30:00Z",
        "2024-02-30T10:30:00Z",
        "2024-01-15T25:30:00Z",
        "2024-01-15T10:61:00Z",
        "2024-01-15T10:30:00Z ",
        "2024-01-15T10:30:00ZZ",
        "2024-01-15T10:30:00 Z",
        "2024-01-15T",
        "\u0662\u0660\u0662\u0664-01-15T10:30:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "9999-12-31T23:59:60Z",
    ],
)
def test_other_texts_are_no_times(text: str) -> None:
    """A text that is no ISO 8601 passed, or a date at the edge of the calendar that ends the judge."""
    assert moment(text) is None
    assert kinds(asset_times_are_true, asset_made(created_at=text)) == ["created_at is no date-time"]


# --- create asset


@pytest.mark.parametrize("value", [1705314600, 1705314600.5, True, [], {}, ["2024-01-15T10:30:00Z"]])
def test_times_that_are_no_text_are_found(value: object) -> None:
    """Seconds since 1970 as a JSON number."""
    judged = asset_made(created_at=value if not isinstance(value, float) else 2)
    assert kinds(asset_times_are_true, judged) == ["created_at is no date-time"]


def test_a_date_alone_is_no_time_of_an_asset() -> None:
    """The leniency of the other guide applied to assets."""
    judged = asset_made(created_at="2024-01-15", modified_at="2024-01-15")
    assert kinds(asset_times_are_true, judged) == [
        "created_at is no date-time",
        "modified_at is no date-time",
    ]


@pytest.mark.parametrize(
    ("shift", "found"),
    [
        (timedelta(minutes=-59), []),
        (timedelta(minutes=59), []),
        (timedelta(minutes=-61), ["created_at is another time", "modified_at is another time"]),
        (timedelta(minutes=61), ["created_at is another time", "modified_at is another time"]),
        (timedelta(hours=-5), ["created_at is another time", "modified_at is another time"]),
        (timedelta(days=-365), ["created_at is another time", "modified_at is another time"]),
    ],
)
def test_an_hour_of_clock_difference_is_allowed(shift: timedelta, found: list[str]) -> None:
    """A local time marked as UTC, a constant out of the guide; or a clock that is a little off charged."""
    text = (HALF_PAST_TEN + shift).isoformat()
    assert kinds(asset_times_are_true, asset_made(created_at=text, modified_at=text)) == found


def test_a_time_without_an_offset_is_local_somewhere() -> None:
    """A server's local time without an offset charged as another time; a wrong day not."""
    for hours, found in ((-11, []), (13, []), (-17, ["created_at is another time"] * 1)):
        text = (HALF_PAST_TEN + timedelta(hours=hours)).replace(tzinfo=None).isoformat()
        assert kinds(asset_times_are_true, asset_made(created_at=text, modified_at=None)) == found


@pytest.mark.parametrize(
    ("created", "modified", "found"),
    [
        ("2024-01-15T10:30:01Z", "2024-01-15T10:30:00Z", ["changed before created"]),
        ("2024-01-15T10:30:00.002Z", "2024-01-15T10:30:00.001Z", ["changed before created"]),
        ("2024-01-15T12:30:00+02:00", "2024-01-15T10:29:59Z", ["changed before created"]),
        ("2024-01-15T10:30:00Z", "2024-01-15T10:30:00Z", []),
        ("2024-01-15T12:30:00+02:00", "2024-01-15T10:30:00Z", []),
        ("2024-01-15T10:30:00.9Z", "2024-01-15T10:30:00Z", []),
        ("2024-01-15T10:30:59Z", "2024-01-15T10:30Z", []),
        ("2024-01-15T10:30:00", "2024-01-15T10:29:00Z", []),
    ],
    ids=[
        "a second",
        "a millisecond",
        "offsets",
        "same",
        "same moment",
        "cut off",
        "minutes",
        "unknown offset",
    ],
)
def test_nothing_is_modified_before_it_is_created(created: str, modified: str, found: list[str]) -> None:
    """The wrong order unseen; or a fraction that one of the two fields cuts off charged as one."""
    assert kinds(asset_times_are_true, asset_made(created_at=created, modified_at=modified)) == found


@pytest.mark.parametrize("name", ["created_at", "modified_at"])
def test_a_missing_time_is_the_shapes_matter(name: str) -> None:
    """One bug charged to two clauses."""
    made = asset_made(**{name: None})
    assert kinds(asset_times_are_true, made) == []


# --- create allocation


@pytest.mark.parametrize("day", ["2024-01-14", "2024-01-15", "2024-01-16", "20240115"])
def test_a_date_alone_is_a_time_of_an_allocation(day: str) -> None:
    """The guide's own form refused, or a day that is today elsewhere on earth."""
    assert kinds(allocation_times_and_origin_are_true, allocation_made(createdAt=day, updatedAt=day)) == []


@pytest.mark.parametrize("day", ["2024-01-12", "2024-01-13", "2024-01-17", "2024-01-18", "2019-08-24"])
def test_a_date_of_another_day_is_found(day: str) -> None:
    """The example's date given to every allocation."""
    judged = allocation_made(createdAt=day, updatedAt=day)
    assert kinds(allocation_times_and_origin_are_true, judged) == [
        "createdAt is another time",
        "updatedAt is another time",
    ]


def test_a_date_beside_a_date_time_says_nothing_of_the_order() -> None:
    """Midnight of a date alone taken for a moment before creation."""
    judged = allocation_made(createdAt="2024-01-15T10:30:00Z", updatedAt="2024-01-15")
    assert kinds(allocation_times_and_origin_are_true, judged) == []


def test_an_earlier_day_is_before() -> None:
    """Two dates whose order nobody looks at."""
    judged = allocation_made(createdAt="2024-01-15", updatedAt="2024-01-14")
    assert kinds(allocation_times_and_origin_are_true, judged) == ["changed before created"]


def test_a_repeated_request_may_be_answered_with_an_old_allocation() -> None:
    """The documented retry charged for the time of the first sending; but nothing is made in the future."""
    for year, found in ((2023, []), (2025, ["createdAt is another time", "updatedAt is another time"])):
        made = allocation(createdAt=f"{year}-01-15T10:30:00Z", updatedAt=f"{year}-01-15T10:30:00Z")
        judged = answered(repeating(allocate()), 200, {"allocation": made})
        assert kinds(allocation_times_and_origin_are_true, judged) == found


def test_a_slow_answer_widens_the_window() -> None:
    """An answer that came an hour after its request, and tells the later time."""
    late = answered(create_asset(), 200, asset_made().fields, ms=3_600_000 * 1.5)
    assert late.response is not None
    moved = exchange(late.request, late.response, ms=late.elapsed_ms, at=HALF_PAST_TEN - timedelta(hours=2))
    assert kinds(asset_times_are_true, moved) == []


@pytest.mark.parametrize("name", ["id", "initiatedBy"])
def test_an_empty_origin_is_found(name: str) -> None:
    """An allocation of nobody, or without a name."""
    changes: dict[str, Any] = {name: ""}
    judged = allocation_made(None, **changes)
    assert kinds(allocation_times_and_origin_are_true, judged) == [f"{name} is empty"]


@pytest.mark.parametrize(
    "judged",
    [
        answered(create_asset(), 409, "taken"),
        answered(below(create_asset()), 200, {"created_at": "x"}),
        answered(create_asset(method="PUT"), 200, {"created_at": "x"}),
        lost(create_asset(), Loss.CLOSED),
        answered(allocate(), 422, {"allocation": allocation(createdAt="x")}),
        answered(allocate(), 200, {"allocation": []}),
        answered(allocate(), 200, b"oops"),
    ],
)
def test_times_are_judged_of_what_was_made(judged: Exchange) -> None:
    """A refusal held against the times of something that was never made."""
    assert kinds(asset_times_are_true, judged) is None
    assert kinds(allocation_times_and_origin_are_true, judged) is None
