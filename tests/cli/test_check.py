"""`contracts check`: recorded traffic is reported as a run is, with its exit codes; and nothing is sent."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.exchange import Exchange, Request, Response
from contracts.mock.embedded import Embedded
from contracts.signing import SigningKey, sign
from tests.fixtures.archives import changed, entry, named, written
from tests.fixtures.commands import Contracts, Ran, run
from tests.fixtures.exchanges import (
    ASSETS,
    answered,
    asset_body,
    asset_made,
    content,
    create_asset,
)

# Each is seen in single exchanges, of every kind of answer.
FAULTS = (
    "asset-times-of-the-example",
    "asset-409-is-an-object",
    "asset-conflict-forgets-other-type",
    "allocation-status-pending",
    "access-404-is-null",
    "http-405-without-allow",
    "http-400-shows-path",
)
# What a run finds and an archive of it cannot show: questions of their own (their kinds end in a status), what was asked
# at no path under contract, and tokens, which are masked in it.
NOT_SHOWN = ("AUT-07",)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """A smoke run against a mock with FAULTS, whose traffic.har is then checked."""
    with Embedded(FAULTS) as mock:
        folder = tmp_path_factory.mktemp("recording")
        clauses = "AST-06,AST-09,AST-11,ALC-01,AUT-08,HTP-04"
        yield run(folder, "verify", "--profile", "smoke", "--clauses", clauses, variables=mock.variables)


def is_shown(finding: dict[str, Any]) -> bool:
    by_question = finding["kind"].rpartition(": ")[2].isdigit()
    return not by_question and bool(finding["operation"]) and finding["clause"] not in NOT_SHOWN


def test_our_own_archive_gives_the_same_findings(recording: Ran, tmp_path: Path) -> None:
    """A bug that has another name when it is met in recorded traffic, or that is not met there."""
    checked = run(tmp_path, "check", str(recording.report / "traffic.har"))
    assert checked.code == 1, checked.text
    before = {finding["id"]: finding for finding in recording.summary["findings"]}
    now = {finding["id"] for finding in checked.summary["findings"]}
    assert now <= before.keys()
    assert now >= {id for id, finding in before.items() if is_shown(finding)}
    assert {before[id]["clause"] for id in now} >= {
        "AST-04",
        "AST-06",
        "AST-09",
        "ALC-04",
        "AUT-06",
        "HTP-04",
        "HTP-06",
    }


def test_the_report_is_that_of_a_run(recording: Ran, tmp_path: Path) -> None:
    """A second kind of report, which no tool reads."""
    checked = run(tmp_path, "check", str(recording.report / "traffic.har"), "--report-dir", "elsewhere")
    report = tmp_path / "elsewhere" / "latest"
    summary = json.loads((report / "summary.json").read_text(encoding="utf-8"))
    assert summary["exit_code"] == checked.code == 1
    assert summary["profile"] == "recorded"
    assert summary["target"]["base_url"] == recording.summary["target"]["base_url"]
    assert {path.name for path in recording.report.iterdir()} - {path.name for path in report.iterdir()} <= {
        "questions.json",
        "allure-results",
        "created.jsonl",
        "outcomes.jsonl",
    }
    stories = [json.loads(path.read_text(encoding="utf-8")) for path in (report / "findings").glob("*.json")]
    assert {story["id"] for story in stories} == {finding["id"] for finding in summary["findings"]}
    for story in stories:
        assert story["steps"][0].startswith("traffic.har entry ")
        assert story["asked_by"] == ""
        assert story["exchanges"]


class Browser:
    """Asks with httpx, and keeps the traffic as Chrome exports it."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.entries: list[dict[str, Any]] = []

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        at = datetime.now(UTC)
        answer = self.client.request(method, path, json=body, headers=headers)
        sent = answer.request
        exchange = Exchange(
            Request(method, path, tuple(sent.headers.items()), sent.content),
            Response(answer.status_code, "", tuple(answer.headers.items()), answer.content),
            at=at,
        )
        told = entry(exchange, host=str(self.client.base_url).rstrip("/"))
        took = {"send": 0, "wait": answer.elapsed.total_seconds() * 1000, "receive": 0}
        self.entries.append(changed(told, timings=took))
        return answer


def session(mock: Embedded) -> list[dict[str, Any]]:
    """What a page of an operator does: creates, conflicts, mistakes, a signed allocation and its retry, no token."""
    with httpx.Client(base_url=mock.address) as client:
        browser = Browser(client)
        _operate(browser, mock.variables)
    return browser.entries


def _operate(browser: Browser, variables: Mapping[str, str]) -> None:
    browser.ask("OPTIONS", ASSETS)
    for body in (
        asset_body(symbol="HAR"),
        asset_body(symbol="HAR"),
        asset_body(symbol=""),
        asset_body(symbol="Ünï"),
    ):
        browser.ask("POST", ASSETS, body)
    enterprise, connection = variables["ENTERPRISE_ID"], variables["CONNECTION_ID"]
    path = f"/api/network/v1/enterprises/{enterprise}/clients/connections/{connection}/allocations"
    token = {"Authorization": f"Bearer {variables['ACCESS_TOKEN']}"}
    asked = content(clientExternalId="har-1", nonce="har-1", notes="ü")
    payload = browser.ask("POST", f"{path}/signing", asked, **token).json()["payload"]
    signed = {
        **asked,
        "payload": payload,
        "signature": sign(payload, SigningKey.from_text(variables["SIGNING_KEY"])),
    }
    for headers in (token, token, {}):
        browser.ask("POST", path, signed, **headers)
    browser.ask("GET", f"{path}/signing", None, **token)
    browser.ask("DELETE", ASSETS)
    browser.ask("GET", "/favicon.ico")


