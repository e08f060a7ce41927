"""An honest server of a third make: both APIs on http.server, plain functions over one state, legal choices of its own."""

import argparse
import gzip
import hashlib
import itertools
import json
import threading
import time
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from coincurve import PublicKey
from coincurve.ecdsa import cdata_to_der, deserialize_recoverable, recoverable_convert

from tests.servers.tenants import Tenant, announce, new_tenant

Json = Any
Answer = tuple[int, Json]

ASSETS = "/api/assetpricing/v1/internal/assets"
BERLIN = timezone(timedelta(hours=2))


@dataclass(frozen=True)
class Choices:
    """What the documents leave open, and how this server decides it."""

    keep_alive: bool = True
    same_symbol: str = "exact"
    foreign_status: int = 403
    refusal_uses_up: bool = False
    layout_counts: bool = False
    pretty: bool = False
    gzip: bool = False
    chunked: bool = False
    pause_every: int = 0
    slow_every: int = 0
    date_form: str = "milliseconds"
    lower_headers: bool = False
    null_is_absent: bool = False
    funds: int = 10**24
    get_signing: bool = True
    media_type_needed: bool = False
    chunks_refused: bool = False
    tells_enterprise: bool = False


VARIANTS: Mapping[str, Mapping[str, object]] = {
    "plain": {},
    "close": {"keep_alive": False, "foreign_status": 401},
    "caseless": {"same_symbol": "caseless"},
    "trimmed": {"same_symbol": "trimmed", "null_is_absent": True},
    "normalised": {"same_symbol": "normalised", "media_type_needed": True},
    "uses-up": {"refusal_uses_up": True, "layout_counts": True},
    "pretty": {"pretty": True, "lower_headers": True, "date_form": "berlin"},
    "gzip": {"gzip": True, "tells_enterprise": True},
    "chunked": {"chunked": True, "chunks_refused": True},
    "paced": {"pause_every": 50},
    "slow": {"slow_every": 20},
    "poor": {"funds": 60},
    "everything": {
        "same_symbol": "caseless",
        "refusal_uses_up": True,
        "layout_counts": True,
        "pretty": True,
        "gzip": True,
        "date_form": "berlin",
        "lower_headers": True,
        "get_signing": False,
        "funds": 60,
    },
}


