"""What comes of a fault's findings: replay, curl and pytest, each against the fault and against the honest mock.

`python -m tests.prove.replays [FAULT...]` tells of all faults, or of those that are named, a JSON line each.
"""

import io
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from rich.console import Console

from contracts.commands.replaying import Others, asked_again
from contracts.commands.running import Effort, run
from contracts.findings.replayable import Replayable, replayables
from contracts.mock.switches import all_faults
from contracts.plan import Plan, settle
from contracts.proof.mocks import mock_with
from contracts.reporting import folder as folders
from contracts.settings import Settings

# A fault with more kinds than these has told enough.
REPLAYED = 2
TIME_LIMIT_S = 120


def told_each(faults: Iterable[str], *, workers: int = 2) -> Iterator[dict[str, Any]]:
    """What comes of each of these faults, as they come."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["contracts.proof.nursery"])
    with ProcessPoolExecutor(workers, mp_context=context, max_tasks_per_child=1) as pool:
        for done in as_completed([pool.submit(told, fault) for fault in faults]):
            yield done.result()


def told(fault: str) -> dict[str, Any]:
    """Ask for the clause that a fault breaks, and for what was found once more; in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chdir(folder)
        findings: list[Replayable] = []
        result: dict[str, Any] = {"fault": fault, "breaks": all_faults()[fault].breaks}
        for profile in ("smoke", "verify"):
            with mock_with(fault=fault) as variables:
                findings = _found(fault, profile, variables, folder)
            if findings:
                break
        with mock_with(fault=fault) as variables:
            with_fault = [_asked(kept, variables, folder) for kept in findings[:REPLAYED]]
        with mock_with() as variables:
            without = [_asked(kept, variables, folder) for kept in findings[:REPLAYED]]
    rows = [
        {"id": kept.id, "kind": kept.finding["kind"], "question": kept.recipe.question, "judge": kept.finding["recipe"]["judge"]["by"],
         "with": before, "without": after}
        for kept, before, after in zip(findings, with_fault, without, strict=False)
    ]  # fmt: skip
    return result | {"findings": len(findings), "replayed": rows}


def _settings(variables: Mapping[str, str], profile: str, folder: Path) -> tuple[Settings, Any]:
    return settle(profile=profile, target=None, clauses=None, environ=variables, directory=folder)


def _found(fault: str, profile: str, variables: Mapping[str, str], folder: Path) -> list[Replayable]:
    settings, effort = _settings(variables, profile, folder)
    report = folders.create(folder, profile, "mock")
    breaks = all_faults()[fault].breaks
    plan = Plan(effort, settings.environment(), seed=1, clauses=breaks, folder=str(report))
    run(plan, Effort(), Console(file=io.StringIO(), width=200))
    return [kept for kept in replayables([str(report)], folder, []) if kept.finding["clause"] == breaks]


def _asked(kept: Replayable, variables: Mapping[str, str], folder: Path) -> dict[str, str]:
    settings, _ = _settings(variables, "verify", folder)
    replay = asked_again(kept, Others(settings))
    return {
        "replay": replay.state.value,
        "told": replay.told if replay.state.value == "error" else "",
        "curl": _curl(kept, variables, folder),
        "pytest": _pytest(kept, variables, folder),
    }


def _environment(variables: Mapping[str, str], folder: Path) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}:{os.defpath}"
    # Plugins that a pasted test does not need, and that take half of its time to load.
    plain = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8", **plain, **variables}


def _curl(kept: Replayable, variables: Mapping[str, str], folder: Path) -> str:
    """The word "ran", or what went wrong."""
    # Not -e: what curl thinks of an answer that is cut off, or never ends, is another matter.
    done = subprocess.run(
        ["/bin/sh", "-u", "-c", kept.finding["curl"]],
        cwd=folder, env=_environment(variables, folder), capture_output=True, timeout=TIME_LIMIT_S, check=False,
    )  # fmt: skip
    answers = done.stdout.count(b"HTTP/1.")
    if not answers:
        return f"exit {done.returncode}, {answers} answers: {done.stderr[-300:].decode('utf-8', 'replace')}"
    return "ran"


def _pytest(kept: Replayable, variables: Mapping[str, str], folder: Path) -> str:
    """The word "passed" or "failed", or what went wrong."""
    (folder / "test_pasted.py").write_text(kept.finding["pytest"], encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        "--rootdir",
        ".",
        "test_pasted.py",
    ]
    done = subprocess.run(
        command, cwd=folder, env=_environment(variables, folder), capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False
    )  # fmt: skip
    failed = done.returncode == 1 and "AssertionError" in done.stdout
    return {0: "passed"}.get(done.returncode, "failed" if failed else done.stdout[-600:] + done.stderr[-300:])


if __name__ == "__main__":
    for line in told_each(sys.argv[1:] or sorted(all_faults())):
        print(json.dumps(line, ensure_ascii=False), flush=True)  # noqa: T201  # its output
