"""What the oracle speaks of: requests stripped to what decides their answer, answers, and what is known of a target."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from contracts.oracle.funds import Ceiling

# Nobody holds so many base units of anything: an allocation of more can only be released.
BEYOND_ANY_BALANCE = 10**38


@dataclass(frozen=True)
class Create:
    """A create of an asset; `broken` names the clause that its body breaks, "" for a valid one."""

    symbol: str
    broken: str = ""


@dataclass(frozen=True)
class Allocate:
    """A create of an allocation.

    `place` is enterprise and connection, `text` the exact body. `broken` names the clause that it breaks, "" for a truthful
    one. `in_flight` says that requests with the same keys were on their way at the same moment: a target may refuse one for
    that alone.
    """

    place: tuple[str, str]
    nonce: str
    reference: str
    text: str
    currency: str
    quantity: int
    broken: str = ""
    in_flight: bool = False

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """What works once: the nonce and the clientExternalId, each with its kind."""
        return frozenset({("nonce", self.nonce), ("clientExternalId", self.reference)})


@dataclass(frozen=True)
class AskPayload:
    """A request for a signing payload, for these keys."""

    keys: frozenset[tuple[str, str]]


Request = Create | Allocate | AskPayload


@dataclass(frozen=True)
class Answer:
    """What came back: a status, or None where nobody knows what became of the request; the id that a 200 carries."""

    status: int | None
    id: str = ""


@dataclass(frozen=True)
class Made:
    """An allocation that was made; `id` is "" as long as its answer is lost."""

    request: Allocate
    id: str


@dataclass(frozen=True)
class State:
    """One world: what a target may remember.

    `open_keys` belong to refused requests that may or may not have used them up (ALC-19); `freed_keys` and `freed_symbols` to
    ones refused with 400, which must not have (ALC-20, AST-10). `ceilings` bound the funds of currencies that nobody else
    spends; of any other currency a refusal tells nothing, since funds may flow back.
    """

    symbols: frozenset[str] = frozenset()
    freed_symbols: frozenset[str] = frozenset()
    made: frozenset[Made] = frozenset()
    asked_keys: frozenset[tuple[str, str]] = frozenset()
    open_keys: frozenset[tuple[str, str]] = frozenset()
    freed_keys: frozenset[tuple[str, str]] = frozenset()
    ceilings: Mapping[str, Ceiling] = field(default_factory=dict, hash=False)

    def but(self, **changes: object) -> "State":
        """The same world with some attributes changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def ceiling(self, currency: str) -> Ceiling:
        """Less than this is left of a currency."""
        return self.ceilings.get(currency, Ceiling(BEYOND_ANY_BALANCE))

    def after(self, request: Allocate, *, accepted: int, refused: int) -> "State":
        """The same world with what an allocation's answer says of the funds."""
        known = self.ceilings.get(request.currency)
        if known is None:
            return self
        bound = known.after(request.quantity, accepted=accepted, refused=refused)
        return self.but(ceilings={**self.ceilings, request.currency: bound})


def alike(symbol: str) -> str:
    """What symbols share that a target may take for one: beyond case, outer space and normal form they are distinct."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", symbol).casefold()).strip()
