"""Trials in processes of their own, several at a time; none outlives its time, nor the one that started it."""

import os
import shutil
import signal
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from contracts import forking
from contracts.proof.verdict import Proof, Trial, failed

# A verify run takes well under a minute; a fault that makes every answer slow may need several.
TIME_LIMIT_S = 600.0


@dataclass
class _Child:
    """A trial under way."""

    trial: Trial
    folder: Path
    process: BaseProcess
    results: Connection
    began: float = field(default_factory=time.monotonic)

    @property
    def output(self) -> Path:
        return _output(self.folder)

    def ended(self, *, time_limit: float) -> Proof:
        """What it came to; kills it where its time is over."""
        took_s = time.monotonic() - self.began
        try:
            found = self.results.recv() if self.results.poll() else f"it took longer than {time_limit:g} s"
        except EOFError:
            found = ""
        self.kill()
        if not isinstance(found, Proof):
            found = found or f"its process ended with exit code {self.process.exitcode}"
            found = failed(self.trial, f"{self._last_words()}\n{found}", took_s=took_s)
        shutil.rmtree(self.folder, ignore_errors=True)  # thousands of files each: not all of them at the end
        return found

    def kill(self) -> None:
        """End it at once; its mock ends by itself when their pipe closes."""
        self.process.kill()
        self.process.join()
        self.results.close()

    def _last_words(self) -> str:
        return (
            self.output.read_text(encoding="utf-8", errors="replace")[-2000:] if self.output.exists() else ""
        )


def prove_each(
    trials: Iterable[Trial], *, workers: int = 2, time_limit: float = TIME_LIMIT_S
) -> Iterator[tuple[Trial, Proof]]:
    """Carry out these trials; yields each with its proof, as they come. Whoever stops asking ends those under way."""
    context = forking.server_with("contracts.proof.nursery")
    waiting, running = deque(trials), list[_Child]()
    with tempfile.TemporaryDirectory(prefix="contracts-proof-", ignore_cleanup_errors=True) as place:
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    with forking.uninterrupted():
                        running.append(_start(context, waiting.popleft(), Path(place)))
                for child in _over(running, time_limit):
                    running.remove(child)
                    yield child.trial, child.ended(time_limit=time_limit)
        finally:
            for child in running:
                child.kill()


def _over(running: list[_Child], time_limit: float) -> list[_Child]:
    """Wait until a trial has ended, or its time is over; those of which this is true."""
    ends = min(child.began for child in running) + time_limit
    ready = wait([child.results for child in running], timeout=max(0.0, ends - time.monotonic()))
    now = time.monotonic()
    return [child for child in running if child.results in ready or now - child.began >= time_limit]


def _start(context: ForkServerContext, trial: Trial, place: Path) -> _Child:
    folder = Path(tempfile.mkdtemp(dir=place))
    results, tell = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(trial, folder, tell))
    process.start()
    tell.close()
    return _Child(trial, folder, process, results)


def _output(folder: Path) -> Path:
    return folder / "output.txt"


def _child(trial: Trial, folder: Path, tell: Connection) -> None:
    """In the child: prove, and send the proof, or a traceback. Ctrl-C is the parent's matter."""
    from contracts.proof.trial import prove

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        output = _output(folder).open("wb", buffering=0)
    except FileNotFoundError:
        return  # the parent was ended while this one was being made, and has taken its folder along
    with output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    try:
        found: Proof | str = prove(trial, folder)
    except BaseException:  # noqa: BLE001  # whatever it is: the parent tells it
        found = traceback.format_exc()
    tell.send(found)
    tell.close()
