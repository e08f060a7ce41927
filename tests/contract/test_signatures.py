"""Create allocation: who has signed what; forged, borrowed and odd signatures (ALC-05, ALC-08)."""

import json

import pytest

from contracts import signing
from contracts.asking.network import Caller, Network, vendor_layout
from contracts.strategies.tampered import FORGERIES, OTHER_FORMS

# Classes of amounts that a service may treat apart: dust, thousands, millions. A forged one is to be refused for any.
QUANTITIES = ("1", "1000", "2000000")


@pytest.mark.asks("ALC-05", "ALC-20")
@pytest.mark.parametrize("label", FORGERIES)
def test_forged_signature_is_refused(network: Network, label: str) -> None:
    """Finds a signature that is not looked at, or in part, or that a refusal is remembered for."""
    for number, quantity in enumerate(QUANTITIES):
        content = network.content(quantity, **({"notes": "a note"} if number else {}))
        payload = vendor_layout(content, network.me.connection)
        body = {**content, "payload": payload, "signature": FORGERIES[label](payload, network.key)}
        answer = network.allocate(body)
        network.refused(answer, "ALC-05", about=f"the signature does not verify ({label})")
        if not number:
            good = network.signed(content, payload=payload)
            network.stays_free(content, answer, about="bad signature", corrected=good)


@pytest.mark.asks("ALC-05")
@pytest.mark.parametrize(
    "label", ["by an unrelated key", "a bit of s, at its end", "of a text with a space more", "zeros"]
)
def test_forged_signature_of_their_payload_is_refused(network: Network, label: str) -> None:
    content = network.content()
    payload = network.payload_of(network.ask_payload(content))
    body = {**content, "payload": payload, "signature": FORGERIES[label](payload, network.key)}
    network.refused(network.allocate(body), "ALC-05", about=f"the signature does not verify ({label})")


@pytest.mark.asks("ALC-05")
def test_forged_signature_is_refused_each_time(network: Network) -> None:
    """Finds a guard that gives up: after some tries for one clientExternalId, nonce or payload the next one passes."""
    content = network.content()
    payload = vendor_layout(content, network.me.connection)
    for label, forge in (
        list(FORGERIES.items())[:12] + [("by an unrelated key", FORGERIES["by an unrelated key"])] * 3
    ):
        body = {**content, "payload": payload, "signature": forge(payload, network.key)}
        network.refused(
            network.allocate(body), "ALC-05", about=f"the signature does not verify ({label}, again)"
        )


@pytest.mark.asks("ALC-05")
def test_forged_signature_of_a_made_allocation_is_refused(network: Network) -> None:
    """Finds answers that an earlier good signature opens: for its payload, its clientExternalId or its nonce."""
    first, _ = network.allocated()
    for label in (
        "by an unrelated key",
        "a bit of s, at its end",
        "zeros",
        "no hex",
        "of a text with a space more",
    ):
        forged = FORGERIES[label](str(first["payload"]), network.key)
        answer = network.allocate({**first, "signature": forged})
        about = f"the signature does not verify ({label}, though an earlier one did)"
        network.refused(answer, "ALC-05", about=about)


@pytest.mark.asks("ALC-05", needs=("SECOND_CONNECTION_ID",))
def test_forged_signature_is_refused_at_another_connection(network: Network) -> None:
    """Finds a check that the enterprise's first connection alone has."""
    second = network.me.but(connection=network.ask.settings.second_connection_id)
    for label in ("by an unrelated key", "a bit of r, at its end", "zeros", "under Ethereum's prefix"):
        content = network.content()
        payload = vendor_layout(content, second.connection)
        body = {**content, "payload": payload, "signature": FORGERIES[label](payload, network.key)}
        about = f"the signature does not verify ({label}, at the second connection)"
        network.refused(network.allocate(body, caller=second), "ALC-05", about=about)


@pytest.mark.asks("ALC-05", needs=("OTHER_SIGNING_KEY",))
def test_other_tenants_signature_is_refused(network: Network, other: Caller) -> None:
    for quantity in QUANTITIES:
        body = network.signed(network.content(quantity), key=other.key)
        network.refused(
            network.allocate(body), "ALC-05", about="the signature does not verify (by another tenant's key)"
        )


@pytest.mark.asks("ALC-05")
def test_signature_of_an_earlier_request_is_refused(network: Network) -> None:
    earlier, _ = network.allocated()
    body = {**network.signed(network.content()), "signature": earlier["signature"]}
    network.refused(
        network.allocate(body), "ALC-05", about="the signature does not verify (that of an earlier request)"
    )
    body = {**network.content(), "payload": earlier["payload"], "signature": earlier["signature"]}
    network.refused(
        network.allocate(body), "ALC-06c", about="payload and signature are those of an earlier request"
    )


@pytest.mark.asks("ALC-05")
def test_signature_of_the_request_body_is_refused(network: Network) -> None:
    content = network.content()
    payload = vendor_layout(content, network.me.connection)
    for label, text in {
        "the request without payload and signature": json.dumps(content),
        "the payload as a JSON string": json.dumps(payload),
        "the payload laid out otherwise": json.dumps(json.loads(payload), indent=1),
    }.items():
        body = {**content, "payload": payload, "signature": signing.sign(text, network.key)}
        clause = "ALC-08" if label.endswith("otherwise") else "ALC-05"
        network.refused(network.allocate(body), clause, about=f"the signature is of something else ({label})")


@pytest.mark.asks("ALC-19")
@pytest.mark.parametrize("label", OTHER_FORMS)
def test_other_forms_of_a_signature(network: Network, label: str) -> None:
    content = network.content()
    payload = vendor_layout(content, network.me.connection)
    body = {**content, "payload": payload, "signature": OTHER_FORMS[label](payload, network.key)}
    network.observe(f"signature: {label}", network.allocate(body))
