"""junit.xml: what CI servers count, and text that no server can break."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from contracts.reporting.cases import Run
from contracts.reporting.junit import as_junit
from tests.fixtures import runs
from tests.fixtures.reports import HOSTILE, MIXED, run
from tests.fixtures.schemas import junit_errors


def parsed(of: Run) -> ET.Element:
    return ET.fromstring(as_junit(of))  # noqa: S314  # our own file


def cases(root: ET.Element) -> dict[str, ET.Element]:
    return {each.attrib["name"].partition(" ")[0]: each for each in root.iter("testcase")}


@pytest.mark.parametrize("of", [run(), MIXED, run(runs.story(received=HOSTILE, kind=HOSTILE))])
def test_follows_the_schema(of: Run) -> None:
    """A file that Jenkins refuses."""
    assert junit_errors(as_junit(of)) == []


def test_outcomes_are_what_servers_know() -> None:
    """A violation as an error of the suite, our bug as the target's, an unknown clause among the passed."""
    found = cases(parsed(MIXED))
    outcomes = {id: [child.tag for child in element] for id, element in found.items()}
    assert outcomes["AST-06"] == ["failure"]
    assert outcomes["AST-05"] == ["error"]
    assert outcomes["AUT-05"] == ["skipped"]
    assert outcomes["ALC-10"] == ["skipped"]
    assert outcomes["AST-03"] == ["system-out"]
    assert outcomes["AST-01"] == []
    assert found["AUT-05"][0].get("message") == "not applicable: READ_ONLY_TOKEN not set"
    assert found["AST-06"].get("classname") == "AST create asset"
    assert found["AST-06"][0].get("type") == "violated"


def test_counts_are_right() -> None:
    """A server that says 1 of 70 where 3 failed."""
    root = parsed(MIXED)
    suites = root.findall("testsuite")
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        for suite in suites:
            assert int(suite.attrib[name]) == len(suite.findall(f"testcase/{tag}"))
    for name in ("tests", "failures", "errors"):
        assert int(root.attrib[name]) == sum(int(suite.attrib[name]) for suite in suites)
    assert int(root.attrib["tests"]) == len(list(root.iter("testcase")))
    assert [suite.attrib["name"][:3] for suite in suites] == ["AST", "SIG", "ALC", "AUT", "HTP", "RUN"]


def test_times_add_up() -> None:
    """A run of 28 s whose slowest clause nobody finds, or whose parts take longer than the whole."""
    root = parsed(run(rows={"AST-05": {"seconds": 1.5}, "AST-06": {"seconds": 0.25}}))
    times = {id: case.attrib["time"] for id, case in cases(root).items()}
    assert (times["AST-05"], times["AST-06"], times["AST-07"]) == ("1.500", "0.250", "0.000")
    assert times["RUN"] == "26.099"
    suites = {suite.attrib["name"]: suite.attrib["time"] for suite in root.findall("testsuite")}
    assert (suites["AST create asset"], suites["RUN"], root.attrib["time"]) == ("1.750", "26.099", "27.849")


def test_what_was_asked_at_the_same_time_leaves_nothing() -> None:
    """Questions that overlapped, and a time below nothing, on which readers of the format stop."""
    root = parsed(run(rows={"AST-05": {"seconds": 30}}))
    assert cases(root)["RUN"].attrib["time"] == "0.000"


def test_names_the_run() -> None:
    """A file of which nobody knows which target and seed it is about."""
    told = {each.attrib["name"]: each.attrib["value"] for each in parsed(run()).iter("property")}
    assert (told["target"], told["profile"], told["seed"]) == ("staging", "verify", "7")
    assert {"version.contracts", "digest.clauses", "digest.openapi"} <= told.keys()


@pytest.mark.parametrize("where", ["received", "expected", "kind", "operation", "steps"])
def test_any_text_of_a_server_is_xml(where: str) -> None:
    """A control character or half a pair that makes the whole file unreadable."""
    text: Any = [HOSTILE] if where == "steps" else HOSTILE
    failure = cases(parsed(run(runs.story(**{where: text}))))["AST-06"][0]
    assert "]]> <failure/> & \\x00\\x08\\x1f \\ud800 \\ufffe \\uffff \\x85 'q\" \U0001f600" in (
        failure.text or ""
    )
