"""Untruths must be untrue, and of the kind that their table says."""

import uuid
from collections.abc import Mapping

import pytest

from contracts.strategies import untruths
from contracts.strategies.untruths import Untruth

TEXTS = ("CT1", "a note  of words", "Zürich 1 b", "z" * 64, "9" * 31)
TABLES = {**untruths.OTHER_TEXTS, **untruths.OTHER_FORMS_OF_TEXT, **untruths.NO_TEXTS}


@pytest.mark.parametrize("label", TABLES)
def test_no_untruth_is_the_truth(label: str) -> None:
    """A lie that is none: the honest server that accepts it is called wrong."""
    assert all(TABLES[label](text) != text for text in TEXTS)


@pytest.mark.parametrize("label", untruths.OTHER_IDENTIFIERS)
def test_no_other_identifier_is_the_same_in_another_case(label: str) -> None:
    """A UUID in capitals told as a lie: it is the same one."""
    for _ in range(50):
        truth = str(uuid.uuid4())
        assert str(untruths.OTHER_IDENTIFIERS[label](truth)).lower() != truth


@pytest.mark.parametrize(
    "table", [untruths.OTHER_QUANTITIES, untruths.OTHER_NUMERALS], ids=["quantities", "numerals"]
)
def test_no_other_quantity_is_the_same_text(table: Mapping[str, Untruth]) -> None:
    """A numeral that comes out as it went in."""
    texts = ("1", "2", "18446744073709551617")
    assert [label for label, lie in table.items() for text in texts if lie(text) == text] == []


def test_first_block_alone_is_kept() -> None:
    """An identifier that differs in its first block too: a comparison of that block alone would not show."""
    truth = str(uuid.uuid4())
    other = str(untruths.OTHER_IDENTIFIERS["the same in its first block"](truth))
    assert (other[:8], other[8:] == truth[8:], len(other)) == (truth[:8], False, len(truth))
