"""The history on disk: every run has its line, and a line that cannot be read costs no other."""

import fcntl
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from contracts.reporting.history import BLOCK, LONGEST_LINE, NoHistory, opened


def line(number: int = 1, **changes: Any) -> dict[str, Any]:
    plain = {
        "format": 1,
        "time": f"2026-11-21T10:00:{number:02}+00:00",
        "target": {"name": "staging", "base_url": "https://api.example"},
        "profile": "smoke",
        "clauses": {"AST-05": "held"},
        "findings": [],
        "missing": [],
        "timings": {},
        "number": number,
    }
    return plain | changes


def read(path: Path) -> tuple[list[int], list[str]]:
    with opened(path) as history:
        return [record["number"] for record in history.backwards()], history.notices


def append(path: Path, *records: dict[str, Any]) -> None:
    for record in records:
        with opened(path) as history:
            history.append(record)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.jsonl"


def test_runs_come_back_the_newest_first(path: Path) -> None:
    """A run that is compared with the oldest one."""
    append(path, *map(line, range(5)))
    assert read(path) == ([4, 3, 2, 1, 0], [])
    assert len(path.read_text(encoding="utf-8").splitlines()) == 5


def test_nothing_is_read_from_nothing(path: Path) -> None:
    """A first run that stumbles over the file that it has just made."""
    assert read(path) == ([], [])


def test_lines_may_lie_across_blocks(path: Path) -> None:
    """A line lost, or read in halves, where two reads meet."""
    longs = [line(number, padding="é" * (number * BLOCK // 5)) for number in range(12)]
    append(path, *longs)
    assert read(path) == ([*range(11, -1, -1)], [])


def test_what_a_kill_left_costs_its_own_line_only(path: Path) -> None:
    """The next run's line glued to half of the last one: both are lost."""
    append(path, line(1), line(2))
    path.write_bytes(path.read_bytes()[:-30])
    assert read(path) == ([1], ["history.jsonl line 2: ends in the middle of its JSON; left out"])
    append(path, line(3))
    assert read(path) == ([3, 1], ["history.jsonl line 2: ends in the middle of its JSON; left out"])


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b"{}", "is no line of a history"),
        (b"[1]", "is no line of a history"),
        (b"not ours", "is no JSON: expecting value (column 1)"),
        (b'{"format": 2, "runs": []}', "has format 2, and this version reads up to 1"),
        (b'{"format": "1"}', "is no line of a history (time, target, profile,"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"n": ' + b"9" * 5000 + b"}", "holds a number of thousands of digits"),
        (json.dumps(line(clauses={"AST-05": 1})).encode(), "is no line of a history (clauses)"),
        (json.dumps(line(findings=[{"id": "x"}])).encode(), "is no line of a history (findings)"),
        (json.dumps(line(timings={"createAsset": 1})).encode(), "is no line of a history (timings)"),
    ],
)  # fmt: skip
def test_a_line_of_others_is_noticed_and_left_out(path: Path, bad: bytes, said: str) -> None:
    """A crash at the end of a run, or all memory gone, for one line that somebody else wrote."""
    append(path, line(1))
    with path.open("ab") as stream:
        stream.write(bad + b"\n\n")
    append(path, line(2))
    found, notices = read(path)
    assert found == [2, 1]
    assert len(notices) == 1
    assert notices[0].startswith(f"history.jsonl line 2: {said}")


def test_many_bad_lines_are_not_all_told(path: Path) -> None:
    """A terminal full of complaints about a file that is not ours."""
    path.write_text("x\n" * 1000, encoding="utf-8")
    found, notices = read(path)
    assert (found, len(notices)) == ([], 6)
    assert notices[0].startswith("history.jsonl line 1000: is no JSON")


def test_a_line_without_end_ends_the_look_back(path: Path) -> None:
    """A gigabyte without a line break, read into memory."""
    path.write_bytes(b"\n" + b"x" * (LONGEST_LINE + 2 * BLOCK))
    append(path, line(1))
    found, notices = read(path)
    assert found == [1]
    assert "longer than any line" in notices[0]


def test_runs_that_end_together_are_all_remembered(path: Path) -> None:
    """Two runs that write at the same moment, and one line of two halves."""

    def many(first: int) -> None:
        append(path, *(line(number, padding="x" * 20_000) for number in range(first, first + 20)))

    threads = [threading.Thread(target=many, args=(start,)) for start in (0, 20, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found, notices = read(path)
    assert (sorted(found), notices) == ([*range(60)], [])


def test_a_lock_that_nobody_gives_back_stops_no_run(path: Path) -> None:
    """A run that hangs at its end because a stopped process holds the file."""
    other = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(other, fcntl.LOCK_EX)
    try:
        with pytest.raises(NoHistory, match="another process has held it"), opened(path, patience_s=0):
            pass
    finally:
        os.close(other)
    assert read(path) == ([], [])


def test_lone_surrogates_are_kept(path: Path) -> None:
    """A finding about half a character, and a run that cannot be remembered for it."""
    append(path, line(1, kind="\ud800"))
    assert read(path) == ([1], [])
