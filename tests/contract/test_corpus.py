"""What was found once is asked for first: the recipes of the regression corpus, and of the user's own `corpus/` (docs/corpus.md)."""

from pathlib import Path

import pytest

from contracts.asking.asker import Asker
from contracts.recipes.corpus import known_bugs
from contracts.recipes.known import KnownBug
from contracts.recipes.putting import put


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(known, id=known.name, marks=pytest.mark.asks(known.clause, needs=known.needs))
        for known in known_bugs(Path.cwd())
    ],
)
def test_what_was_found_once(ask: Asker, known: KnownBug) -> None:
    put(ask, known)
