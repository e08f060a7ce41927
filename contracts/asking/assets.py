"""Create asset as a call: well-formed bodies under fresh symbols, and requests of any other making."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts import wire
from contracts.asking.asker import Asker, needs_answer
from contracts.exchange import Exchange, Headers, Request
from contracts.strategies import mixes
from contracts.violation import Unaskable, Violation

PATH = "/api/assetpricing/v1/internal/assets"
Body = dict[str, wire.Json]

OPTIONAL: Final = mixes.OPTIONAL
# The lists of allowed values (guide:asset).
ASSET_ENUMS: Final = {"type": ("FIAT", "COIN", "TOKEN", "NFT"), "entity_status": ("ACTIVE", "INACTIVE")}

SUCCESSES: Final = range(200, 300)

# Sent with every request unless a question is about them.
USUAL: Headers = (("Accept", "application/json"), ("Accept-Encoding", "gzip, deflate"))
JSON: Headers = (("Content-Type", "application/json"),)


def encoded(body: object, *, ascii: bool = False) -> bytes:
    """A body's bytes: JSON values compactly in UTF-8 (`ascii`: all else is escaped), bytes as they are."""
    return body if isinstance(body, bytes) else wire.dumps(body, ascii=ascii).encode()  # type: ignore[arg-type]


