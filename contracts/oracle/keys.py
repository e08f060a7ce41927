"""Which nonces and clientExternalIds have been used: an answer may speak of their first use."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.exchange import Request, Trait


@dataclass
class UsedKeys:
    """The keys of every allocation that this process asked for, whatever became of it."""

    seen: set[tuple[str, str]] = field(default_factory=set)

    def marked(self, *requests: Request) -> list[Request]:
        """The requests, with `Trait.REPEATED_KEY` where an allocation, earlier or beside them, has a key of theirs.

        Asking for a payload uses up no key (SIG-04).
        """
        if len(requests) == 1:
            return [self._marked(*requests)]
        keys = [set(_keys(request)) for request in requests]
        uses = Counter(
            key
            for request, each in zip(requests, keys, strict=True)
            if request.operation == "createAllocation"
            for key in each
        )
        repeats = [
            any(key in self.seen or uses[key] > (request.operation == "createAllocation") for key in each)
            for request, each in zip(requests, keys, strict=True)
        ]
        self.seen.update(uses)
        return [
            request.but(traits=request.traits | {Trait.REPEATED_KEY}) if repeat else request
            for request, repeat in zip(requests, repeats, strict=True)
        ]

    def _marked(self, request: Request) -> Request:
        """As `marked`, of a single request."""
        keys = set(_keys(request))
        repeats = not keys.isdisjoint(self.seen)
        if request.operation == "createAllocation":
            self.seen |= keys
        return request.but(traits=request.traits | {Trait.REPEATED_KEY}) if repeats else request


def _keys(request: Request) -> Iterator[tuple[str, str]]:
    if request.operation not in {"createAllocation", "signingPayload", "signingPayloadByGet"}:
        return
    for name in ("nonce", "clientExternalId"):
        value = request.fields.get(name)
        if isinstance(value, str):
            yield name, value
