"""Signing payloads and allocations on the honest server."""

import json
from typing import Any

import pytest

from contracts import signing, wire
from contracts.mock.identities import BALANCES, FIRST, SECOND


def test_the_payload_says_what_was_asked(server: Any) -> None:
    """A payload that lacks a field, adds one, or changes one."""
    request = server.request(notes="grüße", amount={"currency": "hteth", "quantity": str(2**70 + 1)})
    said = wire.parse(server.ask(request).json()["payload"])
    where = {"connectionId": FIRST.connection_ids[0], "enterpriseId": FIRST.enterprise_id}
    assert said == request | where
    assert wire.parse(server.ask(request, method="GET").json()["payload"]) == said


def test_the_payload_signed_is_accepted(server: Any) -> None:
    """A payload of the service's own that it does not take."""
    request = server.request(notes="日本 🙂")
    payload = server.ask(request).json()["payload"]
    signature = signing.sign(payload, signing.SigningKey.from_text(FIRST.signing_key))
    assert server.allocate(request | {"payload": payload, "signature": signature}).status_code == 200


def test_an_allocation_carries_what_was_sent(server: Any) -> None:
    """A field of the allocation that is lost or changed."""
    order = server.order(notes="n" * 300, amount={"currency": "hteth", "quantity": str(2**66 + 1)})
    answer = server.allocate(order)
    allocation = answer.json()["allocation"]
    assert answer.status_code == 200
    assert {name: allocation[name] for name in ("amount", "clientExternalId", "notes")} == {
        name: order[name] for name in ("amount", "clientExternalId", "notes")
    }
    assert (allocation["status"], allocation["retriable"], "reason" in allocation) == (
        "cleared",
        False,
        False,
    )
    assert allocation["connectionId"] == FIRST.connection_ids[0]
    assert allocation["initiatedBy"]


@pytest.mark.parametrize(
    "layout",
    [
        lambda said: json.dumps(said, indent=2),
        lambda said: json.dumps(said, ensure_ascii=True),
        lambda said: json.dumps(dict(reversed(said.items()))),
        lambda said: f"\t{json.dumps(said)}\r\n",
        lambda said: json.dumps(said | {"enterpriseId": FIRST.enterprise_id}),
    ],
    ids=["indented", "escaped", "reversed", "padded", "with enterpriseId"],
)
def test_takes_any_layout_of_a_truthful_payload(server: Any, layout: Any) -> None:
    """A payload that is compared as text."""
    assert server.allocate(server.order(layout=layout, notes="é")).status_code == 200


@pytest.mark.parametrize(
    "says",
    [
        {"amount": {"currency": "tbtc", "quantity": "2"}},
        {"amount": {"currency": "tbtc", "quantity": 1}},
        {"amount": {"currency": "hteth", "quantity": "1"}},
        {"amount": {"quantity": "1"}},
        {"amount": None},
        {"clientExternalId": "other"},
        {"nonce": "other"},
        {"notes": "other"},
        {"notes": None},
        {"connectionId": FIRST.connection_ids[1]},
        {"connectionId": None},
        {"enterpriseId": SECOND.enterprise_id},
        {"enterpriseId": None},
    ],
    ids=str,
)
def test_refuses_a_payload_that_disagrees(server: Any, says: dict[str, Any]) -> None:
    """A claim of the payload that is not compared, or loosely."""
    assert server.allocate(server.order(says=says)).status_code == 400
    assert server.allocate(server.order(notes="mine", says={"notes": "yours"})).status_code == 400


def test_refuses_what_is_no_signature_over_the_payload(server: Any) -> None:
    """A signature that is looked at by half."""
    order = server.order()
    flipped = f"{order['signature'][:-1]}{'0' if order['signature'][-1] != '0' else '1'}"
    bad = [
        "zz",
        "00",
        "0" * 130,
        flipped,
        order["signature"][:-2],
        f"{order['signature']}00",
        server.order()["signature"],
    ]
    other = {**order, "payload": f" {order['payload']}"}
    orders = [{**order, "signature": signature} for signature in bad]
    for refused in [*orders, other, server.order(key=SECOND.signing_key)]:
        assert server.allocate(refused).status_code == 400
    assert server.allocate(order).status_code == 200


@pytest.mark.parametrize(
    "payload", ["", "{", "[]", "1", '{"amount":{},"amount":{}}', "null", '"\\ud800"'], ids=repr
)
def test_refuses_a_payload_that_is_no_object(server: Any, payload: str) -> None:
    """A payload that cannot be read, and is taken or crashes."""
    assert server.allocate(server.order(layout=lambda said: payload)).status_code == 400


