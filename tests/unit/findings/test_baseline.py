"""The baseline: runs and accepted findings are known by their content, and any other file is told apart with its reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.findings.accepted import Accepted
from contracts.findings.baseline import read_baselines
from contracts.findings.kept import SUMMARY_FORMAT, KeptRun
from contracts.settings import Mistake
from tests.fixtures.kept_runs import ASKED, ID, found, keep, summary

SUMMARY: dict[str, Any] = {
    "format": SUMMARY_FORMAT,
    "clauses": {"AST-20": {"level": "observe", "verdict": "observed", "exercised": 1}},
    "target": {"name": "staging", "base_url": "https://api.example"},
    "profile": "smoke",
    "seed": 7,
    "observations": {"AST-20": {"other case": 409, "no token": [200, 401]}},
    "findings": [],
    "timings": {},
}
WHOLE = json.dumps(SUMMARY, indent=2)
TOML = f'format = 1\n\n[[accepted]]\nid = "{ID}"\nreason = "known"\n'


def changed(**members: Any) -> str:
    return json.dumps({**SUMMARY, **members})


def read(*paths: Path) -> tuple[KeptRun | None, Accepted]:
    """What paths that are right name."""
    mistakes: list[Mistake] = []
    baselines = read_baselines(paths, mistakes)
    assert mistakes == []
    return baselines


def refused(*paths: Path) -> str:
    """What is said of paths that are no baselines."""
    mistakes: list[Mistake] = []
    read_baselines(paths, mistakes)
    (mistake,) = mistakes
    return str(mistake)


def test_a_run_is_read_from_its_folder_or_its_summary(tmp_path: Path) -> None:
    """A path that tab completion offers, and that is refused."""
    (tmp_path / "summary.json").write_text(WHOLE, encoding="utf-8")
    for path in (tmp_path, tmp_path / "summary.json"):
        baseline, accepted = read(path)
        assert baseline is not None
        assert (baseline.target, baseline.base_url) == ("staging", "https://api.example")
        assert (baseline.profile, baseline.asked) == ("smoke", None)
        assert baseline.observations == SUMMARY["observations"]
        assert accepted == Accepted()


def test_what_was_asked_is_read_beside_the_summary(tmp_path: Path) -> None:
    """A kept run of which nobody can tell what it looked for."""
    baseline, _ = read(keep(tmp_path / "run", summary(found())) / "summary.json")
    assert baseline is not None
    assert baseline.asked == ASKED
    assert list(baseline.by_id) == [ID]


def test_the_run_behind_latest_is_named(tmp_path: Path) -> None:
    """A report that says it was compared with `latest`, which by then is itself."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "summary.json").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "latest").symlink_to("run", target_is_directory=True)
    baseline, _ = read(tmp_path / "latest")
    assert baseline is not None
    assert baseline.file == str(Path("run", "summary.json"))


def test_a_run_and_accepted_findings_go_together(tmp_path: Path) -> None:
    """A file that is known by its name alone, or the second --baseline that replaces the first."""
    (tmp_path / "old").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "ours").write_text("\ufeff# why\n\n" + TOML, encoding="utf-8")
    (tmp_path / "theirs.json").write_text(TOML.replace("AST-06", "AST-05"), encoding="utf-8")
    (tmp_path / "empty.toml").write_text("format = 1", encoding="utf-8")
    baseline, accepted = read(
        *(tmp_path / name for name in ("ours", "old", "theirs.json", "empty.toml", "ours"))
    )
    assert baseline is not None
    assert accepted.files == ("ours", "theirs.json", "empty.toml")
    assert [(entry.id, entry.where) for entry in accepted.entries] == [
        (ID, "ours line 5"),
        ("AST-05-5c8834380e", "theirs.json line 3"),
    ]


def test_two_runs_are_no_baseline(tmp_path: Path) -> None:
    """Two earlier runs of which the first is silently dropped."""
    (tmp_path / "a").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "b").write_text(WHOLE, encoding="utf-8")
    assert "contracts compare" in refused(tmp_path / "a", tmp_path / "b")


