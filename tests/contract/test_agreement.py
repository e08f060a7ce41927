"""Create allocation: what the signed payload says must agree with the request, in any layout (ALC-06, ALC-07, ALC-08)."""

from collections.abc import Iterator

import pytest

from contracts import signing
from contracts.asking.network import Content, Network, full_truth, vendor_layout
from contracts.strategies.layouts import LAYOUTS


def lies(network: Network, content: Content) -> Iterator[tuple[str, str, Content]]:
    """(clause, label, what the payload says instead of the truth), each breaking one agreement."""
    truth = {**content, "connectionId": network.me.connection}
    amount = content["amount"]
    assert isinstance(amount, dict)
    name = network.ask.fresh.name
    # The fifth is 1 to a double, and to nothing exact.
    for quantity in ("2", "10", "0", "-1", "1.00000000000000000001", "18446744073709551617", "9" * 30):
        yield "ALC-06a", f"quantity {quantity[:6]}", {**truth, "amount": {**amount, "quantity": quantity}}
    for currency in ("teth", "tltc", f"{amount['currency']}x", "x"):
        if currency != amount["currency"]:
            yield "ALC-06b", "currency", {**truth, "amount": {**amount, "currency": currency}}
    for clause, field in (("ALC-06c", "clientExternalId"), ("ALC-06d", "nonce")):
        sent = str(content[field])
        for label, other in {
            "another": name(),
            "one character more": f"{sent}1",
            "one character less": sent[:-1],
            "other case": sent.lower(),
            "the other key": content["nonce" if field == "clientExternalId" else "clientExternalId"],
        }.items():
            yield clause, f"{field}, {label}", {**truth, field: other}
    for label, notes in {
        "another": "another note",
        "one character more": f"{content['notes']}!",
        "one character less": str(content["notes"])[:-1],
        "other case": str(content["notes"]).upper(),
        "other language": "ein Vermerk",
    }.items():
        yield "ALC-06e", f"notes, {label}", {**truth, "notes": notes}
    connections = {"an unknown one": network.ask.fresh.identifier(), "no UUID": "unknown"}
    if network.ask.settings.second_connection_id:
        connections["the second one"] = network.ask.settings.second_connection_id
    for label, connection in connections.items():
        yield "ALC-06f", f"connectionId, {label}", {**truth, "connectionId": connection}
    enterprises = {"an unknown one": network.ask.fresh.name().lower(), "near": network.me.enterprise + "0"}
    if network.ask.settings.other is not None:
        enterprises["another tenant's"] = network.ask.settings.other.enterprise_id
    for label, enterprise in enterprises.items():
        yield "ALC-06g", f"enterpriseId, {label}", {**truth, "enterpriseId": enterprise}


@pytest.mark.asks("ALC-06a", "ALC-06b", "ALC-06c", "ALC-06d", "ALC-06e", "ALC-06f", "ALC-06g")
@pytest.mark.parametrize(
    "clause", ["ALC-06a", "ALC-06b", "ALC-06c", "ALC-06d", "ALC-06e", "ALC-06f", "ALC-06g"]
)
def test_payload_that_disagrees_is_refused(network: Network, clause: str) -> None:
    labels = [
        (found, label)
        for found, label, _ in lies(network, network.content(notes="a note"))
        if found == clause
    ]
    for position, (_, label) in enumerate(labels):
        content = network.content(notes="a note")
        said = [says for found, _, says in lies(network, content) if found == clause][position]
        body = network.signed(content, payload=LAYOUTS["compact"](said))
        network.refused(network.allocate(body), clause, about=f"the payload says otherwise ({label})")


@pytest.mark.asks("ALC-06a")
def test_request_that_asks_for_more_than_was_signed_is_refused(network: Network) -> None:
    for signed_for, asked_for in (
        ("1", "2"),
        ("1", "10"),
        ("1", "1000000"),
        ("9007199254740992", "9007199254740993"),
    ):
        content = network.content(asked_for)
        less = {**content, "amount": network.content(signed_for)["amount"]}
        body = network.signed(content, payload=vendor_layout(less, network.me.connection))
        network.refused(
            network.allocate(body), "ALC-06a", about="the request asks for another quantity than was signed"
        )


@pytest.mark.asks("ALC-06f", needs=("SECOND_CONNECTION_ID",))
def test_payload_for_one_connection_is_refused_at_another(network: Network) -> None:
    second = network.me.but(connection=network.ask.settings.second_connection_id)
    content = network.content()
    for layout in ("compact", "keys sorted"):
        payload = LAYOUTS[layout]({**content, "connectionId": network.me.connection})
        answer = network.allocate(network.signed(content, payload=payload, caller=second), caller=second)
        network.refused(answer, "ALC-06f", about="the payload names another connection than the path")


