"""The bench's own arithmetic and its page: a figure that is wrong, or a promise that looks kept, misleads for months."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from bench import pinning, raw, stock, writing
from bench.detection import sample
from bench.load import write
from bench.measuring import Claim, Part, Series, in_turn, middle


def test_a_ratio_is_of_neighbours() -> None:
    """The ratio of two medians, which a machine that slows down half way through a run makes up by itself."""
    ours, theirs = Series("ours", "s", (1.0, 10.0, 100.0)), Series("theirs", "s", (2.0, 20.0, 400.0))
    assert ours.over(theirs) == 0.5


def test_a_server_is_kept_on_one_core_while_it_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A JVM that is compared on two cores with a server that can use one; or a server that stays on one for good."""
    told: list[tuple[int, set[int]]] = []
    monkeypatch.setattr(os, "sched_setaffinity", None, raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {2, 3}, raising=False)
    monkeypatch.setattr(pinning, "_pin", lambda *pinned: told.append(pinned))
    with pinning.on_one_core(7):
        assert told == [(7, {2})]
    assert told[1:] == [(7, {2, 3})]


@pytest.mark.parametrize("at_least", [True, False])
def test_what_could_not_be_seen_keeps_no_promise(at_least: bool) -> None:  # noqa: FBT001
    """A peer that never started, whose missing figure counts as a promise kept."""
    assert not Claim("nothing", middle([]), 1.0, at_least=at_least).holds


def test_things_are_measured_in_turn() -> None:
    """All rounds of one thing before the first of the next: a busy minute is then charged to one of them."""
    order: list[str] = []

    def measure(name: str) -> float:
        order.append(name)
        return 1.0

    in_turn(2, {name: ("s", lambda name=name: measure(name)) for name in ("a", "b")})  # type: ignore[misc]
    assert order == ["a", "b", "a", "b"]


def a_part(seen: float) -> Part:
    return Part("a", "Title", "How.", [Series("x", "s", (1.0, 2.0))], [Claim("fast", seen, 2.0)], ["a note"])


@pytest.mark.parametrize(
    ("seen", "word"), [(3.0, "| holds |"), (1.0, "**does not hold**"), (float("nan"), "not seen")]
)
def test_the_page_says_whether_a_promise_holds(
    seen: float, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that shows a broken promise as kept, or one without a figure as any figure."""
    page = written(tmp_path, monkeypatch, a_part(seen))
    assert word in next(line for line in page.splitlines() if line.startswith("| a | fast |"))


def written(place: Path, monkeypatch: pytest.MonkeyPatch, *parts: Part) -> str:
    monkeypatch.setattr(writing, "JSON", place / "results.json")
    monkeypatch.setattr(writing, "PAGE", place / "RESULTS.md")
    for part in parts:
        writing.write({part.key: part}, {"date": "2026-11-21"}, "python -m bench")
    json.loads((place / "results.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    return (place / "RESULTS.md").read_text(encoding="utf-8")


def test_a_part_that_was_not_measured_again_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make bench ARGS=e`, which would leave a page of one part."""
    other = a_part(3.0)
    other.key, other.title = "b", "Another"
    page = written(tmp_path, monkeypatch, other, a_part(3.0))
    assert page.index("## (a) Title") < page.index("## (b) Another")


def a_scenario(label: str, *cases: tuple[str, float, str, str]) -> dict[str, Any]:
    """An event as `st run` writes it: cases by id, time, check and status, in any order."""
    interactions = {case: {"timestamp": at} for case, at, _, _ in cases}
    checks = {case: [{"name": check, "status": status}] for case, _, check, status in cases}
    recorder = {"label": label, "interactions": interactions, "checks": checks}
    return {"ScenarioFinished": {"elapsed_time": 2.0, "recorder": recorder}}


def test_failures_of_schemathesis_are_told_in_the_order_of_their_requests() -> None:
    """A first red that is another's, or whose requests are counted from the start of its scenario."""
    first = a_scenario("POST /a", ("x", 1.0, "fine", "success"), ("y", 2.0, "fine", "success"))
    second = a_scenario("POST /b", ("late", 9.0, "later", "failure"), ("soon", 3.0, "sooner", "failure"))
    told = stock.Told()
    stock._read(told, io.StringIO("".join(json.dumps(event) + "\n" for event in (first, second))))
    assert [(failure.check, failure.operation, failure.requests) for failure in told.failures] == [
        ("sooner", "POST /b", 3),
        ("later", "POST /b", 4),
    ]
    assert (told.requests, told.seconds) == (4, 4.0)


def test_half_an_event_is_read_when_it_is_whole(tmp_path: Path) -> None:
    """A file that is read while it is written: the cut line is lost, or ends the run with a traceback."""
    line = json.dumps(a_scenario("POST /a", ("x", 1.0, "bad", "failure"))) + "\n"
    path, told = tmp_path / "events", stock.Told()
    with path.open("w", encoding="utf-8", buffering=1) as written, path.open(encoding="utf-8") as lines:
        seen = []
        for piece in (line[:40], line[40:]):
            written.write(piece)
            written.flush()
            stock._read(told, lines)
            seen.append(told.requests)
    assert seen == [0, 1]


def test_both_documents_fit_into_one(tmp_path: Path) -> None:
    """A reference that leads nowhere, or to the other document's component, after both are put together."""
    text = stock.specification(tmp_path).read_text(encoding="utf-8")
    document = json.loads(text)
    assert len(document["paths"]) == 3
    for reference in {piece.partition('"')[0] for piece in text.split('"$ref": "#/')[1:]}:
        node = document
        for name in reference.split("/"):
            node = node[name]


def test_the_raw_client_gets_back_what_was_kept(tmp_path: Path) -> None:
    """Requests that are cut at the wrong byte, or a Host that is sent twice."""
    body = "é\r\n\r\n{}".encode()
    head = f"POST /a HTTP/1.1\r\nHost: x\r\nX-A: b: c\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    kept = write(tmp_path / "kept", [head + body, b"GET /b HTTP/1.1\r\n\r\n", head + body])
    wanted = ("POST", "/a", {"X-A": "b: c", "Content-Length": str(len(body))}, body)
    assert raw.requests_in(kept) == [wanted, wanted]


def test_the_sample_of_faults_is_nobodys_choice() -> None:
    """A sample that changes from run to run, or that a larger one does not contain."""
    assert sample(8) == sample(30)[:8]
    assert len(set(sample(30))) == 30
