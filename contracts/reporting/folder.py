"""The folder that a run leaves: its name, its place, and the `latest` that points to the newest."""

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path


def create(parent: Path, profile: str, target: str) -> Path:
    """Make `<UTC time>-<profile>-<target>/` in `parent` and point `latest` to it. Raises OSError.

    A second run within one second gets a number behind its name.
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
    (folder / "findings").mkdir()
    _point(parent / "latest", folder)
    return folder


def _point(link: Path, folder: Path) -> None:
    """Replace the link in one step; a file system without links does without it."""
    fresh = link.with_name(f".latest-{os.getpid()}")
    with contextlib.suppress(OSError):
        fresh.symlink_to(folder.name, target_is_directory=True)
        fresh.replace(link)
