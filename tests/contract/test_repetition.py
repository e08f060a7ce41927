"""Create allocation: a nonce works once, the same request is safe to repeat, a reference names one (ALC-09 to 11)."""

from collections.abc import Callable

import pytest

from contracts import signing
from contracts.asking.network import Content, Network, full_truth
from contracts.asking.repeating import no_second, nonce_is_used, reference_is_used, said_in, same_again
from contracts.oracle.state import BEYOND_ANY_BALANCE
from contracts.settings import Profile
from contracts.strategies.layouts import LAYOUTS
from contracts.violation import Unaskable

LONG_AFTER = 160  # allocations: more than a cache of a hundred holds


@pytest.mark.asks("ALC-09")
@pytest.mark.parametrize("changed", ["clientExternalId", "quantity", "notes", "everything"])
def test_used_nonce_is_refused(network: Network, changed: str) -> None:
    first, _ = network.allocated(network.content(notes="first"))
    content = network.content(nonce=first["nonce"], notes="first")
    if changed in {"quantity", "everything"}:
        content["amount"] = network.content("2")["amount"]
    if changed in {"notes", "everything"}:
        content["notes"] = "second"
    answer = network.allocate(network.signed(content))
    network.refused(answer, "ALC-09", about=f"the nonce is used up (another {changed})")


@pytest.mark.asks("ALC-09")
def test_used_nonce_without_notes_is_refused(network: Network) -> None:
    """Finds nonces that are remembered with, or by, what else the request has."""
    first, _ = network.allocated()
    nonce_is_used(network, first, about="nothing else has changed, no notes")
    nonce_is_used(
        network, {**first, "amount": network.content("2")["amount"]}, about="no notes, more is asked for"
    )


