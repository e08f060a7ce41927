"""What a run is to do, fixed before the first question: target, profile, seed, selection, time; plain enough to send to workers."""

import hashlib
import json
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from contracts.asking.fresh import run_mark
from contracts.clauses.catalogue import UnknownClause, load
from contracts.findings.accepted import Accepted
from contracts.findings.kept import KeptRun
from contracts.recipes import corpus
from contracts.settings import (
    Mistake,
    Profile,
    Settings,
    SettingsProblem,
    load_profile,
    load_settings,
    restore_settings,
)
from contracts.transport.budget import Budget
from contracts.transport.made import MadeFile
from contracts.transport.pace import Pace
from contracts.transport.redaction import Redactor

BUDGET = "budget.json"
"""What a run with caps has done to its target, in its report folder."""
CREATED = "created.jsonl"
"""What a run has made at its target, a line for each asset and allocation."""
OUT_OF_TIME = "the run's time was over"
"""Why a question was not asked, in a run with a limit."""


def fresh_seed() -> int:
    """A seed that nobody chose; every report names it."""
    return secrets.randbits(32)


def settle(
    *,
    profile: str,
    target: str | None,
    clauses: str | None,
    environ: Mapping[str, str],
    directory: Path,
    line: Mapping[str, str | None] | None = None,
    allow_production: bool = False,
    found: Iterable[Mistake] = (),
) -> tuple[Settings, Profile]:
    """Settings and profile of a run, `clauses` checked; None stands for an option that was not given.

    `line` has variables that the command line sets. Raises SettingsProblem with the mistakes of all of them, behind those
    that were `found` elsewhere; that a target looks like production is one, unless it is allowed.
    """
    mistakes = [*found, *_unknown_clauses(clauses), *corpus.mistakes_in(directory)]
    settings, effort = None, None
    try:
        settings = load_settings(cli=line or {}, environ=environ, directory=directory, target=target)
        mistakes += () if allow_production else map(production_mistake, settings.production)
    except SettingsProblem as problem:
        mistakes += problem.mistakes
    try:
        effort = load_profile(profile, directory)
    except SettingsProblem as problem:
        mistakes += problem.mistakes
    if mistakes or settings is None or effort is None:
        # Both readers look at contracts.toml and name the same mistakes in it.
        raise SettingsProblem(list(dict.fromkeys(mistakes)))
    return settings, effort


def production_mistake(host: str) -> Mistake:
    """What is wrong with a target that nobody has allowed to ask."""
    hint = "--allow-production of verify and doctor asks it, and then only what changes nothing"
    where = f"BASE_URL or ASSETS_BASE_URL: {host}"
    return Mistake(where, "looks like production", "a test environment", hint)


def _unknown_clauses(clauses: str | None) -> Iterator[Mistake]:
    for selector in clauses.split(",") if clauses is not None else ():
        try:
            load().select(selector)
        except UnknownClause as problem:
            nearest = f"the nearest is {problem.nearest}" if problem.nearest else ""
            what = f"no clause or family is called {selector.strip()!r}"
            yield Mistake("command line: --clauses", what, "ids such as AST,ALC-05", nearest)


@dataclass(frozen=True)
class Plan:
    """One run. `environment` holds the target's variables, secrets included: it is never written to a file."""

    profile: Profile
    environment: dict[str, str] = field(repr=False)
    seed: int = field(default_factory=fresh_seed)
    mark: str = field(default_factory=run_mark)
    clauses: str | None = None
    until: str | None = None
    """The clause whose first violation ends the run: a proof needs no more."""
    example: str | None = None
    """What the generator of the only question is to draw, in Hypothesis' form: a replay's."""
    known: tuple[str, ...] = ()
    """Findings that need no generator to find them again: it goes on behind them."""
    drawn: dict[str, list[str]] | None = None
    """What Hypothesis is to try first, as `plugin.examples` keeps it; None where it keeps nothing."""
    deadline: float | None = None
    in_flight: int = 1
    """Questions under way at once: in threads of one process, or one in each worker process."""
    shard: str | None = None
    """Which part of the questions is asked, such as 2/4; None for all."""
    corpus: str = "none"
    """What tells the user's own known bugs from those of another machine (`corpus.own_digest`)."""
    processes: int = 1
    """That ask; each has its share of the rate."""
    budget: str | None = None
    """The file in which all processes count what they do to the target; None where nothing is capped."""
    rehearsed: bool = False
    """Whether the target stands for a slower one, whose rate is reckoned with and not kept."""
    folder: str | None = None
    baseline: KeptRun | None = None
    accepted: Accepted = field(default_factory=Accepted)

    @cached_property
    def settings(self) -> Settings:
        """The target's settings, parsed again from `environment`."""
        return restore_settings(self.environment)

    def pace(self) -> Pace:
        """What the clients of one process share."""
        pace = Pace.of(self.settings, self.budget, self.processes)
        if self.folder is not None:
            pace.made = MadeFile(Path(self.folder, CREATED), Redactor.of(self.settings).text)
        return replace(pace, rate=None) if self.rehearsed else pace

    def spent(self) -> dict[str, Any] | None:
        """Caps, and what the run has done so far; None where nothing is capped, or somebody has taken the count away."""
        if self.budget is not None:
            with suppress(OSError):
                return Budget(self.settings.caps, Path(self.budget)).told()
        return None

    @cached_property
    def selected(self) -> frozenset[str] | None:
        """The ids that `--clauses` selects, or None for all."""
        return frozenset(clause.id for clause in load().select(self.clauses)) if self.clauses else None

    @property
    def out_of_time(self) -> bool:
        """Whether the run's time is over."""
        return self.deadline is not None and time.time() > self.deadline

    @property
    def findings_folder(self) -> Path | None:
        """Where findings are written the moment they are found."""
        return Path(self.folder, "findings") if self.folder else None

    def seed_of(self, question: str) -> int:
        """A seed for one question, other for each question and the same in every process."""
        return int.from_bytes(hashlib.sha256(f"{self.seed} {question}".encode()).digest()[:8])

    def dumps(self) -> str:
        """The plan as JSON text for a worker process, which asks and compares nothing."""
        kept = replace(self, baseline=None, accepted=Accepted())
        return json.dumps({**asdict(kept), "profile": self.profile.model_dump(), "accepted": None})

    @classmethod
    def loads(cls, text: str) -> "Plan":
        """The plan that `dumps` wrote."""
        data = json.loads(text)
        again = {"profile": Profile(**data["profile"]), "accepted": Accepted(), "known": tuple(data["known"])}
        return cls(**{**data, **again})
