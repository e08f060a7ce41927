"""Interruptions (Ctrl-C, SIGTERM, SIGHUP) that come while something must not be left half done: what becomes of them."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_INTERRUPTING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def put_off() -> Iterator[None]:
    """An interruption comes when the block has ended."""
    came: list[int] = []
    try:
        with _handled_by(came.append):
            yield
    finally:
        if came:
            signal.raise_signal(came[0])


@contextmanager
def too_late() -> Iterator[None]:
    """What is nearly done is done: a first interruption changes nothing any more, a second one ends it (KeyboardInterrupt)."""
    came: list[int] = []

    def note(number: int) -> None:
        if came and number != signal.SIGHUP:  # shell and kernel both say that a terminal is gone
            raise KeyboardInterrupt
        came.append(number)

    with _handled_by(note):
        yield


@contextmanager
def unheard_by_children() -> Iterator[None]:
    """A process that is started in the block has SIGINT blocked, as have its own; Ctrl-C of a terminal would reach it, too."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def heard() -> None:
    """End what `unheard_by_children` has begun, in the child: an interruption that has come meanwhile comes now."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextmanager
def _handled_by(note: Callable[[int], None]) -> Iterator[None]:
    """Handlers, not the signal mask: a signal that this thread blocks is taken by any other, and raises here all the same.

    Threads but the main one are never interrupted. What is ignored, and what ends a process at once, stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handler(number: int, _: FrameType | None) -> None:
        note(number)

    before = {}
    try:
        for number in _INTERRUPTING:
            known = signal.getsignal(number)
            if callable(known):
                before[number] = known
                signal.signal(number, handler)
        yield
    finally:
        for number, known in before.items():
            signal.signal(number, known)
