"""A campaign's work, cut into shards: which question is asked, under which seed, for how long; a pure function of seed and number.

Number 0 is the opening: every probe, and nothing beside it. From 1 on the questions that are generated come in turn, so whoever
knows the campaign's seed and its questions can ask the same shard again, on any machine.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

OPENING = 0
RACES = "test_races.py::"
"""How the names of questions begin that send requests together."""
ALL = ""
"""In the place of a question: all of the profile."""


@dataclass(frozen=True)
class Shard:
    """One piece of a campaign: `question` (`test_races.py::test_one_create_wins[other contents]`), asked from `seed` on."""

    number: int
    question: str
    seed: int
    seconds: float
    """After which nothing new is asked."""


@dataclass(frozen=True)
class Cut:
    """How a campaign is cut: its generated questions, its seed, and how long a shard of them may take."""

    questions: Sequence[str]
    seed: int
    seconds: float

    def shard(self, number: int, most: float) -> Shard:
        """The shard of this number, which may take `most` seconds of the campaign's time; the opening all of them."""
        # As long as the seeds that people give, so that --seed takes it.
        seed = int.from_bytes(hashlib.sha256(f"{self.seed} {number}".encode()).digest()[:4])
        if number == OPENING:
            return Shard(number, ALL, seed, most)
        return Shard(number, self.questions[self.place(number)], seed, min(self.seconds, most))

    def number(self, question: int, turn: int) -> int:
        """The number of the shard that is a question's in this turn, both counted from 0."""
        return 1 + turn * len(self.questions) + question

    def place(self, number: int) -> int:
        """Which of the questions a shard's is."""
        return (number - 1) % len(self.questions)

    def turn(self, number: int) -> int:
        """In which of its question's turns a shard comes."""
        return (number - 1) // len(self.questions)
