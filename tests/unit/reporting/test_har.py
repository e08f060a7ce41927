"""traffic.har: valid HAR 1.2, the requests where they went, lost answers as browsers write them."""

import json
from typing import Any

import pytest

from contracts.reporting.cases import Run
from contracts.reporting.har import as_har
from tests.fixtures import runs
from tests.fixtures.reports import HOSTILE, run
from tests.fixtures.schemas import har_errors

TARGETS = {"name": "two", "base_url": "https://network.example", "assets_base_url": "https://assets.example"}


def log(of: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(as_har(of))["log"]
    return found


def sent(target: str, **changes: Any) -> dict[str, Any]:
    request = {"method": "GET", "target": target, "headers": [["X", "1"], ["X", "2"]], "body": None}
    return runs.exchange(request=request, **changes)


@pytest.mark.parametrize(
    "of",
    [
        run(),
        run(runs.story()),
        run(runs.story(exchanges=runs.burst())),
        run(runs.story(kind=HOSTILE, exchanges=[sent("/a b/\u00e9/[redacted]?x=%zz|&y")])),
    ],
)
def test_follows_the_schema(of: Run) -> None:
    """An archive that viewers refuse, because of a target that is no URI or of half a pair."""
    assert har_errors(json.loads(as_har(of))) == []
    assert json.dumps(json.loads(as_har(of)), ensure_ascii=False).encode()  # every pair is whole


def test_phases_add_up() -> None:
    """Times below zero, or a time that its phases do not explain: viewers then draw nothing."""
    for entry in log(run(runs.story(exchanges=runs.burst())))["entries"]:
        phases = [entry["timings"][name] for name in ("send", "wait", "receive")]
        assert min(phases) >= 0
        assert sum(phases) == pytest.approx(entry["time"])


def test_requests_are_where_they_went() -> None:
    """An asset's request with the origin of the other service."""
    story = runs.story(operation="", exchanges=[runs.exchange(), sent("/api/network/v1/x?y=1&y=2")])
    urls = [entry["request"]["url"] for entry in log(run(story, target=TARGETS))["entries"]]
    assert urls == [
        "https://assets.example/api/assetpricing/v1/internal/assets",
        "https://network.example/api/network/v1/x?y=1&y=2",
    ]


def test_order_is_that_of_time() -> None:
    """A story told from its end."""
    late, early = runs.exchange(at="2026-11-21T10:46:08+00:00"), runs.exchange(at="2026-11-21T10:46:07+00:00")
    started = [entry["startedDateTime"] for entry in log(run(runs.story(exchanges=[late, early])))["entries"]]
    assert started == [early["at"], late["at"]]


def test_lost_answer_is_told() -> None:
    """A lost answer that looks like an empty one."""
    (entry,) = log(run(runs.story(exchanges=[runs.exchange(None)])))["entries"]
    assert entry["response"]["status"] == 0
    assert entry["response"]["comment"] == "no answer within 10 s"


def test_message_is_kept() -> None:
    """A header that was sent twice and is listed once; a body that is not the one sent."""
    story = runs.story(exchanges=[runs.exchange(), sent("/x", at="2026-11-21T10:47:08+00:00")])
    first, second = log(run(story))["entries"]
    assert first["request"]["postData"]["text"] == runs.compact(runs.ASSET)
    assert first["request"]["postData"]["mimeType"] == "application/json"
    assert first["response"]["httpVersion"] == "HTTP/1.1"
    assert second["request"]["headers"] == [{"name": "X", "value": "1"}, {"name": "X", "value": "2"}]
    assert "postData" not in second["request"]
    assert first["comment"] == "AST-06: the symbol exists: 200"
