"""Writes findings down the moment they are found, and tries soon whether their requests alone show them again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from contracts.checks.registry import Context
from contracts.findings import store
from contracts.findings.again import Again
from contracts.findings.finding import Circumstances, complete, identify, is_slow
from contracts.findings.judging import still_there
from contracts.findings.unwritten import Waiting
from contracts.plan import Plan
from contracts.plugin.examples import version
from contracts.recipes.names import names_of
from contracts.recipes.recipe import Recipe
from contracts.transport.client import TargetLost
from contracts.transport.pace import Pace
from contracts.transport.redaction import Redactor
from contracts.violation import Violation

Identity = tuple[str, str, str]


@dataclass
class Writer:
    """Writes into one run's folder, for one process: of each bug the shortest story that this process has met."""

    plan: Plan
    folder: Path
    redactor: Redactor
    pace: Pace
    _sizes: dict[str, store.Size] = field(default_factory=dict)
    _waiting: Waiting = field(default_factory=Waiting)

    def keep(self, finding: store.Finding) -> None:
        """Write a finding down; on a full disk as soon as there is room."""
        self._waiting.write(partial(store.keep, self.folder, finding))

    def retell(self, finding: store.Finding) -> None:
        """Write down what else there is to tell of a finding."""
        self._waiting.write(partial(store.retell, self.folder, finding))

    def catch_up(self) -> None:
        """Try once more what could not be written down."""
        self._waiting.catch_up()

    def is_shorter(self, violation: Violation) -> bool:
        """Whether no story of this bug has been told as short as this: most bugs are met hundreds of times."""
        bodies = [(exchange.request.body or b"").decode("latin-1") for exchange in violation.exchanges]
        size = store.size(bodies, fresh=self.plan.mark)
        known = self._sizes.get(identify(violation))
        if known is not None and known <= size:
            return False
        self._sizes[identify(violation)] = size
        return True

    def asks_alone(self, violation: Violation) -> bool | None:
        """Whether the requests of a story, asked again under fresh names, show its bug once more; None where that stays open."""
        if self.plan.out_of_time or is_slow(violation):
            return None
        finding = self.told(violation, "", {})
        try:
            with Again(self.plan.settings, pace=self.pace) as again:
                return still_there(again, finding, Recipe.of_data(finding["recipe"]))
        except TargetLost:
            return None  # the run meets that by itself

    def told(
        self,
        violation: Violation,
        asked_by: str,
        examples: Mapping[Identity, str],
        *,
        alone: bool | None = None,
    ) -> store.Finding:
        """The finding that is written."""
        settings, example = self.plan.settings, examples.get(violation.identity)
        how = Circumstances(
            asked_by=asked_by,
            seed=self.plan.seed,
            profile=self.plan.profile.name,
            names=names_of(settings, self.plan.mark),
            target={"name": settings.target_name, "base_url": settings.base_url},
            context=Context(settings.response_time_limit, settings.secrets()),
            example=example,
            hypothesis=version() if example is not None else None,
        )
        return complete(violation, self.redactor, how, alone=alone)


@dataclass
class Written:
    """What one question has had written down."""

    writer: Writer
    asked_by: str
    examples: Mapping[Identity, str]
    violations: list[Violation] = field(default_factory=list)

    def write_down(self, violation: Violation) -> None:
        """Write a violation's finding, unless a shorter story of the same bug is there."""
        if self.writer.is_shorter(violation):
            self.writer.keep(self.writer.told(violation, self.asked_by, self.examples))
            self.violations.append(violation)

    def ask_alone(self) -> int:
        """At the question's end, ask for each finding by itself, and write down what came of it; returns how many requests."""
        asked = 0
        for violation in self.violations:
            alone = self.writer.asks_alone(violation)
            if alone is not None:
                asked += len(violation.exchanges)
                finding = self.writer.told(violation, self.asked_by, self.examples, alone=alone)
                self.writer.retell(finding)
        self.violations.clear()
        self.writer.catch_up()
        return asked
