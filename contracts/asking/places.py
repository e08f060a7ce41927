"""Every path under test as a place to put any request to, and what a request that must not have an effect left there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from contracts.asking.asker import Asker
from contracts.asking.assets import Assets
from contracts.asking.network import Caller, Network
from contracts.exchange import Exchange, Request
from contracts.violation import Violation

Trace = tuple[object, ...]
"""What the target says of a request that it has answered before; equal as long as nothing touches what was made."""


@dataclass(frozen=True)
class Place:
    """A path under test: how to make a valid request for it under fresh keys, and how to see what has an effect."""

    ask: Asker
    api: str
    make: Callable[[], Request]
    observe: Callable[[str, Exchange], None]
    """Notes what the target makes of an oddity, under what the documents of this service leave open."""
    rival: Callable[[Request], Request] | None = None
    """Another valid request under the same keys, of which only one can be accepted; None where nothing is made."""
    repeated: int = 200
    """The answer to a request that has been accepted before."""

    def send(self, request: Request) -> Exchange:
        """Send a request there."""
        return self.ask.send(request, self.api)

    def unaffected(self, request: Request, refused: Exchange, clause: str, *, about: str) -> None:
        """Expect that what was refused had no effect: the keys of `request`, which says the same, are still free."""
        if refused.status is None or refused.status < 300 or self.rival is None:
            return
        answer = self.send(self.rival(request))
        if answer.status in range(200, 300):  # which of them is another clause's matter
            self.ask.judged(clause)
        elif not answer.inconclusive and self.send(request).status == self.repeated:
            expected, received = "no effect of what was refused", f"{answer.status} for its keys"
            self._broken(
                clause, f"what was refused took effect ({about})", expected, received, refused, answer
            )

    def keeps(
        self, request: Request, meddle: Callable[[Request], Exchange], clause: str, *, about: str
    ) -> None:
        """Expect that what `request` makes is still there, and the same, after something that must not touch it."""
        if self.rival is None or self.send(request).status != 200:
            return
        before = self._trace(request)
        meddled = meddle(request)
        after = self._trace(request)
        if before is None or after is None or meddled.status is None or meddled.status < 300:
            return
        if before == after:
            self.ask.judged(clause)
            return
        expected = "what was made before, untouched"
        self._broken(
            clause, f"what was refused touched what was there ({about})", expected, str(after[0]), meddled
        )

    def _trace(self, request: Request) -> Trace | None:
        assert self.rival is not None  # the caller has looked
        again, rival = self.send(request), self.send(self.rival(request))
        if again.inconclusive or rival.inconclusive:
            return None
        allocation = again.fields.get("allocation")
        known = allocation.get("id") if isinstance(allocation, dict) else None
        return (again.status, known, rival.status == 200)

    def _broken(self, clause: str, kind: str, expected: str, received: str, *story: Exchange) -> None:
        operation = story[0].request.operation or ""
        self.ask.judged(clause, Violation(clause, kind, expected, received, story, operation))


def places(ask: Asker, *, signed: bool = True) -> Iterator[Place]:
    """Every path that this target can be asked at."""
    assets = Assets(ask)
    yield Place(
        ask,
        "asset-pricing",
        lambda: assets.request(assets.full()),
        partial(ask.observe, "AST-20"),
        rival=lambda request: request,
        repeated=409,
    )
    if ask.settings.own is None:
        return
    network = Network(ask, Caller.of(ask.settings.own))
    observe = partial(ask.observe, "ALC-19")
    yield Place(ask, "go-network", lambda: network.payload_request(network.content()), observe)
    if network.me.key is not None and signed:
        yield Place(
            ask,
            "go-network",
            lambda: network.allocation_request(network.signed(network.content())),
            network.observe,
            rival=partial(_rival_allocation, network),
        )


def _rival_allocation(network: Network, request: Request) -> Request:
    keys = {name: request.fields[name] for name in ("clientExternalId", "nonce")}
    return network.allocation_request(network.signed(network.content("2", **keys)))
