"""The speed that users feel stays within half of what `make bench` saw: ratios of neighbours, never seconds.

Each ratio is of the best of several rounds in turn, since whatever else a machine does only ever adds. RESULTS.md has the
figures that the bounds are half of; a bound is moved with them, in the same change.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.load import post, write
from bench.measuring import in_turn
from bench.processes import BIN, python, run
from bench.servers import Server, hosted, mock, reset
from contracts.mock.identities import FIRST

ROUNDS = 3
CREATE = "/api/assetpricing/v1/internal/assets"


def best(rounds: int, things: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """The least of each, measured in turn."""
    measured = in_turn(rounds, {name: ("", measure) for name, measure in things.items()})
    return {name: min(series.values) for name, series in measured.items()}


def seconds_a_case(told: str) -> float:
    """What `bench.ours` and `bench.raw` tell."""
    ran = json.loads(told)
    return float(ran["seconds"] / ran["cases"])


def test_a_drawn_case_costs_at_most_seven_times_its_bytes(tmp_path: Path) -> None:
    """A check, a draw or a record that became slow: a millisecond a case, or a walk over all that was asked before."""
    kept = tmp_path / "kept"
    with mock() as server:

        def ask(*arguments: str) -> float:
            reset(server)
            return seconds_a_case(
                python("-m", *arguments, directory=tmp_path, variables=server.variables).output
            )

        lane = ("bench.ours", "verify", "test_properties.py", "--examples", "12", "--keep", str(kept))
        took = best(ROUNDS, {"lane": lambda: ask(*lane), "raw": lambda: ask("bench.raw", str(kept))})
    assert took["lane"] < 7 * took["raw"], took


def test_the_mock_creates_at_least_a_third_as_fast_as_it_says_hello(tmp_path: Path) -> None:
    """Work for each request that grows with what the mock holds, or that every request does twice."""
    with mock() as ours, hosted("hello") as hello:
        took = best(
            ROUNDS, {"create": lambda: a_request(ours, tmp_path), "hello": lambda: a_request(hello, tmp_path)}
        )
    assert took["create"] < 3 * took["hello"], took


def a_request(server: Server, place: Path) -> float:
    """Seconds for a create, asked over 8 connections by the bench's own client, which is the same everywhere."""
    reset(server)
    authorization = {"Authorization": f"Bearer {FIRST.token}"}
    body = '{{"symbol": "GUARD{}", "display_name": "Guard", "type": "COIN", "entity_status": "ACTIVE"}}'
    requests = [post(server.address, CREATE, authorization, body.format(n).encode()) for n in range(30_000)]
    kept = write(place / "requests", requests)
    asked = python("-m", "bench.load", kept, server.address, "8", "0.8", directory=place)
    told = json.loads(asked.output)
    assert not told["refused"], told
    return float(told["seconds"] / told["requests"])


def test_help_starts_within_ten_bare_interpreters(tmp_path: Path) -> None:
    """An import at the top of the command line that pulls in pytest, Hypothesis or a server: 0.2 s at each start."""
    took = best(
        5,
        {
            "help": lambda: run([BIN / "contracts", "--help"], tmp_path).cpu_s,
            "pass": lambda: python("-c", "pass", directory=tmp_path).cpu_s,
        },
    )
    assert took["help"] < 10 * took["pass"], took


def test_a_probe_costs_at_most_120_turns_of_a_plain_loop(tmp_path: Path) -> None:
    """CPU that every deterministic question pays: bookkeeping, reports, a second parse of each answer."""
    with mock() as server:

        def probe() -> float:
            reset(server)
            asked = ("-m", "bench.ours", "smoke", "test_symbols.py")
            told = json.loads(python(*asked, directory=tmp_path, variables=server.variables).output)
            return float(told["cpu_s"] / told["cases"])

        took = best(ROUNDS, {"probe": probe, "turn": a_turn})
    assert took["probe"] < 120 * took["turn"], took


def a_turn(turns: int = 20_000) -> float:
    """CPU seconds of a turn of a loop that writes, reads and hashes a small body: what this interpreter and machine do."""
    body = {"symbol": "GUARD", "metadata": {"decimals": 8}, "symbol_mappings": {"kaiko": ["btc"]}}
    began = time.process_time()
    for _ in range(turns):
        hashlib.sha256(json.dumps(json.loads(json.dumps(body))).encode()).digest()
    return (time.process_time() - began) / turns
