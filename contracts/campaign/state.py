"""What a campaign keeps in its folder, so that whoever goes on with it knows all that the one before knew.

`campaign.json` says what it is, written once. `outcomes.jsonl` has a line for each shard that is done, on the disk before the
next step: what has a line is counted, what has none is asked again. Findings are written before their shard's line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, InstanceOf, TypeAdapter

from contracts.campaign.shards import Cut
from contracts.campaign.work import Done
from contracts.findings.documents import Unreadable, called, json_document, read_text, shaped
from contracts.findings.shapes import STORY, Brief, Count, Seconds, Shape, Text
from contracts.findings.store import write_json
from contracts.outcome import Ended, is_cut, of_a_part
from contracts.reporting import outcomes

ABOUT = "campaign.json"
FORMAT = 1


@dataclass(frozen=True)
class About:
    """What a campaign is. It holds no secret: whoever goes on with it has the target's settings."""

    seed: Count
    max_time_s: Seconds | None
    shard_s: Seconds
    clauses: Text | None
    target: Text | None
    """As `--target` named it; None where the environment did."""
    base_url: Text | None
    """None for the embedded mock."""
    version: Text
    questions: Sequence[tuple[Text, Text]] = ()
    """Those that are generated, each with its group; empty until a worker has collected them."""

    @property
    def cut(self) -> Cut:
        """How it is cut into shards."""
        return Cut([question for question, _ in self.questions], self.seed, self.shard_s)

    def write(self, folder: Path) -> None:
        """Write it down. Raises OSError."""
        write_json(folder / ABOUT, {"format": FORMAT, **asdict(self)}, sync=True)

    @classmethod
    def read(cls, folder: Path) -> "About":
        """Of the campaign in this folder. Raises Unreadable."""
        if not (folder / ABOUT).is_file():
            raise Unreadable(f"there is no {ABOUT} in this folder", "name the report folder of a campaign")
        with called(ABOUT):
            data = json_document(read_text(folder / ABOUT))
            if not isinstance(data, dict) or data.get("format") != FORMAT:
                raise Unreadable("is of another version of contracts")
            return shaped(TypeAdapter(cls), data)


@dataclass(frozen=True)
class Line:
    """A shard that is done: when it was begun and ended, in seconds of the campaign's own time, and what its questions did."""

    shard: Count
    began: Seconds
    ended: Seconds
    seconds: Seconds
    cut: Annotated[bool, Field(strict=True)]
    """Whether its time, or its part of the budget, kept it from asking all that it was to ask."""
    outcomes: Sequence[Mapping[str, Any]]
    failed: Text = ""
    """What of the suite itself broke."""
    again: Count = 0
    """How often it was asked in vain before: its worker was lost."""


def _counted(times: list[Any]) -> list[Any]:
    """How many answers took how long. A copy of each pair, which pydantic makes, would cost as much as all of the reading."""
    for ms, count in times:
        if not (isinstance(ms, float) and isinstance(count, int)):
            raise ValueError("should be times with their counts")  # noqa: TRY004  # pydantic's custom
    return times


class _Red(Shape):
    requests: int
    at: float


class _Outcome(Shape):
    """What a question did, as far as it is folded."""

    question: str
    clauses: Annotated[list[str], Field(min_length=1)]
    ended: Ended
    reason: str
    lost: str
    chances: dict[str, int]
    violations: list[Brief]
    observations: dict[str, dict[str, list[Any]]]
    unasked: dict[str, str]
    unknown: dict[str, str]
    broken: dict[str, str]
    timings: dict[str, Annotated[list[InstanceOf[list[Any]]], AfterValidator(_counted)]]
    answers: list[str]
    began: float
    reds: dict[str, _Red]
    requests: int
    cases: int
    put_off: int
    took_s: float


_LINE = TypeAdapter(Line)
_OUTCOMES = TypeAdapter(list[_Outcome])


def line_of(done: Done, *, began: float, ended: float, again: int = 0) -> Line:
    """The line of a shard that was handed out at `began`."""
    kept = [_at(began, part) for outcome in done.outcomes if (part := of_a_part(outcome)) is not None]
    cut = any(is_cut(outcome) for outcome in done.outcomes)
    return Line(done.number, round(began, 3), round(ended, 3), done.seconds, cut, kept, done.failed, again)


def add(folder: Path, line: Line) -> None:
    """Write a line down, for good. Raises OSError."""
    outcomes.append(folder / outcomes.OUTCOMES, asdict(line), sync=True)


def lines(folder: Path) -> Iterator[Line]:
    """The shards that are done, in the order in which they were. Raises Unreadable."""
    if not (folder / outcomes.OUTCOMES).exists():
        return
    with called(outcomes.OUTCOMES):
        for number, data in enumerate(outcomes.read(folder / outcomes.OUTCOMES), 1):
            line = shaped(_LINE, data, line=number)
            shaped(_OUTCOMES, line.outcomes, line=number)
            yield line


def look_through(folder: Path) -> None:
    """See that what a campaign has found can be told once more; what workers left unfinished, too. Raises Unreadable."""
    for path in sorted(folder.glob("**/findings/*.json")):
        with called(str(path.relative_to(folder)), "without it this story is lost, and all others are told"):
            shaped(STORY, json_document(read_text(path)))


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
