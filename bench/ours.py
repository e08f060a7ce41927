"""One run of the suite in a process of its own: `python -m bench.ours PROFILE QUESTION`; told as a line of JSON.

`--examples N` draws so many instead of the profile's, `--workers N` asks with so many processes, and `--keep FILE` writes the
bytes of every request down, for a raw client to send them again.
"""

import argparse
import io
import json
import os
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.console import Console

from contracts.commands.running import Effort, run
from contracts.exchange import Request
from contracts.plan import Plan, settle
from contracts.transport import client, http1


def main() -> None:
    """Ask, and print cases, seconds from the first question on, CPU seconds and exit code."""
    asked = _arguments()
    settings, effort = settle(
        profile=asked.profile, target=None, clauses=None, environ=os.environ, directory=Path.cwd()
    )
    if asked.examples is not None:
        effort = effort.model_copy(update={"examples": asked.examples})
    kept = _keep(asked.keep) if asked.keep is not None else None
    plan = Plan(effort, settings.environment(), seed=asked.seed)
    began, cpu = time.monotonic(), time.process_time()
    ledger = run(plan, Effort(asked.workers, question=asked.question), Console(file=io.StringIO(), width=200))
    ended = time.monotonic()
    if kept is not None:
        kept.close()
    told = {
        "cases": ledger.cases,
        "seconds": ended - (ledger.began or began),
        "cpu_s": time.process_time() - cpu,
        "exit": ledger.exit_code,
    }
    print(json.dumps(told))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.ours")
    parser.add_argument("profile")
    parser.add_argument("question", nargs="?")
    parser.add_argument("--examples", type=int)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    return parser.parse_args()


def _keep(path: Path) -> io.BufferedWriter:
    """Have every request written down as it is serialised, each behind its length."""
    stream = path.open("wb")
    serialise = http1.serialise

    def keeping(request: Request, *way: Any) -> bytes:
        data = serialise(request, *way)
        stream.write(len(data).to_bytes(4, "big") + data)
        return data

    patch.object(client, "serialise", keeping).start()
    return stream


if __name__ == "__main__":
    main()
