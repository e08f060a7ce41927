"""What shards have found and made, on its way into the campaign's folder; also of those that nobody brings back."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from contracts.campaign.work import Done, Task
from contracts.findings import store
from contracts.plan import CREATED
from contracts.reporting.outcomes import append, append_lines, whole_lines

SCRATCH = ".shards"


@dataclass(frozen=True)
class Leavings:
    """The campaign's folder, and in it one for each shard under way. Everything here raises OSError where the disk refuses it."""

    folder: Path

    def scratch(self, number: int, deaths: int) -> Path:
        """Where a worker of this machine leaves what it finds, of this shard and this try of it."""
        return self.folder / SCRATCH / f"{number}-{deaths}"

    def mark(self, task: Task) -> None:
        """Before a shard goes elsewhere: whatever becomes of this client, what the shard makes can be found by its mark."""
        folder = self._of(task)
        folder.mkdir(parents=True)
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        mark = {"at": now, "kind": "unknown", "mark": task.mark, "certain": False}
        append(folder / CREATED, mark, sync=True)

    def keep(self, done: Done) -> None:
        """Write down what a shard has brought back."""
        for finding in done.findings:
            store.keep(self.folder / "findings", finding)
        if done.created:
            append_lines(self.folder / CREATED, done.created.encode())

    def forget(self, task: Task) -> None:
        """Of a shard that has come back nothing is left to be rescued."""
        shutil.rmtree(self._of(task), ignore_errors=True)

    def rescue(self, task: Task) -> None:
        """Keep what is known of a shard that nobody brings back."""
        self._rescue(self._of(task))

    def rescue_all(self) -> None:
        """Keep what an earlier sitting has left behind."""
        for scratch in sorted((self.folder / SCRATCH).glob("*")):
            self._rescue(scratch)

    def tidy(self) -> None:
        """Leave no empty folder."""
        (self.folder / SCRATCH).rmdir()

    def _of(self, task: Task) -> Path:
        """Of a shard that is asked elsewhere its mark alone is in it."""
        return self.folder / SCRATCH / task.mark if task.scratch is None else Path(task.scratch)

    def _rescue(self, scratch: Path) -> None:
        for finding in store.read_all(scratch / "findings"):
            store.keep(self.folder / "findings", finding)
        if made := whole_lines(scratch / CREATED):
            # A client that ended, or a disk that was full, between keeping these and forgetting the scratch has some of them.
            known = {*whole_lines(self.folder / CREATED)}
            append_lines(self.folder / CREATED, b"".join(line for line in made if line not in known))
        shutil.rmtree(scratch, ignore_errors=True)
