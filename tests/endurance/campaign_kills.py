"""`python -m tests.endurance.campaign_kills`: client, workers and scheduler of a campaign are killed in turn, and it loses nothing."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from contracts.mock.embedded import Embedded
from tests.fixtures.commands import COMMAND, clean, until
from tests.fixtures.dask_cluster import DaskCluster

# Two that a probe finds, and two that a drawn case or a burst finds now and then.
FAULTS = (
    "agreement-skips-quantity",
    "access-any-scheme",
    "asset-echo-truncates-at-255",
    "asset-race-bare-await",
)
VICTIMS = ("client", "worker", "scheduler")
WORKERS = 2


@dataclass(frozen=True)
class Stage:
    """What was on the disk when a stage had ended, and how it ended."""

    round: int
    killed: str
    seconds: float
    code: int
    shards: list[int]
    cases: int
    requests: int
    findings: set[str]


class Campaign:
    """A campaign in a folder, and the cluster that asks it; both are begun again whenever they have died."""

    def __init__(self, folder: Path, variables: Mapping[str, str], seconds: float) -> None:
        self.root = folder
        self._environment = clean(folder, variables)
        self._seconds = seconds
        self._clusters = 0

    @property
    def folder(self) -> Path:
        """Its report folder, once it has one."""
        return next(iter((self.root / "reports").glob("2*-fuzz-*")), self.root / "reports" / "none")

    @contextmanager
    def cluster(self) -> Iterator[tuple[DaskCluster, list[subprocess.Popen[bytes]]]]:
        """A scheduler and its workers."""
        self._clusters += 1
        place = self.root / f"cluster-{self._clusters}"
        place.mkdir()
        with DaskCluster(place) as started:
            yield started, [started.worker() for _ in range(WORKERS)]

    def begin(self, scheduler: str, seconds: float | None = None) -> subprocess.Popen[bytes]:
        """The campaign's first sitting, or its next."""
        options = ["--scheduler", scheduler, "--max-time", f"{seconds or self._seconds:g}s"]
        options += ["--resume", str(self.folder)] if self.folder.exists() else ["--seed", "1"]
        with (self.root / "said.log").open("ab") as said:
            return subprocess.Popen(
                [COMMAND, "fuzz", *options],
                cwd=self.root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    def lines(self) -> list[dict[str, Any]]:
        """The shards that are done. A line that a kill cut short is none."""
        file = self.folder / "outcomes.jsonl"
        written = file.read_bytes().split(b"\n")[:-1] if file.exists() else []
        return [json.loads(line) for line in written]

    def findings(self) -> set[str]:
        """The ids of the findings that are on the disk."""
        return {path.stem for path in (self.folder / "findings").glob("*.json")}

    def summary(self) -> dict[str, Any]:
        """The report."""
        found: dict[str, Any] = json.loads((self.folder / "summary.json").read_text("utf-8"))
        return found

    def seen(self, round: int, killed: str, began: float, code: int) -> Stage:
        """How things stand on the disk."""
        lines = self.lines()
        shards = [line["shard"] for line in lines]
        return Stage(round, killed, time.monotonic() - began, code, shards, *counted(lines), self.findings())


def counted(lines: list[dict[str, Any]]) -> tuple[int, int]:
    """Cases and requests of all lines."""
    outcomes = [outcome for line in lines for outcome in line["outcomes"]]
    return sum(each["cases"] for each in outcomes), sum(each["requests"] for each in outcomes)


def endure(campaign: Campaign, rounds: int, shards: int) -> Iterator[Stage]:
    """So many rounds of kills, each after so many shards more; and a last sitting that ends by itself."""
    for round in range(1, rounds + 1):
        for killed in VICTIMS:
            began = time.monotonic()
            with campaign.cluster() as (cluster, workers):
                client = campaign.begin(cluster.address)
                more(campaign, client, shards)
                if killed == "client":
                    client.kill()
                elif killed == "worker":
                    workers[0].kill()
                    more(campaign, client, shards)
                    client.terminate()
                else:
                    cluster.scheduler.kill()
                code = client.wait()
            yield campaign.seen(round, killed, began, code)
    began = time.monotonic()
    with campaign.cluster() as (cluster, _):
        code = campaign.begin(cluster.address, seconds=10).wait()
    yield campaign.seen(rounds, "nobody", began, code)


def more(campaign: Campaign, client: subprocess.Popen[bytes], shards: int) -> None:
    """Wait for so many shards more than there are now."""
    wanted = len(campaign.lines()) + shards
    until(lambda: client.poll() is not None or len(campaign.lines()) >= wanted)
    if client.poll() is not None:
        raise SystemExit(f"the campaign ended by itself:\n{(campaign.root / 'said.log').read_text()}")


def complaints(stages: list[Stage], summary: Mapping[str, Any]) -> Iterator[str]:
    """What was lost, doubled or miscounted."""
    last, told = stages[-1], [finding["id"] for finding in summary["findings"]]
    for stage in stages:
        if stage.shards != last.shards[: len(stage.shards)]:
            yield f"round {stage.round}, {stage.killed}: shards that were done are done no more"
        if lost := stage.findings - set(told):
            yield f"round {stage.round}, {stage.killed}: {sorted(lost)} had been found, and is not reported"
    if len(told) != len(set(told)):
        yield f"findings are doubled: {sorted(told)}"
    if len(last.shards) != len(set(last.shards)):
        yield "a shard counts twice"
    if (summary["cases"], summary["requests"]) != (last.cases, last.requests):
        counts = f"{summary['cases']} cases and {summary['requests']} requests"
        yield f"the report tells of {counts}, the shards' lines of {last.cases} and {last.requests}"
    if (summary["verdict"], summary["exit_code"], last.code) != ("violated", 1, 1):
        yield f"the verdict is {summary['verdict']}, the exit code {last.code}"


def table(stages: list[Stage]) -> Iterator[str]:
    """A line for each stage."""
    yield "round  killed     seconds  exit  shards   cases  requests  findings"
    for stage in stages:
        yield (
            f"{stage.round:5}  {stage.killed:9}  {stage.seconds:7.1f}  {stage.code:4}  {len(stage.shards):6}"
            f"  {stage.cases:6}  {stage.requests:8}  {len(stage.findings):8}"
        )


def main() -> int:
    """Print how it went; 1 where something was lost, doubled or miscounted."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.campaign_kills", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shards", type=int, default=6, help="to be done before each kill")
    parser.add_argument("--seconds", type=float, default=120, help="of a sitting that nobody kills")
    parser.add_argument("--folder", type=Path, help="to keep what it leaves")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        mock = stack.enter_context(Embedded(FAULTS))
        campaign = Campaign(folder, mock.variables, asked.seconds)
        stages = list(endure(campaign, asked.rounds, asked.shards))
        summary = campaign.summary()
    wrong = list(complaints(stages, summary))
    print(*table(stages), sep="\n")
    violated = sorted(id for id, row in summary["clauses"].items() if row["verdict"] == "violated")
    print(f"violated: {', '.join(violated)}; findings: {', '.join(sorted(stages[-1].findings))}")
    print(*wrong or ["nothing is lost, doubled or miscounted"], sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