def test_a_finding_is_accepted_in_one_file_only(tmp_path: Path) -> None:
    """Two reasons and two dates for one finding: which of them counts depends on the order of the options."""
    (tmp_path / "a").write_text(TOML, encoding="utf-8")
    (tmp_path / "b").write_text(TOML, encoding="utf-8")
    told = refused(tmp_path / "a", tmp_path / "b")
    assert f"b line 3: {ID} is accepted twice (first at a line 3)" in told


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
        ("[targets.staging]\n", "holds neither a run nor accepted findings"),
        ("# only a comment\n", "holds neither a run nor accepted findings"),
        (TOML[:-3], "line 5: is no TOML: unterminated string"),
        (TOML + "x = [1,\n", "line 7: is no TOML: invalid value"),
        ("a = " + "[" * 100_000, "is nested too deeply"),
        ("a = 1\n" + "#" * 1024 * 1024, "is larger than 1 MB"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"n": ' + "9" * 5000 + "}", "holds a number of thousands of digits"),
        ("null", "it has no format and no clauses and no target"),
        ("[1]", "is no summary of a run"),
        ('{"format": 1, "id": "AST-01-c4865c58c7", "clause": "AST-01"}', "it has no clauses"),
        ('{"format": 2, "id": "AST-01-c4865c58c7", "clause": "AST-01", "exchanges": []}', "is a finding"),
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
        (changed(clauses={"AST-01": "held"}), "its clauses is not an object of verdicts, by clause"),
        (changed(findings=[{"id": "AST-01-c4865c58c7"}]), "its findings is not a list of findings"),
        (changed(timings={"createAsset": {"count": 1}}), "its timings is not"),
        (changed(seed="7"), "its seed is not a whole number"),
    ],
)
def test_any_other_file_is_refused_with_its_reason(tmp_path: Path, content: str, said: str) -> None:
    """A traceback, or worse: a run that is compared with nothing and reports no change."""
    path = tmp_path / "old.json"
    path.write_text(content, encoding="utf-8")
    told = refused(path)
    assert told.startswith(f"command line: --baseline {path}")
    assert said in told
    assert "expected a run's report folder, its summary.json, or a file of accepted findings" in told


def test_what_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    """A traceback of open(), or a program that reads /dev/zero until the memory is full."""
    (tmp_path / "binary").write_bytes(b'{\n"a":\n"\xff\xfe\x00')
    assert "there is no such file" in refused(tmp_path / "nowhere")
    assert "there is no summary.json in this folder" in refused(tmp_path)
    assert "line 3: is not UTF-8" in refused(tmp_path / "binary")
    assert "cannot be read: Not a directory" in refused(tmp_path / "binary" / "summary.json")
    assert "is larger than 64 MB" in refused(Path("/dev/zero"))


def test_what_was_asked_can_be_broken_too(tmp_path: Path) -> None:
    """A questions.json that was cut, and a finding that therefore counts as looked for in vain."""
    folder = keep(tmp_path / "run", summary())
    for content, said in (
        ('{"format": 1,', "line 1: its questions.json ends in the middle"),
        ("[]", "its questions.json is no questions.json of a run"),
        ('{"format": 2, "asked_to_the_end": {}}', "its questions.json has format 2"),
    ):
        (folder / "questions.json").write_text(content, encoding="utf-8")
        assert said in refused(folder)


def test_a_later_version_says_what_helps(tmp_path: Path) -> None:
    """A file of tomorrow, read with today's eyes."""
    path = tmp_path / "summary.json"
    path.write_text(json.dumps({"format": SUMMARY_FORMAT + 1, "clauses": {}}), encoding="utf-8")
    assert "update this one" in refused(path)
    path.write_text("format = 2\n[[known]]\n", encoding="utf-8")
    assert "has format 2, and this version reads up to 1 (a later version" in refused(path)
