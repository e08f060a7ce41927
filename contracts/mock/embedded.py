"""The mock as a child process: started on a free port, ended by its id, never outliving its parent."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

START_LIMIT_S = 20.0  # it takes 0.3 s; a loaded machine may take many times that
END_LIMIT_S = 5.0


# The child serves the very package that runs here, whatever its working directory and whether installed or not.
_ROOT = str(Path(__file__).parents[2])


def _environment() -> dict[str, str]:
    path = os.pathsep.join(filter(None, (_ROOT, os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}


def _place_for_words() -> IO[bytes]:
    """A file for what the child writes to stderr; where no temporary folder takes one, it is lost, and the mock serves."""
    try:
        return TemporaryFile()
    except OSError:
        return Path(os.devnull).open("r+b")


class MockDidNotStart(RuntimeError):
    """The child ended, or said nothing in time; the message carries what it wrote to stderr."""


class Embedded:
    """A mock for the length of a `with` block.

    `variables` then holds `BASE_URL` and the other settings for it. Raises `MockDidNotStart` on entry.
    """

    def __init__(
        self,
        faults: Sequence[str] = (),
        variants: Sequence[str] = (),
        latency_ms: float = 0,
        store: Path | None = None,
    ) -> None:
        self._command = [
            sys.executable,
            "-m",
            "contracts.mock",
            "--parent-pipe",
            "--latency",
            f"{latency_ms}ms",
        ]
        for option, ids in (("--fault", faults), ("--variant", variants)):
            for id in ids:
                self._command += [option, id]
        if store is not None:
            self._command += ["--store", str(store)]
        self.variables: dict[str, str] = {}
        self.pid = 0

    def __enter__(self) -> Self:
        self._stderr = _place_for_words()
        self._child = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env=_environment(),
            process_group=0,  # Ctrl-C is for the run, which still asks while it winds up; the pipe ends the mock
        )
        self.pid = self._child.pid
        try:
            ready = json.loads(self._ready_line())
        except BaseException:
            self._end()
            raise
        self.address: str = ready.pop("address")
        ready.pop("pid")
        self.variables = ready
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def reset(self) -> None:
        """Forget every record and restore every balance. Raises `OSError` where the mock is gone."""
        connection = HTTPConnection(self.address.removeprefix("http://"), timeout=END_LIMIT_S)
        try:
            connection.request("POST", "/_mock/reset")
            connection.getresponse().read()
        finally:
            connection.close()

    def errors(self) -> str:
        """What the mock wrote to stderr so far: nothing, unless it has a bug of its own."""
        stderr = (
            self._stderr.fileno()
        )  # read with its own offset: the child's writes go on from the shared one
        return os.pread(stderr, os.fstat(stderr).st_size, 0).decode(errors="replace")

    def _ready_line(self) -> bytes:
        """The child's first line; stdout is read unbuffered, so that waiting for it can be bounded."""
        assert self._child.stdout is not None
        deadline = time.monotonic() + START_LIMIT_S
        line = b""
        while not line.endswith(b"\n"):
            waiting, _, _ = select.select([self._child.stdout], [], [], max(0, deadline - time.monotonic()))
            piece = self._child.stdout.read1() if waiting else b""  # type: ignore[attr-defined]
            if not piece:
                raise MockDidNotStart(self._why(timed_out=not waiting))
            line += piece
        return line

    def _why(self, *, timed_out: bool) -> str:
        said = self.errors().strip() or "nothing on stderr"
        what = (
            f"was not ready within {START_LIMIT_S:g} s"
            if timed_out
            else f"ended with exit code {self._child.wait()}"
        )
        return f"the embedded mock {what}: {said}"

    def _end(self) -> None:
        """Closing its stdin asks the child to end; it is killed where it does not."""
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()
        self._child.terminate()
        try:
            self._child.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._stderr.close()
