"""Keeps files whole: a finding is written the moment it is found, completely or not at all."""

import json
import secrets
from pathlib import Path
from typing import Any


def write_text(path: Path, text: str) -> None:
    """Write a file atomically: a reader, or a kill, meets the old content or the new, never half of it.

    Half a surrogate pair, which a JSON text can hold and UTF-8 cannot, is written as its escape.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not tempfile's: its files are their owner's alone, and reports are for other users of a build server too.
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("x", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def write_json(path: Path, data: Any) -> None:  # any JSON document
    """Write a JSON file as `write_text` does."""
    write_text(path, json.dumps(data, indent=2, ensure_ascii=False, default=str) + "\n")


def is_kept(folder: Path, finding_id: str) -> bool:
    """Whether the folder holds this finding."""
    return _place(folder, finding_id).exists()


def keep(folder: Path, finding: dict[str, Any]) -> Path:
    """Write a finding to `folder/<id>.json`; the first story of a bug stays."""
    path = _place(folder, finding["id"])
    if not path.exists():
        write_json(path, finding)
    return path


def _place(folder: Path, finding_id: str) -> Path:
    return folder / f"{finding_id}.json"


def read_all(folder: Path) -> list[dict[str, Any]]:
    """The findings of a folder, by id."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
