"""Stub servers of others, as their makers ship them on npm, answering create asset: Mockoon, WireMock, Specmatic.

Each is started as its maker says, with the defaults. They are no dependency of the project. What is not there is skipped by name; `HOW_TO_GET` says what to do about it.
"""

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.processes import ROOT
from bench.servers import Server, stub

PEERS = Path(__file__).with_name(".peers")
HOW_TO_GET = "npm install --prefix bench/.peers @mockoon/cli wiremock specmatic (the latter two run on Java)"
CREATE = "/api/assetpricing/v1/internal/assets"
_NAMES = ("Mockoon", "WireMock", "Specmatic")
_BODY = {
    "id": "6f0e4bfa-5a4d-4a3e-8f5c-0d3f8e1c2b7a",
    "symbol": "BTC",
    "display_name": "Bitcoin",
    "type": "COIN",
    "entity_status": "ACTIVE",
    "created_at": "2026-01-01T00:00:00Z",
    "modified_at": "2026-01-01T00:00:00Z",
}


def missing() -> dict[str, str]:
    """The stubs that cannot be started here, each with the reason."""
    return {name: reason for name in _NAMES if (reason := _want(name))}


@contextmanager
def started(name: str, place: Path) -> Iterator[Server]:
    """One of the stubs, answering create asset with 200 and a body like the mock's."""
    port = _free_port()
    command = {"Mockoon": _mockoon, "WireMock": _wiremock, "Specmatic": _specmatic}[name](place, port)
    with stub(command, f"http://127.0.0.1:{port}", CREATE) as server:
        yield server


def present() -> list[str]:
    """The stubs that can be started here."""
    return [name for name in _NAMES if not _want(name)]


def _want(name: str) -> str:
    if not _program(name).exists():
        return f"not installed: {HOW_TO_GET}"
    runtime = "node" if name == "Mockoon" else "java"
    return "" if shutil.which(runtime) else f"{runtime} is not installed"


def _program(name: str) -> Path:
    modules = PEERS / "node_modules"
    places = {
        "Mockoon": modules / "@mockoon" / "cli" / "bin" / "run.js",
        "WireMock": next(modules.glob("wiremock/build/wiremock-standalone-*.jar"), modules / "wiremock"),
        "Specmatic": modules / "specmatic" / "specmatic.jar",
    }
    return places[name]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _mockoon(place: Path, port: int) -> list[str]:
    answer = {
        "uuid": "6d9c5a66-0000-4000-8000-000000000002",
        "body": json.dumps(_BODY),
        "statusCode": 200,
        "headers": [{"key": "Content-Type", "value": "application/json"}],
        "bodyType": "INLINE",
        "default": True,
    }
    route = {
        "uuid": "6d9c5a66-0000-4000-8000-000000000001",
        "type": "http",
        "method": "post",
        "endpoint": CREATE.removeprefix("/"),
        "responses": [answer],
    }
    data = {
        "uuid": "6d9c5a66-0000-4000-8000-000000000000",
        "lastMigration": 33,
        "name": "assets",
        "port": port,
        "hostname": "127.0.0.1",
        "routes": [route],
        "rootChildren": [{"type": "route", "uuid": route["uuid"]}],
    }
    file = place / "mockoon.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    program = [str(_program("Mockoon")), "start", "--data", str(file), "--port", str(port)]
    return ["node", *program, "--disable-log-to-file", "--repair"]  # it would write the log into HOME


def _wiremock(place: Path, port: int) -> list[str]:
    mappings = place / "wiremock" / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    answer = {"status": 200, "jsonBody": _BODY, "headers": {"Content-Type": "application/json"}}
    mapping = {"request": {"method": "POST", "urlPath": CREATE}, "response": answer}
    (mappings / "create.json").write_text(json.dumps(mapping), encoding="utf-8")
    options = ["--root-dir", str(mappings.parent), "--bind-address", "127.0.0.1", "--port", str(port)]
    return ["java", "-jar", str(_program("WireMock")), *options]


def _specmatic(_: Path, port: int) -> list[str]:
    document = ROOT / "openapi" / "asset-pricing.yaml"
    where = ["--host", "127.0.0.1", "--port", str(port)]
    return ["java", "-jar", str(_program("Specmatic")), "stub", str(document), *where]
