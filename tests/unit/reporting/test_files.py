"""What a run leaves: its folder and `summary.json`; none of it with a secret."""

import json
from pathlib import Path

import pytest

from contracts.clauses.catalogue import load
from contracts.reporting import folder, summary
from contracts.reporting.ledger import Ledger
from tests.fixtures.exchanges import TOKEN
from tests.fixtures.outcomes import KEY_HEX, finding, outcome, plan


def filled() -> Ledger:
    ledger = Ledger(load())
    ledger.add(
        outcome("AST-01", timings={"createAsset": [[1.0, 1]]}, observations={"AST-20": {"b": [1], "a": [2]}})
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


def test_a_folder_that_takes_no_report_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk that holds one more name, and a `latest` that points to an empty folder instead of the last report."""
    earlier = folder.create(tmp_path, "smoke", "mock")

    def refused(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", refused)
    with pytest.raises(OSError, match="No space left"):
        folder.create(tmp_path, "smoke", "mock")
    assert (tmp_path / "latest").resolve() == earlier.resolve()
    assert {path.name for path in tmp_path.iterdir()} == {earlier.name, "latest"}


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
    assert set(told["timings"]["createAsset"]) == {"count", "p50_ms", "p95_ms", "p99_ms", "max_ms", "buckets"}
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
