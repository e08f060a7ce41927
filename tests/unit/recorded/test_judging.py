"""Recorded exchanges are judged as live ones are, as far as an archive shows them; honest traffic is silent."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts.asking.record import Record
from contracts.checks.registry import Context
from contracts.recorded.archive import read_archive
from contracts.recorded.entries import recorded, write
from contracts.recorded.judging import BY_REQUESTS, NO_CHANCE, judged
from contracts.violation import Violation
from tests.fixtures.archives import HOST, Entry, changed, entry, named, read
from tests.fixtures.exchanges import (
    ID,
    JSON,
    allocate,
    allocation,
    allocation_made,
    answered,
    ask_payload,
    asset,
    asset_body,
    asset_made,
    create_asset,
    payload_given,
    signed,
)

TOKEN = "v2xM5Ufzs8n9F3dc87upQszw48Hocd"
OTHER = "9c2f1d9e-8b4a-4c6f-9a57-1de0b2c3a4f5"


def of(*entries: Entry) -> Record:
    told: list[Violation] = []
    exchanges = [found for each in entries if (found := recorded(each, "")) is not None]
    beside = [each for each in entries if recorded(each, "") is None]
    writes = [wrote for each in beside if (wrote := write(each)) is not None]
    record = judged(exchanges, Context(), lambda met, violation: told.append(violation), writes)
    assert told == record.violations
    return record


def found(record: Record) -> list[str]:
    return [f"{violation.clause} {violation.kind}" for violation in record.violations]


def conflict(symbol: str = "BTC", *, after_s: float = 0.0) -> Entry:
    return entry(answered(create_asset(asset_body(symbol=symbol)), 409, "the symbol exists"), after_s=after_s)


def made(symbol: str = "BTC", id: str = ID, *, after_s: float = 0.0) -> Entry:
    return entry(asset_made(asset_body(symbol=symbol), id=id), after_s=after_s)


def test_honest_traffic_is_silent() -> None:
    """False alarms on what a browser recorded of a service that keeps its contract."""
    record = of(
        made(),
        conflict(after_s=1),
        made("ETH", OTHER, after_s=2),
        entry(answered(create_asset(b"{"), 400, "no JSON"), after_s=3),
        entry(payload_given(), after_s=4),
        entry(allocation_made(), after_s=5),
        entry(
            answered(ask_payload().with_header("Authorization", None), 401, {"error": "no token"}), after_s=6
        ),
        entry(answered(create_asset().but(method="OPTIONS", body=None), 204), after_s=7),
        entry(
            answered(create_asset().but(method="DELETE"), 405, "no", (*JSON, ("Allow", "POST"))), after_s=8
        ),
    )
    assert found(record) == []
    for clause in (
        "AST-01",
        "AST-02",
        "AST-05",
        "AST-09",
        "AST-18",
        "SIG-01",
        "SIG-02",
        "ALC-01",
        "ALC-02",
        "AUT-06",
    ):
        assert record.chances[clause], clause


def test_violations_are_those_of_a_run() -> None:
    """A finding of recorded traffic that a run calls by another name."""
    wrong = entry(answered(create_asset(), 200, asset(symbol="btc")))
    assert found(of(wrong)) == ["AST-02 symbol changed"]
    assert found(of(entry(answered(create_asset(), 500, "oops")))) == ["HTP-01 status 500"]


def test_clauses_without_a_chance_say_why() -> None:
    """A clause called held, because no exchange in the archive could have broken it."""
    record = of(made())
    assert record.unasked["ALC-01"] == NO_CHANCE
    assert record.unasked["AST-13"] == BY_REQUESTS
    assert "AST-01" not in record.unasked


BLIND: dict[str, tuple[dict[str, Any], set[str]]] = {
    "no answer body": (
        {"response__content": {"text": ...}},
        {"AST-01", "AST-02", "HTP-03", "HTP-06", "AUT-06"},
    ),
    "no request body": ({"request__postData": {"text": ...}}, {"AST-01", "AST-02", "HTP-02", "HTP-06"}),
    "no time": ({"timings": {"wait": -1}}, {"HTP-08"}),
    "no headers": ({"response": {"headers": []}}, {"HTP-03", "HTP-04"}),
    "no credential": ({}, {"AUT-07"}),
}


@pytest.mark.parametrize("what", BLIND)
def test_what_is_not_shown_gives_no_chance(what: str) -> None:
    """An alarm about, or a clause held by, what the archive leaves out."""
    change, without = BLIND[what]
    record = of(changed(made(), **change))
    assert found(record) == []
    assert not {clause for clause in without if record.chances[clause]}
    assert record.chances["HTP-01"] == 1


def test_a_large_request_that_is_not_shown() -> None:
    """`status 413` is no documented one, but for a body that is too large: of a size that nobody recorded."""
    told = entry(answered(create_asset(), 413, "too large"))
    assert found(of(told)) == ["HTP-02 status 413"]
    assert found(of(changed(told, request__postData={"text": ...}))) == []


def test_tokens_in_answers_are_found() -> None:
    """A recorded token that its answer repeats, and nobody notices without knowing the settings."""
    request = allocate().with_header("Authorization", f"Bearer {TOKEN}")
    told = entry(answered(request, 401, {"error": f"bad token {TOKEN}"}))
    assert found(of(told)) == ["AUT-07 secret repeated"]
    masked = entry(
        answered(allocate().with_header("Authorization", "Bearer [redacted]"), 401, {"error": "[redacted]"})
    )
    assert found(of(masked)) == []


def test_late_answers_are_found() -> None:
    """Latency that only the recorder saw."""
    told = changed(made(), timings={"wait": 3200.0})
    assert found(of(told)) == ["HTP-08 late answer"]


def test_ids_are_given_once_at_each_origin() -> None:
    """Two assets under one id; or two environments in one archive, whose ids are no matter of each other."""
    assert found(of(made(), made("ETH", after_s=1))) == ["AST-03 id given twice"]
    elsewhere = entry(asset_made(asset_body(symbol="ETH")), after_s=1, host="https://other.example")
    assert found(of(made(), elsewhere)) == []


def test_a_second_asset_of_one_symbol() -> None:
    """A conflict that is missing, seen by nobody because no question asked for it."""
    assert found(of(made(), made(id=OTHER, after_s=1))) == ["AST-05 the symbol exists: 200"]
    assert of(made(), conflict(after_s=1)).chances["AST-05"] == 1
    renamed = entry(asset_made(asset_body(display_name="Other"), id=OTHER), after_s=1)
    assert found(of(made(), renamed)) == ["AST-06 the symbol exists: 200"]


def test_creates_that_overlap_decide_nothing() -> None:
    """The loser of a race called the second, by an order that nobody knows; and two environments."""
    record = of(made(), made(id=OTHER, after_s=0.005))
    assert found(record) == []
    assert not record.chances["AST-05"]
    elsewhere = entry(asset_made(asset_body(), id=OTHER), after_s=1, host="https://other.example")
    assert found(of(made(), elsewhere)) == []


@pytest.mark.parametrize(
    ("method", "url"),
    [("DELETE", f"{HOST}/api/assetpricing/v1/internal/assets/7"), ("POST", f"{HOST}/admin/reset")],
)
def test_what_else_was_written_in_between_explains_it(method: str, url: str) -> None:
    """A service with more operations than these: the first asset may have been deleted."""
    beside = changed(made(after_s=1), request={"method": method, "url": url})
    assert found(of(made(), beside, made(id=OTHER, after_s=2))) == []
    read_only = changed(beside, request={"method": "GET"})
    assert found(of(made(), read_only, made(id=OTHER, after_s=2))) == ["AST-05 the symbol exists: 200"]
    elsewhere = changed(beside, request={"url": url.replace("api.", "www.")})
    assert found(of(made(), elsewhere, made(id=OTHER, after_s=2))) == ["AST-05 the symbol exists: 200"]


def test_an_allocation_that_is_answered_again() -> None:
    """A retry of yesterday's allocation: its answer has yesterday's time, and what yesterday's request said."""
    old = {"createdAt": "2024-01-14T10:30:00Z", "updatedAt": "2024-01-14T10:30:00Z"}
    told = entry(answered(allocate(signed("2")), 200, {"allocation": allocation(**old)}))
    assert found(of(told)) == []
    fresh = entry(answered(allocate(signed("2")), 200, {"allocation": allocation()}))
    assert found(of(fresh)) == ["ALC-02 amount.quantity changed"]


