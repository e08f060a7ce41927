"""One pytest session over the questions of a plan: which of pytest is loaded for it, and where its questions are."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.plan import Plan
from contracts.plugin import questions
from contracts.plugin.stash import CARRIER

# Of the installed plugins these alone are loaded: others cost time, and may reorder questions or ask them twice.
_PLUGINS = ("contracts.plugin", "_hypothesis_pytestplugin")
# pytest's own that cost time with each question. What the last two turn into warnings nobody would see.
_UNUSED = ("logging", "threadexception", "unraisableexception")
_INI = Path(__file__).with_name("questions.ini")


class _Carrier:
    """Carries the plan to `contracts.plugin`, which looks for it under this name."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.__name__ = CARRIER


@dataclass(frozen=True)
class Session:
    """What is asked, and by whom: worker processes (0: this one), the only question (`test_assets.py::test_name`)."""

    plan: Plan
    workers: int = 0
    question: str | None = None
    generated: bool = False
    """Whether only questions are asked that a seed changes."""

    def ask(self, plugins: Sequence[object]) -> int:
        """Ask; returns pytest's exit code. `plugins` see the reports, and tell them: pytest itself says nothing."""
        if self.plan.profile.examples or self.plan.profile.schema_examples:
            _prepare_tables()
        return pytest.main(self._arguments(), plugins=[_Carrier(self.plan), *plugins])

    def _arguments(self) -> list[str]:
        asked = questions.folder()
        what = asked if self.question is None else asked / self.question
        arguments = [str(what), "-c", str(_INI), "--rootdir", str(asked), "--confcutdir", str(asked)]
        arguments += ["--profile", self.plan.profile.name, "--continue-on-collection-errors"]
        # The plugin tells violations itself; pytest would spend 20 ms on the traceback of each.
        arguments += ["--tb", "native", "--capture", "sys"]
        arguments.append("--disable-plugin-autoload")
        for name in (*_PLUGINS, *(f"no:{name}" for name in _UNUSED)):
            arguments += ["-p", name]
        if self.plan.clauses:
            arguments += ["--clauses", self.plan.clauses]
        if self.generated:
            arguments += ["-m", "deep"]
        if self.workers:
            # xdist's loadgroup hands the question that killed a worker to the next one, and so on: end the run instead.
            arguments += ["-p", "xdist.plugin", "-n", str(self.workers), "--dist", "loadgroup"]
            arguments += ["--max-worker-restart", "0"]
        return arguments


def _prepare_tables() -> None:
    """Have Hypothesis' tables of characters in the user's cache, not in the working folder.

    Where they are not there yet, a process of its own makes them: that takes 2 s and 233 MB, and a run that did so itself 340.
    """
    place = os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(_cache() / "contracts" / "hypothesis"))
    if not list(Path(place).glob("unicode_data/*/codec-utf-8.json.gz")):
        make = "from hypothesis.internal import charmap as c; c.charmap(); c.intervals_from_codec('utf-8')"
        subprocess.run([sys.executable, "-c", make], check=False, capture_output=True)


def _cache() -> Path:
    """The user's cache; the temporary folder for a user without a home, as containers have them."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return Path(tempfile.gettempdir())
