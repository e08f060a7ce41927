"""Which questions are asked, and in which order."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from contracts.clauses.catalogue import UnknownClause, load
from contracts.plugin.dealing import Shard, is_dealt
from contracts.plugin.options import QUESTION_FOLDERS, handed
from contracts.plugin.stash import CLAUSES

CORPUS_FILE = "test_corpus.py"
DEEP_FILES = frozenset({"test_properties.py", "test_schema.py", "test_flows.py", "test_races.py"})
# Promises about every answer: whoever selects one of them needs every question, since any may break it.
OF_EVERY_ANSWER = frozenset({"HTP-01", "HTP-02", "HTP-03", "HTP-06", "HTP-08", "AUT-07"})


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the deep questions' files alone at profile smoke: importing their generators costs half its time.

    And the corpus, while a fault is on trial: some of it was learnt from these very faults, and would prove nothing.
    """
    if collection_path.parent.name not in QUESTION_FOLDERS:
        return None
    plan = handed(config)
    on_trial = collection_path.name == CORPUS_FILE and plan is not None and plan.until is not None
    deep = collection_path.name in DEEP_FILES and config.option.profile == "smoke"
    return True if deep or on_trial else None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Module, name: str, obj: object) -> list[pytest.Item] | None:
    """Make no items of a question whose marks name none of the clauses that are wanted: most of the time of collecting."""
    if collector.config.option.clauses is None:
        return None
    wanted, named = _wanted(collector.config), {*_named(getattr(obj, "pytestmark", ()))}
    return [] if wanted is not None and named and not wanted & named else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select questions by profile, clauses and shard; `-k ALC` works too, since clauses become keywords."""
    questions = [item for item in items if item.get_closest_marker("asks")]
    if not questions:
        return
    for item in questions:
        asked = item.stash[CLAUSES] = _clauses_of(item)
        item.extra_keyword_matches.update(asked)
    wanted, smoke, plan = _wanted(config), config.option.profile == "smoke", handed(config)
    shard = Shard.parse(plan.shard) if plan is not None and plan.shard is not None else None
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        asked = item.stash.get(CLAUSES, ())
        out = bool(asked) and (
            (smoke and item.get_closest_marker("deep"))
            or (wanted is not None and not wanted & {*asked})
            or (shard is not None and not is_dealt(item, shard))
        )
        (left if out else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
    items[:] = _in_order(kept)


def _wanted(config: pytest.Config) -> set[str] | None:
    """The clauses whose questions are asked; None for all."""
    try:
        selected = load().select(config.option.clauses) if config.option.clauses else None
    except UnknownClause as problem:
        raise pytest.UsageError(str(problem)) from None
    wanted = None if selected is None else {clause.id for clause in selected}
    return None if wanted is None or wanted & OF_EVERY_ANSWER else wanted


def _in_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """Cheap questions first, and each in one form before any in its second; before them, those that watch the funds.

    So whenever a run's time is over, it has asked for as many clauses as it could, and no question takes for a lock
    what another one has spent. Before all comes what was found once: it takes a moment, and may well be back.
    """
    seen: Counter[str] = Counter()
    ranks = {}
    for item in items:
        function = item.nodeid.partition("[")[0]
        watches_funds = item.get_closest_marker("xdist_group") is not None
        was_found = item.path.name == CORPUS_FILE
        is_deep = item.get_closest_marker("deep") is not None
        ranks[item] = (not was_found, not watches_funds, is_deep, seen[function])
        seen[function] += 1
    return sorted(items, key=ranks.__getitem__)


def _clauses_of(item: pytest.Item) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_named(item.iter_markers("asks"))))


def _named(marks: Iterable[pytest.Mark]) -> Iterator[str]:
    """The clauses that marks name, be it for one of the cases that they give a question."""
    for mark in marks:
        if mark.name == "asks":
            yield from (load()[name].id for name in mark.args)
        elif mark.name == "parametrize":
            for case in mark.args[1]:
                yield from _named(getattr(case, "marks", ()))
