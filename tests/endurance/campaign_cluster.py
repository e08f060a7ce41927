"""`python -m tests.endurance.campaign_cluster`: how soon one worker, and a cluster of three, meet a bug that takes 10^5 cases."""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.endurance.rare import RareMock
from tests.fixtures.commands import COMMAND, clean
from tests.fixtures.dask_cluster import DaskCluster

# The scheduler is at the first loopback address, each worker at one of its own.
HOSTS = ("127.0.0.2", "127.0.0.3", "127.0.0.4")


@dataclass(frozen=True)
class Race:
    """How long so many workers took to the finding, from the start of the command; None where time was over before."""

    workers: int
    found_s: float | None
    cases: int
    requests: int

    def __str__(self) -> str:
        when = "not found" if self.found_s is None else f"{self.found_s:.0f} s"
        return f"{self.workers:7}  {when:>9}  {self.cases:7}  {self.requests:8}"


def race(folder: Path, workers: int, every: int, latency_ms: float, limit_s: float) -> Race:
    """A campaign by so many workers against a fresh target, until it has found the bug."""
    with RareMock(every, latency_ms) as mock, DaskCluster(folder) as cluster:
        for host in HOSTS[:workers]:
            cluster.worker(host=host)
        began = time.monotonic()
        options = ("--scheduler", cluster.address, "--max-time", f"{limit_s:g}s", "--seed", "1")
        client = subprocess.Popen(
            [COMMAND, "fuzz", *options],
            cwd=folder,
            env=clean(folder, mock.variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        while not (found := _found(folder)) and client.poll() is None:
            time.sleep(0.1)
        seconds = time.monotonic() - began if found else None
        client.terminate()
        client.wait()
    summary = json.loads(next(folder.glob("reports/2*/summary.json")).read_text("utf-8"))
    return Race(workers, seconds, summary["cases"], summary["requests"])


def _found(folder: Path) -> bool:
    return any(folder.glob("reports/2*/findings/HTP-01-*.json"))


def main() -> int:
    """Print how long each took; 1 where more workers were no quicker than one."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.campaign_cluster", description=__doc__)
    parser.add_argument("--every", type=int, default=100_000, help="of so many requests one is answered 500")
    parser.add_argument("--latency", type=float, default=5, help="of the target, in ms")
    parser.add_argument("--limit", type=float, default=1800, help="seconds for each")
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    print("workers    finding    cases  requests")
    slower = False
    for _ in range(asked.rounds):
        seconds = []
        for workers in (len(HOSTS), 1):
            with TemporaryDirectory() as folder:
                each = race(Path(folder), workers, asked.every, asked.latency, asked.limit)
            print(each, flush=True)
            seconds.append(each.found_s or asked.limit)
        slower |= seconds[0] >= seconds[1]
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
