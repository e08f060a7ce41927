import os
import signal
import subprocess
import sys
from multiprocessing import reduction
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from contracts import forking
from tests.fixtures.commands import TIME_LIMIT_S, until

pytestmark = pytest.mark.usefixtures("heeds_ctrl_c")

# Starts a child whose server is slow to import what it forks from; of an interruption it says one word.
SCRIPT = """
from contracts import forking

context = forking.server_with("slow")
try:
    with forking.uninterrupted():
        child = context.Process(target=int)
        child.start()
    child.join()
except KeyboardInterrupt:
    print("interrupted")
"""
SLOW = """
from pathlib import Path
from tests.fixtures.commands import until

Path("importing").touch()
until(Path("go").exists)
"""


def test_interruption_in_a_handshake_comes_when_the_child_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server lost its client between connecting and asking, told so with a traceback, and died of it."""
    context = forking.server_with("contracts.forking")
    really: Any = reduction.sendfds

    def sendfds(*arguments: object) -> None:
        signal.raise_signal(signal.SIGINT)
        really(*arguments)

    children: list[BaseProcess] = []
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):  # noqa: PT012  # it comes at the end
        patched.setattr(reduction, "sendfds", sendfds)
        with forking.uninterrupted():
            child = context.Process(target=int)
            child.start()
            children.append(child)
    assert len(children) == 1
    children[0].join(TIME_LIMIT_S)
    assert children[0].exitcode == 0


def test_ctrl_c_while_the_server_imports_is_not_its_matter(tmp_path: Path) -> None:
    """A terminal's Ctrl-C goes to every process of the command: the server told it with the traceback of an import."""
    (tmp_path / "slow.py").write_text(SLOW, encoding="utf-8")
    root = Path(forking.__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(root)])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as command:
        until((tmp_path / "importing").exists)
        os.killpg(command.pid, signal.SIGINT)
        (tmp_path / "go").touch()
        said, _ = command.communicate(timeout=TIME_LIMIT_S)
    assert said.strip() == "interrupted"


def test_child_can_be_terminated() -> None:
    """Whatever is blocked while a process is made stays so in all that come of it."""
    context = forking.server_with("contracts.forking")
    with forking.uninterrupted():
        child = context.Process(target=until, args=(list,))
        child.start()
    child.terminate()
    child.join(TIME_LIMIT_S)
    ended = child.exitcode
    child.kill()
    assert ended == -signal.SIGTERM
