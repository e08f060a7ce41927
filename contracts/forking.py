"""Child processes forked from a server that has their modules in memory; what interrupts waits until one is made."""

import multiprocessing
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext
from types import FrameType

_INTERRUPTING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def server_with(module: str) -> ForkServerContext:
    """A context whose children are forked from a process that has this module imported, and no more than that."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([module])
    return context


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Start a process, and note it down, in here: an interruption (Ctrl-C, SIGTERM, SIGHUP) comes when both are done.

    One that came in between left a child that nobody knew of, or broke the server off in its handshake, which the
    server told with a traceback. Ctrl-C of a terminal reaches the server, too, which ignores it only when its imports
    are done: so it is started with SIGINT blocked, and its children have it blocked. Threads but the main one are
    never interrupted.
    """
    with _put_off():
        resource_tracker.ensure_running()  # it unblocks SIGINT when it starts
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        yield


@contextmanager
def _put_off() -> Iterator[None]:
    """Handlers, not the signal mask: a signal that this thread blocks is taken by any other, and raises here all the same."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        came.append(number)

    before = {}
    try:
        for number in _INTERRUPTING:
            handler = signal.getsignal(number)
            if callable(handler):
                before[number] = handler
                signal.signal(number, note)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])
