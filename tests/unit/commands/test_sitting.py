from io import StringIO

from rich.console import Console

from contracts.commands.sitting import _news
from tests.fixtures.glances import glance


def test_a_machine_without_a_way_to_the_target_is_named_once() -> None:
    """3,000 lines by the morning, one for each shard that it was given, or none at all."""
    said = StringIO()
    tell = _news(Console(file=said, width=200), glance())
    for cut_off in ({}, {"10.0.0.7": "timed out"}, {"10.0.0.7": "timed out"}, {}, {"10.0.0.7": "refused"}):
        tell(glance(cut_off=cut_off))
    assert said.getvalue().count("10.0.0.7 has no answer from the target") == 1


def test_workers_that_died_in_an_earlier_sitting_are_no_news() -> None:
    """A death that is told again each time somebody goes on with the campaign."""
    said = StringIO()
    _news(Console(file=said), glance(asked_again=2))(glance(asked_again=2))
    assert said.getvalue() == ""
