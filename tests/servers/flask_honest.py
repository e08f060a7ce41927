"""An honest server of another make: both APIs on Flask, strict, with a table of legal oddities to choose from."""

import argparse
import hashlib
import json
import logging
import re
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from coincurve import PublicKey
from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.servers.tenants import Tenant, announce, new_tenant

ASSETS = "/api/assetpricing/v1/internal/assets"
ALLOCATIONS = "/api/network/v1/enterprises/<enterprise>/clients/connections/<connection>/allocations"
KINDS = ("FIAT", "COIN", "TOKEN", "NFT")
STATES = ("ACTIVE", "INACTIVE")
ASSET_FIELDS = (
    "symbol",
    "display_name",
    "type",
    "entity_status",
    "contract_address",
    "metadata",
    "symbol_mappings",
)


@dataclass(frozen=True)
class Oddities:
    """What the documents leave open, and how this server decides it. Sizes in characters, bytes or base units."""

    signature_status: int = 400
    disagreement_status: int = 400
    nonce_status: int = 400
    external_id_status: int = 409
    foreign_status: int = 404
    get_signing: bool = True
    dates: str = "milliseconds"
    settled: str = "cleared"
    retriable: bool = True
    spare_fields: bool = False
    shouting_ids: bool = False
    uuid_version: int = 4
    content_type: str = "application/json"
    longest_text: int = 100_000
    largest_body: int = 4_000_000
    asset_token: bool = False
    unknown: str = "drop"
    empty_maps: bool = False
    nonce_per_connection: bool = False
    checks_ids: bool = False
    checks_quantity_early: bool = False
    repeated_keys: bool = True
    old_http: bool = False
    two_origins: bool = False
    as_xprv: bool = False
    funds: int = 10**30
    scratch: int = 1000


VARIANTS: Mapping[str, Mapping[str, object]] = {
    "plain": {},
    "other-statuses": {
        "signature_status": 401,
        "disagreement_status": 422,
        "nonce_status": 409,
        "external_id_status": 400,
        "foreign_status": 403,
    },
    "all-422": {
        "signature_status": 422,
        "disagreement_status": 422,
        "nonce_status": 422,
        "external_id_status": 422,
    },
    "all-403": {"signature_status": 403, "disagreement_status": 403, "nonce_status": 403},
    "no-get": {"get_signing": False},
    "dates": {"dates": "date", "settled": "reserved", "retriable": True},
    "no-retriable": {"retriable": False, "dates": "microseconds"},
    "compact-extra": {"spare_fields": True, "content_type": "application/json; charset=UTF-8"},
    "shouting": {"shouting_ids": True, "uuid_version": 1},
    "limits": {"longest_text": 64, "largest_body": 16_384, "unknown": "refuse", "repeated_keys": False},
    "asset-token": {"asset_token": True, "empty_maps": True},
    "keeps-unknown": {"unknown": "keep", "checks_ids": True, "checks_quantity_early": True},
    "nonce-per-connection": {"nonce_per_connection": True, "two_origins": True},
    "old-http": {"old_http": True, "as_xprv": True},
    "poor": {"funds": 60, "scratch": 7},
    "everything": {
        "signature_status": 401,
        "disagreement_status": 422,
        "nonce_status": 409,
        "external_id_status": 400,
        "get_signing": False,
        "dates": "date",
        "settled": "reserved",
        "spare_fields": True,
        "shouting_ids": True,
        "content_type": "application/json; charset=utf-8",
        "longest_text": 64,
        "largest_body": 16_384,
        "asset_token": True,
        "old_http": True,
    },
}

Json = Any


