"""What a campaign shows of itself: numbers that are right, in an order that helps."""

import json

import pytest

from contracts.campaign.glance import (
    Arm,
    Rate,
    Use,
    as_data,
    lasting,
    left_out,
    most_asked_first,
    telling_first,
    uses,
)
from contracts.violation import Verdict
from tests.fixtures.glances import budget, glance, rows


def test_a_rate_is_of_the_last_seconds() -> None:
    """A mean over the whole night, which hides that nothing moves any more."""
    rate = Rate(began=100.0)
    for second in range(1, 61):
        rate.saw(100.0 + second, min(second, 30) * 50)
    assert rate.per_s == 0


def test_a_young_rate_is_over_what_there_is() -> None:
    """A first minute that shows a fraction of the pace, because it is divided by a window that is not over."""
    rate = Rate(began=100.0)
    assert rate.per_s == 0
    rate.saw(102.0, 200)
    assert rate.per_s == 100


def test_a_resumed_count_is_no_growth() -> None:
    """A campaign that goes on with a million cases, and shows them as the work of its first second."""
    rate = Rate(began=0.0, count=1_000_000)
    rate.saw(1.0, 1_000_050)
    assert rate.per_s == 50


def test_a_count_that_jumps_is_spread_over_the_window() -> None:
    """Shards that bring all of their cases at their end: 0, then thousands, then 0 again."""
    rate = Rate(began=0.0)
    shown = []
    for half_second in range(1, 241):
        now = half_second / 2
        rate.saw(now, int(now // 10) * 1_000)
        shown.append(rate.per_s)
    assert set(shown[60:]) == {100.0}


def test_a_rate_forgets_what_is_past() -> None:
    """Eight hours of looks kept in memory, twice a second."""
    rate = Rate(began=0.0)
    for look in range(1_000):
        rate.saw(look / 2, look)
    assert len(rate._seen) <= 62


def test_clauses_in_trouble_come_first_and_then_those_with_few_chances() -> None:
    """A violated clause at the end of a list of which only the beginning fits on the screen."""
    told = telling_first(rows(HTP_06=Verdict.VIOLATED, AST_02=Verdict.NOT_EXERCISED, ALC_09=Verdict.WARNED))
    assert [row.clause.id for row in told[:3]] == ["HTP-06", "ALC-09", "AST-01"]
    assert told[-1].clause.id == "AST-02"
    chances = [row.exercised for row in told if row.verdict is Verdict.HELD]
    assert chances == sorted(chances)


def test_effort_is_told_by_shards() -> None:
    """An order that changes from look to look, or by name: nobody would see where the time goes."""
    few, many = Arm("a", 1, 10_000, 5), Arm("b", 9, 10, 0)
    assert most_asked_first([few, many]) == [many, few]


def test_the_verdict_is_the_worst_so_far() -> None:
    """A headline in green over a violated clause."""
    assert glance(rows=rows(AST_06=Verdict.VIOLATED)).verdict is Verdict.VIOLATED
    assert glance(rows=rows()).verdict is Verdict.HELD
    assert glance(rows=[]).verdict is Verdict.NOT_EXERCISED


def test_caps_are_told_where_there_are_some() -> None:
    """A bar for a cap that nobody set or for the scratch currency, or one without what shards under way may lock."""
    told = budget(sums={"tbtc": 9_000, "scratch": 70_000, "": 3})
    assert list(uses(glance(budget=told, expendable="scratch"))) == [
        Use("requests", 12_034, 20_000),
        Use("records", 41, 5_000),
        Use("tbtc", 9_003, 10_000),
    ]
    assert list(uses(glance(budget=budget(sums={"": 300}))))[2:] == [Use("any currency", 300, 10_000)]
    assert left_out(glance(budget=told)) == 12
    free = budget(caps=dict.fromkeys(("rate", "concurrent", "requests", "records", "sum")))
    assert list(uses(glance(budget=free))) == list(uses(glance(budget=None))) == []
    assert left_out(glance(budget=None)) == 0


@pytest.mark.parametrize(("used", "cap", "share"), [(0, 4, 0.0), (1, 4, 0.25), (5, 4, 1.0), (0, 0, 1.0)])
def test_a_share_stays_within_its_bar(used: int, cap: int, share: float) -> None:
    """A division by a cap of nothing, or a bar that leaves its frame."""
    assert Use("records", used, cap).share == share


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0:00:00"), (59.6, "0:01:00"), (8_047, "2:14:07"), (90_000, "25:00:00"), (-1, "0:00:00")],
)
def test_time_is_told_as_a_clock_does(seconds: float, told: str) -> None:
    """Sixty seconds in a minute of fifty-nine, a day that begins anew, time left below nothing."""
    assert lasting(seconds) == told


def test_the_data_has_the_names_of_a_summary() -> None:
    """Scripts that read summary.json and have to learn other words for the same."""
    told = json.loads(json.dumps(as_data(glance(left_s=None))))
    assert told["verdict"] == "violated"
    assert told["left_s"] is None
    assert told["clauses"]["AST-06"] == {"level": "must", "verdict": "violated", "exercised": 600}
    assert told["findings"][0]["id"] == "AST-06-c4865c58c7"
    assert told["budget"]["requests"] == 12_034
    assert told["workers"][0]["worker"] == "worker-1"
    assert told["arms"][0]["shards"] == 58
