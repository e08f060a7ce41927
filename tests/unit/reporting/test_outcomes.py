"""The lines of `outcomes.jsonl`: there after a kill, whole or not at all."""

import errno
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.findings.documents import Unreadable
from contracts.reporting import outcomes

TOLD: list[dict[str, Any]] = [
    {"outcome": {"reason": "caf\u00e9 \ud800", "timings": {"createAsset": [[1.25, 3]]}}},
    {"shard": 2},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of two lines."""
    path = tmp_path / "outcomes.jsonl"
    for line in TOLD:
        outcomes.append(path, line)
    return path


def test_what_was_appended_is_read(path: Path) -> None:
    """Half a surrogate pair in an answer, and a run whose outcomes nobody can read again."""
    outcomes.append(path, {"shard": 3}, sync=True)
    assert list(outcomes.read(path)) == [*TOLD, {"shard": 3}]
    assert path.read_bytes().isascii()


@pytest.mark.parametrize("unfinished", [b"{", b'{"shard": 3}', b'{"reason": "caf'])
def test_a_line_that_a_kill_left_unfinished_is_no_line(path: Path, unfinished: bytes) -> None:
    """A killed run that cannot be merged; or one that goes on, and joins its next line to half of another."""
    with path.open("ab") as file:
        file.write(unfinished)
    assert list(outcomes.read(path)) == TOLD
    outcomes.append(path, {"shard": 4})
    assert list(outcomes.read(path)) == [*TOLD, {"shard": 4}]


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (b"{\n", "ends in the middle of its JSON"),
        (b"\n", "is empty"),
        (b"[1]\n", "holds something other than an object"),
        (b'{"a": "\xc3\xa9"}\n', "is not ASCII"),
    ],
    ids=["cut", "empty", "a list", "another encoding"],
)
def test_other_damage_is_told_with_its_line(path: Path, damage: bytes, what: str) -> None:
    """Questions that are left out of a report without a word, since their lines were spoiled."""
    path.write_bytes(path.read_bytes() + damage + b"{}\n")
    with pytest.raises(Unreadable) as refused:
        list(outcomes.read(path))
    assert (refused.value.what, refused.value.line) == (what, 3)


def test_no_file_is_told(tmp_path: Path) -> None:
    """A traceback for the run of an older version."""
    with pytest.raises(Unreadable, match="there is no such file"):
        list(outcomes.read(tmp_path / "outcomes.jsonl"))


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file grows beyond 300 bytes."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, usual[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_is_full_is_told_and_spoils_no_line_before(path: Path) -> None:
    """Half a line that was taken for a whole one, and the lines after it for its rest."""
    with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        outcomes.append(path, {"reason": "x" * 300})
    assert path.stat().st_size == 300
    outcomes.append(path, {"shard": 5})
    assert list(outcomes.read(path)) == [*TOLD, {"shard": 5}]
