"""The catalogue: whole, well-formed, and selected by whole parts of its ids."""

import hashlib
import re
from pathlib import Path

import pytest

from contracts.clauses import Catalogue, CatalogueProblem, Level, Part, UnknownClause, catalogue, load

IDS = {
    "AST": [f"{number:02}" for number in range(1, 21)],
    "SIG": [f"{number:02}" for number in range(1, 8)],
    "ALC": ["01", "02", "03", "04", "05", *(f"06{letter}" for letter in "abcdefg")]
    + [f"{number:02}" for number in range(7, 19)]
    + ["20", "19"],
    "AUT": [f"{number:02}" for number in range(1, 9)],
    "HTP": [f"{number:02}" for number in range(1, 9)],
}

SOUND = """
abilities:
  network: [ACCESS_TOKEN, ENTERPRISE_ID]
  signing: [ACCESS_TOKEN, SIGNING_KEY]
clauses:
  - id: ALC-01
    level: must
    title: it allocates
    sentence: A client gets its allocation.
    source: ref
    operations: [createAllocation]
    needs: [network, signing]
"""


def parsed(text: str) -> Catalogue:
    return catalogue.parse(text.encode(), "some.yaml")


def selected(selectors: str) -> list[str]:
    return [clause.id for clause in load().select(selectors)]


# --- the project's own clauses


def test_every_clause_is_there_in_its_order() -> None:
    """A clause lost, renamed or moved in the data."""
    assert list(load()) == [f"{family}-{number}" for family, numbers in IDS.items() for number in numbers]
    assert load().families() == tuple(IDS)


def test_levels_are_those_of_the_contract() -> None:
    """A must that was weakened to a warning, or an open question that became a promise."""
    others = {clause.id: clause.level for clause in load().values() if clause.level is not Level.MUST}
    assert others == {"AST-20": Level.OBSERVE, "SIG-07": Level.SHOULD, "ALC-19": Level.OBSERVE}


@pytest.mark.parametrize("clause", load().values(), ids=lambda clause: clause.id)
def test_titles_are_short_statements(clause: catalogue.Clause) -> None:
    """A title that wraps in a table, or that wishes where a clause states."""
    assert len(clause.title) <= 56
    assert not re.search(r"\b(should|must|shall|will)\b", clause.title + clause.sentence)
    assert clause.title[0].islower() or clause.title.startswith("GET")
    assert not clause.title.endswith(".")
    assert clause.sentence.endswith(".")


@pytest.mark.parametrize("clause", load().values(), ids=lambda clause: clause.id)
def test_needs_follow_the_operations(clause: catalogue.Clause) -> None:
    """A network clause that would be asked without a tenant and fail there, or an asset clause that would not be."""
    if "createAsset" not in clause.operations:
        assert {"ACCESS_TOKEN", "ENTERPRISE_ID", "CONNECTION_ID"} <= set(clause.needs)
    if clause.family in {"AST", "HTP"}:
        assert clause.needs == ()
    if clause.family == "ALC":
        assert "SIGNING_KEY" in clause.needs
    assert not set(clause.needs) & set(clause.partly)


def test_needs_of_second_tenant_scope_and_funds() -> None:
    """A clause that is held to be applicable without the variable its question stands on."""
    needing = {
        name: [clause.id for clause in load().values() if name in clause.needs]
        for name in ("OTHER_ACCESS_TOKEN", "READ_ONLY_TOKEN", "SCRATCH_CURRENCY", "SECOND_CONNECTION_ID")
    }
    assert needing == {
        "OTHER_ACCESS_TOKEN": ["AUT-03", "AUT-04"],
        "READ_ONLY_TOKEN": ["AUT-05"],
        "SCRATCH_CURRENCY": ["ALC-15"],
        "SECOND_CONNECTION_ID": [],
    }


def test_parts_at_another_level_are_kept() -> None:
    """A should inside a must that gets lost, so that nobody warns."""
    assert load()["AST-03"].also == (Part(Level.SHOULD, "The id of an asset is a UUID."),)


def test_digest_is_that_of_the_file() -> None:
    """Two runs that judge by different promises and cannot be told apart."""
    file = Path(catalogue.__file__).with_name("clauses.yaml")
    assert load().digest() == hashlib.sha256(file.read_bytes()).hexdigest()


# --- looking up and selecting


