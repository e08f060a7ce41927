"""A known bug put to targets of every kind: red where it is back, never where nobody could tell."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from contracts.asking.asker import Asker
from contracts.asking.fresh import Fresh, run_mark
from contracts.exchange import Exchange, Loss, Request
from contracts.oracle.identity import Identities
from contracts.oracle.keys import UsedKeys
from contracts.recipes.known import USUALLY, KnownBug, KnownStep
from contracts.recipes.putting import put
from contracts.recipes.recipe import Signing, Step
from contracts.violation import Unaskable
from tests.fixtures.exchanges import allocation, answered, asset, lost
from tests.fixtures.outcomes import plan

Answering = Callable[[Request], Exchange]
SYMBOL = (
    '{"symbol":"${RUN}0000001","display_name":"${RUN|lower}0000001","type":"COIN","entity_status":"ACTIVE"}'
)
BODY = '{"amount":{"currency":"${CURRENCY}","quantity":"1"},"nonce":"${RUN}0000001","payload":"{}","signature":"${SIGNATURE}"}'
REFUSAL = tuple(range(400, 500))


@dataclass
class Script:
    """A client that answers with the next of its script; the last one for good."""

    script: list[Answering]
    sent: list[Request] = field(default_factory=list)
    witness: Callable[[Exchange], None] | None = None

    def ask(self, request: Request) -> Exchange:
        answering = self.script[min(len(self.sent), len(self.script) - 1)]
        self.sent.append(request)
        exchange = answering(request)
        if self.witness is not None:
            self.witness(exchange)
        return exchange


def asker(*script: Answering, **variables: str | None) -> tuple[Asker, Script]:
    client = Script(list(script))
    environment = {**plan().environment, **variables}
    settings = replace(
        plan(), environment={name: text for name, text in environment.items() if text is not None}
    ).settings
    clients: dict[str, Any] = {"asset-pricing": client, "go-network": client}
    return Asker(settings, clients, Fresh(run_mark()), Identities(), UsedKeys()), client


def bug(clause: str, *steps: tuple[Step, tuple[int, ...]]) -> KnownBug:
    known = tuple(KnownStep(step, answers) for step, answers in steps)
    return KnownBug(f"{clause}-x", "", clause, "the promise", "", known)


CREATE = replace(USUALLY["createAsset"], body=SYMBOL)
ALLOCATE = replace(USUALLY["createAllocation"], body=BODY, sign=Signing("SIGNING_KEY"))
CREATED_TWICE = bug("AST-07", (CREATE, (200,)), (CREATE, (409,)))
DISTINCT = bug("AST-19", (CREATE, (200,)))
REFUSED = bug("ALC-05", (ALLOCATE, REFUSAL))
ALLOCATED = bug("ALC-07", (ALLOCATE, (200,)))


def made(request: Request) -> Exchange:
    return answered(request, 200, asset(**request.fields, id=Fresh().identifier()))


def allocated(request: Request) -> Exchange:
    return answered(request, 200, {"allocation": allocation(id=Fresh().identifier())})


def status(code: int) -> Answering:
    return lambda request: answered(request, code, "no")


def gone(request: Request) -> Exchange:
    return lost(request, Loss.UNREACHABLE)


def charged(ask: Asker, known: KnownBug) -> list[str]:
    with_nothing_to_stand_on = False
    try:
        put(ask, known)
    except Unaskable:
        with_nothing_to_stand_on = True
    return [*(found.clause for found in ask.record.violations), *(["-"] if with_nothing_to_stand_on else [])]


@pytest.mark.parametrize(
    ("known", "script", "expected"),
    [
        (CREATED_TWICE, [made, status(409)], []),
        (CREATED_TWICE, [made, made, made, status(409)], ["AST-07"]),
        (CREATED_TWICE, [made], ["AST-05"]),  # no second create conflicts
        (CREATED_TWICE, [status(400)], ["-"]),  # no plain create is taken, which is another clause's matter
        (CREATED_TWICE, [status(429)], ["-"]),
        (CREATED_TWICE, [gone], ["-"]),
        (CREATED_TWICE, [made, gone], ["-"]),
        (DISTINCT, [made], []),
        (DISTINCT, [status(409)], ["AST-19"]),
        (REFUSED, [status(403), allocated], []),
        (REFUSED, [status(403)], ["-"]),  # nothing is accepted there
        (REFUSED, [allocated], ["ALC-05"]),
        (REFUSED, [status(429)], ["-"]),
        (ALLOCATED, [allocated], []),
        (ALLOCATED, [status(400), allocated], ["ALC-07", "-"]),
        (ALLOCATED, [status(400)], ["ALC-01", "-"]),
        (ALLOCATED, [status(422)], ["-"]),
    ],
)
def test_it_is_red_where_the_bug_is_back(
    known: KnownBug, script: list[Answering], expected: list[str]
) -> None:
    """A false alarm of a recipe, for which its clause is not to blame; or a bug that is back, and passes."""
    ask, _ = asker(*script)
    of_these = {"AST-05", "AST-07", "AST-19", "ALC-01", "ALC-05", "ALC-07", "-"}
    assert [clause for clause in charged(ask, known) if clause in of_these] == expected


def test_it_is_the_finding_that_any_question_meets() -> None:
    """One bug that is told as two: one of the recipe, one of the question that met it first."""
    ask, _ = asker(made, made, made, status(409))
    put(ask, CREATED_TWICE)
    (found,) = ask.record.violations
    assert found.bug == "the promise: wrong status"
    assert found.form == "AST-07-x, 200"
    assert ask.record.chances["AST-07"] == 1


def test_names_are_fresh_and_keep_what_they_have_in_common() -> None:
    """A second run that meets the assets of the first; a symbol in two cases that has become two symbols."""
    ask, client = asker(made, status(409), made, status(409))
    put(ask, CREATED_TWICE)
    put(ask, CREATED_TWICE)
    symbols = [str(request.fields["symbol"]) for request in client.sent]
    assert symbols[0] == symbols[1] != symbols[2] == symbols[3]
    assert all(symbol.startswith(ask.fresh.mark) and len(symbol) == 20 for symbol in symbols)
    assert client.sent[0].fields["display_name"] == symbols[0].lower()


def test_create_asset_needs_no_token() -> None:
    """A target without a token, of which no recipe of its only service is asked."""
    ask, client = asker(made, ACCESS_TOKEN=None, ENTERPRISE_ID=None, CONNECTION_ID=None, SIGNING_KEY=None)
    put(ask, DISTINCT)
    assert client.sent[0].header("Authorization") is None
    assert DISTINCT.needs == ()


def test_what_a_target_lacks_is_named() -> None:
    """A recipe that signs with a key which nobody has: "not applicable", and with the variable's name."""
    stranger = bug("ALC-05", (replace(ALLOCATE, sign=Signing("OTHER_SIGNING_KEY")), REFUSAL))
    assert {"OTHER_SIGNING_KEY", "CONNECTION_ID"} <= set(stranger.needs)
    assert "CURRENCY" not in stranger.needs
    ask, _ = asker(allocated)
    with pytest.raises(Unaskable, match="OTHER_SIGNING_KEY is not set"):
        put(ask, stranger)


def test_it_allocates_in_the_targets_currency() -> None:
    """A recipe of a target with tbtc that a target with another currency can only refuse."""
    ask, client = asker(allocated, CURRENCY="hteth")
    put(ask, ALLOCATED)
    assert client.sent[0].fields["amount"] == {"currency": "hteth", "quantity": "1"}
