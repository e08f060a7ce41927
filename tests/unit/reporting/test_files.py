"""What a run leaves: its folder, `summary.json`, Allure's labels; none of it with a secret."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import allure_commons
import pytest

from contracts.clauses.catalogue import load
from contracts.reporting import allure, folder, summary
from contracts.reporting.ledger import Ledger
from contracts.transport.redaction import Redactor
from tests.fixtures.exchanges import TOKEN, allocate, answered
from tests.fixtures.outcomes import KEY_HEX, finding, outcome, plan, violation


def filled() -> Ledger:
    ledger = Ledger(load())
    ledger.add(
        outcome("AST-01", timings={"createAsset": [1.0]}, observations={"AST-20": {"b": [1], "a": [2]}})
    )
    reds = {"AST-02": {"requests": 2, "at": 2.0}}
    ledger.add(outcome("AST-02", violations=[finding()], reds=reds))
    return ledger


# --- the folder


def test_each_run_has_its_folder_and_latest_is_the_newest(tmp_path: Path) -> None:
    """A run of the same second that overwrites another's report, or a `latest` that stays behind."""
    made = [folder.create(tmp_path / "reports", "smoke", "mock") for _ in range(3)]
    assert len(set(made)) == 3
    assert all((each / "findings").is_dir() for each in made)
    assert (tmp_path / "reports" / "latest").resolve() == made[-1].resolve()
    assert not Path(tmp_path / "reports" / "latest").readlink().is_absolute()
    assert made[0].name.endswith("Z-smoke-mock")
    assert {each.name for each in (tmp_path / "reports").iterdir()} == {
        *(each.name for each in made),
        "latest",
    }


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A run of an hour whose report goes nowhere."""
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        folder.create(tmp_path / "file", "smoke", "mock")


# --- summary.json


def test_summary_has_what_pipelines_read(tmp_path: Path) -> None:
    """A key that is renamed, so that scripts read nothing where there is a violation."""
    summary.write(tmp_path, filled(), plan(), duration_s=1.23456, complete=True)
    told = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    promised = {
        "verdict", "exit_code", "profile", "seed", "target", "versions", "duration_s", "requests", "cases", "clauses",
        "findings", "observations", "timings",
    }  # fmt: skip
    assert promised <= set(told)
    assert (told["verdict"], told["exit_code"], told["complete"]) == ("violated", 1, True)
    assert (told["profile"], told["seed"], told["duration_s"]) == ("smoke", 7, 1.235)
    assert told["clauses"]["AST-01"] == {"level": "must", "verdict": "held", "exercised": 1}
    assert told["clauses"]["AST-02"]["reason"] == "symbol changed"
    assert told["clauses"]["AST-02"]["first_red"] == {
        "requests": 3,
        "seconds": 2.0,
        "question": "test_assets.py::test_asked",
    }
    assert told["first_red"] == {**told["clauses"]["AST-02"]["first_red"], "clause": "AST-02"}
    assert set(told["clauses"]) == set(load())
    assert told["observations"]["AST-20"] == {"a": 2, "b": 1}
    assert set(told["timings"]["createAsset"]) == {"count", "p50_ms", "p95_ms", "p99_ms", "max_ms"}
    assert told["findings"][0]["count"] == 1


def test_summary_names_no_secret() -> None:
    """A token or key that a report carries to whoever reads it."""
    text = json.dumps(summary.summarise(filled(), plan(), duration_s=1, complete=False))
    assert TOKEN not in text
    assert KEY_HEX not in text


def test_summary_is_the_same_whatever_the_order() -> None:
    """Two runs that found the same and whose reports differ."""
    one, other = Ledger(load()), Ledger(load())
    outcomes = [outcome("AST-02", violations=[finding(kind=kind)]) for kind in ("b", "a", "c")]
    for told in outcomes:
        one.add(told)
    for told in reversed(outcomes):
        other.add(told)
    first, second = (
        summary.summarise(ledger, plan(), duration_s=1, complete=True)["findings"] for ledger in (one, other)
    )
    assert first == second


# --- Allure


class Listener:
    """Stands where allure-pytest would."""

    def __init__(self) -> None:
        self.labels: list[tuple[str, str]] = []
        self.attached: list[tuple[str, str]] = []

    @allure_commons.hookimpl
    def add_label(self, label_type: Any, labels: Any) -> None:
        self.labels += [(str(label_type), str(label)) for label in labels]

    @allure_commons.hookimpl
    def attach_data(self, body: Any, name: Any, attachment_type: Any, extension: Any) -> None:
        self.attached.append((name, body))


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    allure_commons.plugin_manager.register(listening)
    yield listening
    allure_commons.plugin_manager.unregister(listening)


@pytest.mark.parametrize(
    ("clauses", "epic", "feature", "severity"),
    [
        (("AST-05", "AST-06"), "Asset Pricing", "create asset", "critical"),
        (("SIG-07",), "Go Network", "signing payload", "normal"),
        (("ALC-19", "ALC-09"), "Go Network", "create allocation", "trivial"),
        (("HTP-06",), "Protocol", "protocol", "critical"),
    ],
)
def test_labels(listener: Listener, clauses: tuple[str, ...], epic: str, feature: str, severity: str) -> None:
    """A question that Allure files under another API, or with the weight of another clause."""
    allure.label(clauses)
    labels = dict(listener.labels)
    assert (labels["epic"], labels["feature"], labels["severity"]) == (epic, feature, severity)
    assert [label for kind, label in listener.labels if kind == "tag"] == list(clauses)
    assert [label for kind, label in listener.labels if kind == "story"] == [
        f"{clause} {load()[clause].title}" for clause in clauses
    ]


def test_attachments_hold_no_secret(listener: Listener) -> None:
    """A token in a file that is published with the results."""
    exchange = answered(allocate(), 401, {"error": TOKEN})
    allure.attach([violation(exchanges=(exchange, exchange))], Redactor(frozenset({TOKEN})))
    assert [name for name, _ in listener.attached] == [
        "AST-02 request and response 1",
        "AST-02 request and response 2",
    ]
    assert not any(TOKEN in body for _, body in listener.attached)
    assert json.loads(listener.attached[0][1])["response"]["status"] == 401


def test_environment_names_the_run_and_no_secret(tmp_path: Path) -> None:
    """Results of which nobody knows what made them."""
    allure.write_environment(tmp_path / "allure", plan())
    text = (tmp_path / "allure" / "environment.properties").read_text(encoding="utf-8")
    assert {"base_url=http://localhost:8080", "profile=smoke", "seed=7"} <= set(text.splitlines())
    assert TOKEN not in text
    assert KEY_HEX not in text
