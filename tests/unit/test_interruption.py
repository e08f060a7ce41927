import signal

import pytest

from contracts.interruption import put_off, too_late

pytestmark = pytest.mark.usefixtures("heeds_ctrl_c")


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
    done = []
    with too_late():
        signal.raise_signal(signal.SIGINT)
        done.append("the rest")
    assert done == ["the rest"]


def test_a_second_time_it_ends() -> None:
    """A report on a dead network drive, which nobody can end."""
    with too_late():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_what_is_ignored_stays_so() -> None:
    """A run under nohup that heeds the end of its terminal while its report is written."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with too_late():
        heeded = signal.getsignal(signal.SIGHUP)
    signal.signal(signal.SIGHUP, before)
    assert heeded is signal.SIG_IGN
