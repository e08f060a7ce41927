"""Names that nobody has used: a run's mark, its worker and a counter, never drawn by a generator.

A unique key that a generator draws comes back in its re-runs and meets its own first use. These are taken when a request
is built, so that shrinking and repeating always ask anew.
"""

import itertools
import re
import secrets
import time
import uuid
from dataclasses import dataclass, field

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _base32(number: int, width: int) -> str:
    return "".join(_DIGITS[number >> 5 * place & 31] for place in reversed(range(width)))


# Of a name of digits, what its neighbours have as well.
_NAME = re.compile(f"CT[{_DIGITS}]{{18}}|[1-9][0-9]{{28}}")


def names_in(text: str) -> list[str]:
    """The fresh names in a text in upper case, of whichever run."""
    return _NAME.findall(text)


BITS = 20


def run_mark(number: int | None = None) -> str:
    """A mark for a whole run: sorts by time (seconds), told apart by 20 bits, at random or of `number`; upper case and digits."""
    apart = secrets.randbits(BITS) if number is None else number % (1 << BITS)
    return f"CT{_base32(int(time.time()), 7)}{_base32(apart, 4)}"


@dataclass
class Fresh:
    """A supply of names for one process of a run. All differ by more than case, spaces or normal form."""

    mark: str = field(default_factory=run_mark)
    worker: str = "0"
    _counter: "itertools.count[int]" = field(default_factory=itertools.count)

    def name(self) -> str:
        """A name of 20 characters, good as symbol, nonce or clientExternalId."""
        return f"{self.mark}{self.worker:0>2}{_base32(next(self._counter), 5)}".upper()

    def digits(self) -> str:
        """A name of digits alone, about 31: beyond any machine number, and next to it to a double."""
        return str(int(self.name(), 36))

    def identifier(self) -> str:
        """A random UUID that names nothing on the target."""
        return str(uuid.uuid4())
