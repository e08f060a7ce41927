"""What the plugin's parts leave for each other on pytest's own objects."""

from dataclasses import dataclass

import pytest

from contracts.asking.record import Record
from contracts.plugin.writing import Written
from contracts.settings import Profile, Settings


@dataclass(frozen=True)
class Asked:
    """How a question ended that a thread has asked before pytest came to it, and when (`time.time()`)."""

    problem: BaseException | None
    began: float
    ended: float


CARRIER = "contracts-plan"
"""The name under which `contracts verify` registers what carries its plan."""
CLAUSES = pytest.StashKey[tuple[str, ...]]()
"""On an item: the clauses that it asks, the one that it is about first."""
RECORD = pytest.StashKey[Record]()
"""On an item: what it did."""
WRITTEN = pytest.StashKey[Written]()
"""On an item: the findings that it has had written down."""
ASKED = pytest.StashKey[Asked]()
"""On an item that was asked by a thread: how that ended."""
SETTLED = pytest.StashKey[tuple[Settings, Profile]]()
"""On the configuration of a plain pytest run: whom to ask, and how hard."""


def named(item: pytest.Item) -> str:
    """The question as reports name it, wherever the questions are installed: `test_assets.py::test_name[case]`."""
    return f"{item.path.name}::{item.nodeid.partition('::')[2]}"
