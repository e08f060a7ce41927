"""What a campaign keeps in its folder, so that whoever goes on with it knows all that the one before knew.

`campaign.json` says what it is, written once. `outcomes.jsonl` has a line for each shard that is done, on the disk before the
next step: what has a line is counted, what has none is asked again. Findings are written before their shard's line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from contracts.campaign.shards import Cut
from contracts.campaign.work import Done
from contracts.findings.documents import Unreadable, json_document, read_text
from contracts.findings.store import write_json
from contracts.outcome import is_cut, of_a_part
from contracts.reporting import outcomes

ABOUT = "campaign.json"
FORMAT = 1


@dataclass(frozen=True)
class About:
    """What a campaign is. It holds no secret: whoever goes on with it has the target's settings."""

    seed: int
    max_time_s: float | None
    shard_s: float
    clauses: str | None
    target: str | None
    """As `--target` named it; None where the environment did."""
    base_url: str | None
    """None for the embedded mock."""
    version: str
    questions: Sequence[tuple[str, str]] = ()
    """Those that are generated, each with its group; empty until a worker has collected them."""

    @property
    def cut(self) -> Cut:
        """How it is cut into shards."""
        return Cut([question for question, _ in self.questions], self.seed, self.shard_s)

    def write(self, folder: Path) -> None:
        """Write it down. Raises OSError."""
        write_json(folder / ABOUT, {"format": FORMAT, **asdict(self)})

    @classmethod
    def read(cls, folder: Path) -> "About":
        """Of the campaign in this folder. Raises Unreadable."""
        if not (folder / ABOUT).is_file():
            raise Unreadable(f"there is no {ABOUT} in this folder", "name the report folder of a campaign")
        data = json_document(read_text(folder / ABOUT))
        if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
            raise Unreadable(f"its {ABOUT} is of another version of contracts")
        try:
            return cls(**{**data, "questions": [(name, group) for name, group in data["questions"]]})
        except (KeyError, TypeError, ValueError):
            raise Unreadable(f"its {ABOUT} is not as it was written", "the file was changed") from None


@dataclass(frozen=True)
class Line:
    """A shard that is done: when it was begun and ended, in seconds of the campaign's own time, and what its questions did."""

    shard: int
    began: float
    ended: float
    seconds: float
    cut: bool
    """Whether its time, or its part of the budget, kept it from asking all that it was to ask."""
    outcomes: Sequence[Mapping[str, Any]]
    failed: str = ""
    """What of the suite itself broke."""


def line_of(done: Done, *, began: float, ended: float) -> Line:
    """The line of a shard that was handed out at `began`."""
    kept = [_at(began, part) for outcome in done.outcomes if (part := of_a_part(outcome)) is not None]
    cut = any(is_cut(outcome) for outcome in done.outcomes)
    return Line(done.number, round(began, 3), round(ended, 3), done.seconds, cut, kept, done.failed)


def add(folder: Path, line: Line) -> None:
    """Write a line down, for good. Raises OSError."""
    outcomes.append(folder / outcomes.OUTCOMES, asdict(line), sync=True)


def lines(folder: Path) -> Iterator[Line]:
    """The shards that are done, in the order in which they were. Raises Unreadable."""
    if not (folder / outcomes.OUTCOMES).exists():
        return
    for number, data in enumerate(outcomes.read(folder / outcomes.OUTCOMES), 1):
        try:
            yield Line(**data)
        except TypeError:
            raise Unreadable(f"its {outcomes.OUTCOMES} holds another kind of line", line=number) from None


def _at(began: float, outcome: Mapping[str, Any]) -> dict[str, Any]:
    """An outcome whose times count from the campaign's beginning instead of its shard's."""
    reds = {clause: {**red, "at": red["at"] + began} for clause, red in outcome["reds"].items()}
    return {**outcome, "began": outcome["began"] + began, "reds": reds}


def missing(numbers: Iterable[int], cut: Cut) -> list[int]:
    """Shards that were passed over: of each question those before its last one, and the opening, that are not done."""
    done = set(numbers)
    last: dict[int, int] = {}
    for number in done - {0}:
        last[cut.place(number)] = max(last.get(cut.place(number), 0), cut.turn(number))
    passed = (cut.number(place, turn) for place, most in last.items() for turn in range(most))
    return sorted({0, *passed} - done)
