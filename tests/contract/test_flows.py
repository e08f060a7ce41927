"""Whatever is asked in whatever order: state machines over both APIs, every answer held against the oracle.

A scenario remembers what it sent and comes back to it: collides, retries, changes one thing, reuses one key, lies and corrects
itself. Unique keys are fresh in each run of a scenario, so that it can be shrunk on a target that forgets nothing.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    multiple,
    precondition,
    rule,
)

from contracts import wire
from contracts.asking.assets import ASSET_ENUMS, OPTIONAL, Assets, Body
from contracts.asking.network import Caller, Content, Network, full_truth, vendor_layout
from contracts.asking.story import Blame, Story
from contracts.exchange import Exchange
from contracts.oracle.reading import allocate_of, ask_payload_of, create_of
from contracts.oracle.state import BEYOND_ANY_BALANCE
from contracts.plugin.machines import RunMachine
from contracts.strategies.forged import Lie, lies
from contracts.strategies.layouts import LAYOUTS
from contracts.strategies.tampered import FORGERIES
from contracts.wire import Json

pytestmark = pytest.mark.deep


@pytest.mark.asks("AST-05", "AST-06", "AST-07", "AST-09", "AST-10", "AST-19", "AST-01", "AST-02", "AST-03")
def test_creates_in_any_order(assets: Assets, run_machine: RunMachine) -> None:
    run_machine(lambda: AssetFlow(assets))


@pytest.mark.asks("ALC-10", "ALC-09", "ALC-11", "ALC-20", "ALC-05", "ALC-14", "SIG-04", "ALC-01", "ALC-03")
def test_allocations_in_any_order(network: Network, run_machine: RunMachine) -> None:
    network.stand()
    run_machine(lambda: AllocationFlow(network))


# --- create asset ---------------------------------------------------------------------------------------------------

# What a body is changed to, each change breaking one rule (the clause).
BREAKS: dict[str, tuple[str, Body]] = {
    "an unknown type": ("AST-13", {"type": "SHARE"}),
    "an unknown status": ("AST-13", {"entity_status": "active"}),
    "an empty display name": ("AST-12", {"display_name": ""}),
    "a number as display name": ("AST-14", {"display_name": 7}),
    "a list as metadata": ("AST-15", {"metadata": []}),
    "a text as mapping": ("AST-15", {"symbol_mappings": {"lukka": "BTC"}}),
}
CHANGES: dict[str, Body] = {
    "the same body": {},
    "another type": {"type": "NFT"},
    "another status": {"entity_status": "INACTIVE"},
    "another name": {"display_name": "Another"},
    "other metadata": {"metadata": {"other": [1, None]}},
    "other mappings": {"symbol_mappings": {"kaiko": []}},
    "everything else": {
        "type": "TOKEN",
        "entity_status": "INACTIVE",
        "display_name": "Another",
        "contract_address": "0xabcdef",
    },
}
# The same symbol or not: both are right, as long as the target knows afterwards what it has created.
FORMS: dict[str, Callable[[str], str]] = {
    "lower case": str.lower,
    "a space behind": lambda symbol: f"{symbol} ",
    "a space before": lambda symbol: f" {symbol}",
}
# Longer ones may be refused (docs/freedom.md, Limits).
LONGEST_SYMBOL = 64
# Distinct beyond case, outer space and normal form; never another fresh name, which holds no hyphen.
NEIGHBOURS: dict[str, Callable[[str], str]] = {
    "more behind": lambda symbol: f"{symbol}-x",
    "more before": lambda symbol: f"x-{symbol}",
    "an accent": lambda symbol: f"{symbol}-\u00e9",
    "a space within": lambda symbol: f"{symbol[:4]} - {symbol[4:]}",
}


class Flow(RuleBasedStateMachine):
    """A state machine that asks; an idle one goes through the motions, which is all that shrinking may do at its limit."""

    idle = False


class AssetFlow(Flow):
    """Creates, collisions and corrections; `bodies` were created, `refused` would be valid as they stand here."""

    bodies = Bundle("bodies")
    refused = Bundle("refused")

    def __init__(self, assets: Assets) -> None:
        super().__init__()
        self.assets = assets
        self.story = Story(assets.ask)

    def put(self, line: str, body: Body, *, broken: str = "", second: str = "AST-05") -> None:
        """Create an asset and hold the answer against the oracle; `second` is the clause that forbids it a second time."""
        if self.idle:
            return
        request = self.assets.request(body)
        exchange = self.assets.send(request)
        self.story.tell(
            line, create_of(request, broken=broken), exchange, blame=self._charge(exchange, second)
        )

    def _charge(self, exchange: Exchange, second: str) -> Blame:
        def blame(clause: str, promise: str) -> tuple[str, str]:
            if clause == "AST-05" and exchange.status == 200:
                return self.assets.charge_second(second, promise)
            if clause in {"AST-10", "AST-19"}:
                return self.assets.charge_refusal(
                    exchange, clause if exchange.status == 409 else "AST-01", promise
                )
            return clause, promise

        return blame

    @rule(
        target=bodies,
        kind=st.sampled_from(ASSET_ENUMS["type"]),
        status=st.sampled_from(ASSET_ENUMS["entity_status"]),
        optional=st.sets(st.sampled_from(OPTIONAL)),
    )
    def create(self, kind: str, status: str, optional: set[str]) -> Body:
        body = {
            name: value
            for name, value in self.assets.full(type=kind, entity_status=status).items()
            if name not in OPTIONAL or name in optional
        }
        self.put("create", body)
        return body

    @rule(body=bodies, change=st.sampled_from(list(CHANGES)))
    def create_again(self, body: Body, change: str) -> None:
        changes = CHANGES[change]
        self.put(f"create it again, {change}", {**body, **changes}, second="AST-06" if changes else "AST-05")

    @rule(target=bodies, body=bodies, form=st.sampled_from(list(FORMS)))
    def create_alike(self, body: Body, form: str) -> MultipleResults[Body]:
        return self.derive(f"create it with {form}", body, FORMS[form](str(body["symbol"])))

    @rule(target=bodies, body=bodies, how=st.sampled_from(list(NEIGHBOURS)))
    def create_neighbour(self, body: Body, how: str) -> MultipleResults[Body]:
        return self.derive(f"create a neighbour: {how}", body, NEIGHBOURS[how](str(body["symbol"])))

    def derive(self, line: str, body: Body, symbol: str) -> MultipleResults[Body]:
        """Create an asset under a symbol made from another one, as long as any target must take it."""
        if len(symbol) > LONGEST_SYMBOL:
            return multiple()
        other = {**body, "symbol": symbol}
        self.put(line, other)
        return multiple(other)

    @rule(target=refused, wrong=st.sampled_from(list(BREAKS)))
    def create_wrongly(self, wrong: str) -> Body:
        clause, changes = BREAKS[wrong]
        body = self.assets.full()
        self.put(f"create with {wrong}", {**body, **changes}, broken=clause)
        return body

    @rule(body=bodies, wrong=st.sampled_from(list(BREAKS)))
    def create_again_wrongly(self, body: Body, wrong: str) -> None:
        clause, changes = BREAKS[wrong]
        self.put(f"create it again with {wrong}", {**body, **changes}, broken=clause)

    @rule(target=bodies, body=consumes(refused))
    def correct(self, body: Body) -> Body:
        self.put("create it corrected", body)
        return body

    @rule(body=bodies, number=st.integers(2, 24))
    def return_after_others(self, body: Body, number: int) -> None:
        for _ in range(0 if self.idle else number):
            self.assets.created()
        self.put(f"create it again after {number} others", body, second="AST-07")


# --- signing payload and create allocation ----------------------------------------------------------------------------

PARTS = ("nonce", "clientExternalId", "amount", "notes")
# Sampled from a list: drawn as sets, most choices of parts would hardly ever come up.
CHOICES_OF_PARTS = [parts for size in (1, 2, 3) for parts in itertools.combinations(PARTS, size)]
NOTES = (None, "a note", "Zürich “quoted” \\ / 💰")
# What a well-formed allocation is changed to, each change breaking its form (the clause).
MALFORMED: dict[str, tuple[str, Body]] = {
    "no signature": ("ALC-16", {"signature": ""}),
    "no payload": ("ALC-16", {"payload": ""}),
    "a number as notes": ("ALC-16", {"notes": 7}),
    "no amount": ("ALC-16", {"amount": None}),
}


@dataclass(frozen=True)
class Sent:
    """A truthful request that was sent: what it says, its body, and where."""

    content: Content
    body: Content
    caller: Caller

    def _repr_pretty_(self, printer: Any, _: bool) -> None:  # Hypothesis calls it by position
        printer.text("<sent>")  # the caller holds a token


class AllocationFlow(Flow):
    """Allocations and their repeats; `sent` were truthful, the content of `refused` has never been asked for truthfully."""

    sent = Bundle("sent")
    refused = Bundle("refused")

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self.story = Story(network.ask)

    def put(
        self,
        line: str,
        content: Content,
        body: Content,
        *,
        broken: str = "",
        caller: Caller | None = None,
        unusual: str = "ALC-01",
    ) -> Sent:
        """Send a body and hold its answer against the oracle; `unusual` is the clause that says it is acceptable."""
        who = caller or self.network.me
        if self.idle:
            return Sent(content, body, who)
        request = self.network.allocation_request(body, caller=who)
        exchange = self.network.send(request)

        def blame(clause: str, promise: str) -> tuple[str, str]:
            if clause in {"ALC-01", "ALC-20", "SIG-04"} and exchange.status != 200:
                return self.network.charge_refusal(
                    exchange, unusual if clause == "ALC-01" else clause, promise
                )
            return clause, promise

        self.story.tell(line, allocate_of(request, content, broken=broken), exchange, blame=blame)
        return Sent(content, body, who)

    def again(self, line: str, old: Sent, changes: dict[str, Json]) -> Sent:
        """Send an old content with something changed, under a payload and a signature that say so."""
        content = {**old.content, **changes}
        return self.put(line, content, self.network.signed(content, caller=old.caller), caller=old.caller)

    @rule(
        target=sent,
        units=st.sampled_from(("1", "2")),
        notes=st.sampled_from(NOTES),
        layout=st.sampled_from(list(LAYOUTS)),
    )
    def allocate(self, units: str, notes: str | None, layout: str) -> Sent:
        content = self.network.content(units, **({} if notes is None else {"notes": notes}))
        payload = LAYOUTS[layout](full_truth(content, self.network.me))
        body = self.network.signed(content, payload=payload)
        return self.put(f"allocate, payload {layout}", content, body, unusual="ALC-07")

    @rule(old=sent)
    def resend(self, old: Sent) -> None:
        self.put("send it again", old.content, old.body, caller=old.caller)

    @rule(old=sent)
    def resend_laid_out(self, old: Sent) -> None:
        payload = vendor_layout(old.content, old.caller.connection)
        self.put(
            "send it again, payload laid out otherwise",
            old.content,
            self.network.signed(old.content, payload=payload),
            caller=old.caller,
        )

    @rule(target=sent, old=sent, parts=st.sampled_from(CHOICES_OF_PARTS))
    def change(self, old: Sent, parts: tuple[str, ...]) -> Sent:
        fresh = self.network.ask.fresh
        changes: Content = {
            "amount": self.network.content("3")["amount"],
            "notes": "other notes",
            "nonce": fresh.name(),
            "clientExternalId": fresh.name(),
        }
        line = f"send it with another {', '.join(parts)}"
        return self.again(line, old, {part: changes[part] for part in parts})

    @rule(target=sent, one=sent, two=sent)
    def cross(self, one: Sent, two: Sent) -> Sent:
        nonce = two.content["nonce"]
        return self.again("send one with the nonce of the other", one, {"nonce": nonce})

    @rule(target=refused, label=st.sampled_from(list(FORGERIES)))
    def forge(self, label: str) -> Content:
        content = self.network.content()
        body = self.network.signed(content)
        forged = FORGERIES[label](str(body["payload"]), self.network.key)
        self.put(
            f"allocate with a signature {label}", content, {**body, "signature": forged}, broken="ALC-05"
        )
        return content

    @rule(target=refused, lie=lies())
    def tell_a_lie(self, lie: Lie) -> Content:
        content = self.network.content("2", notes="a note of few words")
        payload = wire.dumps(lie.told(full_truth(content, self.network.me)))
        body = self.network.signed(content, payload=payload)
        self.put(f"allocate, but {lie.about}", content, body, broken=lie.clause)
        return content

    @rule(target=refused, wrong=st.sampled_from(list(MALFORMED)))
    def malform(self, wrong: str) -> Content:
        clause, changes = MALFORMED[wrong]
        content = self.network.content()
        self.put(
            f"allocate with {wrong}", content, {**self.network.signed(content), **changes}, broken=clause
        )
        return content

    @rule(target=sent, content=consumes(refused))
    def correct(self, content: Content) -> Sent:
        return self.put("send it corrected", content, self.network.signed(content))

    @rule(target=sent)
    def overspend(self) -> Sent:
        content = self.network.content(str(BEYOND_ANY_BALANCE))
        return self.put("allocate more than anybody has", content, self.network.signed(content))

    @rule(old=sent)
    def ask_payload_again(self, old: Sent) -> None:
        self.ask_for("ask for its payload", old.content, old.caller)

    @rule(target=refused)
    def ask_payload(self) -> Content:
        content = self.network.content()
        self.ask_for("ask for a payload", content, self.network.me)
        return content

    def ask_for(self, line: str, content: Content, caller: Caller) -> None:
        """Ask for a payload and hold the answer against the oracle."""
        if not self.idle:
            exchange = self.network.ask_payload(content, caller=caller)
            self.story.tell(line, ask_payload_of(content), exchange)

    @precondition(lambda self: "SECOND_CONNECTION_ID" in self.network.ask.settings.variables)
    @rule(target=sent, old=sent)
    def move(self, old: Sent) -> Sent:
        other = self.network.me.but(connection=self.network.ask.settings.second_connection_id)
        body = self.network.signed(old.content, caller=other)
        return self.put("send it to another connection", old.content, body, caller=other)

    @precondition(lambda self: self.network.ask.settings.other is not None)
    @rule(old=sent)
    def trespass(self, old: Sent) -> None:
        stranger = Caller.of(self.network.ask.settings.other)  # type: ignore[arg-type]
        caller = old.caller.but(token=stranger.token)
        self.put("send it with another tenant's token", old.content, old.body, caller=caller, broken="AUT-03")

    @rule(old=sent, number=st.integers(2, 24))
    def return_after_others(self, old: Sent, number: int) -> None:
        for _ in range(0 if self.idle else number):
            self.network.allocate(self.network.signed(self.network.content()))
        self.put(f"send it again after {number} others", old.content, old.body, caller=old.caller)
