"""Findings reach the disk whole or not at all."""

import json
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from contracts.findings.store import keep, merge, read_all, retell, write_json


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


def story(*bodies: str, count: int = 1, **changes: Any) -> dict[str, Any]:
    met = {"count": count, "forms": {"": count}, "first": "2026-11-21T10:00", "last": "2026-11-21T10:00"}
    steps = [{"body": body} for body in bodies]
    return {"id": "AST-02-0123456789", "exchanges": [], "recipe": {"steps": steps}, **met, **changes}


def kept(folder: Path) -> dict[str, Any]:
    (known,) = read_all(folder)
    return known


def test_the_shortest_story_stays(tmp_path: Path) -> None:
    """A story of forty requests where one of two is known, or one that each worker rewrites while somebody reads it."""
    keep(tmp_path, story("${RUN}", "${RUN}", n=1))
    for longer in (
        story("${RUN}", "${RUN}", n=2),
        story("${RUN}", "a", n=2),
        story("${RUN}", "${RUN} ", n=2),
    ):
        keep(tmp_path, longer)
        assert kept(tmp_path)["n"] == 1
    keep(tmp_path, story("${RUN} and more", n=3))
    assert kept(tmp_path)["n"] == 3
    assert (tmp_path / "AST-02-0123456789.json").exists()


def test_a_story_that_can_be_told_again_is_shorter(tmp_path: Path) -> None:
    """A story whose symbol was used up by its first telling, kept for being two characters shorter."""
    keep(tmp_path, story("BTC", n=1))
    keep(tmp_path, story("${RUN} and more", n=2))
    keep(tmp_path, story("B", n=3))
    assert kept(tmp_path)["n"] == 2


def test_what_was_met_again_is_counted(tmp_path: Path) -> None:
    """A count that starts anew with each shorter story, or that is never written."""
    keep(tmp_path, story("long"))
    merge(tmp_path, [story(count=7), story(id="ALC-01-0000000000")])
    keep(tmp_path, story("x", n=2))
    assert (kept(tmp_path)["count"], kept(tmp_path)["forms"], kept(tmp_path)["n"]) == (7, {"": 7}, 2)


def test_a_story_is_retold_only_where_it_is_the_one_that_is_kept(tmp_path: Path) -> None:
    """What one story showed alone, written into another one."""
    keep(tmp_path, story("a", exchanges=[1], n=1))
    retell(tmp_path, story("a", exchanges=[2], n=2))
    assert kept(tmp_path)["n"] == 1
    retell(tmp_path, story("a", exchanges=[1], n=3, count=9))
    assert (kept(tmp_path)["n"], kept(tmp_path)["count"]) == (3, 1)


def test_workers_merge_without_losing_each_others(tmp_path: Path) -> None:
    """Two processes that read, change and write one file at the same time."""
    with ProcessPoolExecutor(4) as pool:
        list(pool.map(keep, [tmp_path] * 40, [story("x" * (40 - number)) for number in range(40)]))
    assert kept(tmp_path)["recipe"]["steps"] == [{"body": "x"}]
    assert {file.name for file in tmp_path.iterdir()} == {".lock", "AST-02-0123456789.json"}