def test_an_honest_recording_is_silent(honest: Embedded, tmp_path: Path) -> None:
    """False alarms on what a browser records of a service that keeps its contract."""
    ran = run(tmp_path, "check", str(written(tmp_path, *session(honest))))
    assert ran.code == 0, ran.text
    assert ran.summary["findings"] == []
    held = {clause for clause, verdict in ran.verdicts.items() if verdict == "held"}
    assert held >= {
        "AST-01",
        "AST-02",
        "AST-05",
        "AST-09",
        "AST-18",
        "SIG-01",
        "SIG-02",
        "ALC-01",
        "AUT-06",
        "AUT-07",
    }
    assert ran.verdicts["AST-13"] == "not_exercised"
    assert "it takes requests" in ran.summary["clauses"]["AST-13"]["reason"]


def test_no_credential_of_the_traffic_is_kept(honest: Embedded, tmp_path: Path) -> None:
    """A report with the token that the browser had sent: no setting names it."""
    entries = session(honest)
    entries.append(entry(answered(create_asset(), 500, {"error": f"no {honest.variables['ACCESS_TOKEN']}"})))
    ran = run(tmp_path, "check", str(written(tmp_path, *entries)))
    assert ran.code == 1, ran.text
    texts = [path.read_bytes() for path in (tmp_path / "reports").rglob("*") if path.is_file()]
    assert len(texts) > 5
    for text in (*texts, ran.text.encode()):
        assert honest.variables["ACCESS_TOKEN"].encode() not in text


MADE = entry(asset_made())
WRONG = entry(answered(create_asset(), 500, "oops"))


def test_nothing_under_contract_is_2(contracts: Contracts, tmp_path: Path) -> None:
    """`held`, because nothing was there that could have broken anything."""
    foreign = changed(MADE, request={"url": "https://www.example/"})
    ran = contracts("check", str(written(tmp_path, foreign, foreign)))
    assert ran.code == 2, ran.text
    assert "2 entries, and none for an operation under contract" in ran.out
    assert f"POST {ASSETS}" in ran.out


@pytest.mark.parametrize(
    ("entries", "code"),
    [((MADE, {"request": {}}), 2), ((WRONG, None), 1), ((MADE,), 0)],
    ids=["holds", "broken", "whole"],
)
def test_entries_that_cannot_be_read(
    contracts: Contracts, tmp_path: Path, entries: tuple[Any, ...], code: int
) -> None:
    """One bad entry that hides what the others show; or a contract that holds by a part of the traffic."""
    ran = contracts("check", str(written(tmp_path, *entries)))
    assert ran.code == code, ran.text
    assert ran.summary["exit_code"] == code
    assert ("traffic.har entry 2: " in ran.out) is (len(entries) == 2)
    assert ran.summary["requests"] == 1


def test_files_that_cannot_be_read(contracts: Contracts, tmp_path: Path) -> None:
    """A traceback; or one broken file that keeps the other from being judged."""
    (tmp_path / "cut.har").write_text('{"log":\n {"entries": [', encoding="utf-8")
    alone = contracts("check", "cut.har")
    assert alone.code == 2, alone.text
    assert "cut.har line 2: ends in the middle of its JSON" in alone.out
    assert "Traceback" not in alone.text
    ran = contracts("check", "cut.har", "nothing.har", str(written(tmp_path, WRONG)))
    assert ran.code == 1, ran.text
    assert "nothing.har: there is no such file" in ran.out
    assert "2 of the files and entries could not be read" in ran.summary["lost"]


def test_many_bad_entries_are_counted(contracts: Contracts, tmp_path: Path) -> None:
    """A thousand lines of complaints, and the verdict out of sight."""
    ran = contracts("check", str(written(tmp_path, MADE, *[None] * 30)))
    assert ran.out.count("traffic.har entry ") == 10
    assert "and 20 more that could not be read" in ran.out


def test_the_limit_of_the_settings_counts(contracts: Contracts, tmp_path: Path) -> None:
    """RESPONSE_TIME_LIMIT, heeded by verify alone."""
    slow = changed(MADE, timings={"wait": 2000.0})
    path = str(written(tmp_path, slow))
    assert contracts("check", path).code == 0
    ran = contracts("check", path, RESPONSE_TIME_LIMIT="1")
    assert ran.code == 1, ran.text
    assert ran.verdicts["HTP-08"] == "violated"


def test_headers_that_say_nothing_bad(contracts: Contracts, tmp_path: Path) -> None:
    """An archive without any header, from a tool that strips them all."""
    bare = changed(MADE, request={"headers": []}, response={"headers": named([])})
    assert contracts("check", str(written(tmp_path, bare))).code == 0


def test_accepted_findings_fail_no_check(contracts: Contracts, tmp_path: Path) -> None:
    """A known bug that fails every check of the traffic; and a baseline that says nothing of traffic."""
    path = str(written(tmp_path, WRONG))
    assert contracts("check", path).code == 1
    assert contracts("baseline", "add", "reports/latest", "--reason", "known").code == 0
    ran = contracts("check", path, "--baseline", "accepted.toml")
    assert ran.code == 0, ran.text
    assert ran.summary["findings"][0]["accepted"]["reason"] == "known"
    refused = contracts("check", path, "--baseline", "reports/latest")
    assert refused.code == 2
    assert "nothing to compare recorded traffic with" in refused.err
