"""Findings reach the disk whole or not at all."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.findings.store import keep, write_json


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    """Half a file for whoever reads it while it is written."""
    path = tmp_path / "deep" / "summary.json"
    write_json(path, {"a": 1})
    write_json(path, {"a": "é", "b": Decimal("1.50")})
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": "é", "b": "1.50"}
    assert [file.name for file in path.parent.iterdir()] == ["summary.json"]


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    """An old report destroyed by a new one that could not be written; or its ruins left behind."""
    path = tmp_path / "summary.json"
    write_json(path, {"a": 1})
    with pytest.raises(TypeError):
        write_json(path, {"a": 2, ("no", "key"): 3})
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["summary.json"]


def test_any_text_can_be_written(tmp_path: Path) -> None:
    """A finding about a lone surrogate that is lost because UTF-8 cannot hold it."""
    write_json(tmp_path / "a.json", {"\ud800": "\udfff \x00 💰"})
    assert json.loads((tmp_path / "a.json").read_bytes()) == {"\ud800": "\udfff \x00 💰"}


def test_others_may_read_a_report(tmp_path: Path) -> None:
    """A report that the build server's other users cannot open."""
    write_json(tmp_path / "a.json", {})
    (tmp_path / "plain").touch()
    assert (tmp_path / "a.json").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_the_first_story_stays(tmp_path: Path) -> None:
    """A story that each worker rewrites while somebody reads it."""
    path = keep(tmp_path / "findings", {"id": "AST-02-0123456789", "n": 1})
    assert keep(tmp_path / "findings", {"id": "AST-02-0123456789", "n": 2}) == path
    assert path.name == "AST-02-0123456789.json"
    assert json.loads(path.read_text(encoding="utf-8"))["n"] == 1
