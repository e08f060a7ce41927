"""What is left of a balance that nobody tells: bounded from above by what was refused, and used up by what was accepted."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ceiling:
    """Less than `below` base units are left; nothing flows back while this is asked."""

    below: int

    def after(self, quantity: int, *, accepted: int, refused: int) -> "Ceiling":
        """The ceiling after so many allocations of one quantity, one after the other or at the same moment.

        A refusal at any moment of a burst means that less than `quantity` was left then, and so is afterwards.
        """
        below = self.below - accepted * quantity
        return Ceiling(min(below, quantity) if refused else below)

    @property
    def is_possible(self) -> bool:
        """Whether anything can be left: at `below` 0, more was accepted than was there."""
        return self.below > 0

    @property
    def half(self) -> int:
        """The smallest quantity that fits once at most."""
        return (self.below + 1) // 2
