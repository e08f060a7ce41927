"""The user's mistakes: every one names its place, none repeats a secret, and all are told at once."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to correct: where it stands (source and name), what is wrong, what was expected, what helps."""

    where: str
    what: str
    expected: str = ""
    hint: str = ""

    def __str__(self) -> str:
        expected = f"; expected {self.expected}" if self.expected else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.where}: {self.what}{expected}{hint}"


class SettingsProblem(ValueError):
    """The settings cannot be used; `mistakes` holds everything that has to be corrected."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        super().__init__("\n".join([f"{count} to correct", *(f"  {mistake}" for mistake in mistakes)]))
        self.mistakes = tuple(mistakes)
