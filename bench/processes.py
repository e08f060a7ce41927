"""Whole processes: started clean, ended by id, with the seconds, CPU seconds and memory that the kernel counted for them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
_KEPT = ("PATH", "LANG", "TMPDIR")
_MEGABYTE = 1024 if sys.platform != "darwin" else 1024 * 1024  # in units of ru_maxrss


@dataclass(frozen=True)
class Ended:
    """A process that has ended: wall and CPU seconds (its waited-for children's too), and its own greatest memory."""

    code: int
    began: float
    """Wall time at which it was started."""
    seconds: float
    cpu_s: float
    peak_mb: float
    output: str
    errors: str


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """A process' variables: these, this checkout's modules, and nothing that a user happened to have set."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    home = os.environ.get("HOME", "/")
    return {**kept, "HOME": home, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **variables}


def run(
    arguments: Sequence[str | Path],
    directory: Path,
    variables: Mapping[str, str] | None = None,
    *,
    time_limit: float = 900,
) -> Ended:
    """Run a program to its end, or kill it when its time is over (its code is then negative)."""
    with TemporaryFile() as output, TemporaryFile() as errors:
        began, clock = time.time(), time.monotonic()
        child = subprocess.Popen(
            list(map(str, arguments)),
            env=environment(variables or {}),
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )
        limit = threading.Timer(time_limit, _kill, (child.pid,))
        limit.start()
        try:
            _, status, used = os.wait4(child.pid, 0)
        except BaseException:
            _kill(child.pid)
            raise
        finally:
            limit.cancel()
        seconds = time.monotonic() - clock
        child.returncode = os.waitstatus_to_exitcode(status)
        told = []
        for stream in (output, errors):
            stream.seek(0)
            told.append(stream.read().decode(errors="replace"))
        cpu_s, peak_mb = used.ru_utime + used.ru_stime, used.ru_maxrss / _MEGABYTE
        return Ended(child.returncode, began, seconds, cpu_s, peak_mb, *told)


def python(
    *arguments: str | Path,
    directory: Path,
    variables: Mapping[str, str] | None = None,
    time_limit: float = 900,
) -> Ended:
    """Run this interpreter; raises RuntimeError with its last words where it fails."""
    ended = run([sys.executable, *arguments], directory, variables, time_limit=time_limit)
    if ended.code:
        raise RuntimeError(f"{' '.join(map(str, arguments))} ended with {ended.code}: {ended.errors[-2000:]}")
    return ended


def cpu_s(pid: int) -> float:
    """CPU seconds of a running process so far, in steps of 10 ms; NaN where the system has no /proc."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return float("nan")
    fields = told.rpartition(")")[2].split()  # the name before may hold spaces
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