@pytest.mark.asks("ALC-09", "ALC-10", "ALC-11", "ALC-03")
def test_keys_and_retry_long_after(network: Network, profile: Profile) -> None:
    """Finds records of nonces, references or retries that a number of later allocations push out, and ids that come again."""
    first, made = network.allocated(network.content(notes="first of many"))
    middle = first, made
    for number in network.ask.patiently(max(LONG_AFTER, profile.between // 3)):
        latest = network.allocated()
        middle = latest if number == LONG_AFTER // 2 else middle
    for (body, allocation), about in ((middle, "used a while ago"), ((first, made), "used long ago")):
        nonce_is_used(network, body, about=about)
        reference_is_used(
            network, {**body, "amount": network.content("2")["amount"]}, allocation, about=about
        )
        same_again(network, body, allocation, about=f"sent again, {about}")


@pytest.mark.asks("ALC-09", "ALC-10", "ALC-11")
def test_keys_stay_used_whatever_comes_between(network: Network) -> None:
    """Finds a record of used keys that a retry, a refusal, a release or another allocation wipes out."""
    network.stand()

    def released(content: Content) -> Content:
        return network.signed({**content, "amount": network.content(str(BEYOND_ANY_BALANCE))["amount"]})

    fresh = network.ask.fresh.name
    betweens: dict[str, Callable[[Content], Content]] = {
        "a retry": lambda body: body,
        "another allocation": lambda body: network.signed(network.content()),
        "a released one with its nonce": lambda body: released(
            {**said_in(body), "clientExternalId": fresh()}
        ),
        "a released one with its clientExternalId": lambda body: released(
            {**said_in(body), "nonce": fresh()}
        ),
        "a released one with both": lambda body: released(said_in(body)),
        "a forged one": lambda body: {**body, "signature": "00" * 65},
        "a malformed one": lambda body: {**body, "notes": 7},
    }
    for label, between in betweens.items():
        body, made = network.allocated()
        network.allocate(between(body))
        nonce_is_used(network, body, about=f"after {label}")
        reference_is_used(
            network, {**body, "amount": network.content("2")["amount"]}, made, about=f"after {label}"
        )
        reference_is_used(network, {**body, "notes": "other"}, made, about=f"after {label}, once more")
        same_again(network, body, made, about=f"sent again after {label}")


@pytest.mark.asks("ALC-09")
def test_nonce_stays_used_after_a_refused_reuse(network: Network) -> None:
    first, _ = network.allocated()
    for _ in range(3):
        reuse = network.signed(network.content(nonce=first["nonce"]))
        network.refused(network.allocate(reuse), "ALC-09", about="the nonce is used up (as just refused)")


@pytest.mark.asks("ALC-09", "ALC-19", needs=("SECOND_CONNECTION_ID",))
def test_nonce_at_another_connection(network: Network) -> None:
    second = network.me.but(connection=network.ask.settings.second_connection_id)
    first, _ = network.allocated()
    body = network.signed(network.content(nonce=first["nonce"]), caller=second)
    network.observe("used nonce at another connection", network.allocate(body, caller=second))
    used_there = network.signed(network.content(), caller=second)
    if network.allocate(used_there, caller=second).status == 200:
        reuse = network.signed(network.content(nonce=used_there["nonce"]), caller=second)
        answer = network.allocate(reuse, caller=second)
        network.refused(answer, "ALC-09", about="the nonce is used up (at the second connection)")


@pytest.mark.asks("ALC-10")
@pytest.mark.parametrize("notes", [None, "a note", "Zürich 💰"])
def test_same_request_again_is_the_same_allocation(network: Network, notes: str | None) -> None:
    clause = "ALC-18" if notes and not notes.isascii() else "ALC-01"
    first, made = network.allocated(network.content(**({} if notes is None else {"notes": notes})), clause)
    for times in ("once", "twice", "three times"):
        same_again(network, first, made, about=f"sent again {times}")
    network.allocated()
    same_again(network, first, made, about="sent again after another")


@pytest.mark.asks("ALC-10")
def test_same_request_again_after_refused_ones(network: Network) -> None:
    first, made = network.allocated()
    network.allocate({**first, "signature": "00" * 65})
    network.allocate(network.signed(network.content(nonce=first["nonce"])))
    network.allocate(network.signed(network.content(clientExternalId=first["clientExternalId"])))
    same_again(network, first, made, about="sent again after refused ones")


@pytest.mark.asks("ALC-10", "SIG-05")
def test_same_request_again_with_their_payload(network: Network) -> None:
    content = network.content()
    payload = network.payload_of(network.ask_payload(content))
    body = {**content, "payload": payload, "signature": signing.sign(payload, network.key)}
    made = network.accepted(network.allocate(body))
    network.payload_of(network.ask_payload(content))
    same_again(network, body, made, about="sent again with their payload")


@pytest.mark.asks("ALC-11")
@pytest.mark.parametrize("nonce", ["fresh", "same"])
@pytest.mark.parametrize("changed", ["quantity", "notes", "no notes", "nothing else"])
def test_used_reference_makes_no_second_allocation(network: Network, changed: str, nonce: str) -> None:
    first, made = network.allocated(network.content(notes="first"))
    content = network.content(clientExternalId=first["clientExternalId"], notes="first")
    if nonce == "same":
        content["nonce"] = first["nonce"]
    if changed == "quantity":
        content["amount"] = network.content("2")["amount"]
    elif changed == "notes":
        content["notes"] = "second"
    elif changed == "no notes":
        del content["notes"]
    for attempt in ("", ", asked once before"):
        answer = network.allocate(network.signed(content))
        about = f"clientExternalId is used ({nonce} nonce, {changed} changed{attempt})"
        no_second(network, answer, made, about=about)
        if nonce == "fresh":
            content["nonce"] = network.ask.fresh.name()


@pytest.mark.asks("ALC-11", needs=("SECOND_CONNECTION_ID",))
def test_used_reference_makes_no_second_allocation_elsewhere(network: Network) -> None:
    """Finds a clientExternalId that is kept for each connection: it is unique per allocation (ref), wherever that goes."""
    second = network.me.but(connection=network.ask.settings.second_connection_id)
    there = network.signed(network.content(), caller=second)
    if network.allocate(there, caller=second).status != 200:
        raise Unaskable("the second connection takes no allocations")
    first, made = network.allocated()
    reference_is_used(network, first, made, about="at another connection", caller=second)


@pytest.mark.asks("ALC-19")
def test_same_content_under_another_layout(network: Network) -> None:
    first, _ = network.allocated()
    content = {name: first[name] for name in ("amount", "clientExternalId", "nonce")}
    body = network.signed(content, payload=LAYOUTS["two-space indent"](full_truth(content, network.me)))
    network.observe("same content under another layout", network.allocate(body))
