"""Bugs that real services ship, planted in the Flask server: each class breaks one must clause and nothing it need not."""

import json
import time
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from flask import Response, request

from tests.servers.flask_honest import Json, Refusal, Service, Terms
from tests.servers.tenants import Tenant


class PrefixIndex(Service):
    """AST-19: the unique index covers a symbol's first 24 characters only."""

    def symbol_key(self, document: dict[str, Json]) -> str:
        return str(document["symbol"])[:24]


class UniquePerType(Service):
    """AST-06: the unique index is on (symbol, type)."""

    def symbol_key(self, document: dict[str, Json]) -> str:
        return f"{document['type']}/{document['symbol']}"


class ForgetsAfterForty(Service):
    """AST-07: the set of taken symbols is a cache of the latest forty."""

    def asset_record(self, document: dict[str, Json]) -> dict[str, Json]:
        while len(self.assets) >= 40:
            del self.assets[next(iter(self.assets))]
        return super().asset_record(document)


class ReservesBeforeChecking(Service):
    """AST-10: the symbol is taken before symbol_mappings are looked at."""

    def check_mappings(self, mappings: Json) -> None:
        try:
            super().check_mappings(mappings)
        except Refusal:
            self.assets[str(request.get_json()["symbol"])] = {}
            raise

    def create_asset(self, document: dict[str, Json]) -> dict[str, Json]:
        if self.assets.get(str(document.get("symbol"))) == {}:
            raise Refusal(409, "this symbol is taken")
        return super().create_asset(document)


class MappingOfText(Service):
    """AST-15: a text is iterable too, so "BTC" is taken for a list of three symbols."""

    def check_mappings(self, mappings: Json) -> None:
        if isinstance(mappings, dict):
            mappings = {key: list(each) if isinstance(each, str) else each for key, each in mappings.items()}
        super().check_mappings(mappings)


class SharedDefault(Service):
    """AST-16: the default of metadata is one shared dict, which the asset before has filled."""

    default: ClassVar[dict[str, Any]] = {}

    def asset_record(self, document: dict[str, Json]) -> dict[str, Json]:
        self.default.update(document.get("metadata", {}))
        return super().asset_record({"metadata": dict(self.default), **document})


class BigNumbersThroughDoubles(Service):
    """AST-02: whole numbers in metadata beyond 2^53 go through a double."""

    def asset_record(self, document: dict[str, Json]) -> dict[str, Json]:
        rounded = json.loads(json.dumps(document), parse_int=lambda text: int(float(text)))
        return super().asset_record(rounded)


class AssetInTheConflict(Service):
    """AST-09: the 409's text is the first asset, printed."""

    def clash(self, first: dict[str, Json]) -> Refusal:
        return Refusal(409, json.dumps(first))


class AssetRace(Service):
    """AST-08: the symbol is looked up, a statement later inserted, and no lock is held."""

    def create_asset(self, document: dict[str, Json]) -> dict[str, Json]:
        self.check_asset(document)
        if first := self.assets.get(self.symbol_key(document)):
            raise self.clash(first)
        asset = self.asset_record(document)
        time.sleep(0.002)
        self.assets[self.symbol_key(document)] = asset
        return asset


class ZonelessClock(Service):
    """AST-04: modified_at is rounded down to the second and so lies before created_at."""

    def asset_record(self, document: dict[str, Json]) -> dict[str, Json]:
        record = super().asset_record(document)
        return {**record, "modified_at": record["created_at"][:19] + ".000Z"}


class PayloadThroughFloat(Service):
    """ALC-06a: the quantities of payload and body are compared as doubles."""

    def agrees(self, told: dict[str, Json], terms: Terms) -> bool:
        amount = told.get("amount")
        try:
            close = isinstance(amount, dict) and float(amount["quantity"]) == float(terms.quantity)
        except (KeyError, TypeError, ValueError):
            return False
        repaired = (
            {**told, "amount": {**amount, "quantity": terms.quantity}} if isinstance(amount, dict) else told
        )
        return close and super().agrees(repaired, terms)


class NotesOnlyIfBoth(Service):
    """ALC-06e: notes are compared only where the request has some; a payload may promise its own."""

    def agrees(self, told: dict[str, Json], terms: Terms) -> bool:
        if terms.notes is None:
            told = {name: value for name, value in told.items() if name != "notes"}
        return super().agrees(told, terms)


class AnyTenantSigns(Service):
    """ALC-05: the recovered key is looked up among all users, not compared with this account's."""

    def signature_holds(self, tenant: Tenant, payload: str, signature: str) -> bool:
        return self.signed_by(payload, signature) in (self.ours.public_key, self.theirs.public_key)


class KeyByFirstByte(Service):
    """ALC-05: a loose comparison sees the recovered key's first byte only: every second key will do."""

    def signature_holds(self, tenant: Tenant, payload: str, signature: str) -> bool:
        return self.signed_by(payload, signature)[:1] == tenant.public_key[:1]


class CanonicalSigned(Service):
    """ALC-08: the signature is also tried on the payload parsed and printed again."""

    def signature_holds(self, tenant: Tenant, payload: str, signature: str) -> bool:
        if super().signature_holds(tenant, payload, signature):
            return True
        try:
            told = json.loads(payload)
        except ValueError:
            return False
        layouts = (json.dumps(told, ensure_ascii=False, separators=(",", ":")), json.dumps(told))
        return any(super(CanonicalSigned, self).signature_holds(tenant, each, signature) for each in layouts)


