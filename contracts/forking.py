"""Child processes forked from a server that has their modules in memory; what interrupts waits until one is made."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext

from contracts.interruption import put_off, unheard_by_children


def server_with(module: str) -> ForkServerContext:
    """A context whose children are forked from a process that has this module imported, and no more than that."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([module])
    return context


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Start a process, and note it down, in here: an interruption comes when both are done.

    One that came in between left a child that nobody knew of, or broke the server off in its handshake, which the
    server told with a traceback. Ctrl-C of a terminal reaches the server, too, which ignores it only when its imports
    are done: so it is started with SIGINT blocked, and its children have it blocked.
    """
    with put_off():
        resource_tracker.ensure_running()  # it unblocks SIGINT when it starts
        with unheard_by_children():
            forkserver.ensure_running()
        yield
