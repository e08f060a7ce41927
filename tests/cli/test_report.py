"""The report folder: every promised file, readable by its tools, alike between runs, without secrets."""

import json
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from contracts.clauses.catalogue import load
from contracts.mock.embedded import Embedded
from contracts.signing import SigningKey
from tests.fixtures.commands import Ran, run
from tests.fixtures.schemas import ctrf_errors, har_errors, junit_errors, sarif_errors

# Pipelines read these names.
PROMISED = {
    *("verdict", "exit_code", "profile", "seed", "target", "versions", "duration_s", "requests", "cases"),
    *("clauses", "findings", "observations", "timings", "format", "baseline", "behaviour_changes"),
}
VOID = {"meta", "link", "br", "hr", "img", "input"}


@pytest.fixture(scope="module")
def finding(red: Ran) -> dict[str, Any]:
    """The finding that every create of the faulty mock shows."""
    (brief,) = (found for found in red.summary["findings"] if found["clause"] == "AST-01")
    story: dict[str, Any] = read(red.report / "findings" / f"{brief['id']}.json")
    return story


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def results(ran: Ran) -> list[dict[str, Any]]:
    return [read(path) for path in (ran.report / "allure-results").glob("*-result.json")]


def stable(result: dict[str, Any]) -> list[Any]:
    """What Allure 2 (history) and Allure 3 (test case and parameters) join two runs of a question by."""
    return [result["fullName"], result["testCaseId"], result["name"], result.get("parameters")]


def labels(result: dict[str, Any], name: str) -> list[str]:
    return [label["value"] for label in result["labels"] if label["name"] == name]


def test_summary_has_all_promised_fields(red: Ran) -> None:
    """A field that pipelines read and a refactoring renamed."""
    assert set(red.summary) >= PROMISED
    assert red.summary["complete"] is True
    assert red.summary["seed"] == 7
    assert set(red.summary["clauses"]) == set(load())
    for row in red.summary["clauses"].values():
        assert set(row) - {"reason", "first_red", "seconds"} == {"level", "verdict", "exercised"}
    assert set(red.summary["timings"]) >= {"createAsset", "signingPayload", "createAllocation"}
    for times in red.summary["timings"].values():
        assert times["p50_ms"] <= times["p95_ms"] <= times["p99_ms"] <= times["max_ms"]
        assert times["count"] > 0


def test_summary_counts_nothing_twice(red: Ran) -> None:
    """Questions, cases and requests that do not add up."""
    told = red.summary
    assert 0 < told["cases"] <= told["requests"]
    assert sum(times["count"] for times in told["timings"].values()) <= told["requests"]
    ids = [found["id"] for found in told["findings"]]
    assert len(ids) == len(set(ids))


def test_every_clause_that_is_not_judged_says_why(red: Ran) -> None:
    """A clause without a verdict and without a reason: nobody knows what to set, or what to fix."""
    for clause, row in red.summary["clauses"].items():
        if row["verdict"] in {"not_exercised", "not_applicable", "broken", "violated"}:
            assert row["reason"], clause


def test_findings_of_the_summary_are_the_files(red: Ran) -> None:
    """A finding without its story, or a story that the summary does not count."""
    files = {path.stem for path in (red.report / "findings").glob("*.json")}
    assert files == {found["id"] for found in red.summary["findings"]}


def test_finding_tells_its_story(finding: dict[str, Any]) -> None:
    """A finding that names a clause and leaves out what was sent."""
    assert finding["promise"] == load()["AST-01"].sentence
    assert finding["operation"] == "createAsset"
    assert "200" in finding["expected"]
    assert finding["received"].startswith("201")
    assert finding["asked_by"].startswith("test_")
    exchange = finding["exchanges"][-1]
    assert exchange["request"]["method"] == "POST"
    assert json.loads(exchange["request"]["body"])["symbol"]
    assert exchange["response"]["status"] == 201
    assert "curl -sS" in finding["curl"]
    assert finding["alone"] is True


