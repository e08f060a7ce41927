"""Drawings stay within their frame, and say what the numbers say."""

import pytest

from contracts.reporting.page import drawings
from tests.fixtures import runs


def test_a_burst_is_drawn_from_its_release_to_its_last_answer() -> None:
    """Lanes that begin at the story's first exchange: a burst after a pause would be a line at the edge."""
    (timeline,) = drawings.timelines([runs.exchange(), *runs.burst()])
    assert timeline.duration_ms == pytest.approx(3.1)
    assert [lane.outcome for lane in timeline.lanes] == [
        "200",
        "409",
        "409",
        "409",
        "409",
        "200",
        "200",
        "lost",
    ]
    assert [lane.number for lane in timeline.lanes] == list(range(2, 10))
    assert timeline.lanes[0].x == 0
    for lane in timeline.lanes:
        assert lane.x >= 0
        assert lane.x + lane.width <= 100.01
    assert timeline.lanes[-1].x + timeline.lanes[-1].width == pytest.approx(100, abs=0.05)


def test_answers_that_came_at_once_are_seen() -> None:
    """A bar of no width, or a division by a burst that took no time."""
    (timeline,) = drawings.timelines(
        [runs.exchange(burst=1, elapsed_ms=0.0), runs.exchange(burst=1, elapsed_ms=0.0)]
    )
    assert all(lane.width > 0 and lane.x + lane.width <= 100 for lane in timeline.lanes)


def test_only_what_was_released_together_is_a_timeline() -> None:
    """A flow drawn as if its requests had raced; two bursts drawn as one."""
    assert drawings.timelines([runs.exchange(), runs.exchange()]) == ()
    two = drawings.timelines([runs.exchange(burst=1), runs.exchange(burst=2), runs.exchange(burst=2)])
    assert [(timeline.burst, len(timeline.lanes)) for timeline in two] == [(1, 1), (2, 2)]


def test_equal_requests_share_a_letter() -> None:
    """Letters by position: nobody would see which requests were the same."""
    other = runs.exchange(burst=1)
    other["request"] = {**other["request"], "body": "{}"}
    (timeline,) = drawings.timelines([runs.exchange(burst=1), other, runs.exchange(burst=1, elapsed_ms=9)])
    assert [lane.label for lane in timeline.lanes] == ["A", "B", "A"]


def test_plots_share_one_scale_and_stay_in_their_frame() -> None:
    """Operations that look alike though one takes ten times as long."""
    slow = runs.times(
        p50_ms=90.0, p95_ms=200.0, p99_ms=400.0, max_ms=900.0, buckets=[[128.0, 10], [1024.0, 1]]
    )
    fast, other = drawings.plots({"createAsset": runs.times(), "createAllocation": slow})
    assert fast.ticks == other.ticks
    assert fast.marks[0].x < other.marks[0].x
    for plot in (fast, other):
        for bar in plot.bars:
            assert 0 <= bar.x <= bar.x + bar.width <= drawings.PLOT_WIDTH + 1
            assert 0 < bar.height <= drawings.PLOT_HEIGHT
    assert [mark.label for mark in fast.marks] == ["p50", "p95", "p99"]


@pytest.mark.parametrize("value", [0.0, 0.001, 3.0, 1e6])
def test_a_single_answer_has_a_plot(value: float) -> None:
    """A logarithm of nothing, or a scale without a width."""
    times = {"count": 1, "p50_ms": value, "p95_ms": value, "p99_ms": value, "max_ms": value}
    (plot,) = drawings.plots({"createAsset": times})
    assert all(0 <= mark.x <= drawings.PLOT_WIDTH for mark in plot.marks)
    assert len(plot.ticks) >= 2


def test_no_answer_has_no_plot() -> None:
    """A run that was lost at its first request, and breaks at its report."""
    assert drawings.plots({}) == []


def test_the_bar_of_verdicts_is_whole() -> None:
    """Parts that leave a gap, or a division by no clause at all."""
    parts = drawings.shares({"violated": 1, "held": 2, "unknown": 0})
    assert parts == [("violated", 0.0, 33.33), ("held", 33.33, 66.67), ("unknown", 100.0, 0.0)]
    assert drawings.shares({"held": 0}) == [("held", 0.0, 0.0)]
