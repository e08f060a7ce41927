"""`contracts baseline`: entries go in and out of the file of people's, and all that is wrong is told before anything changes."""

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.commands.accepting import Decision, add, prune, until
from contracts.settings import SettingsProblem
from tests.fixtures.kept_runs import ID, QUESTION, found, keep, summary

OTHER = "AST-05-0000000001"
WHY = Decision("known since spring", owner="me", ticket="T-1", expires=date(2999, 1, 1))
# A question that exists: entries of any other are taken out.
REAL = "test_symbols.py::test_conflict_whatever_the_other_fields_say[FIAT-ACTIVE]"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A folder of reports whose latest run has two violations and a warning."""
    told = summary(found(), found(OTHER), found("AST-05-0000000002", advisory=True))
    keep(tmp_path / "reports" / "run", told)
    (tmp_path / "reports" / "latest").symlink_to("run", target_is_directory=True)
    return tmp_path / "reports"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "accepted.toml"


def entries(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["accepted"]
    return found


def refused(*names: str, file: Path, reports: Path, decision: Decision = WHY) -> str:
    before = file.read_bytes() if file.exists() else None
    with pytest.raises(SettingsProblem) as problem:
        add(names, decision, file, reports)
    assert (file.read_bytes() if file.exists() else None) == before
    return str(problem.value)


def test_a_finding_is_accepted_with_what_tells_when_it_is_gone(file: Path, reports: Path) -> None:
    """An entry of which nobody can tell, a year later, whether it still stands for anything."""
    add([ID], WHY, file, reports)
    assert entries(file) == [
        {
            "id": ID,
            "reason": "known since spring",
            "owner": "me",
            "ticket": "T-1",
            "expires": date(2999, 1, 1),
            "clause": "AST-06",
            "operation": "createAsset",
            "kind": "the symbol exists: 200",
            "question": QUESTION,
            "profile": "smoke",
            "seed": 7,
        }
    ]


def test_a_finding_may_be_named_by_its_file(file: Path, reports: Path, tmp_path: Path) -> None:
    """A finding that somebody sent by mail, and that no run here knows."""
    told = found() | {"format": 2, "profile": "nightly", "seed": 9, "exchanges": []}
    (tmp_path / "mailed.json").write_text(json.dumps(told), encoding="utf-8")
    add([str(tmp_path / "mailed.json")], Decision("known", sometimes=True), file, reports)
    (entry,) = entries(file)
    assert (entry["id"], entry["profile"], entry["seed"], entry["sometimes"]) == (ID, "nightly", 9, True)


def test_a_finding_that_a_kill_left_has_no_summary(file: Path, reports: Path) -> None:
    """A finding that is in its folder, and that nobody can accept."""
    (reports / "run" / "findings").mkdir()
    told = found("AST-05-0000000009") | {"format": 2, "profile": "verify", "seed": 9}
    (reports / "run" / "findings" / f"{told['id']}.json").write_text(json.dumps(told), encoding="utf-8")
    add([told["id"]], WHY, file, reports)
    assert entries(file)[0]["profile"] == "verify"


def test_all_violations_of_a_run(file: Path, reports: Path) -> None:
    """A warning that is accepted along with them: it fails no run, but its entry one day will."""
    lines = add([str(reports / "run")], WHY, file, reports)
    assert [entry["id"] for entry in entries(file)] == [ID, OTHER]
    assert lines[:2] == [
        f"accepted  {ID}  the symbol exists: 200",
        f"accepted  {OTHER}  the symbol exists: 200",
    ]


def test_a_run_without_violations_accepts_nothing(file: Path, tmp_path: Path) -> None:
    """An empty file that looks like a decision."""
    keep(tmp_path / "green", summary())
    assert add([str(tmp_path / "green")], WHY, file, tmp_path) == [
        "nothing to accept: there are no violations"
    ]
    assert not file.exists()


def test_twice_changes_nothing_and_says_so(file: Path, reports: Path) -> None:
    """A second entry, or the first reason overwritten by a pipeline that adds whatever it meets."""
    add([ID, ID], WHY, file, reports)
    file.write_text("# ours\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    before = file.read_bytes()
    (line,) = add([ID], Decision("another reason"), file, reports)
    assert file.read_bytes() == before
    assert f"{ID}: accepted already, accepted.toml line 7; nothing is changed" in line


def test_what_is_wrong_is_told_at_once_and_nothing_is_written(file: Path, reports: Path) -> None:
    """Half of the findings accepted, and the other half a traceback."""
    told = refused(
        ID, "nowhere.json", "AST-06-0000000000", file=file, reports=reports, decision=Decision(" ")
    )
    assert "3 mistakes" in told
    assert "--reason: is empty" in told
    assert "nowhere.json: there is no such file" in told
    assert "the latest run has no such finding (reports/run); expected findings/<id>.json" in told
    assert f"(it has {ID}, {OTHER}, AST-05-0000000002)" in told
    assert "there is no run in elsewhere" in refused(ID, file=file, reports=Path("elsewhere"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "line 1: is empty"),
        ('{"id": "AST', "line 1: ends in the middle of its JSON"),
        ("{}", "is no finding"),
        (json.dumps({"format": 9, "id": ID}), "has format 9, and this version reads up to 2"),
        (json.dumps({"format": 2, "id": ID}), "see its clause, operation, kind, asked_by, profile, seed"),
        (json.dumps(found("AST-06") | {"format": 2, "profile": "smoke", "seed": 1}), "see its id"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_finding_is_refused(
    file: Path, reports: Path, tmp_path: Path, content: str, said: str
) -> None:
    """An entry made of half a finding."""
    (tmp_path / "finding.json").write_text(content, encoding="utf-8")
    assert said in refused(str(tmp_path / "finding.json"), file=file, reports=reports)


def test_a_file_with_mistakes_is_left_alone(file: Path, reports: Path) -> None:
    """An entry appended to a file that no run can read."""
    file.write_text("format = 1\n[[accepted]]\nid = 'x'\n", encoding="utf-8")
    assert "line 2: an entry without a reason" in refused(ID, file=file, reports=reports)
    file.write_text("format = \n", encoding="utf-8")
    assert "line 1: is no TOML" in refused(ID, file=file, reports=reports)


def test_a_place_that_cannot_be_written_to_is_the_users_mistake(reports: Path) -> None:
    """A traceback and exit code 3 for a misspelt folder."""
    file = reports / "run" / "summary.json" / "accepted.toml"
    assert "cannot be written: " in refused(ID, file=file, reports=reports)


def test_a_linked_file_stays_linked(file: Path, reports: Path, tmp_path: Path) -> None:
    """A file that several checkouts share, cut off from the others by the first edit."""
    (tmp_path / "shared.toml").write_text("format = 1\n", encoding="utf-8")
    file.symlink_to("shared.toml")
    add([ID], WHY, file, reports)
    assert file.is_symlink()
    assert [entry["id"] for entry in entries(tmp_path / "shared.toml")] == [ID]


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-12-31", date(2026, 12, 31)), ("30d", date(2026, 12, 21)), ("0d", date(2026, 11, 21))],
)
def test_until_when(text: str, day: date) -> None:
    """A month that is a day too short."""
    assert until(text, date(2026, 11, 21)) == day


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "2026-11-20", "30", "-1d", ""])
def test_no_day(text: str) -> None:
    """An entry that is expired before it is written, or one that never will be."""
    with pytest.raises(ValueError, match=r".+"):
        until(text, date(2026, 11, 21))


def test_prune_takes_out_what_is_outdated_and_nothing_else(file: Path, reports: Path) -> None:
    """A comment lost, an entry kept for ever, or one lost that still stands for a bug."""
    add([ID, OTHER], WHY, file, reports)
    text = file.read_text(encoding="utf-8").replace(QUESTION, REAL)
    file.write_text(
        text.replace(f'[[accepted]]\nid = "{OTHER}"', f'# see T-1\n[[accepted]]\nid = "{OTHER}"'),
        encoding="utf-8",
    )
    run = keep(reports / "later", summary(found(OTHER)), {REAL: frozenset({"AST-05", "AST-06"})})
    lines = prune(file, run)
    assert lines[0].startswith(f"taken out  {ID}: {REAL} was asked to its end")
    assert lines[-1] == "accepted.toml: 1 taken out, 1 left, by what reports/later/summary.json shows"
    assert [entry["id"] for entry in entries(file)] == [OTHER]
    assert "# see T-1" in file.read_text(encoding="utf-8")
    before = file.stat().st_mtime_ns
    assert prune(file, run) == [
        "accepted.toml: 0 taken out, 1 left, by what reports/later/summary.json shows"
    ]
    assert file.stat().st_mtime_ns == before


def test_prune_by_a_run_that_did_not_ask_takes_out_the_expired_only(file: Path, reports: Path) -> None:
    """A smoke run that takes out what nightly found."""
    add([ID, OTHER], WHY, file, reports)
    text = file.read_text(encoding="utf-8").replace(QUESTION, REAL)
    file.write_text(text.replace("2999-01-01", "2020-01-01", 1), encoding="utf-8")
    lines = prune(file, keep(reports / "part", summary(whole=False), None))
    assert lines[0] == f"taken out  {ID}: it expired on 2020-01-01"
    assert "does not say which questions it asked" in lines[-1]
    assert [entry["id"] for entry in entries(file)] == [OTHER]


def test_prune_says_what_it_cannot_use(file: Path, tmp_path: Path) -> None:
    """A traceback for a misspelt name."""
    with pytest.raises(SettingsProblem) as problem:
        prune(file, tmp_path / "nowhere")
    assert len(problem.value.mistakes) == 2
