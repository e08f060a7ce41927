"""Schemathesis only draws: listed cases (examples, coverage) in order, fuzzed ones by a seed."""

from collections.abc import Callable, Iterator, Mapping
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
from contracts.schema_hooks.judging import documented, is_odd_character
from contracts.violation import ContractBroken

Operation = APIOperation[Any, Any, Any, Any]
Phase = Literal["examples", "coverage"]

# TRACE is not asked, and unknown method tokens are the HTTP server's own matter.
UNDEFINED_METHODS = ("delete", "get", "options", "patch", "put")
# After the first violation, so many more cases are asked to find a smaller one: each of them may lock funds.
SHRINKING_CASES = 60


def operation_named(operation_id: str) -> Operation:
    """An operation of openapi/ as schemathesis sees it.

    Loaded anew for each question, because a schema remembers which methods it has tried already.
    """
    api = specs.operations()[operation_id].api
    schema = schemathesis.openapi.from_dict(_flattened(api), config=_config())
    operation: Operation = schema.find_operation_by_id(operation_id)
    return operation


def _flattened(api: specs.Api) -> specs.Document:
    """A copy of a document in which every allOf of plain objects is one object.

    Schemathesis lists the boundaries of each part by itself: most broken allocations came without payload and
    signature, and a refusal of such a body says nothing about what else is wrong with it.
    """
    document = deepcopy(specs.document(api))
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        parts = [specs.resolve(api, part) for part in schema.get("allOf", ())]
        if parts and all(part.keys() <= {"type", "required", "properties"} for part in parts):
            required = [member for part in parts for member in part.get("required", ())]
            properties = {
                member: rule for part in parts for member, rule in part.get("properties", {}).items()
            }
            schemas[name] = {"type": "object", "required": required, "properties": properties}
    return document


def _config() -> SchemathesisConfig:
    """Nothing is read from around, cached in files or learned from answers: a seed repeats its cases."""
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


def listed(operation: Operation, phase: Phase) -> Iterator[Case[Any]]:
    """The cases that schemathesis lists for an operation: its examples, or every boundary of its schemas."""
    if phase == "examples":
        yield from map(generate_one, operation.get_strategies_from_examples(NO_FEEDBACK))
        return
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    config = operation.schema.config.generation_for(operation=operation, phase=phase)
    yield from operation.schema.iter_coverage_cases(
        operation, generation_modes=modes, generation_config=config
    )


@dataclass
class Fuzzing:
    """Puts drawn cases to `put`; of the first promise that one breaks, it looks for a small case.

    `aside` takes what breaks other promises meanwhile; `place` is the path's ids at the target. A case that
    was put before is not put again.
    """

    put: Callable[[Case[Any]], None]
    aside: Callable[[ContractBroken], None]
    place: Mapping[str, str]
    _known: dict[str, ContractBroken | None] = field(default_factory=dict)
    _hunted: frozenset[tuple[str, str, str]] = frozenset()
    _left: int = SHRINKING_CASES

    def run(self, operation: Operation, *, cases: int, seed: int) -> None:
        """Draw so many cases, valid and broken; raises `ContractBroken` with the smallest one it found."""
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
        @hypothesis.given(case=_drawn(operation, self.place))
        def ask(case: Case[Any]) -> None:
            broken = self._remembered(case)
            if broken is not None:
                raise broken

        ask()

    def _remembered(self, case: Case[Any]) -> ContractBroken | None:
        identity = repr((case.method, case.path_parameters, case.query, case.body))
        if identity in self._known:
            return self._known[identity]
        if self._hunted:
            if not self._left:
                return None
            self._left -= 1
        self._known[identity] = outcome = self._asked(case)
        return outcome

    def _asked(self, case: Case[Any]) -> ContractBroken | None:
        try:
            self.put(case)
        except ContractBroken as broken:
            found = frozenset(violation.identity for violation in broken.violations if not violation.advisory)
            self._hunted = self._hunted or found
            if found & self._hunted:
                return broken
            self.aside(broken)
        return None


def _drawn(operation: Operation, place: Mapping[str, str]) -> SearchStrategy[Case[Any]]:
    """Valid bodies, tamed and as they come; broken ones; and what is broken anywhere, the path included."""
    here: dict[str, Any] = {"path_parameters": dict(place), "feedback": NO_FEEDBACK}
    valid = operation.as_strategy(GenerationMode.POSITIVE, **here)
    broken = operation.as_strategy(GenerationMode.NEGATIVE, **here)
    anywhere = operation.as_strategy(GenerationMode.NEGATIVE, feedback=NO_FEEDBACK)
    return one_of([valid.map(_tamed), valid, broken, *([anywhere] if place else [])])


def _tamed(case: Case[Any]) -> Case[Any]:
    """The case with a body that has to be taken: nearly every drawn one is beyond what anybody promised."""
    drawn: Any = case.body
    if not isinstance(drawn, dict):
        return case
    named = documented(str(case.operation.definition.raw["operationId"]))
    body = {name: _ordinary(value) for name, value in drawn.items() if name in named}
    if "amount" in body:
        body["amount"] = {name: body["amount"][name] for name in ("currency", "quantity")}
    case.body = body
    return case


def _ordinary(value: Any) -> Any:
    if isinstance(value, str):
        # An ideograph stands for each odd character, so that texts keep their length and differ as before.
        return "".join(chr(0x4E00 + ord(c) % 0x5000) if is_odd_character(c) else c for c in value)
    if isinstance(value, list):
        return [_ordinary(item) for item in value]
    if isinstance(value, dict):
        return {_ordinary(name): _ordinary(item) for name, item in value.items()}
    return value
