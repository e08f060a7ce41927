"""Which shard asks a question: exactly one of them, whatever else there is to ask."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from contracts.plugin.dealing import Shard, is_dealt

NAMES = [f"test_assets.py::test_asset[{number}]" for number in range(900)]


def item(name: str, group: str | None = None) -> pytest.Item:
    """A question as pytest collects it."""
    file, _, rest = name.partition("::")
    mark = SimpleNamespace(args=(group,)) if group else None
    made = SimpleNamespace(
        path=Path(file), nodeid=f"elsewhere/{file}::{rest}", get_closest_marker=lambda _: mark
    )
    return cast("pytest.Item", made)


@pytest.mark.parametrize("of", [1, 2, 3, 4, 7, 50, 1000])
def test_each_question_is_asked_by_exactly_one_shard(of: int) -> None:
    """A question that no shard asks, and a merged report that calls its clause held."""
    shards = [Shard(number, of) for number in range(1, of + 1)]
    for name in NAMES:
        assert [shard.asks(name) for shard in shards].count(True) == 1, name


@pytest.mark.parametrize("of", [2, 3, 4, 8])
def test_shards_have_about_as_many_questions(of: int) -> None:
    """Four machines of which one does the work."""
    sizes = [sum(Shard(number, of).asks(name) for name in NAMES) for number in range(1, of + 1)]
    assert max(sizes) < 1.3 * len(NAMES) / of, sizes


def test_a_question_stays_where_it_is() -> None:
    """Shards on two machines that share questions out otherwise: by their order, by Python's own hash."""
    counts = [sum(Shard(number, 4).asks(name) for name in NAMES[:100]) for number in (1, 2, 3, 4)]
    assert counts == [20, 27, 27, 26]


def test_questions_that_watch_the_same_funds_stay_together() -> None:
    """Two shards that spend one currency, and each takes what the other spent for a broken promise."""
    group = [item(name, "scratch") for name in NAMES[:20]]
    for number in (1, 2, 3, 4):
        assert len({is_dealt(each, Shard(number, 4)) for each in group}) == 1


def test_the_place_of_the_questions_is_no_matter() -> None:
    """A checkout and an installed wheel that share questions out otherwise."""
    asked = [shard for shard in (Shard(1, 2), Shard(2, 2)) if is_dealt(item("test_a.py::test_b[x]"), shard)]
    assert asked == [shard for shard in (Shard(1, 2), Shard(2, 2)) if shard.asks("test_a.py::test_b[x]")]


def test_a_shard_is_written_as_ci_servers_count() -> None:
    """The fourth of four refused, or counted from 0."""
    assert [str(Shard.parse(text)) for text in ("1/1", "4/4", " 2/10 ")] == ["1/1", "4/4", "2/10"]


@pytest.mark.parametrize(
    "text", ["0/4", "5/4", "2", "/", "2/", "/4", "-1/4", "1/0", "a/b", "1/4/4", "1.0/4", ""]
)
def test_what_is_no_shard_is_refused(text: str) -> None:
    """`$CI_NODE_INDEX/$CI_NODE_TOTAL` of a job without either: a run of everything, or of nothing."""
    with pytest.raises(ValueError, match="write 2/4 for the second of four"):
        Shard.parse(text)
