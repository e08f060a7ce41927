"""Schemathesis over openapi/ as a second opinion: examples, every boundary of the schemas, fuzzed cases.

It is imported inside the questions: the smoke profile, which leaves them out, does not wait for it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from contracts import specs
from contracts.asking.asker import Asker, needs_answer
from contracts.asking.network import Caller, Network
from contracts.exchange import Exchange, Trait
from contracts.plugin.generation import is_late
from contracts.violation import ContractBroken, Unaskable

if TYPE_CHECKING:
    from schemathesis import Case

    from contracts.schema_hooks.dressing import Outgoing

# The first clause of each decides whether a target can be asked at all.
ASKED = {
    "createAsset": (
        *("AST-01", "AST-02", "AST-03", "AST-04", "AST-09", "AST-11", "AST-12", "AST-13", "AST-14", "AST-15"),
        *("AST-16", "AST-17", "AST-18", "AST-19"),
    ),
    "signingPayload": ("SIG-01", "SIG-02", "SIG-06", "AUT-01", "AUT-06", "AUT-08"),
    "signingPayloadByGet": ("SIG-01", "SIG-02", "SIG-06", "AUT-01", "AUT-06", "AUT-08"),
    "createAllocation": (
        *("ALC-01", "ALC-02", "ALC-03", "ALC-04", "ALC-14", "ALC-16", "ALC-17"),
        *("AUT-01", "AUT-06", "AUT-08"),
    ),
}
PROTOCOL = ("HTP-01", "HTP-02", "HTP-03", "HTP-04", "HTP-05", "HTP-06", "HTP-08", "AUT-07")

every_operation = pytest.mark.parametrize(
    "operation",
    [pytest.param(name, marks=pytest.mark.asks(*clauses, *PROTOCOL)) for name, clauses in ASKED.items()],
)


@pytest.fixture
def put(ask: Asker, operation: str) -> "Callable[[Case[Any]], None]":
    """Sends a case as a request to the target and judges the answer."""
    from contracts.schema_hooks.dressing import Dresser

    needs_operation(ask, operation)
    dresser, api = Dresser(ask.settings, ask.fresh), specs.operations()[operation].api

    def send(case: "Case[Any]") -> None:
        outgoing = dresser.dress(case, operation)
        judge(ask, outgoing, ask.send(outgoing.request, api))

    return send


@pytest.mark.deep
@pytest.mark.parametrize("phase", ["examples", "coverage"])
@every_operation
def test_listed_cases(put: "Callable[[Case[Any]], None]", operation: str, phase: Any) -> None:
    from contracts.schema_hooks.drawing import listed, operation_named

    for case in listed(operation_named(operation), phase):
        put(case)


@pytest.mark.deep
@every_operation
def test_fuzzed_cases(
    put: "Callable[[Case[Any]], None]",
    ask: Asker,
    operation: str,
    contract_target: Any,
    request: pytest.FixtureRequest,
) -> None:
    from contracts.schema_hooks.drawing import Fuzzing, operation_named

    def aside(broken: ContractBroken) -> None:
        for violation in broken.violations:
            ask.record.keep(violation)

    def in_time(case: "Case[Any]") -> None:
        if not is_late(plan, request.node):
            put(case)

    plan, own = contract_target.plan, ask.settings.own
    ids = {"enterpriseId": own.enterprise_id, "connectionId": own.connection_id} if own is not None else {}
    ask.strict = True
    fuzzing = Fuzzing(in_time, aside, ids if operation != "createAsset" else {})
    fuzzing.run(
        operation_named(operation), cases=plan.profile.schema_examples, seed=plan.seed_of(request.node.nodeid)
    )


def needs_operation(ask: Asker, operation: str) -> None:
    """A server may not offer the GET variant, and one that reads no body of a GET finds it empty."""
    if operation == "signingPayloadByGet" and ask.settings.own is not None:
        network = Network(ask, Caller.of(ask.settings.own))
        plain = network.ask_payload(network.content(), method="GET")
        needs_answer(plain)
        if plain.status != 200:
            raise Unaskable(f"the GET variant is answered {plain.status}")


# --- judging, beyond what every answer is held to anyway ---------------------------------------------------


def judge(ask: Asker, outgoing: "Outgoing", exchange: Exchange) -> None:
    """Hold an answer against the clause that its case is about."""
    broke_down = exchange.status is not None and exchange.status >= 500 and exchange.status != 501
    if broke_down and outgoing.focus != "path":
        return  # HTP-01's matter; AUT-08 names 5xx by itself
    {
        "body": judge_body,
        "path": judge_path,
        "token": judge_token,
        "method": judge_method,
        "media type": judge_media_type,
    }[outgoing.focus](ask, outgoing, exchange)


def judge_body(ask: Asker, outgoing: "Outgoing", exchange: Exchange) -> None:
    from contracts.schema_hooks.judging import expectation

    request = outgoing.request
    expected = expectation(request.operation or "", request.body or b"")
    if expected is None:
        return
    statuses, clause = set(expected.statuses), expected.clause
    if not outgoing.fresh:
        statuses.add(409)
    if request.media_type is None:
        statuses |= {411, 415}  # no body, so none declared
    if clause == "AST-01" and exchange.status == 409 and outgoing.fresh:
        ask.answered(exchange, "AST-19", 200, about="the symbol was never used before")
        return
    ask.answered(exchange, clause, statuses, about=expected.about)


def judge_path(ask: Asker, outgoing: "Outgoing", exchange: Exchange) -> None:
    odd = Trait.BELOW in outgoing.request.traits
    refused = set(range(201, 600)) if odd else {400, 401, 403, 404}
    ask.answered(exchange, "AUT-08", refused, about="the path names no connection of the enterprise")


def judge_token(ask: Asker, outgoing: "Outgoing", exchange: Exchange) -> None:
    clause = "AUT-01" if outgoing.request.header("authorization") is None else "AUT-02"
    ask.answered(exchange, clause, 401, about="there is no valid token")


def judge_method(ask: Asker, outgoing: "Outgoing", exchange: Exchange) -> None:
    if outgoing.request.method != "OPTIONS":
        ask.answered(exchange, "HTP-04", {*range(400, 500), 501}, about="the method is not defined")


def judge_media_type(ask: Asker, outgoing: "Outgoing", exchange: Exchange) -> None:
    if outgoing.request.operation != "signingPayloadByGet":
        ask.answered(exchange, "HTP-05", {400, 415}, about="the body is of another media type (declared)")
