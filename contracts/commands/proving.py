"""The proof: the suite against every fault, which must turn its clause red, and every variant, which must not."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from contracts.mock.embedded import Embedded
from contracts.mock.switches import Switch, all_faults, all_variants

# A verify run takes well under a minute; a fault that makes every answer slow may need several.
TIME_LIMIT_S = 600.0


@dataclass(frozen=True)
class Proof:
    """What one run said of one switch: the clauses that turned red (violated) or yellow (warned)."""

    switch: str
    breaks: str
    profile: str
    red: tuple[str, ...]
    warned: tuple[str, ...]
    unforeseen: tuple[str, ...]
    seconds: float
    requests: int
    exit_code: int
    trouble: str = ""

    @property
    def right(self) -> bool:
        """Whether the run judged rightly: the broken clause is named, and nothing that the switch does not break."""
        named = not self.breaks or self.breaks in self.red or self.breaks in self.warned
        return named and not self.unforeseen and not self.trouble


def prove(
    switches: Iterable[Switch], profile: str, *, full: bool = False, workers: int = 2
) -> Iterator[Proof]:
    """Run the suite against a mock with each switch on; yields proofs as they come, in the order of the switches.

    A fault is asked for the clause that it breaks; with `full` everything is asked, which also shows that nothing else
    turns red. A variant is always asked everything.
    """
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(lambda switch: _prove(switch, profile, full=full), switches)


def chosen(names: Sequence[str]) -> list[Switch]:
    """The faults and variants of these ids; all when there are none. Raises KeyError for an unknown id."""
    if names and not set(names) - set(all_faults()):
        return [all_faults()[name] for name in names]
    known = {**all_faults(), **all_variants()}
    return [known[name] for name in names] if names else list(known.values())


def _prove(switch: Switch, profile: str, *, full: bool) -> Proof:
    began = time.monotonic()
    faults, variants = ([switch.id], []) if switch.breaks else ([], [switch.id])
    with tempfile.TemporaryDirectory() as folder, Embedded(faults, variants) as mock:
        command = [sys.executable, "-m", "contracts", "verify", "--profile", profile, "--report-dir", folder]
        if switch.breaks and not full:
            command += ["--clauses", switch.breaks]
        environment = {**os.environ, **mock.variables, "NO_COLOR": "1"}
        done = subprocess.run(  # our own command
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_S,
            check=False,
            cwd=folder,
        )
        summary = _summary(Path(folder))
    red = _clauses(summary, "violated")
    allowed = {switch.breaks, *switch.falls_with}
    return Proof(
        switch=switch.id,
        breaks=switch.breaks,
        profile=profile,
        red=red,
        warned=_clauses(summary, "warned"),
        unforeseen=tuple(clause for clause in red if clause not in allowed),
        seconds=round(time.monotonic() - began, 2),
        requests=summary.get("requests", 0),
        exit_code=done.returncode,
        trouble="" if summary and done.returncode in {0, 1} else (done.stderr or done.stdout)[-2000:],
    )


def _summary(folder: Path) -> dict[str, Any]:
    for file in folder.glob("*/summary.json"):
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found
    return {}


def _clauses(summary: dict[str, Any], verdict: str) -> tuple[str, ...]:
    return tuple(name for name, row in summary.get("clauses", {}).items() if row["verdict"] == verdict)


def as_data(proofs: Iterable[Proof]) -> list[dict[str, Any]]:
    """The matrix as JSON data."""
    return [{**asdict(proof), "right": proof.right} for proof in proofs]


def line(proof: Proof) -> str:
    """One proof for people."""
    word = "right" if proof.right else "WRONG"
    wanted = f"breaks {proof.breaks}" if proof.breaks else "legal"
    red = ", ".join((*proof.red, *(f"({name})" for name in proof.warned))) or "nothing"
    more = f"; unforeseen: {', '.join(proof.unforeseen)}" if proof.unforeseen else ""
    trouble = f"; {proof.trouble.strip().splitlines()[-1]}" if proof.trouble.strip() else ""
    return f"{word} {proof.switch} ({wanted}): red {red}{more}{trouble} [{proof.seconds:.1f} s]"