@pytest.mark.parametrize(
    "quantity",
    [
        "0",
        "-1",
        "1.5",
        "1e3",
        "0x10",
        "01",
        " 1",
        "1 ",
        "+1",
        "1_0",
        "\u0661",
        "1\n",
        "",
        "one",
        1,
        None,
        "1" * 101,
    ],
    ids=ascii,
)
def test_refuses_what_is_no_quantity(server: Any, quantity: Any) -> None:
    """A quantity of another form that is read as a number."""
    amount = {"currency": "tbtc", "quantity": quantity}
    assert server.ask(server.request(amount=amount)).status_code == 400
    assert server.allocate(server.order(amount=amount)).status_code == 400


def test_a_quantity_may_have_a_hundred_digits(server: Any) -> None:
    """A limit of the machine's integers."""
    answer = server.allocate(server.order(amount={"currency": "hteth", "quantity": "9" * 100}))
    assert answer.status_code == 422
    assert answer.json()["allocation"]["amount"]["quantity"] == "9" * 100


@pytest.mark.parametrize("field", ["amount", "clientExternalId", "nonce", "payload", "signature"])
@pytest.mark.parametrize("value", ["missing", "", None, 1, []], ids=repr)
def test_refuses_fields_that_are_missing_empty_or_mistyped(server: Any, field: str, value: Any) -> None:
    """A default for what must be sent, or a reader that coerces."""
    order = server.order()
    changed = (
        {name: order[name] for name in order if name != field}
        if value == "missing"
        else order | {field: value}
    )
    answer = server.allocate(changed)
    assert (answer.status_code, type(answer.json())) == (400, dict)
    assert server.allocate(order).status_code == 200  # refused with 400, it used up nothing


def test_the_same_request_again_is_the_same_allocation(server: Any) -> None:
    """A retry that locks funds twice, is refused, or gets a new id."""
    order = server.order(amount={"currency": "tscratch", "quantity": "1000"})
    first = server.allocate(order)
    for _ in range(20):
        server.allocate(server.order())
    assert [server.allocate(order).content for _ in range(2)] == [first.content] * 2
    assert server.allocate(server.order(amount={"currency": "tscratch", "quantity": "13"})).status_code == 200


def test_a_used_id_or_nonce_is_a_conflict(server: Any) -> None:
    """A second allocation under a used clientExternalId or nonce."""
    first = server.order()
    server.allocate(first)
    again = [
        server.order(clientExternalId=first["clientExternalId"]),
        server.order(nonce=first["nonce"]),
        server.order(nonce=first["nonce"], amount={"currency": "hteth", "quantity": "7"}),
        server.order(
            nonce=first["nonce"],
            clientExternalId=first["clientExternalId"],
            amount={"currency": "tbtc", "quantity": "2"},
        ),
    ]
    assert [server.allocate(order).status_code for order in again] == [409] * 4


def test_a_nonce_is_used_up_for_its_connection_alone_and_an_id_for_the_enterprise(server: Any) -> None:
    """A scope of nonces or ids other than the one that is documented for this mock."""
    first, second = server.order(), FIRST.connection_ids[1]
    server.allocate(first)
    same_nonce = server.order(nonce=first["nonce"], connection=second)
    same_id = server.order(clientExternalId=first["clientExternalId"], connection=second)
    assert server.allocate(same_nonce, connection=second).status_code == 200
    assert server.allocate(same_id, connection=second).status_code == 409


def test_more_than_the_balance_is_released_and_locks_nothing(server: Any) -> None:
    """An overdraft, or a released allocation that keeps funds."""
    balance = BALANCES["tscratch"]
    answer = server.allocate(server.order(amount={"currency": "tscratch", "quantity": str(balance + 1)}))
    body = answer.json()
    assert answer.status_code == 422
    assert (body["allocation"]["status"], body["allocation"]["retriable"]) == ("released", False)
    assert body["error"]
    assert body["allocation"]["reason"]
    for quantity, status in ((balance - 1, 200), (2, 422), (1, 200), (1, 422)):
        order = server.order(amount={"currency": "tscratch", "quantity": str(quantity)})
        assert server.allocate(order).status_code == status


def test_a_released_request_sent_again_is_the_same_answer(server: Any) -> None:
    """A retry of what was released that is decided anew."""
    order = server.order(amount={"currency": "tscratch", "quantity": "99999"})
    assert server.allocate(order).content == server.allocate(order).content


def test_balances_are_those_of_each_tenant(server: Any) -> None:
    """One purse for all enterprises."""
    everything = {"currency": "tscratch", "quantity": str(BALANCES["tscratch"])}
    theirs = server.order(amount=everything, key=SECOND.signing_key, connection=SECOND.connection_ids[0])
    assert server.allocate(server.order(amount=everything)).status_code == 200
    assert server.allocate(theirs, tenant=SECOND).status_code == 200


def test_reset_forgets_records_and_restores_balances(server: Any) -> None:
    """State that outlives a reset."""
    order = server.order(amount={"currency": "tscratch", "quantity": "1013"})
    first = server.allocate(order)
    assert server.send("POST", "/_mock/reset").status_code == 204
    second = server.allocate(order)
    assert second.status_code == 200
    assert second.json()["allocation"]["id"] != first.json()["allocation"]["id"]
