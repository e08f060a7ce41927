"""Standard streams that nobody holds any more: closed ones are opened on nothing, dead ones are let go of."""

import os
import sys


def open_closed() -> None:
    """Have streams that were closed (`>&-`) lead nowhere; else the first connection would be taken for one of them."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115  # for as long as we live


def let_go() -> None:
    """Have what nobody can read any more lead nowhere; else Python fails to flush it in the end, and exits with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