def test_selects_each_clause_once_in_the_files_order() -> None:
    """Overlapping selectors that run a clause twice, or an order that depends on how they were typed."""
    assert selected("SIG-02, ALC-06c,AST-05,SIG-02") == ["AST-05", "SIG-02", "ALC-06c"]


def test_selects_families_and_all_letters_of_a_clause() -> None:
    """ALC-06 that selects nothing, because no clause has exactly this id."""
    assert selected("ALC-06") == [f"ALC-06{letter}" for letter in "abcdefg"]
    assert selected("AUT") == [f"AUT-{number:02}" for number in range(1, 9)]
    assert selected("ALC,ALC-06c") == selected("ALC")


@pytest.mark.parametrize(
    ("selector", "nearest"),
    [
        ("AST-1", "AST-01"),
        ("ast", "AST"),
        ("ALC-6c", "ALC-06c"),
        ("alc-06C", "ALC-06c"),
        ("ACL-09", "ALC-09"),
        ("AST-99", "AST-19"),
        ("AST05", "AST-05"),
        ("AST-", "AST"),
        ("QQQ", None),
        ("", None),
    ],
)
def test_unknown_selectors_name_the_nearest(selector: str, nearest: str | None) -> None:
    """AST-1 that runs AST-10 to AST-19, or a misspelt selector that runs nothing and passes."""
    with pytest.raises(UnknownClause) as caught:
        load().select(f"SIG,{selector}")
    assert caught.value.asked == selector
    assert caught.value.nearest == nearest


def test_an_unknown_id_names_the_nearest() -> None:
    """A check registered under a misspelt id that nobody ever hears of."""
    with pytest.raises(UnknownClause, match=r"^no clause is called 'ALC-9'; the nearest is ALC-09$"):
        load()["ALC-9"]
    assert "ALC-9" not in load()
    assert load().get("ALC-9") is None


# --- a broken file


def test_variables_of_all_abilities_each_once() -> None:
    """A needed variable that is named twice in a report, or left out."""
    assert parsed(SOUND)["ALC-01"].needs == ("ACCESS_TOKEN", "ENTERPRISE_ID", "SIGNING_KEY")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("ALC-01", "ALC-1", "entry 1 (ALC-1): `id` has to look like ALC-09 or ALC-06c"),
        ("level: must", "level: may", "entry 1 (ALC-01): `level` has to be one of must, should, observe"),
        ("level: must", "levle: must", "entry 1 (ALC-01): `levle` is no key of a clause"),
        ("level: must", "levle: must", "entry 1 (ALC-01): `level` is missing"),
        ("title: it allocates", "title: ''", "entry 1 (ALC-01): `title` has to be a text that is not empty"),
        ("source: ref", "source: hearsay", "entry 1 (ALC-01): `source` has to be one of guide:allocate"),
        ("[createAllocation]", "[createMoney]", "entry 1 (ALC-01): `operations` has to list operations of"),
        ("[createAllocation]", "[]", "entry 1 (ALC-01): `operations` has to list operations of"),
        ("[network, signing]", "[netwrok]", "entry 1 (ALC-01): `needs` has to list abilities of this file"),
        ("needs:", "also:", "entry 1 (ALC-01): `also` has to map a level to a sentence"),
        (
            "[ACCESS_TOKEN, ENTERPRISE_ID]",
            "[access-token]",
            "abilities: `network` has to list variable names",
        ),
        ("clauses:", "claus:", "has to hold `abilities` and `clauses`, and nothing else"),
        ("abilities:", "abilities: [", "is no YAML"),
    ],
)
def test_a_broken_file_is_told_by_name_and_entry(old: str, new: str, problem: str) -> None:
    """A slip in the clause file that is loaded as if it meant something."""
    with pytest.raises(CatalogueProblem) as caught:
        parsed(SOUND.replace(old, new, 1))
    assert any(line.startswith(f"some.yaml: {problem}") for line in str(caught.value).splitlines())


def test_repeated_ids_and_titles_are_refused() -> None:
    """A second clause under a used id that replaces the first without a word."""
    entry = SOUND.split("clauses:\n")[1]
    with pytest.raises(CatalogueProblem) as caught:
        parsed(SOUND + entry)
    assert "some.yaml: id 'ALC-01' is used twice" in str(caught.value)
    assert "some.yaml: title 'it allocates' is used twice" in str(caught.value)