def test_headers_that_name_a_405() -> None:
    """A 405 without Allow, in an archive that has headers."""
    told = entry(answered(create_asset().but(method="DELETE"), 405, "no"))
    assert found(of(told)) == ["HTP-04 405 without Allow"]
    assert found(of(changed(told, response={"headers": named([("allow", "POST")])}))) == []


def test_archives_have_a_memory_each() -> None:
    """One create that two tools recorded by their own clocks, or two days of a service that was reset: no second asset."""
    first, again = read(made()), replace(read(made(after_s=3)), archive=1)
    reset = replace(read(made("ETH", after_s=5)), archive=2)
    record = judged([first, again, reset], Context(), lambda met, violation: None)
    assert found(record) == []
    assert record.chances["AST-03"] == 3


def test_unknown_durations_are_no_latencies() -> None:
    """A p50 of 0 ms in the report, from a tool that measures nothing; and a lost answer that takes a measured one with it."""
    lost = changed(made(after_s=2), response={"status": 0}, timings={"wait": -1})
    record = of(made(), changed(made("ETH", OTHER, after_s=1), timings={"wait": -1}), lost)
    assert [round(ms, 1) for ms in record.timings["createAsset"]] == [12.5]


def test_a_cache_asks_by_itself() -> None:
    """304 to a browser that has the answer already, called an undocumented status."""
    told = changed(
        entry(payload_given()), request={"method": "GET", "headers": named([("If-None-Match", "x")])}
    )
    assert found(of(changed(told, response={"status": 304}))) == []


CHROMIUM = Path(__file__).parents[1] / "data" / "traffic" / "chromium.har"


def test_a_browsers_own_archive_is_silent() -> None:
    """Archives that only this project's idea of them looks like: see data/README.md."""
    entries = read_archive(CHROMIUM).entries
    assert len(entries) == 11
    record = of(*entries)
    assert found(record) == []
    assert record.requests == 10
    asked = (
        "AST-01",
        "AST-02",
        "AST-04",
        "AST-05",
        "AST-09",
        "AST-18",
        "SIG-01",
        "SIG-02",
        "ALC-16",
        "AUT-06",
        "HTP-04",
    )
    for clause in (*asked, "AUT-07", "HTP-03", "HTP-08"):
        assert record.chances[clause], clause
