"""What a trial is, and what it proved: the suite against one switch of the mock, at one profile."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

Word = Literal["caught", "silent", "unasked", "missed", "false alarm", "unforeseen", "trouble"]


@dataclass(frozen=True)
class Trial:
    """The suite against one switch. A fault is asked for its clause up to the first violation; with `full`, everything.

    `question` narrows it to that one, such as `test_assets.py::test_name`.
    """

    switch: str
    profile: str
    breaks: str = ""
    falls_with: tuple[str, ...] = ()
    full: bool = False
    seed: int = 0
    question: str | None = None

    @property
    def everything(self) -> bool:
        """Whether the whole contract is asked, to the end: a variant is always asked all of it."""
        return self.full or not self.breaks

    @property
    def key(self) -> tuple[str, str, bool, int]:
        """What makes two trials the same, and a proof that of a trial."""
        return (self.switch, self.profile, self.full, self.seed)


@dataclass(frozen=True)
class Proof:
    """What a trial said of its switch: the clauses that turned red (violated) or yellow (warned).

    `requests`, `seconds` and `question` tell of the first violation of the clause that a fault breaks; they are empty where
    it was not violated. `trouble` says why the trial came to no verdict.
    """

    switch: str
    breaks: str
    profile: str
    full: bool
    seed: int
    red: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    unforeseen: tuple[str, ...] = ()
    asked: bool = False
    requests: int | None = None
    seconds: float | None = None
    question: str = ""
    took_s: float = 0.0
    trouble: str = ""

    @property
    def word(self) -> Word:
        """What became of the trial in a word; `unasked` where no question of the profile asks for the broken clause."""
        if self.trouble:
            return "trouble"
        if not self.breaks:
            return "false alarm" if self.red else "silent"
        if self.unforeseen:
            return "unforeseen"
        if self.breaks in self.red:
            return "caught"
        return "missed" if self.asked else "unasked"

    @property
    def right(self) -> bool:
        """Whether the suite judged rightly: the broken clause is named, and nothing that the switch does not break."""
        return self.word in {"caught", "silent"}

    @property
    def key(self) -> tuple[str, str, bool, int]:
        """The key of the trial that this proves."""
        return (self.switch, self.profile, self.full, self.seed)


def shared(trial: Trial) -> dict[str, Any]:
    """What a proof takes over from its trial."""
    names = ("switch", "breaks", "profile", "full", "seed")
    return {name: getattr(trial, name) for name in names}


def failed(trial: Trial, trouble: str, *, took_s: float) -> Proof:
    """The proof of a trial that came to no verdict."""
    return Proof(**shared(trial), took_s=round(took_s, 2), trouble=trouble.strip() or "it said nothing")


def as_data(proof: Proof) -> dict[str, Any]:
    """A proof as JSON data."""
    return {**asdict(proof), "word": proof.word, "right": proof.right}


def from_data(data: dict[str, Any]) -> Proof:
    """The proof that `as_data` wrote. Raises KeyError and TypeError on anything else."""
    told: dict[str, Any] = {field.name: data[field.name] for field in fields(Proof)}
    lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
    return Proof(**(told | lists))
