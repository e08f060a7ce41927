"""Create allocation: what the signed payload says must agree with the request, in any layout (ALC-06, ALC-07, ALC-08)."""

from collections.abc import Mapping

import pytest

from contracts import signing
from contracts.asking.network import Content, Network, full_truth, vendor_layout
from contracts.strategies import untruths
from contracts.strategies.layouts import LAYOUTS
from contracts.strategies.untruths import Untruth

# What the payload may say otherwise, by the clause that forbids it.
FIELDS = {
    "ALC-06a": "quantity",
    "ALC-06b": "currency",
    "ALC-06c": "clientExternalId",
    "ALC-06d": "nonce",
    "ALC-06e": "notes",
    "ALC-06f": "connectionId",
    "ALC-06g": "enterpriseId",
}
AMOUNT = ("quantity", "currency")
TEXTS = {**untruths.OTHER_TEXTS, **untruths.OTHER_FORMS_OF_TEXT, **untruths.NO_TEXTS}
# 64 characters, which is all that is promised, so that a comparison of a part of them shows.
REMARK = "Zürich: a remark of 64 characters, with one  double space, a Z"
# Whether the request has notes, and whether its payload names the enterprise: each lie is told in two of the four ways.
WAYS = (((True, True), (False, False)), ((True, False), (False, True)))


def lies(network: Network, clause: str) -> Mapping[str, Untruth]:
    """What a payload says instead of the truth, by its name."""
    if clause == "ALC-06a":
        return untruths.OTHER_QUANTITIES
    if clause in {"ALC-06c", "ALC-06d", "ALC-06e"}:
        return TEXTS
    if clause == "ALC-06b":
        return currencies(network)
    known = ids_of_others(network, clause)
    table = untruths.OTHER_IDENTIFIERS if clause == "ALC-06f" else untruths.OTHER_TEXTS
    return {**known, **table, **untruths.NO_TEXTS}


def currencies(network: Network) -> Mapping[str, Untruth]:
    """Currencies near the one that is asked for, others that a target may know, and no currencies."""
    scratch = network.ask.settings.scratch_currency
    known = {"another": "teth", "a third": "tltc", "the scratch currency": scratch or "tsol"}
    near: dict[str, Untruth] = {
        "one character more": lambda text: f"{text}x",
        "one character more in front": lambda text: f"t{text}",
        "one character less": lambda text: text[:-1],
        "without its first character": lambda text: text[1:],
        "of one character": lambda text: text[0] if len(text) > 1 else "x",
        "empty": lambda text: "",
    }
    return {**constants(known, unlike=network.ask.settings.currency), **near, **untruths.NO_TEXTS}


def ids_of_others(network: Network, clause: str) -> Mapping[str, Untruth]:
    """Identifiers that the target knows or could know: the other tenant's, another connection's, nobody's."""
    ask, other = network.ask, network.ask.settings.other
    if clause == "ALC-06f":
        known = {"an unknown one": ask.fresh.identifier(), "no UUID": "unknown"}
        known["the second one"] = ask.settings.second_connection_id or ask.fresh.identifier()
        known["another tenant's"] = other.connection_id if other else ask.fresh.identifier()
        return constants(known, unlike=network.me.connection)
    known = {"an unknown one": ask.fresh.name().lower(), "the connection's": network.me.connection}
    known["another tenant's"] = other.enterprise_id if other else ask.fresh.identifier()
    return constants(known, unlike=network.me.enterprise)


def constants(named: Mapping[str, str], *, unlike: str) -> dict[str, Untruth]:
    """Untruths that are the same whatever the truth is."""
    return {label: lambda _, value=value: value for label, value in named.items() if value != unlike}  # type: ignore[misc]


def asked_for(network: Network, clause: str, *, notes: bool, quantity: str = "2") -> Content:
    """What is truly asked for: texts of 64 characters, so that each lie is one wherever they are compared."""
    texts: Content = {"notes": REMARK} if notes or clause == "ALC-06e" else {}
    if clause in {"ALC-06c", "ALC-06d"}:
        texts[FIELDS[clause]] = f"{network.ask.fresh.name()}{'aB1' * 14}xY"
    return network.content(quantity, **texts)


def told(
    network: Network, content: Content, clause: str, lie: Untruth, *, enterprise: bool = True
) -> Content:
    """A signed request whose payload says something else at one place."""
    said = full_truth(content, network.me)
    if not enterprise and clause != "ALC-06g":
        del said["enterpriseId"]
    holder, name = said, FIELDS[clause]
    if name in AMOUNT:
        amount = content["amount"]
        assert isinstance(amount, dict)
        holder = said["amount"] = dict(amount)
    holder[name] = lie(str(holder[name]))
    return network.signed(content, payload=LAYOUTS["compact"](said))


