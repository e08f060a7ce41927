"""Several values of one kind for the price of few draws.

A list or dictionary of Hypothesis draws after each of its values whether there is another; here their number is drawn once
(of short texts 111 us each instead of 206), and is not biased towards few.
"""

from collections.abc import Hashable
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Value = TypeVar("Value")
Key = TypeVar("Key", bound=Hashable)


def several(values: SearchStrategy[Value], least: int, most: int) -> SearchStrategy[list[Value]]:
    """Lists of `least` to `most` values; shrinks towards few."""
    sizes = [st.tuples(*[values] * size) for size in range(least, most + 1)]
    return st.integers(0, most - least).flatmap(sizes.__getitem__).map(list)


def members(
    keys: SearchStrategy[Key], values: SearchStrategy[Value], most: int
) -> SearchStrategy[dict[Key, Value]]:
    """Objects of up to `most` members; of two with one key the last stays."""
    return several(st.tuples(keys, values), 0, most).map(dict)