@dataclass
class Assets:
    """The asset-pricing service as this question meets it."""

    ask: Asker

    def _repr_pretty_(self, printer: Any, _: bool) -> None:  # noqa: FBT001  # Hypothesis calls it by position
        printer.text("<assets>")  # by itself Hypothesis prints every field, and tokens with them

    def minimal(self, **changes: wire.Json) -> Body:
        """A body with the required fields alone, under a fresh symbol."""
        body: Body = {
            "symbol": self.ask.fresh.name(),
            "display_name": "Bitcoin",
            "type": "COIN",
            "entity_status": "ACTIVE",
        }
        return {**body, **changes}

    def full(self, **changes: wire.Json) -> Body:
        """A body with every documented field, under a fresh symbol."""
        body = self.minimal(
            contract_address="0x1234567890123456789012345678901234567890",
            metadata={"decimals": 8, "network": "mainnet"},
            symbol_mappings={"lukka": ["BTC", "BITCOIN"], "kaiko": ["btc"]},
        )
        return {**body, **changes}

    def mixed(self, mix: mixes.Mix, **changes: wire.Json) -> Body:
        """A body of this type, status and choice of optional fields, under a fresh symbol."""
        return {**mix.of(self.full()), **changes}

    def fresh_symbol(self) -> str:
        """A symbol that nobody has used."""
        return self.ask.fresh.name()

    def request(self, body: object, **changes: object) -> Request:
        """The create request for a body, as a usual client sends it."""
        token = self.ask.settings.asset_token
        auth: Headers = (("Authorization", f"Bearer {token}"),) if token else ()
        request = Request("POST", PATH, (*USUAL, *JSON, *auth), encoded(body), "createAsset")
        return request.but(**changes)

    def send(self, request: Request) -> Exchange:
        """Send any request to this service."""
        return self.ask.send(request, "asset-pricing")

    def create(self, body: object) -> Exchange:
        """Ask for an asset."""
        return self.send(self.request(body))

    def accepted(
        self, exchange: Exchange, clause: str = "AST-01", *, about: str = "the request is valid"
    ) -> Body:
        """Expect 200 and return the asset; `about` names what is unusual about the request.

        A refusal is charged to `clause` where plain assets are created, a 409 to AST-19, since the symbol is fresh (see
        `charge_refusal`). Raises `Unaskable` then, because what follows has nothing to stand on.
        """
        needs_answer(exchange)
        if exchange.status == 200:
            self.ask.judged(clause)
            return dict(exchange.fields)
        clause, about = self.charge_refusal(exchange, clause, about)
        self.ask.answered(exchange, clause, 200, about=about)
        message = f"a create was answered {exchange.status}"
        raise Unaskable(message)

    def charge_refusal(self, exchange: Exchange, clause: str, about: str) -> tuple[str, str]:
        """The clause that a valid create breaks when it is not answered 200, and what that clause promises.

        Asks plain assets as controls: one of the same type and status with every field, then one with the same fields.
        """
        if exchange.status == 409 and clause != "AST-10":
            return "AST-19", "the symbol was never used before"
        sent = exchange.request.fields
        kind = {name: sent[name] for name in ASSET_ENUMS if sent.get(name) in ASSET_ENUMS[name]}
        full = self.full(**kind)
        if exchange.status in SUCCESSES or self.create(full).status != 200:
            return "AST-01", "the request is valid"
        left_out = set(OPTIONAL) - set(sent)
        if clause == "AST-01" and left_out:
            alike = {name: value for name, value in self.full(**kind).items() if name not in left_out}
            if self.create(alike).status != 200:
                return "AST-16", "optional fields may be left out"
        return clause, about

    def created(self, body: Mapping[str, wire.Json] | None = None) -> Body:
        """Create an asset that later steps build on; returns what was sent."""
        sent = dict(body) if body is not None else self.minimal()
        self.accepted(self.create(sent))
        return sent

    def conflicts(
        self, body: Mapping[str, wire.Json], clause: str, *, about: str, ascii: bool = False
    ) -> Exchange:
        """Expect 409 for a body whose symbol exists (`ascii`: sent with everything else escaped)."""
        return self.conflicted(self.create(encoded(body, ascii=ascii)), clause, about=about)

    def conflicted(self, exchange: Exchange, clause: str, *, about: str) -> Exchange:
        """Expect that a create was answered 409, since its symbol exists.

        Charged to `clause` only where the plainest second and third create conflict: otherwise to AST-05 or AST-09.
        """
        if exchange.status == 200 and clause != "AST-05":
            clause, about = self.charge_second(clause, about)
        elif exchange.status not in {200, 409}:
            # Refused for another reason? Then so is the same body under a fresh symbol, and that is its own matter.
            self.accepted(self.create({**exchange.request.fields, "symbol": self.fresh_symbol()}))
        self.ask.answered(exchange, clause, 409, about=about)
        return exchange

    def charge_second(self, clause: str, about: str) -> tuple[str, str]:
        """The clause that a second create breaks when it is accepted; asks the plainest repetition as control."""
        plain = self.minimal()
        self.create(plain)
        if self.create(plain).status != 409:
            return "AST-05", "the symbol exists"
        if self.create(plain).status != 409:
            return "AST-09", "the symbol exists, and an earlier conflict changed nothing"
        return clause, about

    def refused(self, body: object, clause: str, *, about: str) -> Exchange:
        """Expect 400 for a body that breaks `clause`."""
        exchange = self.create(body)
        self.ask.answered(exchange, clause, 400, about=about)
        return exchange

    def left_nothing(self, symbol: str, refused: Exchange, clause: str, *, about: str) -> None:
        """Expect that a refused create of `symbol` left nothing behind: the plain create of it is answered 200, as sent."""
        if refused.inconclusive or refused.status is None or refused.status < 400:
            return
        corrected = self.create(self.minimal(symbol=symbol))
        if corrected.inconclusive or corrected.status is None or corrected.status >= 500:
            return
        if corrected.status == 200:
            left = ", ".join(_left_of(refused.request.fields, corrected))
            received = f"{left} of the refused request" if left else ""
        elif corrected.status == 409 or self.create(self.minimal()).status == 200:
            received = f"{corrected.status} after the refusal {refused.status}"
        else:
            return  # plain creates are refused as well, which is another clause's matter
        kind = f"a refused create left something behind ({about})"
        expected = "200 for the corrected request: a refused create leaves nothing behind"
        story = (refused, corrected)
        found = Violation(clause, kind, expected, received, story, "createAsset")
        self.ask.judged(clause, *([found] if received else []))


def _left_of(refused: Mapping[str, wire.Json], corrected: Exchange) -> list[str]:
    """The fields of an answer that carry what the refused request said, and not what its own request says."""
    said, answered = corrected.request.fields, corrected.fields
    return [
        name
        for name, value in refused.items()
        if value not in ({}, [], None) and answered.get(name) == value and said.get(name) != value
    ]