@pytest.mark.asks("ALC-06a", "ALC-06b", "ALC-06c", "ALC-06d", "ALC-06e")
def test_payload_in_other_words_must_agree_too(network: Network) -> None:
    """The server's own payload, changed in one place, so that nothing but the value differs from an honest one."""
    for clause, field in (("ALC-06c", "clientExternalId"), ("ALC-06d", "nonce"), ("ALC-06e", "notes")):
        content = network.content(notes="a note that is asked for")
        payload = network.payload_of(network.ask_payload({**content, field: network.ask.fresh.name()}))
        body = network.signed(content, payload=payload)
        network.refused(network.allocate(body), clause, about=f"their payload is for another {field}")
    content = network.content()
    payload = network.payload_of(network.ask_payload({**content, "amount": network.content("2")["amount"]}))
    network.refused(
        network.allocate(network.signed(content, payload=payload)),
        "ALC-06a",
        about="their payload is for another quantity",
    )


@pytest.mark.asks("ALC-06a", "ALC-06c", "ALC-06d", "ALC-06e")
def test_payload_that_leaves_out_what_the_request_says_is_refused(network: Network) -> None:
    """The payload is the stringified object of the other properties (ref): what it leaves out, nobody has signed."""
    for clause, field in {
        "ALC-06a": "amount",
        "ALC-06c": "clientExternalId",
        "ALC-06d": "nonce",
        "ALC-06e": "notes",
    }.items():
        content = network.content(notes="a note")
        said = {name: value for name, value in full_truth(content, network.me).items() if name != field}
        answer = network.allocate(network.signed(content, payload=LAYOUTS["compact"](said)))
        network.refused(answer, clause, about=f"the payload leaves out {field}")
    content = network.content()
    said = {**full_truth(content, network.me), "notes": "only in the payload"}
    answer = network.allocate(network.signed(content, payload=LAYOUTS["compact"](said)))
    network.refused(answer, "ALC-06e", about="the payload says notes that the request does not")


@pytest.mark.asks("ALC-19")
def test_payload_that_says_less_or_more(network: Network) -> None:
    """The connection stands in the path, and more than the request is no disagreement: both are open."""
    content = network.content()
    truth = full_truth(content, network.me)
    said = {name: value for name, value in truth.items() if name != "connectionId"}
    answer = network.allocate(network.signed(content, payload=LAYOUTS["compact"](said)))
    network.ask.observe("ALC-19", "payload without connectionId", answer)
    content = network.content()
    said = {**full_truth(content, network.me), "unknown": 1}
    answer = network.allocate(network.signed(content, payload=LAYOUTS["compact"](said)))
    network.ask.observe("ALC-19", "payload with an unknown member", answer)


@pytest.mark.asks("ALC-07")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout_of_a_truthful_payload_is_accepted(network: Network, layout: str) -> None:
    for enterprise in (True, False):
        content = network.content(notes="Zürich a/b “x”")
        said = full_truth(content, network.me)
        if not enterprise:
            del said["enterpriseId"]
        body = network.signed(content, payload=LAYOUTS[layout](said))
        about = f"the payload is truthful ({layout}, {'with' if enterprise else 'without'} enterpriseId)"
        network.accepted(network.allocate(body), "ALC-07", about=about)


@pytest.mark.asks("ALC-07")
def test_vendor_layout_without_asking_is_accepted(network: Network) -> None:
    """The vendor's client never calls the signing endpoint."""
    for changes in ({}, {"notes": "a note"}):
        content = network.content(**changes)
        body = network.signed(content, payload=vendor_layout(content, network.me.connection))
        network.accepted(
            network.allocate(body), "ALC-07", about="the payload is in the vendor client's layout"
        )


@pytest.mark.asks("ALC-08")
@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name != "compact"])
def test_old_signature_under_another_layout_is_refused(network: Network, layout: str) -> None:
    content = network.content(notes="Zürich a/b")
    said = full_truth(content, network.me)
    signed, sent = LAYOUTS["compact"](said), LAYOUTS[layout](said)
    for one, two in ((signed, sent), (sent, signed)):
        body = {**content, "payload": two, "signature": signing.sign(one, network.key)}
        network.refused(
            network.allocate(body), "ALC-08", about=f"the signature is of another layout ({layout})"
        )