class Refusal(Exception):
    """A request that is not carried out: the status, the words, and the allocation that a 422 shows."""

    def __init__(self, status: int, words: str, allocation: dict[str, Json] | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.allocation = allocation


@dataclass(frozen=True)
class Terms:
    """What an allocation is asked for: the fields that body, path and payload must agree on."""

    enterprise: str
    connection: str
    currency: str
    quantity: str
    external_id: str
    nonce: str
    notes: str | None

    def content(self) -> dict[str, Json]:
        """Return the JSON object that a payload tells of these terms."""
        told: dict[str, Json] = {
            "enterpriseId": self.enterprise,
            "connectionId": self.connection,
            "clientExternalId": self.external_id,
            "nonce": self.nonce,
            "amount": {"quantity": self.quantity, "currency": self.currency},
        }
        return told if self.notes is None else {**told, "notes": self.notes}


class Service:
    """Both APIs' state and rules. Small methods, so that a fault replaces exactly one of them."""

    def __init__(self, oddities: Oddities) -> None:
        self.odd = oddities
        self.ours, self.theirs = (
            new_tenant(uuid_version=oddities.uuid_version, shouting=oddities.shouting_ids) for _ in range(2)
        )
        self.lock = threading.Lock()
        self.assets: dict[str, dict[str, Json]] = {}
        self.balances = {
            (each.enterprise, currency): amount
            for each in (self.ours, self.theirs)
            for currency, amount in (("tbtc", oddities.funds), ("tltc", oddities.scratch))
        }
        self.nonces: dict[tuple[str, ...], bool] = {}
        self.made: dict[tuple[str, str], tuple[Terms, dict[str, Json]]] = {}

    # ------------------------------------------------------------------ reading

    def media_type_fits(self, declared: str | None) -> bool:
        return declared is None or declared.split(";")[0].strip().lower() == "application/json"

    def read_body(self) -> dict[str, Json]:
        if not self.media_type_fits(request.headers.get("Content-Type")):
            raise Refusal(415, "only application/json is understood")
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Refusal(415, "codings are not understood")
        raw = request.get_data()
        if len(raw) > self.odd.largest_body:
            raise Refusal(413, "that is too much to read")
        document = self.read_json(raw)
        if not isinstance(document, dict):
            raise Refusal(400, "an object was expected")
        return document

    def read_json(self, raw: bytes) -> Json:
        try:
            document = json.loads(
                raw.decode(), parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=self.pairs
            )
            self.write_json(document)
        except (ValueError, RecursionError) as bad:
            raise Refusal(400, "the body cannot be read as JSON") from bad
        return document

    def pairs(self, pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        if not self.odd.repeated_keys and len({key for key, _ in pairs}) < len(pairs):
            raise ValueError("a key is there twice")
        return dict(pairs)

    def write_json(self, value: Json) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()

    def text(self, holder: Mapping[str, Json], name: str, *, required: bool = True) -> str | None:
        if name not in holder and not required:
            return None
        value = holder.get(name)
        if not isinstance(value, str) or (not value and name != "contract_address"):
            raise Refusal(400, f"{name} has to be a text of one character or more")
        if len(value) > self.odd.longest_text and name not in ("payload", "signature"):
            raise Refusal(400, f"{name} is longer than this service takes")
        return value

    # ------------------------------------------------------------------ assets

    def check_asset(self, document: dict[str, Json]) -> dict[str, Json]:
        for name in ("symbol", "display_name"):
            self.text(document, name)
        self.text(document, "contract_address", required=False)
        self.check_choice(document, "type", KINDS)
        self.check_choice(document, "entity_status", STATES)
        if not isinstance(document.get("metadata", {}), dict):
            raise Refusal(400, "metadata has to be a map")
        self.check_mappings(document.get("symbol_mappings", {}))
        if self.odd.unknown == "refuse" and set(document) - set(ASSET_FIELDS):
            raise Refusal(400, "there are properties that nobody knows")
        return document

    def check_choice(self, document: dict[str, Json], name: str, choices: tuple[str, ...]) -> None:
        value = document.get(name)
        if not isinstance(value, str) or value not in choices:
            raise Refusal(400, f"{name} is none of {' '.join(choices)}")

    def check_mappings(self, mappings: Json) -> None:
        fits = isinstance(mappings, dict) and all(isinstance(each, list) for each in mappings.values())
        if not fits or not all(isinstance(one, str) for each in mappings.values() for one in each):
            raise Refusal(400, "symbol_mappings has to map vendors to lists of texts")

    def symbol_key(self, document: dict[str, Json]) -> str:
        return str(document["symbol"])

    def clash(self, first: dict[str, Json]) -> Refusal:
        return Refusal(409, "this symbol is taken")

    def create_asset(self, document: dict[str, Json]) -> dict[str, Json]:
        self.check_asset(document)
        with self.lock:
            if first := self.assets.get(self.symbol_key(document)):
                raise self.clash(first)
            asset = self.asset_record(document)
            self.assets[self.symbol_key(document)] = asset
        return asset

    def asset_record(self, document: dict[str, Json]) -> dict[str, Json]:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        known = {name: document[name] for name in ASSET_FIELDS if name in document}
        empty: dict[str, Json] = {"metadata": {}, "symbol_mappings": {}} if self.odd.empty_maps else {}
        kept = document if self.odd.unknown == "keep" else {}
        spare = {"revision": 1, "links": []} if self.odd.spare_fields else {}
        return {**kept, **empty, **known, **spare, "id": self.new_id(), "created_at": now, "modified_at": now}

    # ------------------------------------------------------------------ who may do what

    def caller(self) -> tuple[Tenant, bool]:
        """Return the tenant whose token this is, and whether the token may write."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        for tenant in (self.ours, self.theirs):
            for known, writes in ((tenant.token, True), (tenant.read_only_token, False)):
                if scheme.lower() == "bearer" and self.same_token(token.strip(" "), known):
                    return tenant, writes
        raise Refusal(401, "who are you?")

    def same_token(self, given: str, known: str) -> bool:
        return given == known

    def admit(self, enterprise: str, connection: str, *, writes: bool) -> Tenant:
        tenant, may_write = self.caller()
        if writes and not may_write:
            raise Refusal(403, "this token may only read")
        if enterprise != tenant.enterprise:
            raise Refusal(self.odd.foreign_status, "no such enterprise, or none of yours")
        if self.odd.checks_ids and not re.fullmatch(
            r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", connection
        ):
            raise Refusal(400, "a connection's id is a UUID")
        if not self.reachable(tenant, connection):
            raise Refusal(404, "no such connection")
        return tenant

    def reachable(self, tenant: Tenant, connection: str) -> bool:
        return connection in tenant.connections

    # ------------------------------------------------------------------ allocations

    def read_terms(self, document: dict[str, Json], enterprise: str, connection: str) -> Terms:
        amount = document.get("amount")
        if not isinstance(amount, dict):
            raise Refusal(400, "amount has to be an object")
        known = {"amount", "clientExternalId", "nonce", "notes", "payload", "signature"}
        if self.odd.unknown == "refuse" and (set(document) - known or set(amount) - {"currency", "quantity"}):
            raise Refusal(400, "there are properties that nobody knows")
        return Terms(
            enterprise,
            connection,
            str(self.text(amount, "currency")),
            str(self.text(amount, "quantity")),
            str(self.text(document, "clientExternalId")),
            str(self.text(document, "nonce")),
            self.text(document, "notes", required=False),
        )

    def check_quantity(self, quantity: str) -> None:
        if not re.fullmatch("[1-9][0-9]{0,39}", quantity):
            raise Refusal(400, "quantity counts base units: a positive whole number of 40 digits or fewer")

    def payload(self, terms: Terms, *, writes: bool) -> dict[str, Json]:
        if self.odd.checks_quantity_early:
            self.check_quantity(terms.quantity)
        return {"payload": self.write_json(terms.content()).decode()}

    def digest(self, text: str) -> bytes:
        message = text.encode()
        size = len(message)
        length = bytes([size]) if size < 253 else b"\xfd" + size.to_bytes(2, "little")
        if size > 0xFFFF:
            length = b"\xfe" + size.to_bytes(4, "little")
        whole = b"\x18Bitcoin Signed Message:\n" + length + message
        return hashlib.sha256(hashlib.sha256(whole).digest()).digest()

    def signed_by(self, payload: str, signature: str) -> bytes:
        """Return the compressed key that made the signature, or nothing."""
        if not re.fullmatch("[0-9a-fA-F]{130}", signature):
            return b""
        raw = bytes.fromhex(signature)
        if not 31 <= raw[0] <= 34:
            return b""
        try:
            compact = raw[1:] + bytes([raw[0] - 31])
            return PublicKey.from_signature_and_message(compact, self.digest(payload), hasher=None).format()
        except Exception:  # noqa: BLE001 - coincurve raises it bare for what is no point of the curve
            return b""

    def signature_holds(self, tenant: Tenant, payload: str, signature: str) -> bool:
        return self.signed_by(payload, signature) == tenant.public_key

    def agrees(self, told: dict[str, Json], terms: Terms) -> bool:
        said = {name: told.get(name) for name in terms.content() if name not in ("enterpriseId", "amount")}
        wanted = {name: value for name, value in terms.content().items() if name in said}
        amount = told.get("amount")
        return (
            said == wanted
            and isinstance(amount, dict)
            and (amount.get("currency"), amount.get("quantity")) == (terms.currency, terms.quantity)
            and told.get("enterpriseId", terms.enterprise) == terms.enterprise
            and ("notes" in told) == (terms.notes is not None)
        )

    def check_signed(self, tenant: Tenant, terms: Terms, document: dict[str, Json]) -> None:
        payload, signature = str(document["payload"]), str(document["signature"])
        if not self.signature_holds(tenant, payload, signature):
            raise self.refused(self.odd.signature_status, terms, "the signature does not hold")
        try:
            told = self.read_json(payload.encode())
        except Refusal as unreadable:
            raise Refusal(400, "the payload is no JSON") from unreadable
        if not isinstance(told, dict) or not self.agrees(told, terms):
            raise self.refused(
                self.odd.disagreement_status, terms, "payload and request tell different stories"
            )

    def refused(self, status: int, terms: Terms, words: str) -> Refusal:
        if status != 422:
            return Refusal(status, words)
        return Refusal(422, words, {**self.record(terms, "released"), "retriable": False, "reason": words})

    def nonce_key(self, terms: Terms) -> tuple[str, ...]:
        scope = (terms.connection,) if self.odd.nonce_per_connection else ()
        return (terms.enterprise, *scope, terms.nonce)

    def external_key(self, terms: Terms) -> tuple[str, str]:
        return terms.enterprise, terms.external_id

    def allocate(self, tenant: Tenant, terms: Terms, document: dict[str, Json]) -> dict[str, Json]:
        for name in ("payload", "signature"):
            self.text(document, name)
        self.check_quantity(terms.quantity)
        self.check_signed(tenant, terms, document)
        with self.lock:
            return self.earlier(terms) or self.book(terms)

    def earlier(self, terms: Terms) -> dict[str, Json] | None:
        first = self.made.get(self.external_key(terms))
        if first and first[0] == terms:
            return first[1]
        if first:
            raise self.refused(
                self.odd.external_id_status, terms, "this clientExternalId stands for another allocation"
            )
        if self.nonce_key(terms) in self.nonces:
            raise self.refused(self.odd.nonce_status, terms, "this nonce was used")
        return None

    def book(self, terms: Terms) -> dict[str, Json]:
        purse = (terms.enterprise, terms.currency)
        self.withdraw(purse, terms)
        self.nonces[self.nonce_key(terms)] = True
        allocation = self.record(terms, self.odd.settled)
        self.made[self.external_key(terms)] = (terms, allocation)
        return allocation

    def withdraw(self, purse: tuple[str, str], terms: Terms) -> None:
        if int(terms.quantity) > self.balances.get(purse, 0):
            raise self.refused(422, terms, "the account does not hold that much")
        self.balances[purse] -= int(terms.quantity)

    def record(self, terms: Terms, status: str) -> dict[str, Json]:
        told = terms.content()
        del told["nonce"], told["enterpriseId"]
        retriable = {"retriable": False} if self.odd.retriable or status == "reserved" else {}
        spare = {"policyResult": "approved", "version": 3} if self.odd.spare_fields else {}
        partner = {"partnerExternalId": uuid.uuid4().hex} if status == "cleared" else {}
        dates = dict.fromkeys(("createdAt", "updatedAt"), self.date())
        return {
            **told,
            **dates,
            **retriable,
            **spare,
            **partner,
            "status": status,
            "id": self.new_id(),
            "initiatedBy": "api",
        }

    def date(self) -> str:
        now = datetime.now(UTC)
        return now.date().isoformat() if self.odd.dates == "date" else now.isoformat(timespec=self.odd.dates)

    def new_id(self) -> str:
        made = str(uuid.uuid1() if self.odd.uuid_version == 1 else uuid.uuid4())
        return made.upper() if self.odd.shouting_ids else made

    # ------------------------------------------------------------------ answering

    def answer(self, status: int, value: Json) -> Response:
        headers = {"WWW-Authenticate": 'Bearer realm="go"'} if status == 401 else {}
        return Response(self.write_json(value), status, headers, content_type=self.odd.content_type)

    def answer_asset(self) -> Response:
        try:
            if self.odd.asset_token:
                self.caller()
            return self.answer(200, self.create_asset(self.read_body()))
        except Refusal as no:
            return self.answer(no.status, no.words if no.status in (400, 409) else {"error": no.words})

    def answer_signing(self, enterprise: str, connection: str) -> Response:
        writes = request.method == "POST"
        try:
            self.admit(enterprise, connection, writes=writes)
            terms = self.read_terms(self.read_body(), enterprise, connection)
            return self.answer(200, self.payload(terms, writes=writes))
        except Refusal as no:
            return self.refuse_network(no)

    def answer_allocation(self, enterprise: str, connection: str) -> Response:
        try:
            tenant = self.admit(enterprise, connection, writes=True)
            document = self.read_body()
            terms = self.read_terms(document, enterprise, connection)
            return self.answer(200, {"allocation": self.allocate(tenant, terms, document)})
        except Refusal as no:
            return self.refuse_network(no)

    def refuse_network(self, no: Refusal) -> Response:
        shown = {"allocation": no.allocation} if no.allocation else {}
        return self.answer(no.status, {"error": no.words, **shown})


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number


def _read_whole_body() -> None:
    request.get_data()


def build_app(service: Service, *, assets: bool = True, network: bool = True) -> Flask:
    """Return the WSGI application; what no route knows gets Flask's own 404 and 405."""
    app = Flask(__name__)
    if assets:
        app.add_url_rule(ASSETS, "asset", service.answer_asset, methods=["POST"])
    if network:
        signing = ["POST", "GET"] if service.odd.get_signing else ["POST"]
        app.add_url_rule(f"{ALLOCATIONS}/signing", "signing", service.answer_signing, methods=signing)
        app.add_url_rule(ALLOCATIONS, "allocation", service.answer_allocation, methods=["POST"])
    # An unread body would make the kernel reset the connection under the answer.
    app.before_request(_read_whole_body)
    return app


class _OldHttp(WSGIRequestHandler):
    protocol_version = "HTTP/1.0"


def serve(service: Service) -> None:
    """Serve on a free loopback port until the process is ended."""
    logging.getLogger("werkzeug").disabled = True
    handler = _OldHttp if service.odd.old_http else WSGIRequestHandler
    split = service.odd.two_origins
    app = build_app(service, assets=not split)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=handler)
    more = {"CURRENCY": "tbtc", "SCRATCH_CURRENCY": "tltc"}
    if split:
        second = make_server("127.0.0.1", 0, build_app(service, network=False), threaded=True)
        threading.Thread(target=second.serve_forever, daemon=True).start()
        more["ASSETS_BASE_URL"] = f"http://127.0.0.1:{second.server_port}"
    origin = f"http://127.0.0.1:{server.server_port}"
    announce(origin, service.ours, service.theirs, as_xprv=service.odd.as_xprv, more=more)
    server.serve_forever()


def main() -> None:
    """Serve the variant and the fault that the command line names."""
    from tests.servers.flask_faults import FAULTS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variant", default="plain", choices=VARIANTS)
    parser.add_argument("--fault", default=None, choices=FAULTS)
    chosen = parser.parse_args()
    oddities = replace(Oddities(), **VARIANTS[chosen.variant])  # type: ignore[arg-type] # the table's values fit its fields
    serve(FAULTS.get(chosen.fault, Service)(oddities))


if __name__ == "__main__":
    main()