class NormalisedNotes(Service):
    """ALC-18: a middleware normalises the payload, so decomposed notes break their own signature."""

    def signature_holds(self, tenant: Tenant, payload: str, signature: str) -> bool:
        return super().signature_holds(tenant, unicodedata.normalize("NFC", payload), signature)


class NonceWindow(Service):
    """ALC-09: the latest thirty nonces are remembered, the older ones are free again."""

    def book(self, terms: Terms) -> dict[str, Json]:
        while len(self.nonces) >= 30:
            del self.nonces[next(iter(self.nonces))]
        return super().book(terms)


class ExternalIdPerCurrency(Service):
    """ALC-11: the unique index is on (clientExternalId, notes): with other notes it allocates again."""

    def external_key(self, terms: Terms) -> tuple[str, str]:
        return terms.enterprise, f"{terms.external_id}/{terms.notes}"


class OverdrawsOnRefusal(Service):
    """ALC-14: a refused overdraft still locks what was there."""

    def withdraw(self, purse: tuple[str, str], terms: Terms) -> None:
        try:
            super().withdraw(purse, terms)
        except Refusal:
            self.balances[purse] = 0
            raise


class AsksReserve(Service):
    """SIG-04: the third ask for one nonce uses it up."""

    asked: ClassVar[dict[tuple[str, ...], int]] = {}

    def payload(self, terms: Terms, *, writes: bool) -> dict[str, Json]:
        key = self.nonce_key(terms)
        self.asked[key] = self.asked.get(key, 0) + 1
        if self.asked[key] >= 3:
            self.nonces[key] = True
        return super().payload(terms, writes=writes)


class EscapedPayload(Service):
    """SIG-02: a template engine escapes & < > in the payload's texts."""

    def payload(self, terms: Terms, *, writes: bool) -> dict[str, Json]:
        told = super().payload(terms, writes=writes)
        return {"payload": told["payload"].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")}


class TokenOfSeventyTwo(Service):
    """AUT-02: tokens are kept by a hash that reads 72 characters, so an extended one is let in."""

    def same_token(self, given: str, known: str) -> bool:
        return given[:72] == known[:72]


class ConnectionsAreGlobal(Service):
    """AUT-04: a connection is looked up by its id alone."""

    def reachable(self, tenant: Tenant, connection: str) -> bool:
        return connection in self.ours.connections + self.theirs.connections


class ReadersMayAsk(Service):
    """AUT-05: the scope of the POST is not looked at for the payload's endpoint."""

    def admit(self, enterprise: str, connection: str, *, writes: bool) -> Tenant:
        return super().admit(enterprise, connection, writes=writes and not request.path.endswith("/signing"))


class TellsTheToken(Service):
    """AUT-07: the refusal of a foreign enterprise quotes the request's Authorization header for the support desk."""

    def answer(self, status: int, value: Json) -> Response:
        response = super().answer(status, value)
        if status in (403, 404):
            response.headers["X-Support-Hint"] = request.headers.get("Authorization", "")
        return response


class FormsToo(Service):
    """HTP-05: whatever the media type says, the body is parsed."""

    def media_type_fits(self, declared: str | None) -> bool:
        return True


class TracesShown(Service):
    """HTP-06: the parser's complaint is shown with the file and line that made it."""

    def read_json(self, raw: bytes) -> Json:
        try:
            return super().read_json(raw)
        except Refusal as no:
            where = f'File "{json.__file__}", line 341, in loads'
            raise Refusal(no.status, f"Traceback (most recent call last): {where}") from no


class LengthInCharacters(Service):
    """HTP-03: Content-Length counts characters, so a non-ASCII answer is cut short."""

    def answer(self, status: int, value: Json) -> Response:
        response = super().answer(status, value)
        whole = response.get_data()
        response.set_data(whole[: len(whole.decode())])
        return response


class SlowConflict(Service):
    """HTP-08: the second conflict on one symbol waits for a lock that times out after 3.4 s."""

    clashes: ClassVar[dict[str, int]] = {}

    def clash(self, first: dict[str, Json]) -> Refusal:
        symbol = first["symbol"]
        self.clashes[symbol] = self.clashes.get(symbol, 0) + 1
        if self.clashes[symbol] == 2:
            time.sleep(3.4)
        return super().clash(first)


class LocalClock(Service):
    """ALC-03: createdAt is local time of a zone seven hours off, called UTC."""

    def date(self) -> str:
        return (datetime.now(UTC) - timedelta(hours=7)).isoformat(timespec="milliseconds")


class SurrogateCrash(Service):
    """HTP-01: a lone surrogate gets past the parser and breaks the writer."""

    def read_json(self, raw: bytes) -> Json:
        return json.loads(raw) if b"\\ud8" in raw.lower() else super().read_json(raw)


_ALL: tuple[type[Service], ...] = tuple(Service.__subclasses__())

FAULTS = {each.__name__: each for each in _ALL}
CLAUSES = {each.__name__: str(each.__doc__).partition(":")[0] for each in _ALL}
