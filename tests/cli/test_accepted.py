"""Accepted findings in whole runs: they fail none, and their entries do when they are outdated."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.mock.embedded import Embedded
from tests.fixtures.commands import Contracts, Ran, run

ASKED = ("verify", "--profile", "smoke", "--clauses", "AST-05,AST-06")
TOML = "[targets.staging]\nbase_url = '{BASE_URL}'\n"


@pytest.fixture(scope="module")
def forgetful() -> Iterator[Embedded]:
    """A server with one known bug."""
    with Embedded(["asset-conflict-forgets-other-type"]) as mock:
        yield mock


@pytest.fixture(scope="module")
def known(forgetful: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A folder in which that bug has been accepted."""
    folder = tmp_path_factory.mktemp("known")
    assert run(folder, *ASKED, variables=forgetful.variables).code == 1
    added = run(
        folder, "baseline", "add", "reports/latest", "--reason", "known", "--owner", "me", "--expires", "30d"
    )
    assert added.code == 0, added.text
    return added


def test_what_is_accepted_still_shows_and_fails_no_run(known: Ran, forgetful: Embedded) -> None:
    """A pipeline that is red for what everybody knows; or a report that hides it."""
    ran = run(known.folder, *ASKED, "--baseline", "accepted.toml", variables=forgetful.variables)
    assert ran.code == 0, ran.text
    assert ran.verdicts["AST-06"] == "violated"
    assert "verdict: violated, all of it accepted (exit code 0)" in ran.out
    assert "accepted: known (me, until " in ran.out
    (found,) = ran.summary["findings"]
    assert (found["accepted"]["reason"], found["accepted"]["owner"]) == ("known", "me")
    assert ran.summary["memory"]["known"] == [found["id"]]


def test_stop_at_first_goes_on_behind_what_is_accepted(known: Ran, forgetful: Embedded) -> None:
    """-x that ends at a known bug, with exit code 0 and nearly nothing asked."""
    for workers in ("0", "2"):
        ran = run(
            known.folder,
            *ASKED,
            "-x",
            "-n",
            workers,
            "--baseline",
            "accepted.toml",
            variables=forgetful.variables,
        )
        assert ran.code == 0, ran.text
        assert ran.summary["clauses"]["AST-05"]["exercised"] > 0
        assert ran.summary["questions"]["asked"] > 5


def test_a_mended_bug_makes_its_entry_stale(known: Ran, honest: Embedded, tmp_path: Path) -> None:
    """An excuse that waits for the next bug of its kind."""
    file = tmp_path / "accepted.toml"
    file.write_text(
        "# ours\n" + (known.folder / "accepted.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    other = ("verify", "--profile", "smoke", "--clauses", "AST-12", "--baseline", "accepted.toml")
    unasked = run(tmp_path, *other, variables=honest.variables)
    assert unasked.code == 0, unasked.text
    ran = run(tmp_path, *ASKED, "--baseline", "accepted.toml", variables=honest.variables)
    assert ran.code == 1, ran.text
    assert ran.summary["verdict"] == "held"
    assert "stale    AST-06-" in ran.out
    assert "contracts baseline prune" in ran.out
    pruned = run(tmp_path, "baseline", "prune")
    assert pruned.code == 0, pruned.text
    assert "[[accepted]]" not in file.read_text(encoding="utf-8")
    assert file.read_text(encoding="utf-8").startswith("# ours\n")


def test_an_accepted_file_and_a_run_go_together(known: Ran, forgetful: Embedded) -> None:
    """The second --baseline that replaces the first."""
    ran = run(
        known.folder,
        *(*ASKED, "--baseline", "reports/latest", "--baseline", "accepted.toml"),
        variables=forgetful.variables,
    )
    assert ran.code == 0, ran.text
    assert ran.summary["baseline"]["profile"] == "smoke"
    assert ran.summary["accepted"]["entries"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("baseline", "add", "AST-06-5c8834380e"), "Missing option '--reason'"),
        (("baseline", "add", "AST-06-5c8834380e", "--reason", ""), "--reason: is empty"),
        (("baseline", "add", "x.json", "--reason", "known"), "x.json: there is no such file"),
        (("baseline", "add", "x.json", "--reason", "known", "--expires", "soon"), "write 2026-12-31 or 30d"),
        (("baseline", "prune"), "accepted.toml: there is no such file"),
        ((*ASKED, "--baseline", "bad.toml"), "--baseline bad.toml line 3: unknown key `reson`"),
        (("compare", "nowhere", "bad.toml"), "2 mistakes"),
    ],
)
def test_mistakes_are_told_without_a_traceback(
    contracts: Contracts, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """A traceback, or exit code 1, for a slip of the user's."""
    (tmp_path / "bad.toml").write_text(
        'format = 1\n\n[[accepted]]\nid = "x"\nreson = "y"\n', encoding="utf-8"
    )
    ran = contracts(*arguments)
    assert ran.code == 2, ran.text
    assert said in ran.err
    assert "Traceback" not in ran.text
    assert not (tmp_path / "reports").exists()
