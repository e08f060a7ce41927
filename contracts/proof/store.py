"""Proofs on disk: one line each as they come, so that a long proof can be taken up again; the matrix at the end."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from contracts import specs
from contracts.findings.store import write_json
from contracts.plugin import questions
from contracts.proof.verdict import Proof, as_data, from_data

LINES = "proof.jsonl"
PACKAGE = Path(__file__).parents[1]
_SOURCES = frozenset({".py", ".yaml", ".ini"})


def append(folder: Path, proof: Proof) -> None:
    """Keep a proof the moment it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LINES).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(as_data(proof) | {"suite": suite()}, ensure_ascii=False) + "\n")


@cache
def suite() -> str:
    """A digest of the suite's own source: a proof is one of this state of it."""
    digest = hashlib.sha256()
    folders = {PACKAGE, questions.folder(), specs.folder()}
    for file in sorted(file for folder in folders for file in folder.rglob("*") if file.suffix in _SOURCES):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def clear(folder: Path) -> None:
    """Forget the proofs of an earlier run."""
    (folder / LINES).unlink(missing_ok=True)


@dataclass(frozen=True)
class TakenUp:
    """The proofs of an earlier run that came to a verdict; `outdated` is how many another state of the suite made."""

    proofs: tuple[Proof, ...] = ()
    outdated: int = 0


def read(folder: Path) -> TakenUp:
    """What an earlier run has proven; half a line at its end is what a kill left."""
    file = folder / LINES
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    whole = [line for line in text.splitlines(keepends=True) if line.endswith("\n")]
    if text and not text.endswith("\n"):
        file.write_text("".join(whole), encoding="utf-8")
    told: list[dict[str, Any]] = [json.loads(line) for line in whole]
    outdated = sum(data.get("suite") != suite() for data in told)
    return TakenUp(tuple(proof for proof in map(from_data, told) if not proof.trouble), outdated)


def write_matrix(path: Path, proofs: Iterable[Proof]) -> None:
    """Write the matrix as JSON: a list with an object for each switch and profile."""
    write_json(path, [as_data(proof) for proof in proofs])
