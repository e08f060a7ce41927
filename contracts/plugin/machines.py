"""How state machines are run: as many scenarios and steps as the profile says, under the run's seed, shrunk within a limit."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from contracts.asking.asker import Asker
from contracts.plugin.examples import repeat
from contracts.plugin.generation import end, note_late
from contracts.plugin.target import Target

LEAST_SCENARIOS = 3
# Shrinking asks for what it shrinks, and what was allocated stays locked: 600 to 4,700 requests until a script is minimal.
SHRINKING_REQUESTS = 5000

RunMachine = Callable[[Callable[[], Any]], None]


@pytest.fixture
def run_machine(request: pytest.FixtureRequest, contract_target: Target, ask: Asker) -> RunMachine:
    """Runs a rule-based state machine, which it is given the maker of, as the profile says."""
    ask.strict = True
    return lambda machine: _run(machine, contract_target, ask, request.node)


def _run(machine: Callable[[], Any], target: Target, ask: Asker, item: pytest.Item) -> None:
    import hypothesis  # the smoke profile does without
    from hypothesis.control import current_build_context
    from hypothesis.stateful import run_state_machine_as_test

    from contracts.strategies.anew import BACKEND

    profile = target.plan.profile
    scenarios = max(LEAST_SCENARIOS, int(profile.stateful_scenarios * target.speed))
    most = 2 * scenarios * profile.stateful_steps + SHRINKING_REQUESTS

    def limited() -> Any:
        made = machine()
        # Its draws stay as they were, or Hypothesis would call it flaky; the last run, which it reports, asks again.
        much = ask.record.requests > most and not current_build_context().is_final
        late = note_late(target.plan, item)
        made.idle = much or late
        if late:
            # At its natural end, for the same reason.
            made.teardown = partial(end, item)
        return made

    limited._hypothesis_internal_use_seed = target.plan.seed_of(item.nodeid)  # type: ignore[attr-defined] # noqa: SLF001
    if target.plan.example is not None:
        repeat(limited, target.plan.example)
    settings = hypothesis.settings(
        max_examples=scenarios,
        stateful_step_count=profile.stateful_steps,
        phases=(hypothesis.Phase.reuse, hypothesis.Phase.generate, hypothesis.Phase.shrink),
        deadline=None,
        database=target.drawn.opened(),
        derandomize=False,
        backend=BACKEND,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    # Any maker will do (its own docstring says so), though its type says a class.
    run_state_machine_as_test(limited, settings=settings)  # type: ignore[arg-type]
