"""A campaign whose folder was damaged is not gone on with, and its user is told which file it is."""

from pathlib import Path

import pytest

from contracts import __version__
from contracts.campaign.state import About
from tests.fixtures.commands import Contracts

ABOUT = About(
    seed=7,
    max_time_s=None,
    shard_s=2.0,
    clauses="AST-05",
    target=None,
    base_url=None,
    version=__version__,
)


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("campaign.json", '{"format": 1, "seed": "abc"}', "its campaign.json is not as it was written: seed"),
        ("outcomes.jsonl", '{"shard": "x"}\n', "line 1: its outcomes.jsonl is not as it was written: shard"),
        ("findings/AST-05-0123456789.json", "", "its findings/AST-05-0123456789.json is empty"),
        (".shards/3-0/findings/AST-05-0123456789.json", "{", "ends in the middle of its JSON"),
        ("budget.json", "[]", "its budget.json is not as it was written"),
    ],
    ids=["campaign", "line", "finding", "finding of a worker", "budget"],
)
def test_damage_is_told_before_anything_is_asked(
    contracts: Contracts, tmp_path: Path, file: str, text: str, told: str
) -> None:
    """A traceback and exit code 3, after a night was asked for nothing."""
    folder = tmp_path / "reports" / "kept"
    ABOUT.write(folder)
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text)
    ran = contracts("fuzz", "--resume", str(folder), "--max-time", "60s", MAX_REQUESTS="1000")
    assert ran.code == 2, ran.text
    assert told in ran.err
    assert "Traceback" not in ran.text
    assert (folder / file).read_text() == text
    assert not (folder / "summary.json").exists()