def test_junit_has_a_case_for_each_clause(red: Ran) -> None:
    """A JUnit file with another outcome for a clause than summary.json, or with tracebacks of the suite."""
    root = ET.parse(red.report / "junit.xml").getroot()  # noqa: S314  # our own file
    failed = {case.attrib["name"].split()[0]: case.find("failure") for case in root.iter("testcase")}
    assert failed.keys() == {*load(), "RUN"}
    assert {id for id, failure in failed.items() if failure is not None} == {
        id for id, verdict in red.verdicts.items() if verdict == "violated"
    }
    for failure in failed.values():
        text = "" if failure is None else failure.text or ""
        assert failure is None or ("\n  expected: " in text and "\n  replay:   contracts replay " in text)
        assert "Traceback" not in text


def test_machine_formats_follow_their_schemas(red: Ran) -> None:
    """A file of a real run that the tools of its format refuse."""
    assert sarif_errors(read(red.report / "results.sarif")) == []
    assert ctrf_errors(read(red.report / "ctrf-report.json")) == []
    assert har_errors(read(red.report / "traffic.har")) == []
    assert junit_errors((red.report / "junit.xml").read_text(encoding="utf-8")) == []


def test_summary_for_people_names_each_clause_that_broke(red: Ran) -> None:
    """A page of the build that says less than the terminal."""
    text = (red.report / "summary.md").read_text(encoding="utf-8")
    assert text.startswith("## contracts: violated (exit code 1)")
    assert all(id in text for id, verdict in red.verdicts.items() if verdict == "violated")


def test_allure_labels_follow_the_catalogue(red: Ran) -> None:
    """Results that Allure files under file names of the suite."""
    found = {story: result for result in results(red) for story in labels(result, "story")}
    result = found["AST-01 a valid asset is created"]
    assert labels(result, "epic") == ["Asset Pricing"]
    assert labels(result, "feature") == ["create asset"]
    assert labels(result, "severity") == ["critical"]
    assert any(story.startswith("ALC-09 ") for story in found)


def test_allure_violations_are_failures_with_their_exchanges(red: Ran) -> None:
    """A violation shown as `broken` (Allure's word for a bug of the tests), or without request and response."""
    statuses = {result["status"] for result in results(red)}
    assert statuses == {"passed", "failed"}
    for result in results(red):
        if result["status"] == "failed":
            assert "expected: " in result["statusDetails"]["message"]
            sources = [attachment["source"] for attachment in result["attachments"]]
            assert sources
            for source in sources:
                assert {"request", "at"} <= set(read(red.report / "allure-results" / source))


def test_allure_environment_names_the_run(red: Ran) -> None:
    """A report that does not say which target it is about."""
    lines = (
        (red.report / "allure-results" / "environment.properties").read_text(encoding="utf-8").splitlines()
    )
    told = dict(line.split("=", 1) for line in lines)
    assert told["profile"] == "smoke"
    assert told["seed"] == "7"
    assert told["base_url"] == red.summary["target"]["base_url"]


@pytest.fixture(scope="module")
def in_github(faulty: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Some of the questions again, as a job of GitHub's asks them."""
    folder = tmp_path_factory.mktemp("github")
    job = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_RUN_NUMBER": "12",
        "GITHUB_STEP_SUMMARY": str(folder / "step.md"),
    }
    variables = {**faulty.variables, **job}
    return run(folder, "verify", "--profile", "smoke", "--clauses", "AST-11,AST-01", variables=variables)


def test_github_is_told(in_github: Ran) -> None:
    """Findings that nobody sees beside the change, or a page of the job that says nothing."""
    lines = [line for line in in_github.out.splitlines() if line.startswith("::")]
    assert any(
        line.startswith("::error file=openapi/asset-pricing.yaml,line=33,title=AST-01") for line in lines
    )
    page = (in_github.folder / "step.md").read_text(encoding="utf-8")
    assert page == (in_github.report / "summary.md").read_text(encoding="utf-8")
    assert read(in_github.report / "allure-results" / "executor.json")["buildOrder"] == 12


def test_terminal_is_not_told_what_is_for_github(red: Ran) -> None:
    """Workflow commands in the output of everybody else."""
    assert not any(line.startswith("::") for line in red.out.splitlines())


