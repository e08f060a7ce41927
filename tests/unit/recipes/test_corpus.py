"""Where known bugs are looked for: those that come with contracts, and the user's own, whose mistakes stop a run."""

from pathlib import Path

import pytest

from contracts.plan import settle
from contracts.recipes.corpus import FOLDER, known_bugs, mistakes_in, own_digest, shipped
from contracts.settings import SettingsProblem


def own(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / FOLDER).mkdir(exist_ok=True)
    (tmp_path / FOLDER / name).write_text(text, encoding="utf-8")


def one_shipped() -> Path:
    return min(shipped().glob("*.yaml"))


def test_own_ones_are_asked_beside_those_that_come_along(tmp_path: Path) -> None:
    """A recipe in `corpus/` that no run ever asks."""
    own(tmp_path, "AST-07-mine.yaml", one_shipped().read_text(encoding="utf-8"))
    names = [known.name for known in known_bugs(tmp_path)]
    assert names[-1] == "AST-07-mine"
    assert names[:-1] == [known.name for known in known_bugs(tmp_path / "elsewhere")]
    assert not mistakes_in(tmp_path)


def test_a_name_is_given_once(tmp_path: Path) -> None:
    """Two questions of one name: pytest breaks off, and says nothing of files."""
    own(tmp_path, one_shipped().name, one_shipped().read_text(encoding="utf-8"))
    (mistake,) = mistakes_in(tmp_path)
    assert str(Path(FOLDER, one_shipped().name)) in str(mistake)


def test_a_broken_recipe_stops_a_run_before_its_first_request(tmp_path: Path) -> None:
    """A typing error that is told as a crash of the suite, after minutes."""
    own(tmp_path, "x.yaml", "what: [")
    own(tmp_path, "y.yaml", "what: x\n")
    with pytest.raises(SettingsProblem) as problem:
        settle(profile="smoke", target=None, clauses="XYZ", environ={}, directory=tmp_path)
    told = str(problem.value)
    assert "XYZ" in told
    assert f"{Path(FOLDER, 'x.yaml')} line 2: is no YAML" in told
    assert f"{Path(FOLDER, 'y.yaml')} line 1: steps: is missing" in told


def test_a_file_of_bytes_is_told(tmp_path: Path) -> None:
    """A traceback over an encoding."""
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "x.yaml").write_bytes(b"\xff\xfe")
    assert "is not UTF-8" in str(*mistakes_in(tmp_path))


def test_another_known_bug_is_another_corpus(tmp_path: Path) -> None:
    """Machines whose own known bugs differ, and shards of theirs that are merged as one run's."""
    assert own_digest(tmp_path) == "none"
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "AST-01-a.yaml").write_text("one", encoding="utf-8")
    first = own_digest(tmp_path)
    (tmp_path / "corpus" / "AST-01-a.yaml").write_text("two", encoding="utf-8")
    assert len({"none", first, own_digest(tmp_path)}) == 3