@dataclass
class State:
    """All that the server remembers, behind one lock."""

    assets: dict[str, dict[str, Json]] = field(default_factory=dict)
    balances: dict[tuple[str, str], int] = field(default_factory=dict)
    nonces: set[tuple[str, str]] = field(default_factory=set)
    answers: dict[tuple[str, str], tuple[Json, Answer]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class No(Exception):
    """A refusal: its status and its words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


class Shop:
    """The rules of both APIs over one `State`; a fault replaces single methods."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.tenants = [new_tenant(), new_tenant()]
        self.state = State()
        for tenant in self.tenants:
            self.state.balances[tenant.enterprise, "tbtc"] = choices.funds
            self.state.balances[tenant.enterprise, "doge:test"] = min(choices.funds, 1000)

    # -- JSON

    def parse(self, raw: bytes) -> Json:
        try:
            value = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
            json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError):
            raise No(400, "unreadable body") from None
        if not isinstance(value, dict):
            raise No(400, "a JSON object is needed")
        return value

    def print(self, value: Json) -> bytes:
        if self.choices.pretty:
            return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()
        return json.dumps(value).encode()

    def now(self) -> str:
        at = datetime.now(BERLIN)
        if self.choices.date_form == "berlin":
            return at.isoformat(timespec="seconds")
        return at.astimezone(timezone.utc).isoformat(timespec="milliseconds")[:-6] + "Z"  # noqa: UP017 - one import

    # -- assets

    def same(self, symbol: str) -> str:
        folds = {
            "exact": symbol,
            "caseless": symbol.casefold(),
            "trimmed": symbol.strip(),
            "normalised": unicodedata.normalize("NFKC", symbol),
        }
        return folds[self.choices.same_symbol]

    def check_asset(self, body: dict[str, Json]) -> None:
        if self.choices.null_is_absent:
            for name in ("contract_address", "metadata", "symbol_mappings"):
                if name in body and body[name] is None:
                    del body[name]
        for name in ("symbol", "display_name"):
            if type(body.get(name)) is not str or body[name] == "":
                raise No(400, f"bad {name}")
        self.check_enums(body)
        if type(body.get("contract_address", "")) is not str or type(body.get("metadata", {})) is not dict:
            raise No(400, "bad contract_address or metadata")
        self.check_mappings(body.get("symbol_mappings", {}))

    def check_enums(self, body: dict[str, Json]) -> None:
        if body.get("type") not in ["FIAT", "COIN", "TOKEN", "NFT"]:
            raise No(400, "bad type")
        if body.get("entity_status") not in ["ACTIVE", "INACTIVE"]:
            raise No(400, "bad entity_status")

    def check_mappings(self, mappings: Json) -> None:
        if type(mappings) is not dict:
            raise No(400, "bad symbol_mappings")
        for names in mappings.values():
            if type(names) is not list or any(type(name) is not str for name in names):
                raise No(400, "bad symbol_mappings")

    def new_asset(self, body: dict[str, Json]) -> dict[str, Json]:
        fields = (
            "symbol",
            "display_name",
            "type",
            "contract_address",
            "metadata",
            "entity_status",
            "symbol_mappings",
        )
        at = self.now()
        asset = {name: body[name] for name in fields if name in body}
        return {"id": str(uuid.uuid4()), **asset, "created_at": at, "modified_at": at}

    def post_asset(self, body: dict[str, Json]) -> Answer:
        self.check_asset(body)
        with self.state.lock:
            key = self.same(body["symbol"])
            if key in self.state.assets:
                raise No(409, f"Conflict: an asset called {body['symbol']} exists")
            self.state.assets[key] = self.new_asset(body)
            return 200, self.state.assets[key]

    # -- tenants

    def who(self, authorization: str | None) -> tuple[Tenant, bool]:
        words = (authorization or "").split(" ")
        if len(words) == 2 and words[0].casefold() == "bearer":
            for tenant in self.tenants:
                if self.knows(words[1], tenant.token):
                    return tenant, True
                if self.knows(words[1], tenant.read_only_token):
                    return tenant, False
        raise No(401, "unauthorized")

    def knows(self, token: str, known: str) -> bool:
        return token == known

    def enter(self, authorization: str | None, enterprise: str, connection: str, *, writing: bool) -> Tenant:
        tenant, may_write = self.who(authorization)
        self.check_member(tenant, enterprise, connection)
        if writing and not may_write:
            raise No(403, "scope network_write is missing")
        if connection not in tenant.connections:
            raise No(404, "unknown connection")
        return tenant

    def check_member(self, tenant: Tenant, enterprise: str, connection: str) -> None:
        if enterprise != tenant.enterprise:
            raise No(self.choices.foreign_status, "not your enterprise")

    # -- payloads and allocations

    def check_request(self, body: dict[str, Json]) -> None:
        amount = body.get("amount")
        if type(amount) is not dict:
            raise No(400, "bad amount")
        if self.choices.null_is_absent and body.get("notes", "") is None:
            del body["notes"]
        texts = {**{name: body.get(name) for name in ("clientExternalId", "nonce")}, **amount}
        texts["notes"] = body.get("notes", "-")
        for name in ("currency", "quantity", "clientExternalId", "nonce", "notes"):
            if type(texts.get(name)) is not str or texts[name] == "":
                raise No(400, f"bad {name}")
        self.check_quantity(amount["quantity"])

    def check_quantity(self, quantity: str) -> None:
        if not (quantity.isascii() and quantity.isdigit() and len(quantity) <= 80 and int(quantity) > 0):
            raise No(400, "bad quantity")

    def terms(self, body: dict[str, Json], enterprise: str, connection: str) -> dict[str, Json]:
        notes = {"notes": body["notes"]} if "notes" in body else {}
        told = {"enterpriseId": enterprise} if self.choices.tells_enterprise else {}
        amount = {name: body["amount"][name] for name in ("currency", "quantity")}
        ids = {name: body[name] for name in ("clientExternalId", "nonce")}
        return {"connectionId": connection, "amount": amount, **notes, **ids, **told}

    def post_signing(self, tenant: Tenant, body: dict[str, Json], connection: str) -> Answer:
        self.check_request(body)
        return 200, {"payload": json.dumps(self.terms(body, tenant.enterprise, connection))}

    def message_hash(self, text: str) -> bytes:
        data = text.encode("utf-8")
        for limit, mark, width in ((253, b"", 1), (2**16, b"\xfd", 2), (2**32, b"\xfe", 4)):
            if len(data) < limit:
                data = b"\x18Bitcoin Signed Message:\n" + mark + len(data).to_bytes(width, "little") + data
                break
        return hashlib.sha256(hashlib.sha256(data).digest()).digest()

    def verify(self, tenant: Tenant, payload: str, signature: str) -> bool:
        """Tell whether r and s verify under the account's key; the header byte only has to be a possible one."""
        digits = "0123456789abcdef"
        if len(signature) != 130 or signature.strip(digits):
            return False
        raw = bytes.fromhex(signature)
        try:
            recoverable = deserialize_recoverable(raw[1:] + b"\0")
            der = cdata_to_der(recoverable_convert(recoverable))
        except ValueError:
            return False
        known = PublicKey(tenant.public_key)
        return raw[0] in range(31, 35) and known.verify(der, self.message_hash(payload), hasher=None)

    def compare(self, payload: str, terms: dict[str, Json], enterprise: str) -> None:
        try:
            told = self.parse(payload.encode())
        except No:
            raise No(400, "the payload is no JSON object") from None
        told_amount = told.get("amount")
        same = told_amount == terms["amount"] and told.get("enterpriseId", enterprise) == enterprise
        names = ("connectionId", "clientExternalId", "nonce", "notes")
        if not same or any(told.get(name) != terms.get(name) for name in names):
            raise No(403, "the payload was signed for something else")

    def post_allocation(self, tenant: Tenant, body: dict[str, Json], connection: str) -> Answer:
        self.check_request(body)
        for name in ("payload", "signature"):
            if type(body.get(name)) is not str or body[name] == "":
                raise No(400, f"bad {name}")
        terms = self.terms(body, tenant.enterprise, connection)
        if not self.verify(tenant, body["payload"], body["signature"]):
            raise No(403, "bad signature")
        self.compare(body["payload"], terms, tenant.enterprise)
        mark = {**terms, "payload": body["payload"]} if self.choices.layout_counts else terms
        with self.state.lock:
            return self.settle(tenant, terms, mark)

    def id_key(self, tenant: Tenant, terms: dict[str, Json]) -> tuple[str, str]:
        return tenant.enterprise, terms["clientExternalId"]

    def settle(self, tenant: Tenant, terms: dict[str, Json], mark: Json) -> Answer:
        key, nonce = self.id_key(tenant, terms), (tenant.enterprise, terms["nonce"])
        if key in self.state.answers:
            known, answer = self.state.answers[key]
            if known == mark:
                return answer
        if nonce in self.state.nonces:
            raise No(409, "nonce used")
        if key in self.state.answers:
            raise No(409, "clientExternalId used")
        answer = self.pay(tenant, terms)
        if answer[0] == 200 or self.choices.refusal_uses_up:
            self.state.answers[key] = (mark, answer)
            self.state.nonces.add(nonce)
        return answer

    def pay(self, tenant: Tenant, terms: dict[str, Json]) -> Answer:
        purse, quantity = (tenant.enterprise, terms["amount"]["currency"]), int(terms["amount"]["quantity"])
        if quantity > self.state.balances.get(purse, 0):
            spoken = {"status": "released", "retriable": False, "reason": "INSUFFICIENT_FUNDS"}
            return 422, {"error": "insufficient funds", "allocation": {**self.allocation(terms), **spoken}}
        self.state.balances[purse] -= quantity
        return 200, {"allocation": {"status": "cleared", **self.allocation(terms)}}

    def allocation(self, terms: dict[str, Json]) -> dict[str, Json]:
        at = self.now()
        shown = {name: terms[name] for name in terms if name not in ("nonce", "enterpriseId")}
        return {"id": str(uuid.uuid4()), **shown, "initiatedBy": "owner", "createdAt": at, "updatedAt": at}


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


