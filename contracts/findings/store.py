"""Writes a finding the moment it is found, whole or not at all."""

import json
import secrets
from pathlib import Path
from typing import Any


def write_json(path: Path, data: Any) -> None:  # any JSON document
    """Write a JSON file atomically: a reader, or a kill, meets the old content or the new, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not tempfile's: its files are their owner's alone, and reports are for other users of a build server too.
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("x", encoding="utf-8") as stream:
            json.dump(data, stream, indent=2, ensure_ascii=False, default=str)
            stream.write("\n")
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def keep(folder: Path, finding: dict[str, Any]) -> Path:
    """Write a finding to `folder/<id>.json`; the first story of a bug stays."""
    path = folder / f"{finding['id']}.json"
    if not path.exists():
        write_json(path, finding)
    return path
