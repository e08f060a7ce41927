"""What the disk refuses: a run goes on without it, tries again as long as it can, and tells at its end what is missing."""

import errno
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

_NAMES_TOLD = 5

UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})
"""How an operating system says that a disk takes nothing more (`OSError.errno`)."""


@dataclass
class Unwritten:
    """The files of a report that could not be written, each with the reason; false as long as there are none."""

    why: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.why)

    @contextmanager
    def noted(self, name: str) -> Iterator[None]:
        """Write a file in this block; an OSError is kept as the reason why it is missing."""
        try:
            yield
        except OSError as problem:
            self.why[name] = reason(problem)
        else:
            self.why.pop(name, None)

    def told(self) -> str:
        """The reasons, each with the files that it keeps from the report."""
        names: dict[str, list[str]] = {}
        for name, why in self.why.items():
            names.setdefault(why, []).append(name)
        return "; ".join(f"{why}: {_listed(missing)}" for why, missing in names.items())


def _listed(names: list[str]) -> str:
    rest = len(names) - _NAMES_TOLD
    return ", ".join([*names[:_NAMES_TOLD], *([f"and {rest} more"] if rest > 0 else [])])


def reason(problem: OSError) -> str:
    """An operating system's refusal in its own words: "No space left on device"."""
    return problem.strerror or str(problem)


class Waiting:
    """Writes in their order: what the disk refuses stays in memory, and is tried again before all that comes after it."""

    def __init__(self) -> None:
        self._writes: deque[Callable[[], None]] = deque()
        self._turn = Lock()  # threads write by the same one

    def write(self, write: Callable[[], None]) -> None:
        """Write now, or as soon as the disk takes it."""
        self._writes.append(write)
        self.catch_up()

    def catch_up(self) -> None:
        """Try what waits, up to the first that is refused."""
        with self._turn:
            while self._writes:
                try:
                    self._writes[0]()
                except OSError:
                    return
                except Exception:  # a bug of ours is in the way of no other write
                    self._writes.popleft()
                    raise
                self._writes.popleft()
