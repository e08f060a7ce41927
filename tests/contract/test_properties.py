"""Drawn questions: whatever the values, layouts, lies and broken rules, the clauses hold (all families).

An example holds several cases, because a case costs a third of an example; shrinking leaves the one that counts. Unique
keys are never drawn: each request gets fresh ones when it is built.
"""

from collections.abc import Mapping
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contracts import signing, wire
from contracts.asking.asker import LIMIT_REFUSALS, Asker
from contracts.asking.assets import PATH, Assets, encoded
from contracts.asking.network import Caller, Content, Network, full_truth, vendor_layout
from contracts.checks.payloads import said_by
from contracts.exchange import Exchange, Request, Trait
from contracts.strategies import edits, forged, invalid, requests, values
from contracts.strategies.edits import Corruption
from contracts.strategies.forged import Forgery, Lie
from contracts.strategies.invalid import Broken
from contracts.strategies.requests import Body, PayloadLayout, named
from contracts.violation import Unaskable, Violation
from contracts.wire import Json

pytestmark = pytest.mark.deep

# A refusal is needed, whichever it is: which 4xx answers these is open.
ANY_REFUSAL = frozenset({"ALC-17"})


def batches[T](cases: SearchStrategy[T], size: int = 8) -> SearchStrategy[list[T]]:
    """Several cases for one example."""
    return st.lists(cases, min_size=1, max_size=size)
