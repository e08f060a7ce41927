"""A stateless stub: it answers the documented 200 example whatever is sent; its faults are stubs that do a little more."""

import argparse
import json
import uuid
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers.tenants import announce, new_tenant

Json = Any

EXAMPLE_ASSET: Mapping[str, Json] = {
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "symbol": "BTC",
    "display_name": "Bitcoin",
    "type": "COIN",
    "contract_address": "1.0392900530792776e+47",
    "metadata": {"decimals": 8, "network": "mainnet"},
    "entity_status": "ACTIVE",
    "created_at": "2024-01-15T10:30:00.000Z",
    "modified_at": "2024-01-15T10:30:00.000Z",
    "symbol_mappings": {"lukka": ["BTC", "BITCOIN"], "kaiko": ["btc"]},
}
EXAMPLE_ALLOCATION: Mapping[str, Json] = {
    "status": "cleared",
    "id": "string",
    "amount": {"currency": "string", "quantity": "string"},
    "connectionId": "string",
    "clientExternalId": "string",
    "partnerExternalId": "string",
    "initiatedBy": "string",
    "notes": "string",
    "createdAt": "2019-08-24",
    "updatedAt": "2019-08-24",
}


def documented(path: str, _: dict[str, Json]) -> Json:
    """Return the example that the document shows for this path, byte for byte the same each time."""
    if path.endswith("/signing"):
        return {"payload": "string"}
    if path.endswith("/allocations"):
        return {"allocation": EXAMPLE_ALLOCATION}
    return EXAMPLE_ASSET


def echoing(path: str, sent: dict[str, Json]) -> Json:
    """Lay what was sent over the example, as a mock server made from an OpenAPI file does."""
    answer = documented(path, sent)
    if path.endswith("/signing"):
        return {"payload": json.dumps(sent)}
    if path.endswith("/allocations"):
        return {
            "allocation": {
                **EXAMPLE_ALLOCATION,
                **{name: sent[name] for name in sent if name in EXAMPLE_ALLOCATION},
            }
        }
    return {**answer, **sent}


def fresh(path: str, sent: dict[str, Json]) -> Json:
    """Echo, and give every answer an id of its own."""
    answer = echoing(path, sent)
    if "allocation" in answer:
        return {"allocation": {**answer["allocation"], "id": str(uuid.uuid4())}}
    return answer if "payload" in answer else {**answer, "id": str(uuid.uuid4())}


def refusing(path: str, sent: dict[str, Json]) -> Json:
    """Echo, and answer 400 where a name that the document calls required is missing; values are not looked at."""
    network = ("amount", "clientExternalId", "nonce")
    required = network if "/network/" in path else ("symbol", "display_name", "type", "entity_status")
    return None if set(required) - set(sent) else fresh(path, sent)


# Each stub with the clauses that it breaks by its nature.
STUBS: Mapping[str, tuple[Callable[[str, dict[str, Json]], Json], tuple[str, ...]]] = {
    "documented": (
        documented,
        ("AST-02", "AST-05", "AST-11", "SIG-02", "ALC-02", "ALC-03", "AUT-01", "HTP-05"),
    ),
    "echoing": (echoing, ("AST-03", "AST-05", "AST-11", "SIG-06", "ALC-05", "ALC-16", "AUT-01")),
    "fresh": (fresh, ("AST-04", "AST-05", "AST-13", "ALC-10", "ALC-17", "AUT-02")),
    "refusing": (refusing, ("AST-05", "AST-14", "ALC-05", "ALC-09", "ALC-14", "AUT-03", "AUT-05")),
}


class Handler(BaseHTTPRequestHandler):
    """Every method, every path: read what came, answer 200."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    stub: Callable[[str, dict[str, Json]], Json]

    def value(self, sent: dict[str, Json]) -> Json:
        """What is answered; None is a 400."""
        return type(self).stub(self.path, sent)

    def answer(self) -> None:
        length = self.headers.get("Content-Length", "")
        raw = self.rfile.read(int(length)) if length.isdecimal() else b""
        try:
            sent = json.loads(raw)
        except (ValueError, RecursionError):
            sent = {}
        value = self.value(sent if isinstance(sent, dict) else {})
        body = json.dumps("required" if value is None else value).encode()
        self.send_response(200 if value is not None else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer  # noqa: N815 - http.server looks them up

    def log_message(self, format: str, *args: object) -> None:  # the name is http.server's own
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    """A client that hangs up in the middle is its own affair: no traceback for it."""

    request_queue_size = 256
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet."""


def main() -> None:
    """Serve the stub that the command line names, on a free loopback port."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stub", default="documented", choices=STUBS)
    Handler.stub = staticmethod(STUBS[parser.parse_args().stub][0])
    server = Server(("127.0.0.1", 0), Handler)
    currencies = {"CURRENCY": "tbtc", "SCRATCH_CURRENCY": "tltc"}
    announce(f"http://127.0.0.1:{server.server_port}", new_tenant(), new_tenant(), more=currencies)
    server.serve_forever()


if __name__ == "__main__":
    main()
