"""The file of accepted findings: what people write is read or refused in full, and edits leave the rest as it was."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from contracts.findings.accepted import Entry, read_accepted
from contracts.findings.accepted_text import append, blocks, without
from contracts.findings.documents import Unreadable
from contracts.settings import Mistake

ONE, TWO, THREE = "AST-05-0000000001", "AST-06-0000000002", "ALC-06a-0000000003"
FILE = f'''\
# our own words
format = 1  # and more

# about one
# in two lines
[[accepted]]
id = "{ONE}"
reason = """
[[accepted]] is no table here
# nor is this a comment"""
# below one

# --- payments ---

[[accepted]]  # two
id = "{TWO}"
reason = "b"
expires = 2026-12-31
# about three
[[accepted]]
id = "{THREE}"
reason = "c"
owner = "me"

# the end
'''


def read(tmp_path: Path, text: str) -> tuple[tuple[Entry, ...], list[str]]:
    path = tmp_path / "accepted.toml"
    path.write_text(text, encoding="utf-8")
    mistakes: list[Mistake] = []
    entries = read_accepted(path, "accepted.toml", mistakes)
    return entries, [str(mistake) for mistake in mistakes]


def test_entries_know_their_lines(tmp_path: Path) -> None:
    """A complaint about the wrong entry: text in quotes, or a comment, that looks like one."""
    entries, mistakes = read(tmp_path, FILE)
    assert mistakes == []
    assert [(entry.id, entry.line) for entry in entries] == [(ONE, 6), (TWO, 15), (THREE, 20)]
    assert [entry.expires for entry in entries] == [None, date(2026, 12, 31), None]
    assert [entry.of_clause for entry in entries] == ["AST-05", "AST-06", "ALC-06a"]


def test_entries_in_one_line_are_read(tmp_path: Path) -> None:
    """Legal TOML that is refused because its entries have no lines of their own."""
    entries, mistakes = read(tmp_path, f'format = 1\naccepted = [{{ id = "{ONE}", reason = "a" }}]\n')
    assert mistakes == []
    assert [(entry.id, entry.line, entry.where) for entry in entries] == [(ONE, None, "accepted.toml")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FILE.replace('"b"', '" "'), "line 15: an entry without a reason; expected why it is accepted"),
        (FILE.replace(f'id = "{TWO}"\n', ""), "line 15: an entry without an id"),
        (FILE.replace("owner", "ownr"), "line 20: unknown key `ownr`; expected a key of an entry (the nearest is owner)"),
        (FILE.replace('owner = "me"', "owner = 1"), "line 20: `owner` is no text"),
        (FILE.replace("2026-12-31", '"soon"'), "line 15: `expires` is no date; expected expires = 2026-12-31"),
        (FILE.replace("2026-12-31", "2026-12-31T10:00:00Z"), "line 15: `expires` is no date"),
        (FILE.replace('owner = "me"', 'sometimes = "yes"'), "`sometimes` is neither true nor false"),
        (FILE.replace('owner = "me"', "seed = true"), "`seed` is no whole number"),
        (FILE.replace(THREE, ONE), f"line 20: {ONE} is accepted twice (first at accepted.toml line 6)"),
        (FILE.replace("format = 1", ""), "has no format; expected format = 1"),
        (FILE.replace("format = 1", "format = true"), "has no format"),
        (FILE.replace("format = 1", "format = 2"), "has format 2, and this version reads up to 1"),
        (FILE.replace("format = 1", "format = 1\nacceptd = 1"), "unknown key `acceptd`"),
        ("format = 1\naccepted = 1", "`accepted` is no list of tables"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    """An entry that is dropped in silence accepts nothing, or one that is half read accepts for ever."""
    entries, mistakes = read(tmp_path, text)
    assert entries == ()
    assert any(said in mistake for mistake in mistakes), mistakes


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """One mistake told at a time."""
    _, mistakes = read(tmp_path, FILE.replace('"b"', '""').replace("owner", "ownr"))
    assert len(mistakes) == 2


@pytest.mark.parametrize(
    ("place", "gone", "stay"),
    [
        (
            0,
            ["about one", "in two lines", ONE, "below one"],
            ["our own words", "payments", "about three", "the end"],
        ),
        (1, [TWO, "# two", "2026-12-31"], ["below one", "payments", "about three", "the end"]),
        (2, [THREE, "about three"], ["payments", "the end", "2026-12-31"]),
    ],
)
def test_an_entry_goes_with_its_own_comments_only(place: int, gone: list[str], stay: list[str]) -> None:
    """A comment about another entry that is lost, or one that stays behind and tells of nothing."""
    left = without(FILE, [place])
    assert [word for word in gone if word in left] == []
    assert [word for word in stay if word not in left] == []
    kept = [entry["id"] for entry in tomllib.loads(left)["accepted"]]
    assert kept == [id for id in (ONE, TWO, THREE) if id not in gone]


def test_all_entries_can_go() -> None:
    """The last entry that cannot be taken out."""
    left = without(FILE, [0, 1, 2])
    assert tomllib.loads(left) == {"format": 1}
    assert left.startswith("# our own words")
    assert left.endswith("# the end\n")


def test_entries_without_lines_are_left_to_people() -> None:
    """An edit that cannot know what it takes out."""
    with pytest.raises(Unreadable, match="not written as"):
        without(f'format = 1\naccepted = [{{ id = "{ONE}", reason = "a" }}]\n', [0])


def test_an_appended_entry_leaves_the_rest_as_it_was() -> None:
    """A tool that rewrites a file of people's, in its own order and without their comments."""
    for text in (FILE, FILE.rstrip("\n"), FILE.replace("\n", "\r\n")):
        longer = append(
            text, [{"id": "x", "reason": 'say "é\\\n\x7f\ud800"', "expires": date(2027, 1, 2), "owner": ""}]
        )
        assert longer.startswith(text)
        *before, last = tomllib.loads(longer)["accepted"]
        assert before == tomllib.loads(text)["accepted"]
        assert last == {"id": "x", "reason": 'say "é\\\n\x7f?"', "expires": date(2027, 1, 2)}
        assert ("\r\n" in longer) == ("\r\n" in text)
        assert longer.count("\n") == longer.count("\r\n") or "\r\n" not in longer


def test_a_new_file_says_what_it_is() -> None:
    """A file that nobody understands a year later."""
    text = append("", [{"id": ONE, "reason": "a"}, {"id": TWO, "reason": "b"}])
    assert text.startswith("# Findings that are accepted")
    assert tomllib.loads(text) == {
        "format": 1,
        "accepted": [{"id": ONE, "reason": "a"}, {"id": TWO, "reason": "b"}],
    }
    assert len(blocks(text)) == 2