class Handler(BaseHTTPRequestHandler):
    """HTTP as http.server speaks it: 501 for methods it has no words for, closed connections after an error page."""

    shop: Shop
    counter = itertools.count(1)
    # Headers and body are two writes: without this, each answer on a kept connection waits 40 ms for an ACK.
    disable_nagle_algorithm = True
    server_version = "shop"
    sys_version = ""

    def do_POST(self) -> None:
        self.work()

    def do_GET(self) -> None:
        self.work()

    def do_HEAD(self) -> None:
        self.read_body()
        self.write(405, {"error": "not here"}, {"Allow": self.allowed()})

    def do_OPTIONS(self) -> None:
        self.read_body()
        self.write(204, None, {"Allow": self.allowed()})

    def allowed(self) -> str:
        getting = self.shop.choices.get_signing and self.path.endswith("/signing")
        return "POST, GET, OPTIONS" if getting else "POST, OPTIONS"

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the suite's output is what counts."""

    def work(self) -> None:
        number, choices = next(self.counter), self.shop.choices
        raw = self.read_body()
        if choices.slow_every and number % choices.slow_every == 0:
            time.sleep(0.3)
        if raw is None:
            return self.write(411, {"error": "say how long the body is"}, {"Connection": "close"})
        if choices.pause_every and number % choices.pause_every == 0:
            return self.write(429, {"error": "slow down"}, {"Retry-After": "1"})
        try:
            status, value = self.route(raw)
            headers = {}
        except No as no:
            status, headers = no.status, {"Allow": self.allowed()} if no.status == 405 else {}
            plain = urlsplit(self.path).path == ASSETS and status in (400, 409)
            value = no.words if plain else {"error": no.words}
        return self.write(status, value, headers)

    def route(self, raw: bytes) -> Answer:
        path, shop = urlsplit(self.path).path, self.shop
        parts = [unquote(part) for part in path.split("/")]
        if path == ASSETS:
            if self.command != "POST":
                raise No(405, "only POST")
            self.check_media_type()
            return shop.post_asset(shop.parse(raw))
        head, middle = parts[:5], parts[6:8]
        if (
            head != ["", "api", "network", "v1", "enterprises"]
            or middle != ["clients", "connections"]
            or parts[9:10] != ["allocations"]
        ):
            raise No(404, "nothing here")
        signing = parts[10:] == ["signing"]
        if parts[10:] not in ([], ["signing"]):
            raise No(404, "nothing here")
        if self.command == "GET" and not (signing and shop.choices.get_signing):
            raise No(405, "only POST")
        tenant = shop.enter(
            self.headers.get("Authorization"), parts[5], parts[8], writing=self.command == "POST"
        )
        self.check_media_type()
        post = shop.post_signing if signing else shop.post_allocation
        return post(tenant, shop.parse(raw), parts[8])

    def check_media_type(self) -> None:
        declared = self.headers.get("Content-Type")
        if declared is None and not self.shop.choices.media_type_needed:
            return
        if (declared or "").partition(";")[0].strip().casefold() != "application/json" or self.headers.get(
            "Content-Encoding"
        ):
            raise No(415, "JSON only")

    def read_body(self) -> bytes | None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            self.close_connection = True
            return None if self.shop.choices.chunks_refused else self.read_chunks()
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(int(length)) if length.isascii() and length.isdigit() else None

    def read_chunks(self) -> bytes | None:
        body = b""
        while True:
            size = self.rfile.readline(100).split(b";")[0].strip()
            if not size or size.strip(b"0123456789abcdefABCDEF"):
                return None
            if not int(size, 16):
                break
            body += self.rfile.read(int(size, 16))
            self.rfile.readline(10)
        while self.rfile.readline(1000).strip():
            pass
        return body

    def write(self, status: int, value: Json, headers: Mapping[str, str]) -> None:
        choices = self.shop.choices
        body = b"" if status == 204 else self.shop.print(value)
        every = {"Content-Type": "application/json", **headers} if body else dict(headers)
        if status == 401:
            every["WWW-Authenticate"] = "Bearer"
        if body and choices.gzip and self.takes_gzip():
            body = gzip.compress(body)
            every |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        in_chunks = (
            choices.chunked and self.request_version == "HTTP/1.1" and body != b"" and self.command != "HEAD"
        )
        if in_chunks:
            every["Transfer-Encoding"] = "chunked"
            body = (
                b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:7], body[7:]) if part)
                + b"0\r\n\r\n"
            )
        elif status != 204:
            every["Content-Length"] = str(len(body))
        self.send_response(status)
        for name, text in every.items():
            self.send_header(name.lower() if choices.lower_headers else name, text)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    def takes_gzip(self) -> bool:
        wanted = [
            each.replace(" ", "").lower() for each in self.headers.get("Accept-Encoding", "").split(",")
        ]
        return "gzip" in wanted


class Server(ThreadingHTTPServer):
    """A queue long enough for a burst: the default of five makes the kernel wait a second."""

    request_queue_size = 256
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about clients that hang up."""


def main() -> None:
    """Serve the variant and the fault that the command line names, on a free loopback port."""
    from tests.servers.stdlib_faults import FAULTS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variant", default="plain", choices=VARIANTS)
    parser.add_argument("--fault", default=None, choices=FAULTS)
    chosen = parser.parse_args()
    choices = replace(Choices(), **VARIANTS[chosen.variant])  # type: ignore[arg-type] # the table's values fit its fields
    shop_type, handler_type = FAULTS.get(chosen.fault, (Shop, Handler))
    handler_type.shop = shop = shop_type(choices)
    handler_type.protocol_version = "HTTP/1.1" if choices.keep_alive else "HTTP/1.0"
    server = Server(("127.0.0.1", 0), handler_type)
    more = {"CURRENCY": "tbtc", "SCRATCH_CURRENCY": "doge:test"}
    announce(f"http://127.0.0.1:{server.server_port}", *shop.tenants, more=more)
    server.serve_forever()


if __name__ == "__main__":
    main()