def test_allure_history_joins_two_runs(red: Ran, in_github: Ran) -> None:
    """A question that Allure takes for a new one every night: no trend, no flakiness, nothing."""
    before = {result["historyId"]: stable(result) for result in results(red)}
    assert len(before) == len(results(red))
    now = {result["historyId"]: stable(result) for result in results(in_github)}
    assert now
    assert now.items() <= before.items()


def test_har_holds_the_findings_exchanges(red: Ran) -> None:
    """An archive that tools refuse, or that leaves out where a request went."""
    log = read(red.report / "traffic.har")["log"]
    assert log["version"] == "1.2"
    stories = [read(path) for path in (red.report / "findings").glob("*.json")]
    assert len(log["entries"]) == sum(len(story["exchanges"]) for story in stories)
    for entry in log["entries"]:
        assert entry["request"]["url"].startswith(red.summary["target"]["base_url"] + "/")
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
        for side in (entry["request"], entry["response"]):
            assert {"httpVersion", "cookies", "headers", "headersSize", "bodySize"} <= set(side)
    assert any(entry["response"]["status"] == 201 for entry in log["entries"])


class Page(HTMLParser):
    """Collects what a page says and what it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said = ""
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.loads += [value or "" for name, value in attributes if name in {"src", "href", "action"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data


def test_page_is_self_contained_and_tells_the_run(red: Ran, finding: dict[str, Any]) -> None:
    """A page that needs a network, breaks on a target's HTML, or leaves out what a reader came for."""
    page = Page()
    page.feed((red.report / "report.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert [link for link in page.loads if not link.startswith("#")] == []
    for told in (
        "violated",
        "profile",
        "7",
        finding["expected"],
        finding["promise"],
        "ALC create allocation",
    ):
        assert told in page.said
    for clause in load().values():
        assert clause.title in page.said


def test_page_of_a_green_run_names_no_finding(green: Ran) -> None:
    """A template that was only ever tried with violations."""
    page = Page()
    page.feed((green.report / "report.html").read_text(encoding="utf-8"))
    assert "None: nothing that was asked broke a promise." in page.said


def test_no_secret_in_any_output(red: Ran, faulty: Embedded) -> None:
    """A token, a key or a signature in a report that is kept for years and mailed around.

    The target itself puts them into headers, into refusals and into a body.
    """
    secrets = {name: text for name, text in faulty.variables.items() if name.endswith(("TOKEN", "KEY"))}
    assert len(secrets) == 5
    for name in ("SIGNING_KEY", "OTHER_SIGNING_KEY"):
        secrets[f"{name} in hex"] = SigningKey.from_text(secrets[name]).secret.hex()
    files = {str(path): path.read_bytes() for path in red.report.rglob("*") if path.is_file()}
    assert len(files) > 100
    for place, content in {"output": red.text.encode(), **files}.items():
        for name, secret in secrets.items():
            assert secret.encode() not in content, f"{name} in {place}"
    assert any(found["clause"] == "AUT-07" for found in red.summary["findings"])


def test_no_signature_in_any_output(red: Ran) -> None:
    """A signature with its payload is an order that somebody could send again."""
    stories = [read(path) for path in (red.report / "findings").glob("*.json")]
    bodies = [
        json.loads(exchange["request"]["body"])
        for story in stories
        for exchange in story["exchanges"]
        if story["operation"] == "createAllocation" and exchange["request"]["body"]
    ]
    signed = [body for body in bodies if isinstance(body, dict) and "signature" in body]
    assert signed
    assert {body["signature"] for body in signed} == {"[redacted]"}


def test_generated_questions_leave_the_working_folder_alone(honest: Embedded, tmp_path: Path) -> None:
    """Hypothesis' tables in everybody's repository, made by each run anew with 340 MB."""
    little = "[profiles.verify]\nexamples = 5\nschema_examples = 1\nstateful_scenarios = 1\n"
    (tmp_path / "contracts.toml").write_text(little, encoding="utf-8")
    ran = run(tmp_path, "verify", "--clauses", "SIG-06", variables=honest.variables)
    assert ran.summary["clauses"]["SIG-06"]["exercised"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".cache", "contracts.toml", "reports"]
