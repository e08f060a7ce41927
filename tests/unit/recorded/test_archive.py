"""Files that are no archives, or archives of another kind, are told from those that can be judged."""

import gzip
import json
from pathlib import Path

import pytest

from contracts.findings.documents import Unreadable
from contracts.recorded.archive import BadEntry, number_of, object_of, pairs_of, read_archive, text_of
from tests.fixtures.archives import archive, entry
from tests.fixtures.exchanges import asset_made

TEXT = json.dumps(archive(entry(asset_made())), indent=2)


def kept(folder: Path, data: bytes | str) -> Path:
    path = folder / "traffic.har"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize(
    "data",
    [TEXT.encode(), b"\xef\xbb\xbf" + TEXT.encode(), gzip.compress(TEXT.encode())],
    ids=["plain", "byte-order mark", "gzip"],
)
def test_archives_are_read(tmp_path: Path, data: bytes) -> None:
    """An archive from Windows, or one that was packed for a ticket, called broken."""
    read = read_archive(kept(tmp_path, data))
    assert (read.name, read.creator, len(read.entries)) == ("traffic.har", "WebInspector", 1)


@pytest.mark.parametrize("version", ["1.1", "1.2", "1.3", ""])
def test_versions_of_one_kind_are_read(tmp_path: Path, version: str) -> None:
    """An old tool's archive refused for its number."""
    assert read_archive(kept(tmp_path, json.dumps(archive(version=version)))).entries == []


@pytest.mark.parametrize(
    ("data", "line", "what"),
    [
        (b"", 1, "is empty"),
        (TEXT[:400], 18, "ends in the middle of its JSON"),
        ("<html>", 1, "is no JSON"),
        ("[]", None, "is no HTTP archive"),
        ('{"format": 1, "clauses": {}}', None, "is no HTTP archive"),
        ('{"log": {"entries": {}}}', None, "is no HTTP archive"),
        (json.dumps(archive(version="2.0")), None, "HAR version '2.0'"),
        (TEXT.encode("utf-16"), 1, "is not UTF-8"),
        (TEXT.replace("Bitcoin", "Bitc\xf6in").encode("latin-1"), None, "is not UTF-8"),
        (gzip.compress(TEXT.encode())[:60], None, "compressed with gzip, and broken"),
        ("[" * 100_000, None, "nested too deeply"),
    ],
    ids=[
        *("empty", "truncated", "a page", "a list", "a summary", "no entries", "future", "UTF-16", "latin-1"),
        *("broken gzip", "deep"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, data: bytes | str, line: int | None, what: str) -> None:
    """A traceback, or half of a file taken for the whole."""
    with pytest.raises(Unreadable, match=what) as problem:
        read_archive(kept(tmp_path, data))
    assert line is None or problem.value.line == line


def test_missing_files_are_refused(tmp_path: Path) -> None:
    """A traceback for a misspelt name."""
    with pytest.raises(Unreadable, match="no such file"):
        read_archive(tmp_path / "nothing.har")


@pytest.mark.parametrize(
    ("work", "what"),
    [
        (lambda: object_of({"request": []}, "request"), "its request is a list instead of an object"),
        (lambda: object_of({}, "request"), "its request is missing instead of an object"),
        (lambda: text_of({"url": 7}, "url"), "its url is a number instead of a text"),
        (lambda: number_of({"wait": "7"}, "wait"), "its wait is a text instead of a number"),
        (lambda: number_of({"wait": float("nan")}, "wait"), "its wait is a number instead of a number"),
        (lambda: pairs_of({"headers": {"a": "b"}}, "headers"), "its headers are an object instead of a list"),
        (lambda: pairs_of({"headers": [{"value": "b"}]}, "headers"), "its name is missing"),
    ],
)
def test_members_of_another_type_are_named(work: object, what: str) -> None:
    """An entry that somebody edited, and a complaint that does not say where."""
    with pytest.raises(BadEntry, match=what):
        work()  # type: ignore[operator]
