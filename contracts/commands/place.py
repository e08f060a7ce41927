"""Where a command writes its report: a folder of its own, or words for people why there is none."""

import os
from pathlib import Path

from rich.console import Console
from rich.text import Text

from contracts.reporting import folder as folders


def made(console: Console, parent: Path, what: str, target: str) -> Path | None:
    """A fresh report folder; None where none can be made, which is told."""
    try:
        return folders.create(parent, what, target).absolute()
    except OSError as problem:
        why = os.strerror(problem.errno or 0)
        console.print(Text(f"contracts: no report folder can be made in {parent}: {why}", style="red"))
        console.print("  name a folder that can be written to with --report-dir")
        return None
