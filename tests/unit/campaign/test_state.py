"""A campaign's folder that was damaged: by a power cut, by an editor, by a copy that broke off."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.campaign.progress import Progress
from contracts.campaign.purse import Purse
from contracts.campaign.state import ABOUT, About, add, line_of, lines, look_through
from contracts.campaign.work import Done
from contracts.clauses.catalogue import load
from contracts.findings import store
from contracts.findings.documents import Unreadable
from contracts.findings.finding import Circumstances, brief, complete
from contracts.recipes.names import Names
from contracts.reporting.ledger import Ledger
from contracts.reporting.outcomes import OUTCOMES
from contracts.settings.caps import Caps
from contracts.transport.redaction import Redactor
from tests.fixtures.outcomes import outcome, violation

CAMPAIGN = About(
    seed=7,
    max_time_s=60.0,
    shard_s=2.0,
    clauses="AST",
    target=None,
    base_url=None,
    version="1",
    questions=[("a", ""), ("b", "funds")],
)
# A text that JSON can hold and UTF-8 cannot: targets have answered it.
FOUND = violation(received="\ud800")
STORY = complete(FOUND, Redactor(), Circumstances("test_x.py::test_y", 7, "nightly", Names("CTMARK")))


def shard(number: int) -> Done:
    told = outcome(
        "AST-02",
        violations=[brief(FOUND, Redactor())],
        timings={"createAsset": [[1.5, 3]]},
        answers=["createAsset 200 id"],
        reds={"AST-02": {"clause": "AST-02", "requests": 2, "at": 1.25}},
        unasked={"AST-03": "no funds"},
        observations={"AST-20": {"status": [200, "x", None]}},
    )
    return Done(number, "host:1", 2.0, [told], [])


def write_lines(folder: Path, of_line: dict[str, Any], of_outcome: dict[str, Any]) -> None:
    """Two lines; the second one says other things, and so does its only outcome."""
    for number in (0, 1):
        add(folder, line_of(shard(number), began=0.0, ended=1.0))
    first, second = map(json.loads, (folder / OUTCOMES).read_text().splitlines())
    second["outcomes"][0] |= of_outcome
    (folder / OUTCOMES).write_text(f"{json.dumps(first)}\n{json.dumps(second | of_line)}\n")


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": "abc"},
        {"seed": None},
        {"seed": 1.5},
        {"seed": -5},
        {"max_time_s": "60"},
        {"shard_s": None},
        {"shard_s": "10"},
        {"clauses": 5},
        {"target": 7},
        {"base_url": []},
        {"questions": [[1, 2]]},
        {"questions": ["ab"]},
        {"questions": None},
    ],
    ids=str,
)
def test_a_campaign_of_wrong_types_is_told(tmp_path: Path, changes: dict[str, Any]) -> None:
    """A campaign that is asked with another seed than before, or a traceback."""
    CAMPAIGN.write(tmp_path)
    data = json.loads((tmp_path / ABOUT).read_text()) | changes
    (tmp_path / ABOUT).write_text(json.dumps(data))
    (name,) = changes
    with pytest.raises(Unreadable, match=rf"its campaign\.json is not as it was written: {name}"):
        About.read(tmp_path)


@pytest.mark.parametrize(
    ("of_line", "of_outcome"),
    [
        ({"shard": "x"}, {}),
        ({"shard": -1}, {}),
        ({"ended": "x"}, {}),
        ({"outcomes": None}, {}),
        ({"outcomes": [{}]}, {}),
        ({"cut": 1}, {}),
        ({"failed": None}, {}),
        ({}, {"ended": "perhaps"}),
        ({}, {"chances": {"AST-01": "3"}}),
        ({}, {"clauses": []}),
        ({}, {"timings": {"createAsset": [[1.5]]}}),
        ({}, {"timings": {"createAsset": [["x", 3]]}}),
        ({}, {"timings": {"createAsset": [1]}}),
        ({}, {"violations": [{"id": "AST-02-0123456789"}]}),
        ({}, {"reds": {"AST-02": {"at": 1.25}}}),
    ],
    ids=str,
)
def test_a_line_of_wrong_types_is_told(
    tmp_path: Path, of_line: dict[str, Any], of_outcome: dict[str, Any]
) -> None:
    """A traceback after the campaign was asked, or verdicts that rest on half of what it knew."""
    write_lines(tmp_path, of_line, of_outcome)
    with pytest.raises(Unreadable, match=r"its outcomes\.jsonl is not as it was written") as told:
        list(lines(tmp_path))
    assert told.value.line == 2


def test_a_line_that_is_whole_reads_as_it_was_written(tmp_path: Path) -> None:
    """A campaign that nobody can go on with, because a target answered half a surrogate pair or a line is older."""
    write_lines(tmp_path, {}, {})
    text = (tmp_path / OUTCOMES).read_text().replace(', "failed": ""', "")
    (tmp_path / OUTCOMES).write_text(text)
    expected = [line_of(shard(number), began=0.0, ended=1.0) for number in (0, 1)]
    assert list(lines(tmp_path)) == expected


def test_shards_of_questions_that_the_campaign_has_not_are_told(tmp_path: Path) -> None:
    """A division by zero."""
    write_lines(tmp_path, {}, {})
    about = About(7, 60.0, 2.0, None, None, None, "1")
    with pytest.raises(Unreadable, match=r"its campaign\.json names no questions"):
        Progress(about, Ledger(load())).recall(lines(tmp_path))


@pytest.mark.parametrize("place", ["findings", ".shards/3-0/findings"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "[]",
        '{"id": "AST-02-0123456789"}',
        json.dumps(STORY | {"exchanges": None}),
        json.dumps(STORY | {"exchanges": [{}]}),
        json.dumps(STORY | {"count": "3"}),
        json.dumps({**STORY, "recipe": {}}),
    ],
    ids=["empty", "no JSON", "list", "brief", "no exchanges", "no exchange", "no count", "no recipe"],
)
def test_a_finding_that_cannot_be_told_is_told_first(tmp_path: Path, place: str, text: str) -> None:
    """A night that is asked, and ends in a traceback instead of its report."""
    store.keep(tmp_path / place, STORY)
    look_through(tmp_path)
    (tmp_path / place / "AST-02-0000000000.json").write_text(text)
    with pytest.raises(Unreadable, match=rf"its {place}/AST-02-0000000000\.json "):
        look_through(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["", "garbage", "{}", "[]", '{"requests": "9", "records": 0, "sums": {}, "left_out": {}}'],
    ids=["empty", "no JSON", "nothing", "list", "text"],
)
def test_a_budget_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    """A cap that is forgotten, or a traceback."""
    (tmp_path / "budget.json").write_text(text)
    with pytest.raises(Unreadable, match=r"its budget\.json is "):
        Purse.opened(Caps(None, None, 100, None, None), tmp_path / "budget.json")
