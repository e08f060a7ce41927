"""Create asset as a call: well-formed bodies under fresh symbols, and requests of any other making."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts import wire
from contracts.asking.asker import Asker, needs_answer
from contracts.exchange import Exchange, Headers, Request
from contracts.violation import Unaskable, Violation

PATH = "/api/assetpricing/v1/internal/assets"
Body = dict[str, wire.Json]

OPTIONAL: Final = ("contract_address", "metadata", "symbol_mappings")
# The lists of allowed values (guide:asset).
ASSET_ENUMS: Final = {"type": ("FIAT", "COIN", "TOKEN", "NFT"), "entity_status": ("ACTIVE", "INACTIVE")}

# Sent with every request unless a question is about them.
USUAL: Headers = (("Accept", "application/json"), ("Accept-Encoding", "gzip, deflate"))
JSON: Headers = (("Content-Type", "application/json"),)


def encoded(body: object) -> bytes:
    """A body's bytes: JSON values compactly in UTF-8, bytes as they are."""
    return body if isinstance(body, bytes) else wire.dumps(body).encode()  # type: ignore[arg-type]


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
        """Expect 200 and return the asset.

        A refusal is charged to `clause` where a full asset is created right after it, else to AST-01; a 409 to AST-19,
        since the symbol is fresh. Raises `Unaskable` then, because what follows has nothing to stand on.
        """
        needs_answer(exchange)
        if exchange.status == 200:
            self.ask.judged(clause)
            return dict(exchange.fields)
        if exchange.status == 409 and clause != "AST-10":
            clause, about = "AST-19", "the symbol was never used before"
        elif self.create(self.full()).status != 200:
            clause, about = "AST-01", "the request is valid"
        elif clause == "AST-01" and not set(OPTIONAL) & set(exchange.request.fields):
            clause, about = "AST-16", "optional fields may be left out"
        self.ask.answered(exchange, clause, 200, about=about)
        message = f"a create was answered {exchange.status}"
        raise Unaskable(message)

    def created(self, body: Mapping[str, wire.Json] | None = None) -> Body:
        """Create an asset that later steps build on; returns what was sent."""
        sent = dict(body) if body is not None else self.minimal()
        self.accepted(self.create(sent))
        return sent

    def conflicts(self, body: Mapping[str, wire.Json], clause: str, *, about: str) -> Exchange:
        """Expect 409 for a body whose symbol exists.

        Charged to `clause` only where the plainest second and third create conflict: otherwise to AST-05 or AST-09.
        """
        exchange = self.create(dict(body))
        if exchange.status == 200 and clause != "AST-05":
            plain = self.minimal()
            self.create(plain)
            if self.create(plain).status != 409:
                clause, about = "AST-05", "the symbol exists"
            elif self.create(plain).status != 409:
                clause, about = "AST-09", "the symbol exists, and an earlier conflict changed nothing"
        elif exchange.status not in {200, 409}:
            # Refused for another reason? Then so is the same body under a fresh symbol, and that is its own matter.
            self.accepted(self.create({**body, "symbol": self.fresh_symbol()}))
        self.ask.answered(exchange, clause, 409, about=about)
        return exchange

    def refused(self, body: object, clause: str, *, about: str) -> Exchange:
        """Expect 400 for a body that breaks `clause`."""
        exchange = self.create(body)
        self.ask.answered(exchange, clause, 400, about=about)
        return exchange

    def left_nothing(self, symbol: str, refused: Exchange, clause: str, *, about: str) -> None:
        """Expect that a refused create of `symbol` left nothing behind: the plain create of it is answered 200."""
        if refused.inconclusive or refused.status is None or refused.status < 400:
            return
        corrected = self.create(self.minimal(symbol=symbol))
        if corrected.inconclusive:
            return
        if corrected.status == 200:
            self.ask.judged(clause)
        elif corrected.status == 409:
            received = f"{corrected.status} after the refusal {refused.status}"
            kind = f"{about}: left behind"
            expected = "200 for the corrected request: a refused create leaves nothing behind"
            story = (refused, corrected)
            self.ask.judged(clause, Violation(clause, kind, expected, received, story, "createAsset"))
