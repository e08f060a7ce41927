"""What the plugin's parts leave for each other on pytest's own objects."""

import pytest

from contracts.asking.record import Record
from contracts.settings import Profile, Settings

CARRIER = "contracts-plan"
"""The name under which `contracts verify` registers what carries its plan."""
CLAUSES = pytest.StashKey[tuple[str, ...]]()
"""On an item: the clauses that it asks, the one that it is about first."""
RECORD = pytest.StashKey[Record]()
"""On an item: what it did."""
SETTLED = pytest.StashKey[tuple[Settings, Profile]]()
"""On the configuration of a plain pytest run: whom to ask, and how hard."""
