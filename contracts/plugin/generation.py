"""How generated questions are run: seed and examples by the plan, failures told apart from Hypothesis' own words."""

from collections.abc import Iterator
from functools import wraps
from typing import Any

import pytest

from contracts.plan import OUT_OF_TIME, Plan
from contracts.plugin.examples import repeat
from contracts.plugin.stash import CLAUSES, RECORD
from contracts.plugin.target import TARGET, Target
from contracts.violation import ContractBroken, Violation

LEAST_EXAMPLES = 5
_ENDING = "contracts_ends_in_time"


def prepare(item: pytest.Item, target: Target) -> None:
    """Give a Hypothesis test its seed and its part of the profile's examples, fewer on a slow target."""
    plan = target.plan
    import hypothesis  # the smoke profile does without

    from contracts.strategies.anew import BACKEND

    share = item.get_closest_marker("share")
    part = (share.args[0] if share else 1.0) * target.speed
    examples = max(LEAST_EXAMPLES, int(plan.profile.examples * part))
    # By differing_executors Hypothesis' pytest plugin would make all fixtures once more, to look at their scopes.
    quiet = [
        hypothesis.HealthCheck.function_scoped_fixture,
        hypothesis.HealthCheck.differing_executors,
        hypothesis.HealthCheck.too_slow,
        # Of a known violation, which may come with most examples.
        hypothesis.HealthCheck.filter_too_much,
    ]
    test = item.obj  # type: ignore[attr-defined]
    hypothesis.seed(plan.seed_of(item.nodeid))(test)
    if plan.example is not None:
        repeat(test, plan.example)
    _end_in_time(item, test, plan)
    # Set by hand: applying settings() to a test that pytest holds already would not replace the profile that Hypothesis
    # loads by itself under CI, which is derandomised.
    test._hypothesis_internal_use_settings = hypothesis.settings(  # noqa: SLF001
        max_examples=examples,
        # Explaining tries variations of what is found already: noise on a target, and up to a minute.
        phases=(
            hypothesis.Phase.explicit,
            hypothesis.Phase.reuse,
            hypothesis.Phase.generate,
            hypothesis.Phase.shrink,
        ),
        deadline=None,
        database=target.drawn.opened(),
        derandomize=False,
        backend=BACKEND,
        suppress_health_check=quiet,
    )


class OutOfTime(BaseException):  # Hypothesis would shrink an Exception
    """The run's time is over, and this question has found nothing: it ends here."""


def _end_in_time(item: pytest.Item, test: Any, plan: Plan) -> None:
    """Ask for no further example when the run's time is over: one question may hold a thousand requests."""
    # One process may ask the same question in several sessions.
    ask = getattr(test.hypothesis.inner_test, _ENDING, test.hypothesis.inner_test)

    @wraps(ask)
    def asked(*values: Any, **named: Any) -> Any:
        return None if is_late(plan, item) else ask(*values, **named)

    setattr(asked, _ENDING, ask)
    test.hypothesis.inner_test = asked


def is_late(plan: Plan, item: pytest.Item) -> bool:
    """Whether the run's time is over, and what is asked now is not the last look at a failure.

    What is found by then is asked for once more to be told, and not shrunk. Where nothing is, raises OutOfTime.
    """
    late = note_late(plan, item)
    if late:
        end(item)
    return late


def note_late(plan: Plan, item: pytest.Item) -> bool:
    """The same, noted for whoever judges by it; raises nothing."""
    from hypothesis.control import current_build_context

    if not plan.out_of_time or current_build_context().is_final:
        return False
    for clause in item.stash[CLAUSES]:
        item.stash[RECORD].could_not_ask(clause, OUT_OF_TIME)
    # Hypothesis takes whatever ends a question for a failure to be kept, and one that is not asked for one that is mended.
    item.config.stash[TARGET].drawn.shut()
    return True


def end(item: pytest.Item) -> None:
    """End a question whose time is over, unless it has found something. Raises OutOfTime."""
    if not item.stash[RECORD].raised:
        raise OutOfTime


def violations_in(problem: BaseException) -> Iterator[Violation]:
    """The violations in an exception or in a group of them."""
    if isinstance(problem, ContractBroken):
        yield from problem.violations
    for inner in getattr(problem, "exceptions", ()):
        yield from violations_in(inner)


def bugs_in(problem: BaseException) -> Iterator[BaseException]:
    """The leaves of an exception (group) that are neither violations nor Hypothesis' word on its own replay."""
    if isinstance(problem, BaseExceptionGroup):
        for inner in problem.exceptions:
            yield from bugs_in(inner)
    elif (
        not isinstance(problem, ContractBroken) and type(problem).__module__.partition(".")[0] != "hypothesis"
    ):
        yield problem
