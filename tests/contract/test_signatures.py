"""Create allocation: who has signed what; forged, borrowed and odd signatures (ALC-05, ALC-08)."""

import json

import pytest

from contracts import signing
from contracts.asking.network import Caller, Network, vendor_layout
from contracts.strategies.tampered import FORGERIES, OTHER_FORMS


@pytest.mark.asks("ALC-05", "ALC-20")
@pytest.mark.parametrize("label", FORGERIES)
def test_forged_signature_is_refused(network: Network, label: str) -> None:
    content = network.content()
    payload = vendor_layout(content, network.me.connection)
    body = {**content, "payload": payload, "signature": FORGERIES[label](payload, network.key)}
    answer = network.allocate(body)
    network.refused(answer, "ALC-05", about=f"the signature does not verify ({label})")
    network.stays_free(content, answer, about="bad signature")


@pytest.mark.asks("ALC-05")
@pytest.mark.parametrize(
    "label", ["by an unrelated key", "a bit of s, at its end", "of a text with a space more", "zeros"]
)
def test_forged_signature_of_their_payload_is_refused(network: Network, label: str) -> None:
    content = network.content()
    payload = network.payload_of(network.ask_payload(content))
    body = {**content, "payload": payload, "signature": FORGERIES[label](payload, network.key)}
    network.refused(network.allocate(body), "ALC-05", about=f"the signature does not verify ({label})")


@pytest.mark.asks("ALC-05", needs=("OTHER_SIGNING_KEY",))
def test_other_tenants_signature_is_refused(network: Network, other: Caller) -> None:
    for quantity in ("1", "2"):
        body = network.signed(network.content(quantity), key=other.key)
        network.refused(network.allocate(body), "ALC-05", about="the signature is by another tenant's key")


@pytest.mark.asks("ALC-05")
def test_signature_of_an_earlier_request_is_refused(network: Network) -> None:
    earlier, _ = network.allocated()
    body = {**network.signed(network.content()), "signature": earlier["signature"]}
    network.refused(network.allocate(body), "ALC-05", about="the signature is that of an earlier request")
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
        network.refused(network.allocate(body), clause, about=f"the signature is of {label}")


@pytest.mark.asks("ALC-19")
@pytest.mark.parametrize("label", OTHER_FORMS)
def test_other_forms_of_a_signature(network: Network, label: str) -> None:
    content = network.content()
    payload = vendor_layout(content, network.me.connection)
    body = {**content, "payload": payload, "signature": OTHER_FORMS[label](payload, network.key)}
    network.ask.observe("ALC-19", f"signature: {label}", network.allocate(body))
