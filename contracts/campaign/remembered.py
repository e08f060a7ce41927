"""What Hypothesis has kept of earlier campaigns: tried first by the next one, and merged with what that one finds.

Beside the reports, `examples/` has a file for each question that something has failed in, in Hypothesis' own form. Workers get
what is kept of their question with its first shard of a sitting, and give back what is left of it; the client alone writes.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from contracts.findings.documents import Unreadable, json_document, read_text
from contracts.findings.store import write_json
from contracts.findings.unwritten import Unwritten
from contracts.plugin.examples import Drawn

FOLDER = "examples"


@dataclass
class Remembered:
    """The examples in a folder, which need not be there. `unwritten` is told what the disk refuses."""

    folder: Path
    unwritten: Unwritten
    _given: set[str] = field(default_factory=set)

    def give(self, question: str) -> Drawn:
        """What is to be tried first; nothing the second time, since a shard that repeats a known failure finds nothing new."""
        if question in self._given:
            return {}
        self._given.add(question)
        return self._read(question)

    def give_again(self, question: str) -> None:
        """Whoever was given them has not come to try them."""
        self._given.discard(question)

    def merge(self, question: str, given: Drawn, left: Drawn) -> None:
        """Keep what a shard has left of what it was given, and what it has found; what did not fail again is forgotten."""
        known = self._read(question)
        kept = {
            kind: sorted(
                ({*known.get(kind, ())} - {*given.get(kind, ())}) | {*left.get(kind, ())}, key=_shortest
            )
            for kind in {*known, *left}
        }
        if kept != known and any((*kept.values(), *known.values())):
            with self.unwritten.noted(f"../{FOLDER}"):
                write_json(self._file(question), {"question": question, **kept})

    def _read(self, question: str) -> Drawn:
        try:
            data = json_document(read_text(self._file(question)))
            return {
                kind: [bytes.fromhex(text).hex() for text in data[kind]]
                for kind in data
                if kind != "question"
            }
        except (Unreadable, TypeError, ValueError):
            return {}  # not there, or no longer as it was written: it is a help, and no record

    def _file(self, question: str) -> Path:
        digest = hashlib.sha256(question.encode()).hexdigest()[:8]
        name = "".join(
            letter if letter.isalnum() or letter == "_" else "-" for letter in question.partition("::")[2]
        )
        return self.folder / f"{name[:60]}-{digest}.json"


def _shortest(text: str) -> tuple[int, str]:
    return len(text), text
