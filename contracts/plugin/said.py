"""What questions print while threads ask them: kept for the report of each, as pytest keeps what its own thread prints.

pytest takes in whatever is printed while it comes to an item, and nothing in between: there a token that somebody's plugin prints
would reach the terminal, past all redaction.
"""

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

import pytest

_STREAMS: Final = ("stdout", "stderr")
_THREAD: Final = threading.local()


@contextmanager
def kept_by_thread(config: pytest.Config) -> Iterator[None]:
    """Keep what each thread prints, instead of pytest's own capturing; with `-s` everything is printed at once, as always."""
    capturing = config.pluginmanager.get_plugin("capturemanager")
    if capturing is None or config.option.capture == "no":
        yield
        return
    capturing.suspend_global_capture()
    config.pluginmanager.unregister(capturing)
    usual = {name: getattr(sys, name) for name in _STREAMS}
    for name, stream in usual.items():
        setattr(sys, name, _Divided(name, stream, threading.get_ident()))
    try:
        yield
    finally:
        for name, stream in usual.items():
            setattr(sys, name, stream)
        config.pluginmanager.register(capturing, "capturemanager")
        capturing.resume_global_capture()


@contextmanager
def kept_for(item: pytest.Item) -> Iterator[None]:
    """Add what this thread prints meanwhile to the reports of an item."""
    said = {name: io.StringIO() for name in _STREAMS}
    vars(_THREAD).update(said)
    try:
        yield
    finally:
        vars(_THREAD).clear()
        for name, text in said.items():
            if text.getvalue():
                item.add_report_section("call", name, text.getvalue())


class _Divided(io.TextIOBase):
    """A stream of which the first thread has the usual one, each that asks its own, and all others none."""

    def __init__(self, name: str, usual: TextIO, first: int) -> None:
        self._name, self._usual, self._first = name, usual, first

    def write(self, text: str) -> int:
        stream = getattr(_THREAD, self._name, None)
        if stream is None and threading.get_ident() == self._first:
            stream = self._usual
        return len(text) if stream is None else stream.write(text)

    def flush(self) -> None:
        self._usual.flush()

    def __getattr__(self, name: str) -> Any:
        """Its encoding, its descriptor and the like are those of the usual stream."""
        return getattr(self._usual, name)
