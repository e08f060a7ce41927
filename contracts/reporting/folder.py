"""The folder that a run leaves: its name, its place, and the `latest` that points to the newest."""

import contextlib
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

# A run of one clause leaves 70 kB, one of all of them 2 MB, each finding some 20 kB.
ROOM = 256 * 1024


def create(parent: Path, profile: str, target: str) -> Path:
    """Make `<UTC time>-<profile>-<target>/` in `parent` and point `latest` to it. Raises OSError.

    A second run within one second gets a number behind its name. On a full disk there is no folder, and `latest` stays.
    """
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{profile}-{target}"
    folder = parent / name
    number = 1
    while True:
        try:
            folder.mkdir(parents=True)
            break
        except FileExistsError:
            number += 1
            folder = parent / f"{name}-{number}"
    try:
        (folder / "findings").mkdir()
        _write_on_trial(folder)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _point(parent / "latest", folder)
    return folder


def _write_on_trial(folder: Path) -> None:
    trial = folder / ".trial"
    try:
        trial.write_bytes(bytes(ROOM))
    finally:
        trial.unlink(missing_ok=True)


def _point(link: Path, folder: Path) -> None:
    """Replace the link in one step; a file system without links does without it."""
    fresh = link.with_name(f".latest-{os.getpid()}")
    with contextlib.suppress(OSError):
        fresh.symlink_to(folder.name, target_is_directory=True)
        fresh.replace(link)
