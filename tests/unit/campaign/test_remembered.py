from pathlib import Path

from contracts.campaign.remembered import Remembered
from contracts.findings.unwritten import Unwritten

QUESTION = "test_properties.py::test_drawn_lie_is_refused"


def opened(folder: Path) -> Remembered:
    return Remembered(folder / "examples", Unwritten())


def test_what_failed_last_night_is_tried_first_tonight(tmp_path: Path) -> None:
    """Examples that die with their campaign."""
    opened(tmp_path).merge(QUESTION, {}, {"primary": ["0102"], "secondary": ["01", "0103"]})
    assert opened(tmp_path).give(QUESTION) == {"primary": ["0102"], "secondary": ["01", "0103"]}
    assert opened(tmp_path).give("test_properties.py::test_other") == {}


def test_a_known_failure_is_tried_once_a_sitting(tmp_path: Path) -> None:
    """A question whose every shard begins, and ends, with the same failure."""
    opened(tmp_path).merge(QUESTION, {}, {"primary": ["0102"]})
    tonight = opened(tmp_path)
    assert tonight.give(QUESTION)
    assert not tonight.give(QUESTION)


def test_two_workers_finds_are_merged(tmp_path: Path) -> None:
    """The shard that comes back last wipes out what the other one has found."""
    kept = opened(tmp_path)
    kept.merge(QUESTION, {}, {"primary": ["02"]})
    kept.merge(QUESTION, {}, {"primary": ["01"]})
    assert opened(tmp_path).give(QUESTION) == {"primary": ["01", "02"]}


def test_what_no_longer_fails_is_forgotten(tmp_path: Path) -> None:
    """A mended bug's examples that every campaign to come tries first."""
    kept = opened(tmp_path)
    kept.merge(QUESTION, {}, {"primary": ["01", "02"]})
    kept.merge(QUESTION, {"primary": ["01", "02"]}, {"primary": ["02"]})
    assert opened(tmp_path).give(QUESTION) == {"primary": ["02"]}


def test_a_file_that_somebody_broke_is_no_campaigns_end(tmp_path: Path) -> None:
    """A traceback for what is only a help."""
    kept = opened(tmp_path)
    kept.merge(QUESTION, {}, {"primary": ["01"]})
    (file,) = (tmp_path / "examples").iterdir()
    for text in ("", "[]", '{"primary": ["zz"]}', '{"primary": 3}'):
        file.write_text(text)
        assert opened(tmp_path).give(QUESTION) == {}


def test_nothing_is_written_where_nothing_failed(tmp_path: Path) -> None:
    """A folder of empty files beside every report."""
    opened(tmp_path).merge(QUESTION, {}, {"primary": [], "secondary": []})
    assert not (tmp_path / "examples").exists()
