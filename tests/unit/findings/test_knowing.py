"""Findings become recipes: with nothing of their run in them, and only where their answers alone are a fair judgement."""

import json
from dataclasses import replace
from typing import Any

import pytest

from contracts.findings.knowing import LONGEST_BODY, NoRecipe, known_bug
from contracts.recipes.known import USUALLY, KnownBug
from contracts.recipes.recipe import Recipe, Signing, Step
from contracts.transport.redaction import MASK

CREATE = replace(
    USUALLY["createAsset"], body='{"symbol":"${RUN}00001WN","display_name":"${RUN|lower}00001wn"}'
)
AGAIN = replace(CREATE, body='{ "symbol": "${RUN}00001WN", "display_name": "${RUN}00001WP" }')
SAID = '{"amount":{"currency":"tbtc","quantity":"1"},"nonce":"${RUN}00001WN"}'
PAYLOAD = json.dumps(SAID)[1:-1]
ALLOCATE = replace(
    USUALLY["createAllocation"],
    body=f'{SAID[:-1]},"payload":"{PAYLOAD}","signature":"${{SIGNATURE}}"}}',
    sign=Signing("SIGNING_KEY"),
)


def finding(*statuses: int | None, **changes: Any) -> dict[str, Any]:
    """A finding whose requests were answered so."""
    told: dict[str, Any] = {
        "id": "AST-07-5c2fab224d",
        "clause": "AST-07",
        "kind": "the symbol exists: wrong status",
        "exchanges": [
            {"response": {"status": status}} if status else {"lost": "gone"} for status in statuses
        ],
        "recipe": {"judge": {"by": "status", "allowed": [409]}},
    }
    return told | changes


def recipe(*steps: Step) -> Recipe:
    return Recipe("test_x.py::test_y[z]", "nightly", 7, steps)


def known(*steps: Step, told: dict[str, Any] | None = None, **options: Any) -> KnownBug:
    return known_bug(told or finding(*(200 for _ in steps)), recipe(*steps), currency="tbtc", **options)


def test_a_recipe_holds_nothing_of_its_run() -> None:
    """The same bug of another night, as another recipe; a name of a run that a second one meets again."""
    bug = known(CREATE, AGAIN)
    assert [asked.step.body for asked in bug.steps] == [
        '{"symbol":"${RUN}0000001","display_name":"${RUN|lower}0000001"}',
        '{ "symbol": "${RUN}0000001", "display_name": "${RUN}0000002" }',
    ]
    assert [asked.answers for asked in bug.steps] == [(200,), (409,)]
    assert bug.found == "AST-07-5c2fab224d by test_x.py::test_y[z] (nightly, seed 7)"
    assert (bug.name, bug.because) == ("AST-07-the-symbol-exists", "the symbol exists")


def test_a_recipe_may_be_given_a_name() -> None:
    """A file name that breaks out of its folder, or that a shell has to quote."""
    assert known(CREATE, AGAIN, name="../Soft hyphen, \U0001f600!").name == "AST-07-soft-hyphen"


def test_what_checks_see_needs_no_status() -> None:
    """A promised status that nobody promised: the one that the broken answer happened to have."""
    bug = known(CREATE, told=finding(200, recipe={"judge": {"by": "checks"}}, kind="metadata changed"))
    assert bug.steps[-1].answers == ()
    assert bug.because == "metadata changed"


def test_a_run_without_a_token_makes_no_point_of_it() -> None:
    """A recipe of a target that wants no token for assets, which calls one wrong that does."""
    tokenless = replace(CREATE, headers=CREATE.headers[:-1])
    assert known(tokenless, told=finding(200)).steps[0].step.headers == CREATE.headers


def test_the_currency_is_the_targets() -> None:
    """A recipe that only targets with tbtc can be asked, or that says another currency in its payload."""
    bug = known(ALLOCATE, told=finding(200, recipe={"judge": {"by": "status", "allowed": [400]}}))
    assert str(bug.steps[0].step.body).count("${CURRENCY}") == 2
    assert "tbtc" not in str(bug.steps[0].step.body)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (replace(CREATE, burst=1), "same moment"),
        (replace(CREATE, below=True), "no operation of the application"),
        (replace(CREATE, operation=None), "no operation of the application"),
        (replace(CREATE, encoding="latin-1"), "no UTF-8"),
        (replace(CREATE, body=f'{{"symbol":"${{RUN}}00001WN{"x" * LONGEST_BODY}"}}'), "more than"),
        (replace(CREATE, body=f'{{"symbol":"${{RUN}}00001WN","x":"{MASK}"}}'), "secret"),
        (replace(CREATE, body='{"symbol":"${RUN}00001WN","x":"CT1NG4192D4NJ00000A1"}'), "names of its run"),
        (
            replace(CREATE, body='{"symbol":"${RUN}00001WN","x":"\\u0043\\u0054\\u0031NG4192D4NJ00000A1"}'),
            "names of its run",
        ),
        (replace(CREATE, body='{"symbol":"${RUN}00001"}'), "is no name"),
        (replace(CREATE, body='{"symbol":"${RUN|title}00001wn"}'), "is no name"),
        (replace(CREATE, body='{"symbol":"${RUN_DIGITS}1234567890"}'), "is no name"),
        (replace(CREATE, headers=(*CREATE.headers, *CREATE.headers)), "headers"),
        (replace(ALLOCATE, body=str(ALLOCATE.body).replace("tbtc", "btc", 1)), "another currency"),
    ],
)
def test_what_cannot_be_asked_of_any_target_is_refused(step: Step, why: str) -> None:
    """A recipe that is red on an honest server, or that nobody can review."""
    with pytest.raises(NoRecipe, match=why):
        known(step, told=finding(200))


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (finding(200, 200, recipe={"judge": {"by": "question"}}), "only its question"),
        (finding(None, 200), "not all of its requests were answered"),
        (finding(200), "not all of its requests were answered"),
        (finding(200, 200, exchanges="none"), "changed after its run"),
        (finding(200, 200, clause="AST-99"), "no clause AST-99"),
    ],
)
def test_what_no_answer_alone_shows_is_refused(told: dict[str, Any], why: str) -> None:
    """A recipe that can never turn red, and looks as if it watched over something."""
    with pytest.raises(NoRecipe, match=why):
        known(CREATE, AGAIN, told=told)


def test_what_is_made_must_be_new_each_time() -> None:
    """A recipe that is asked once, and that every later run cannot ask."""
    plain = replace(CREATE, body='{"symbol":"BTC"}')
    with pytest.raises(NoRecipe, match="will exist the next time"):
        known(plain, plain)
