"""One rough target of each kind; `python -m tests.rough` tries all of them."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts.mock.embedded import Embedded
from tests.rough import table
from tests.rough.behaviour import Behaviour
from tests.rough.behaviours import BEHAVIOURS
from tests.rough.judging import complaints
from tests.rough.running import Ran, tried

GATE = [behaviour for behaviour in BEHAVIOURS.values() if behaviour.gate]


@pytest.fixture(scope="module")
def behind() -> Iterator[Embedded]:
    with Embedded() as mock:
        yield mock


@pytest.mark.parametrize("behaviour", GATE, ids=lambda behaviour: behaviour.id)
def test_rough_target(behaviour: Behaviour, behind: Embedded, tmp_path: Path) -> None:
    """A run that hangs, swells, breaks, or blames the wrong clause, where a target misbehaves."""
    ran = asyncio.run(tried(behaviour, behind, tmp_path))
    assert not list(complaints(behaviour, ran)), ran.text


@pytest.fixture
def right(tmp_path: Path) -> Ran:
    """A run that could not be carried out, and says so everywhere."""
    (tmp_path / "summary.json").write_text('{"complete": true, "exit_code": 2}', encoding="utf-8")
    for name, text in (
        ("junit.xml", "<testsuites><error/></testsuites>"),
        ("report.html", "</html>"),
        ("traffic.har", "{}"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return Ran(2, 1.0, 60.0, "contracts: BASE_URL: no connection: Connection refused", tmp_path)


WRONG = {
    "a run that hangs": ({"code": -9, "seconds": 60.0}, "killed"),
    "a run that lasts": ({"seconds": 41.0}, "took 41 s"),
    "a run that swells": ({"megabytes": 301.0}, "took 301 MB"),
    "a redirect that is followed": ({"visits_elsewhere": 1}, "connections to an origin"),
    "a crash": ({"text": "Connection refused\nTraceback (most recent call last):"}, "a traceback"),
    "another cause": ({"text": "contracts: BASE_URL: the host name does not resolve"}, "wrong verdict"),
    "another exit code": ({"code": 3}, "wrong verdict"),
    "no report": ({"report": None}, "no report folder"),
}


@pytest.mark.parametrize(("changed", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_about_a_run_is_seen(changed: dict[str, Any], said: str, right: Ran) -> None:
    """A kit whose every row is right, whatever a run does."""
    refused = BEHAVIOURS["refuses"]
    assert not list(complaints(refused, right))
    assert said in "\n".join(complaints(refused, replace(right, **changed)))


def test_half_a_report_is_seen(right: Ran, tmp_path: Path) -> None:
    """A report folder that lacks its page, or whose summary is that of a run which still goes on."""
    (tmp_path / "summary.json").write_text('{"complete": false, "exit_code": 130}', encoding="utf-8")
    (tmp_path / "junit.xml").write_text("<testsuites>", encoding="utf-8")
    (tmp_path / "report.html").unlink()
    told = "\n".join(complaints(BEHAVIOURS["refuses"], right))
    for part in ("junit.xml: no element found", "junit.xml: no error", "report.html", "complete is False"):
        assert part in told


def test_table_takes_its_place_between_the_markers(right: Ran, tmp_path: Path) -> None:
    """A table that is appended, or that takes the rest of the page with it."""
    page = tmp_path / "PROOF.md"
    page.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nbehind\n", encoding="utf-8")
    row = table.Row(BEHAVIOURS["refuses"], right, ())
    table.replace_in(page, table.as_markdown([row]))
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nbehind\n")
    assert "old" not in text
    assert "| `refuses` |" in text
