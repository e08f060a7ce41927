"""A mock forked off the process that asks it: ready in 12 ms and gone in 1, where a new interpreter takes 100 and 160."""

import json
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from contracts.mock import server

HONEST = "honest"
"""Stands for no switch at all: the honest server is put on trial as the first of the legal variants."""


class MockDidNotStart(RuntimeError):
    """The mock ended before it was ready; what it said is in the trial's output."""


@contextmanager
def mock_with(*, fault: str = "", variant: str = "") -> Iterator[dict[str, str]]:
    """The variables of a mock with this fault or variant. It ends with the block, and by its pipe however this process ends.

    For a process without other threads: a fork takes their locks along.
    """
    ready, tell = os.pipe()
    held, hold = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ready)
        os.close(hold)
        _serve(fault, variant.removeprefix(HONEST), tell, held)
    os.close(tell)
    os.close(held)
    try:
        with os.fdopen(ready, encoding="utf-8") as said:
            line = said.readline()
        if not line:
            raise MockDidNotStart(f"the mock with {fault or variant} did not start")
        told = json.loads(line)
        yield {name: value for name, value in told.items() if name.isupper()}
    finally:
        os.kill(pid, signal.SIGKILL)  # it holds nothing that needs an orderly end
        os.waitpid(pid, 0)
        os.close(hold)


def _serve(fault: str, variant: str, tell: int, held: int) -> NoReturn:
    """Serve in a forked process: `tell` takes the line that says ready, the end of `held` ends it."""
    try:
        os.dup2(held, 0)
        os.dup2(tell, 1)
        os.close(held)
        os.close(tell)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")
        server.run(faults=[fault] if fault else [], variants=[variant] if variant else [], parent_pipe=True)
    except BaseException:  # noqa: BLE001  # whatever it is: the trial tells what stands on stderr
        traceback.print_exc()
    finally:
        os._exit(1)