@pytest.mark.asks("ALC-06a", "ALC-06b", "ALC-06c", "ALC-06d", "ALC-06e", "ALC-06f", "ALC-06g")
@pytest.mark.parametrize("clause", FIELDS)
def test_payload_that_disagrees_is_refused(network: Network, clause: str) -> None:
    """Finds a field that is not compared, or only in part, after a change, or where something else is there as well."""
    for number, (label, lie) in enumerate(lies(network, clause).items()):
        for notes, enterprise in WAYS[number % 2]:
            content = asked_for(network, clause, notes=notes)
            body = told(network, content, clause, lie, enterprise=enterprise)
            about = f"the payload says otherwise ({FIELDS[clause]}: {label})"
            network.refused(network.allocate(body), clause, about=about)


@pytest.mark.asks("ALC-06c", "ALC-06d", "ALC-06a")
def test_payload_with_another_numeral_is_refused(network: Network) -> None:
    """Finds texts of digits that are compared as numbers, and quantities that are compared as doubles or in a register."""
    for clause in ("ALC-06c", "ALC-06d"):
        for label, lie in untruths.OTHER_NUMERALS.items():
            digits: Content = {FIELDS[clause]: network.ask.fresh.digits()}
            body = told(network, network.content(**digits), clause, lie)
            about = f"the payload has another numeral ({FIELDS[clause]}: {label})"
            network.refused(network.allocate(body), clause, about=about)
    for quantity in ("9007199254740993", "18446744073709551617", "1" + "0" * 25):
        for label, lie in untruths.OTHER_QUANTITIES.items():
            body = told(network, network.content(quantity), "ALC-06a", lie)
            about = f"the payload says another quantity than a large one ({label})"
            network.refused(network.allocate(body), "ALC-06a", about=about)


@pytest.mark.asks("ALC-06a", "ALC-06b", "ALC-06c", "ALC-06d", "ALC-06e", "ALC-06f", "ALC-06g", "ALC-20")
@pytest.mark.parametrize("clause", FIELDS)
def test_payload_that_disagrees_is_refused_each_time(network: Network, clause: str) -> None:
    """Finds a refusal that lets the second or third try pass, and one that uses up what the corrected request needs."""
    content = asked_for(network, clause, notes=True)
    lie = next(iter(lies(network, clause).values()))
    body = told(network, content, clause, lie)
    answer = network.allocate(body)
    for times in ("once", "twice", "three times"):
        if not network.refused(answer, clause, about=f"the payload says otherwise (sent {times})"):
            return
        answer = network.allocate(body)
    network.stays_free(content, answer, about="disagreement", corrected=network.signed(content))


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
        for enterprise in (True, False):
            content = network.content(notes="a note")
            said = full_truth(content, network.me)
            del said[field]
            if not enterprise:
                del said["enterpriseId"]
            answer = network.allocate(network.signed(content, payload=LAYOUTS["compact"](said)))
            network.refused(answer, clause, about=f"the payload leaves out {field}")
    for layout in (full_truth(network.content(), network.me), {"connectionId": network.me.connection}):
        content = network.content()
        said = {**layout, **content, "notes": "only in the payload"}
        answer = network.allocate(network.signed(content, payload=LAYOUTS["compact"](said)))
        network.refused(answer, "ALC-06e", about="the payload says notes that the request does not")


@pytest.mark.asks("ALC-19")
def test_payload_that_says_less_or_more(network: Network) -> None:
    """The connection stands in the path, and more than the request is no disagreement: both are open."""
    content = network.content()
    truth = full_truth(content, network.me)
    said = {name: value for name, value in truth.items() if name != "connectionId"}
    answer = network.allocate(network.signed(content, payload=LAYOUTS["compact"](said)))
    network.observe("payload without connectionId", answer)
    content = network.content()
    said = {**full_truth(content, network.me), "unknown": 1}
    answer = network.allocate(network.signed(content, payload=LAYOUTS["compact"](said)))
    network.observe("payload with an unknown member", answer)


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
            network.allocate(body), "ALC-07", about="the payload is truthful (in the vendor client's layout)"
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


@pytest.mark.asks("ALC-08")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_signature_of_their_payload_is_not_one_of_ours(network: Network, layout: str) -> None:
    """Finds a signature that is verified over what the service issued, though another text was sent."""
    content = network.content(notes="Zürich a/b")
    issued = network.payload_of(network.ask_payload(content))
    sent = LAYOUTS[layout](full_truth(content, network.me))
    if sent == issued:
        return
    for one, two in ((issued, sent), (sent, issued)):
        body = {**content, "payload": two, "signature": signing.sign(one, network.key)}
        network.refused(
            network.allocate(body),
            "ALC-08",
            about=f"the signature is of their payload, sent is another ({layout})",
        )
