"""Allure: labels by the catalogue, statuses by the ledger's words, one history for all runs of a question."""

import json
import re
from typing import Any

import pytest

from contracts.clauses.catalogue import load
from contracts.reporting import allure
from contracts.reporting.ci import Job
from contracts.transport.redaction import Redactor
from tests.fixtures.exchanges import TOKEN, allocate, answered
from tests.fixtures.outcomes import finding, outcome, violation
from tests.fixtures.reports import run


def matching(status: str, message: str) -> list[str]:
    """The categories of a result: Java's engine (Allure 2) matches whole messages, JavaScript's (Allure 3) searches."""
    both = [
        [
            category["name"]
            for category in allure.categories()
            if status in category["matchedStatuses"]
            and engine(category.get("messageRegex", r"[\s\S]*"), message)
        ]
        for engine in (re.fullmatch, re.search)
    ]
    assert both[0] == both[1]
    return both[0]


@pytest.mark.parametrize(
    ("clauses", "epic", "feature", "severity"),
    [
        (("AST-05", "AST-06"), "Asset Pricing", "create asset", "critical"),
        (("SIG-07",), "Go Network", "signing payload", "normal"),
        (("ALC-19", "ALC-09"), "Go Network", "create allocation", "trivial"),
        (("HTP-06",), "Protocol", "protocol", "critical"),
    ],
)
def test_labels(clauses: tuple[str, ...], epic: str, feature: str, severity: str) -> None:
    """A question that Allure files under another API, or with the weight of another clause."""
    told = allure.labels(clauses)
    labels = dict(told)
    assert (labels["epic"], labels["feature"], labels["severity"]) == (epic, feature, severity)
    assert [label for kind, label in told if kind == "tag"] == list(clauses)
    assert [label for kind, label in told if kind == "story"] == [
        f"{clause} {load()[clause].title}" for clause in clauses
    ]


@pytest.mark.parametrize(
    ("told", "status", "category"),
    [
        (outcome("AST-02"), "passed", None),
        (outcome("AST-02", violations=[finding()]), "failed", "Violated: AST create asset"),
        (outcome("AST-03", violations=[finding(advisory=True)]), "passed", "Convention broken (warned)"),
        (outcome("SIG-07", violations=[finding("SIG-07")]), "passed", "Convention broken (warned)"),
        (outcome("AST-02", ended="broken", reason="assert x\nfalse"), "broken", "The suite itself broke"),
        (outcome("AST-01", broken={"AST-02": "KeyError"}), "broken", "The suite itself broke"),
        (
            outcome("AUT-05", ended="inapplicable", reason="READ_ONLY_TOKEN not set"),
            "skipped",
            "Not applicable to this target",
        ),
        (outcome("AST-02", ended="unasked", reason="no funds left"), "skipped", "Could not be asked"),
        (outcome("AST-02", ended="unasked", lost="no answer"), "skipped", "The target was lost"),
    ],
)
def test_status_and_category(told: dict[str, Any], status: str, category: str | None) -> None:
    """A violation shown as a defect of the tests, our own bug as the target's, a warning as a failure."""
    found, message = allure.status(told)
    assert found == status
    assert matching(found, message) == ([category] if category else [])


def test_own_clause_is_told_first() -> None:
    """A question about allocations under "protocol", because a header was wrong as well."""
    told = outcome("ALC-05", violations=[finding("HTP-02"), finding("ALC-05"), finding("AUT-07")])
    _, message = allure.status(told)
    assert [line.split()[0] for line in message.splitlines() if line[0] != " "] == [
        "ALC-05",
        "HTP-02",
        "AUT-07",
    ]


def test_no_text_breaks_the_writer() -> None:
    """Half a surrogate pair, on which Allure's own writer ends the whole run."""
    _, message = allure.status(outcome("AST-02", violations=[finding(kind="a\ud800\x00")]))
    assert message.encode()
    assert "\\ud800\\x00" in message


def test_attachments_hold_no_secret() -> None:
    """A token in a file that is published with the results."""
    exchange = answered(allocate(), 401, {"error": TOKEN})
    told = dict(allure.stories([violation(exchanges=(exchange, exchange))], Redactor(frozenset({TOKEN}))))
    assert list(told) == ["AST-02 request and response 1", "AST-02 request and response 2"]
    assert not any(TOKEN in text for text in told.values())
    assert json.loads(told["AST-02 request and response 1"])["response"]["status"] == 401


def test_attachments_are_json_whatever_was_sent() -> None:
    """A control character or half a pair in a header, on which the attachment, or the whole run, breaks."""
    exchange = answered(allocate(), 200, {}, headers=(("X", "a\x7f\ud800\U0001f600"),))
    ((_, text),) = allure.stories([violation(exchanges=(exchange,))], Redactor())
    assert ["X", "a\x7f\ufffd\U0001f600"] in json.loads(text.encode())["response"]["headers"]


def test_environment_names_the_run() -> None:
    """Results of which nobody knows what made them."""
    text = allure.environment(run())
    assert {"base_url=https://api.example", "profile=verify", "seed=7"} <= set(text.splitlines())


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a\nb=c", "target=a\\nb=c"),
        ("a\\tb", "target=a\\\\tb"),
        ("caf\u00e9 \U0001f600", "target=caf\\u00e9 \\ud83d\\ude00"),
    ],
)
def test_environment_is_what_java_reads(name: str, line: str) -> None:
    """A name that begins a line of its own, or that comes out in another encoding."""
    target = {"name": name, "base_url": None, "assets_base_url": None}
    assert allure.environment(run(target=target)).splitlines()[0] == line


def test_executor_names_the_build() -> None:
    """A trend whose runs stand in any order, each without a link to its build."""
    told = allure.executor(
        Job("gitlab", "https://git.example", "nightly", 12, "https://git.example/-/jobs/9")
    )
    assert (told["type"], told["buildOrder"], told["buildName"]) == ("gitlab", 12, "nightly #12")
    assert told["buildUrl"] == "https://git.example/-/jobs/9"
