"""The mock's requests a second beside a bare "hello" on the same server, and beside the stub servers of others.

"hello" is an ASGI application that reads the body and answers the same 17 bytes, on uvicorn with httptools and uvloop: the price of
HTTP in Python. "echo" also parses, makes an id and two times, and dumps: the least that could create an asset. Requests are
prepared before the clock starts, each with keys of its own; the mock forgets all between measurements. It judges, keeps and looks
up what it is sent; the stubs answer fixed bytes (Specmatic: what it makes of the document) and are warmed up first. One client
(wrk, one thread) asks all of them, in turn. Where cores can be chosen, each server is kept on one, and the client is where the
system puts it; "any core" are rows without that, in which a JVM takes all that the client leaves. CPU is the server's, by the kernel.
"""

import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack, nullcontext
from functools import partial
from pathlib import Path

from bench import stubs
from bench.load import client, load, post, write
from bench.measuring import Claim, Part, Scale, Series, in_turn, middle
from bench.pinning import can_pin, on_one_core
from bench.processes import cpu_s
from bench.servers import Server, hosted, mock, reset
from contracts import signing, wire
from contracts.asking.network import Caller, full_truth
from contracts.mock.identities import FIRST

CONNECTIONS = (1, 8, 64)
_ANY_CORE = ("create asset", "WireMock")
CREATE = stubs.CREATE
_AUTHORIZATION = {"Authorization": f"Bearer {FIRST.token}"}


def measure(scale: Scale) -> Part:
    """Every server at every number of connections."""
    part = Part("c", "Mock: requests per second", (__doc__ or "").partition("\n\n")[2].strip())
    seconds, rounds = scale.of(3, 1), scale.of(5, 2)
    with tempfile.TemporaryDirectory(prefix="contracts-bench-") as name, ExitStack() as running:
        place = Path(name)
        ours = running.enter_context(mock())
        bare = [running.enter_context(hosted(what)) for what in ("hello", "echo")]
        kinds = _kinds(place, ours, *bare, seconds=seconds)
        theirs = _stubs(part, place, running)
        costs: dict[str, list[float]] = {}
        for connections in CONNECTIONS:
            ask = partial(_asked, connections=connections, seconds=seconds, costs=costs)
            things: dict[str, tuple[str, Callable[[], float]]] = {
                f"{what}, {connections} connections": ("requests/s", partial(ask, what, server, requests))
                for what, (server, requests) in {**kinds, **theirs}.items()
            }
            things |= {
                f"{what}, {connections} connections, any core": (
                    "requests/s",
                    partial(ask, f"{what}, any core", *(kinds | theirs)[what], pinned=False),
                )
                for what in _ANY_CORE
                if what in kinds | theirs and can_pin()
            }
            part.add(in_turn(rounds, things))
    part.series += [
        Series(f"{what}, server's CPU", "us/request", tuple(each)) for what, each in costs.items()
    ]
    cores = "each server on one core" if can_pin() else "on any core"
    part.notes.append(f"asked by {client()}, {cores}")
    _claim(part, list(theirs), {what: middle(each) for what, each in costs.items()})
    return part


Kinds = dict[str, tuple[Server, Path]]


def _kinds(place: Path, ours: Server, hello: Server, echo: Server, *, seconds: int) -> Kinds:
    """What is asked of whom. A request is asked once: there are more of each than can be answered, so many for a second."""
    made: dict[str, tuple[Server, Callable[[str, int], bytes], int]] = {
        "hello": (hello, _asset, 60_000),
        "echo": (echo, _asset, 60_000),
        "create asset": (ours, _asset, 60_000),
        "signing payload": (ours, _content, 60_000),
        "signed allocation": (ours, _allocation, 20_000),
    }
    return {
        what: (server, write(place / what, [request(server.address, n) for n in range(enough * seconds)]))
        for what, (server, request, enough) in made.items()
    }


def _stubs(part: Part, place: Path, running: ExitStack) -> Kinds:
    found: Kinds = {}
    part.notes += [f"{name} was skipped: {reason}" for name, reason in stubs.missing().items()]
    for name in stubs.present():
        try:
            server = running.enter_context(stubs.started(name, place))
        except RuntimeError as problem:
            part.notes.append(f"{name} was skipped: {problem}")
            continue
        requests = write(place / name, [_asset(server.address, count) for count in range(20_000)])
        load(requests, server.address, connections=8, seconds=3)  # a JVM compiles what is used
        found[name] = (server, requests)
    return found


def _asked(
    what: str,
    server: Server,
    requests: Path,
    *,
    connections: int,
    seconds: float,
    costs: dict[str, list[float]],
    pinned: bool = True,
) -> float:
    if server.variables:
        reset(server)
    before = cpu_s(server.pid)
    with on_one_core(server.pid) if pinned else nullcontext():
        done = load(requests, server.address, connections=connections, seconds=seconds)
    if done.refused:
        raise RuntimeError(f"{what}: {done.refused} of {done.requests} requests were refused")
    costs.setdefault(what, []).append((cpu_s(server.pid) - before) / done.requests * 1e6)
    return done.rate


def _asset(address: str, count: int) -> bytes:
    body = {
        "symbol": f"BENCH{count}",
        "display_name": "Bench",
        "type": "COIN",
        "entity_status": "ACTIVE",
        "metadata": {"decimals": 8},
    }
    return post(address, CREATE, _AUTHORIZATION, json.dumps(body).encode())


_CALLER = Caller(FIRST.token, FIRST.enterprise_id, FIRST.connection_ids[0])
_KEY = signing.SigningKey.from_text(FIRST.signing_key)


def _said(count: int) -> dict[str, wire.Json]:
    amount: dict[str, wire.Json] = {"currency": "tbtc", "quantity": "1"}
    return {"amount": amount, "clientExternalId": f"bench-{count}", "nonce": f"once-{count}"}


def _content(address: str, count: int) -> bytes:
    return post(address, f"{_CALLER.path}/signing", _AUTHORIZATION, wire.dumps(_said(count)).encode())


def _allocation(address: str, count: int) -> bytes:
    payload = wire.dumps(full_truth(_said(count), _CALLER))
    body = {**_said(count), "payload": payload, "signature": signing.sign(payload, _KEY)}
    return post(address, _CALLER.path, _AUTHORIZATION, wire.dumps(body).encode())


def _claim(part: Part, others: list[str], costs: Mapping[str, float]) -> None:
    by_name = {series.name: series for series in part.series}
    for connections in CONNECTIONS:
        behind = f", {connections} connections"
        ours, hello = by_name[f"create asset{behind}"], by_name[f"hello{behind}"]
        part.claims.append(Claim(f"create asset over hello{behind}", ours.over(hello), 0.70))
        if others:
            ratio = min(ours.over(by_name[f"{other}{behind}"]) for other in others)
            part.claims.append(Claim(f"create asset over the fastest stub{behind}", ratio, 3))
    beyond = costs["signed allocation"] - costs["hello"]
    part.claims.append(Claim("CPU of an allocation beyond hello", beyond, 250, at_least=False, unit="us"))
