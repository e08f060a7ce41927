"""The baseline: an earlier run is known by its content, and any other file is told apart with its reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.findings.baseline import SUMMARY_FORMAT, read_baseline
from contracts.settings import Mistake

SUMMARY: dict[str, Any] = {
    "format": SUMMARY_FORMAT,
    "clauses": {"AST-20": {"level": "observe", "verdict": "observed", "exercised": 1}},
    "target": {"name": "staging", "base_url": "https://api.example"},
    "profile": "smoke",
    "observations": {"AST-20": {"other case": 409, "no token": [200, 401]}},
}
WHOLE = json.dumps(SUMMARY, indent=2)


def changed(**members: Any) -> str:
    return json.dumps({**SUMMARY, **members})


def refused(path: Path) -> str:
    """What is said of a path that is no baseline."""
    mistakes: list[Mistake] = []
    assert read_baseline(path, mistakes) is None
    (mistake,) = mistakes
    return str(mistake)


def test_a_run_is_read_from_its_folder_or_its_summary(tmp_path: Path) -> None:
    """A path that tab completion offers, and that is refused."""
    (tmp_path / "summary.json").write_text(WHOLE, encoding="utf-8")
    for path in (tmp_path, tmp_path / "summary.json"):
        mistakes: list[Mistake] = []
        baseline = read_baseline(path, mistakes)
        assert mistakes == []
        assert baseline is not None
        assert (baseline.target, baseline.base_url) == ("staging", "https://api.example")
        assert baseline.profile == "smoke"
        assert baseline.observations == SUMMARY["observations"]


def test_the_run_behind_latest_is_named(tmp_path: Path) -> None:
    """A report that says it was compared with `latest`, which by then is itself."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "summary.json").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "latest").symlink_to("run", target_is_directory=True)
    baseline = read_baseline(tmp_path / "latest", [])
    assert baseline is not None
    assert baseline.file == str(Path("run", "summary.json"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        (WHOLE[: WHOLE.index("https")], "line 12: ends in the middle of its JSON"),
        (WHOLE[: WHOLE.index('"name"')], "line 11: ends in the middle of its JSON"),
        (
            WHOLE.replace('"profile":', '"profile"'),
            "line 14: is no JSON: expecting ':' delimiter (column 13)",
        ),
        ("[targets.staging]\n", "line 1: is no JSON"),
        ("[" * 100_000, "is no summary of a run"),
        ('{"n": ' + "9" * 5000 + "}", "is no summary of a run"),
        ("null", "it has no format and no clauses and no target"),
        ("[1]", "is no summary of a run"),
        ('{"format": 1, "id": "AST-01-c4865c58c7", "clause": "AST-01"}', "it has no clauses"),
        (changed(format="1"), "its format is not a number from 1 on"),
        (changed(format=True), "its format is not a number"),
        (
            changed(format=SUMMARY_FORMAT + 1),
            f"has format {SUMMARY_FORMAT + 1}, and this version reads up to {SUMMARY_FORMAT}",
        ),
        (changed(observations=[]), "its observations is not an object of what was seen, by clause"),
        (changed(observations={"AST-20": 409}), "its observations is not"),
        (changed(observations={"AST-20": {"other case": {"status": 409}}}), "its observations is not"),
        (changed(target="staging"), "its target is not an object with name and base_url"),
        (changed(profile=None), "its profile is not a text"),
    ],
)
def test_any_other_file_is_refused_with_its_reason(tmp_path: Path, content: str, said: str) -> None:
    """A traceback, or worse: a run that is compared with nothing and reports no change."""
    path = tmp_path / "old.json"
    path.write_text(content, encoding="utf-8")
    told = refused(path)
    assert told.startswith(f"command line: --baseline {path}")
    assert said in told
    assert "expected a run's report folder, or its summary.json" in told


def test_what_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    """A traceback of open()."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert "there is no such file" in refused(tmp_path / "nowhere")
    assert "there is no summary.json in this folder" in refused(tmp_path)
    assert "is not UTF-8" in refused(tmp_path / "binary")
    assert "cannot be read: Not a directory" in refused(tmp_path / "binary" / "summary.json")


def test_a_later_version_says_what_helps(tmp_path: Path) -> None:
    """A summary of tomorrow, read with today's eyes."""
    path = tmp_path / "summary.json"
    path.write_text(json.dumps({"format": SUMMARY_FORMAT + 1, "clauses": {}}), encoding="utf-8")
    assert "update this one" in refused(path)
