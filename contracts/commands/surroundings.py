"""This machine: whether a report can be written, and whether the installed libraries are those that were asked for."""

import os
import tempfile
from pathlib import Path

from contracts.commands.diagnosis import Diagnosis
from contracts.commands.libraries import PINNED, needed, unmet


def report_folder(folder: Path) -> Diagnosis:
    """Whether a run's report can be written there; leaves nothing behind."""
    subject = f"report folder {folder}"
    try:
        with tempfile.TemporaryDirectory(dir=_nearest(folder.absolute())) as scratch:
            Path(scratch, "summary.json").write_bytes(bytes(64 * 1024))
    except OSError as problem:
        advice = "name a folder that can be written to with --report-dir"
        return Diagnosis(subject, ok=False, seen=os.strerror(problem.errno or 0), advice=advice)
    return Diagnosis(subject, ok=True, seen="can be written to")


def _nearest(folder: Path) -> Path:
    """The folder itself, or the one that exists in which it would be made."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def libraries() -> Diagnosis:
    """Whether each library is there in a version that this package was written against."""
    if wrong := list(unmet()):
        return Diagnosis("libraries", ok=False, seen="; ".join(wrong), advice=PINNED)
    return Diagnosis("libraries", ok=True, seen=f"{len(needed())} as required")
