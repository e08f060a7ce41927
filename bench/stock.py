"""Stock schemathesis (`st run`) against a server: with all its checks, the signing hook, and its own report of what it did."""

import json
import re
import subprocess
import tempfile
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import yaml

from bench.processes import BIN, ROOT, Ended, environment, run

HERE = Path(__file__).parent
PHASES = "examples,coverage,fuzzing,stateful"


@dataclass(frozen=True)
class Failure:
    """A check that failed: which, for what, at which wall time, and after how many requests of the run."""

    check: str
    operation: str
    at: float
    requests: int

    @property
    def kind(self) -> tuple[str, str]:
        """What the same failure on another server has in common with it."""
        return self.check, self.operation


@dataclass
class Told:
    """What a run's event file says: requests, seconds in phases that asked, failures in their order."""

    requests: int = 0
    seconds: float = 0.0
    failures: list[Failure] = field(default_factory=list)


def specification(place: Path) -> Path:
    """Both documents of openapi/ in one, since `st` takes one: names of components are kept apart by their document's."""
    merged: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "both", "version": "1"},
        "paths": {},
        "components": {},
    }
    for path in sorted((ROOT / "openapi").glob("*.yaml")):
        prefix = path.stem.replace("-", "_") + "_"
        text = json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str)
        document = json.loads(_apart(text, prefix))
        merged["paths"].update(document["paths"])
        for kind, members in document["components"].items():
            known = merged["components"].setdefault(kind, {})
            known.update({_name(kind, name, prefix): member for name, member in members.items()})
    written = place / "both.json"
    written.write_text(json.dumps(merged), encoding="utf-8")
    return written


def _name(kind: str, name: str, prefix: str) -> str:
    return name if kind == "securitySchemes" else prefix + name  # security refers to them by name alone


def _apart(text: str, prefix: str) -> str:
    return re.sub(r'("#/components/\w+/)', rf"\g<1>{prefix}", text)


def st(
    phases: str, variables: Mapping[str, str], *, time_limit: float, options: tuple[str, ...] = ()
) -> tuple[Ended, Told]:
    """A run to its end (or to its time limit), and what it told."""
    with tempfile.TemporaryDirectory(prefix="contracts-bench-") as name:
        place = Path(name)
        ended = run(
            command(place, phases, variables, options), place, _with_hook(variables), time_limit=time_limit
        )
        return ended, told(place / "events.ndjson")


def command(
    place: Path, phases: str, variables: Mapping[str, str], options: tuple[str, ...] = ()
) -> list[str | Path]:
    """The command line of a run that writes its events into `place`."""
    asked: list[str | Path] = [BIN / "st", "--config-file", HERE / "stock.toml", "run", specification(place)]
    asked += ["--url", variables["BASE_URL"], "--phases", phases, "--continue-on-failure"]
    return [*asked, "--report-ndjson-path", place / "events.ndjson", *options]


def _with_hook(variables: Mapping[str, str]) -> dict[str, str]:
    return {**variables, "SCHEMATHESIS_HOOKS": "bench.stock_hooks"}


def hooked(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables of a run's process."""
    return environment(_with_hook(variables))


def told(path: Path) -> Told:
    """What an event file says, also where its run was killed."""
    found = Told()
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            _read(found, lines)
    return found


def first_failure(
    variables: Mapping[str, str], known: Collection[tuple[str, str]], *, time_limit: float
) -> tuple[float, Failure | None]:
    """Run until the first failure of a kind that is not `known`; returns the wall time of its start, and the failure.

    The event file is read while it is written: a run is ended (by its id) as soon as it has told what is wanted.
    """
    with tempfile.TemporaryDirectory(prefix="contracts-bench-") as name:
        place = Path(name)
        (place / "events.ndjson").touch()
        asked = command(place, PHASES, variables)
        began = time.time()
        child = subprocess.Popen(
            list(map(str, asked)),
            cwd=place,
            env=hooked(variables),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return began, _watched(child, place / "events.ndjson", known, until=began + time_limit)
        finally:
            child.kill()
            child.wait()


def _watched(
    child: subprocess.Popen[bytes], path: Path, known: Collection[tuple[str, str]], *, until: float
) -> Failure | None:
    found, ended = Told(), False
    with path.open(encoding="utf-8") as lines:
        while not ended:
            time.sleep(0.1)
            ended = child.poll() is not None or time.time() > until
            _read(found, lines)
            fresh = [failure for failure in found.failures if failure.kind not in known]
            if fresh:
                return fresh[0]
    return None


def _read(found: Told, lines: TextIO) -> None:
    """Take up every event that is written to its end."""
    while True:
        place = lines.tell()
        line = lines.readline()
        if not line.endswith("\n"):
            lines.seek(place)
            return
        for event, data in json.loads(line).items():
            if event == "ScenarioFinished":
                _scenario(found, data)


def _scenario(found: Told, data: dict[str, Any]) -> None:
    recorder = data["recorder"]
    times = sorted(
        (interaction["timestamp"], case) for case, interaction in recorder.get("interactions", {}).items()
    )
    order = {case: position for position, (_, case) in enumerate(times, start=found.requests + 1)}
    at = {case: moment for moment, case in times}
    for case, checks in recorder.get("checks", {}).items():
        for check in checks:
            if check["status"] != "success" and case in at:
                about = check.get("failure_info", {}).get("failure", {}).get("operation", recorder["label"])
                found.failures.append(Failure(check["name"], about, at[case], order[case]))
    found.requests += len(times)
    found.seconds += data["elapsed_time"]
    found.failures.sort(key=lambda failure: failure.at)
