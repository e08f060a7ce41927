"""What differs is marked, and nothing else."""

import pytest

from contracts.findings.difference import Segments, difference


def marked(segments: Segments) -> list[str]:
    return [text for text, differs in segments if differs]


@pytest.mark.parametrize(
    ("expected", "received", "missing", "surplus"),
    [
        ("symbol: 'BTC'", "'btc'", ["symbol: ", "BTC"], ["btc"]),
        ("the same", "the same", [], []),
        ("409, because the symbol exists", '200 {"id":"409"}', ["409"], ["200"]),
        ("a refusal (4xx), because it is forged", "200 {}", ["a refusal (4xx)"], ["200"]),
        ("an id", "", ["an id"], []),
        ("", "", [], []),
    ],
)
def test_differences_are_marked(expected: str, received: str, missing: list[str], surplus: list[str]) -> None:
    """A reader who has to find the one digit in a body, or to whom all of an answer is shown as wrong."""
    left, right = difference(expected, received)
    assert (marked(left), marked(right)) == (missing, surplus)
    assert "".join(text for text, _ in left) == expected
    assert "".join(text for text, _ in right) == received


def test_long_texts_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a long answer that is cut off with the comparison; or minutes of comparing."""
    text = "a b " * 5000
    left, right = difference(text + "x", text + "y")
    assert "".join(piece for piece, _ in left) == text + "x"
    assert "".join(piece for piece, _ in right) == text + "y"
