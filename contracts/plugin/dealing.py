"""Which of a run's shards asks a question: one and the same for each, whatever else there is to ask."""

import hashlib
import re
from dataclasses import dataclass

import pytest

from contracts.plugin.stash import named

_FORM = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})")


@dataclass(frozen=True)
class Shard:
    """One of so many parts of a run; the first is number 1, as GitLab's CI_NODE_INDEX counts."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """The shard that is written 2/4. Raises ValueError."""
        found = _FORM.fullmatch(text.strip())
        if found is None or int(found[1]) > int(found[2]):
            raise ValueError(f"{text!r} is no shard; write 2/4 for the second of four")
        return cls(int(found[1]), int(found[2]))

    @property
    def name(self) -> str:
        """As part of a file's name."""
        return f"{self.number}of{self.of}"

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def asks(self, name: str) -> bool:
        """Whether this shard asks what has this name."""
        # The first bytes: of those tried, they share out the long questions of the verify profile best (among 4 shards
        # the longest has 1.24 times its part, at smoke 1.4). A table of what each takes would be in need of care.
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % self.of == self.number - 1


def is_dealt(item: pytest.Item, shard: Shard) -> bool:
    """Whether a question is this shard's. Those of one `xdist_group` stay together: they watch the same funds."""
    group = item.get_closest_marker("xdist_group")
    return shard.asks(named(item) if group is None else str(group.args[0]))
