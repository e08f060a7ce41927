"""Who asks a campaign's shards: as many at once as there are hands, each in a process of its own, here or elsewhere."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from contracts.campaign.work import Done, Task


class WorkerLost(Exception):
    """The process that asked a shard is gone, and what it did is not known: the shard is to be asked again."""


class WorkersGone(WorkerLost):
    """No worker is left at all, which is no shard's doing: a question runs beside its worker, and takes nobody else along."""


class HandsLost(Exception):
    """Nobody is left to ask: the scheduler is gone. The campaign can go on later; the message says why it stopped."""


class Hands(Protocol):
    """Workers, and how many of them there are now."""

    @property
    def width(self) -> int:
        """How many shards can be asked at once; changes as workers come and go."""

    def submit(self, task: Task) -> "Future[Done]":
        """Have a shard asked. The future raises WorkerLost, HandsLost, or OSError where the campaign's folder takes no more.

        Any other exception is a bug of ours.
        """

    def workers(self) -> Sequence[str]:
        """The names of the workers that are there."""

    def close(self) -> None:
        """End what was started here, at once: what is under way is asked again some other time."""
