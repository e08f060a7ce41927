import signal
from collections.abc import Iterator

import pytest

from contracts.interruption import put_off, too_late


@pytest.fixture(autouse=True)
def heeds_ctrl_c() -> Iterator[None]:
    """Also where these tests run as a background job of a shell, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.signal(signal.SIGINT, before) is signal.default_int_handler


def test_what_is_put_off_comes_in_the_end() -> None:
    """Ctrl-C that is lost, or that comes in the middle."""
    done = []
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012  # it comes at the end
        with put_off():
            signal.raise_signal(signal.SIGINT)
            done.append("the middle")
        done.append("behind")
    assert done == ["the middle"]


def test_what_is_nearly_done_is_done() -> None:
    """A report in pieces, because somebody could not wait for its last second."""
    with too_late():
        signal.raise_signal(signal.SIGINT)


def test_a_second_time_it_ends() -> None:
    """A report on a dead network drive, which nobody can end."""
    with too_late():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_what_is_ignored_stays_so() -> None:
    """A run under nohup that heeds the end of its terminal while its report is written."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with too_late():
            signal.raise_signal(signal.SIGHUP)
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
