"""Schemathesis only draws: listed cases (examples, coverage) in their order, fuzzed ones under Hypothesis with a seed."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Literal

import hypothesis
import schemathesis
from hypothesis.strategies import SearchStrategy, one_of
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.hypothesis.examples import generate_one
from schemathesis.schemas import APIOperation

from contracts import specs
from contracts.violation import ContractBroken

Operation = APIOperation[Any, Any, Any, Any]
Phase = Literal["examples", "coverage"]

# TRACE is not asked, and unknown method tokens are the HTTP server's matter (CLAUSES.md, Below the application).
UNDEFINED_METHODS = ("delete", "get", "options", "patch", "put")
# After the first violation, so many more cases are asked to find a smaller one: each of them may lock funds.
SHRINKING_CASES = 60


def operation_named(operation_id: str) -> Operation:
    """An operation of openapi/ as schemathesis sees it.

    Loaded anew for each question, because a schema remembers which methods it has tried already.
    """
    document = deepcopy(specs.documents()[specs.operations()[operation_id].api])
    schema = schemathesis.openapi.from_dict(document, config=_config())
    operation: Operation = schema.find_operation_by_id(operation_id)
    return operation


def _config() -> SchemathesisConfig:
    """Nothing is read from the surroundings, written to files or learned from answers, so that a seed repeats its cases."""
    forgetful = {"extra-data-sources": {"responses": False}}
    # Tokens have questions of their own (AUT); drawn ones would make every other fuzzed case a plain 401.
    tokenless = {"generation": {"with-security-parameters": False}}
    return SchemathesisConfig.from_dict(
        {
            "cache": {"enabled": False},
            "phases": {
                "examples": forgetful,
                "coverage": {**forgetful, "unexpected-methods": list(UNDEFINED_METHODS)},
                "fuzzing": {**forgetful, **tokenless},
            },
        }
    )


def listed(operation: Operation, phase: Phase) -> Iterator[Case]:
    """The cases that schemathesis lists for an operation: its examples, or every boundary of its schemas."""
    if phase == "examples":
        yield from map(generate_one, operation.get_strategies_from_examples(NO_FEEDBACK))
        return
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    config = operation.schema.config.generation_for(operation=operation, phase=phase)
    yield from operation.schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=config)


@dataclass
class Fuzzing:
    """Puts drawn cases to `put`, and looks for a small case that breaks the same promise as the first that broke one.

    `aside` takes what breaks other promises meanwhile. A case that was put before is not put again.
    """

    put: Callable[[Case], None]
    aside: Callable[[ContractBroken], None]
    _known: dict[str, ContractBroken | None] = field(default_factory=dict)
    _hunted: frozenset[tuple[str, str, str]] = frozenset()
    _left: int = SHRINKING_CASES

    def run(self, operation: Operation, *, cases: int, seed: int) -> None:
        """Draw so many cases, valid and broken ones; raises `ContractBroken` with the smallest case that it found."""
        settings = hypothesis.settings(
            max_examples=cases,
            deadline=None,
            database=None,
            derandomize=False,
            phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
            suppress_health_check=list(hypothesis.HealthCheck),
            verbosity=hypothesis.Verbosity.quiet,
        )

        @hypothesis.seed(seed)
        @settings
        @hypothesis.given(case=_drawn(operation))
        def ask(case: Case) -> None:
            broken = self._remembered(case)
            if broken is not None:
                raise broken

        ask()

    def _remembered(self, case: Case) -> ContractBroken | None:
        identity = repr((case.method, case.path_parameters, case.query, case.body))
        if identity in self._known:
            return self._known[identity]
        if self._hunted:
            if not self._left:
                return None
            self._left -= 1
        self._known[identity] = outcome = self._asked(case)
        return outcome

    def _asked(self, case: Case) -> ContractBroken | None:
        try:
            self.put(case)
        except ContractBroken as broken:
            found = frozenset(violation.identity for violation in broken.violations)
            self._hunted = self._hunted or found
            if found & self._hunted:
                return broken
            self.aside(broken)
        return None


def _drawn(operation: Operation) -> SearchStrategy[Case]:
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    return one_of([operation.as_strategy(mode, feedback=NO_FEEDBACK) for mode in modes])
