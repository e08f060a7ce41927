"""One core for each server that is measured: none gains by using more of them than the next one can.

The client stays where the system puts it. Kept on another core it would measure what it takes to wake that: on a virtual machine
of two cores six times as much as the request, hello and create asset alike.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def can_pin() -> bool:
    """Whether there are two cores here, and a system that lets them be chosen."""
    return hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0)) > 1


@contextmanager
def on_one_core(server: int) -> Iterator[None]:
    """The process with this id on one core. Where that cannot be, nothing changes."""
    if not can_pin():
        yield
        return
    all_cores = os.sched_getaffinity(0)
    _pin(server, {min(all_cores)})
    try:
        yield
    finally:
        _pin(server, all_cores)


def _pin(pid: int, cores: set[int]) -> None:
    """Every thread: each has cores of its own, which those that it starts later take over."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), cores)
