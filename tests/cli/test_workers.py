"""Worker processes: what must not be asked at the same time is not."""

from itertools import pairwise

from contracts.reporting.outcomes import read
from tests.fixtures.commands import Contracts


def test_questions_that_watch_the_same_funds_are_asked_in_turn(contracts: Contracts) -> None:
    """What one worker spends, taken by another for a broken promise."""
    ran = contracts("verify", "--profile", "smoke", "--clauses", "ALC-09,ALC-10,ALC-14,ALC-15", "-n", "2")
    assert ran.code == 0, ran.text
    told = [line["outcome"] for line in read(ran.report / "outcomes.jsonl")]
    watching = [each for each in told if each["question"].startswith(("test_funds.py", "test_sp"))]
    times = sorted((each["began"], each["began"] + each["took_s"]) for each in watching)
    assert len(times) > 5
    assert all(ended <= began for (_, ended), (began, _) in pairwise(times)), times
    assert {each["ended"] for each in watching} == {"asked"}
