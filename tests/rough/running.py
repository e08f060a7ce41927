"""A run against a rough target: a child process, its time, its memory, and everything that it leaves."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from contracts.mock.embedded import Embedded
from tests.fixtures.commands import clean
from tests.rough import certificates
from tests.rough.behaviour import TIME_LIMIT_S, Behaviour
from tests.rough.serving import serving
from tests.rough.turn import Scene

ROOT = Path(__file__).parents[2]
# How much longer than promised a run may go on before it is killed: that it ends at all is worth knowing, too.
GRACE_S = 20.0
_TO_MEGABYTES = 2**20 if sys.platform == "darwin" else 2**10


@dataclass(frozen=True)
class Ran:
    """What a run did; `code` is negative where it was killed for lasting too long."""

    code: int
    seconds: float
    megabytes: float
    text: str
    report: Path | None
    visits_elsewhere: int = 0


async def tried(behaviour: Behaviour, behind: Embedded, folder: Path, *, whole: bool = False) -> Ran:
    """Run `contracts verify` in an empty folder against a target that behaves so, in front of an honest mock.

    It asks for the behaviour's clauses at profile smoke, or for all of them.
    """
    options = ("--profile", "smoke", *(() if whole else ("--clauses", behaviour.clauses)))
    await asyncio.to_thread(behind.reset)
    scene = Scene(behind)
    async with serving(behaviour, scene) as origin:
        variables = {**behind.variables, "BASE_URL": origin, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
        variables["SSL_CERT_FILE"] = str(certificates.AUTHORITY)
        variables["RESPONSE_TIME_LIMIT"] = "3"  # as usual, not as in tests that wait for no answer
        ran = await asyncio.to_thread(_run, folder, options, variables)
    return replace(ran, visits_elsewhere=scene.visits_elsewhere)


def _run(folder: Path, options: Sequence[str], variables: Mapping[str, str]) -> Ran:
    """Run the command and measure it.

    The kernel counts a child's memory from its fork on, when it is still ours: a figure is never below that of this process.
    """
    began = time.monotonic()
    with (folder / "output.txt").open("wb") as output:
        child = subprocess.Popen(
            (sys.executable, "-m", "contracts", "verify", *options),
            cwd=folder,
            env=clean(folder, variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        alarm = threading.Timer(TIME_LIMIT_S + GRACE_S, child.kill)
        alarm.start()
        _, status, usage = os.wait4(child.pid, 0)
        alarm.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    seconds, megabytes = time.monotonic() - began, usage.ru_maxrss / _TO_MEGABYTES
    text = (folder / "output.txt").read_text(encoding="utf-8", errors="replace")
    report = next((path for path in folder.glob("reports/2*")), None)
    return Ran(child.returncode, seconds, megabytes, text, report)
