"""Create allocation: texts of every kind survive, and are known again as keys (ALC-18, and ALC-01, 02, 09 to 11)."""

import pytest

from contracts import signing, wire
from contracts.asking.asker import within_limits
from contracts.asking.network import Content, Network, full_truth, vendor_layout
from contracts.asking.repeating import nonce_is_used, reference_is_used, same_again
from contracts.exchange import Exchange
from contracts.strategies import boundaries
from contracts.violation import Violation
from contracts.wire import Json

TEXT_FIELDS = ("clientExternalId", "nonce", "notes")
LONG = 60  # characters, of the 64 that are promised


def clause_of(text: str) -> str:
    """The clause that a text has to be accepted by: long ones and those outside ASCII have one of their own."""
    return "ALC-01" if text.isascii() and len(text) < LONG else "ALC-18"


@pytest.mark.asks("ALC-18", "ALC-02", "ALC-01", "HTP-03")
@pytest.mark.parametrize("label", boundaries.TEXTS)
def test_any_text_survives_the_flow(network: Network, label: str) -> None:
    """Finds a text that is changed on its way, or refused, or that breaks the payload or the signature."""
    for field in TEXT_FIELDS:
        text = boundaries.TEXTS[label].replace("{}", network.ask.fresh.name())
        content = network.content(**{field: text})
        answer = network.allocate(network.signed(content))
        made = network.accepted(answer, clause_of(text), about=f"{field} is valid ({label})")
        if field in made:
            survived(network, answer, text, made[field], label)


@pytest.mark.asks("ALC-10", "ALC-09", "ALC-11", "ALC-18", "ALC-01", "ALC-02")
@pytest.mark.parametrize(
    "label", [*boundaries.TEXTS, *boundaries.LONG_TEXTS, "digits", "digits behind zeros"]
)
def test_keys_of_any_text_are_known_again(network: Network, label: str) -> None:
    """Finds keys that are stored and looked up in two forms: cut, trimmed, folded, as numbers, in another coding."""
    texts: Content = {field: text_of(network, label) for field in TEXT_FIELDS}
    content = network.content(**texts)
    answer = network.allocate(network.signed(content))
    if label in boundaries.LONG_TEXTS and not within_limits(answer):
        return
    made = network.accepted(
        answer, clause_of("".join(map(str, texts.values()))), about=f"texts are valid ({label})"
    )
    again = same_again(network, network.signed(content), made, about=f"with odd texts ({label})")
    allocation = again.fields.get("allocation")
    for field in TEXT_FIELDS:
        if again.status == 200 and isinstance(allocation, dict) and field in allocation:
            survived(network, again, str(texts[field]), allocation[field], f"{label}, sent again")
    nonce_is_used(network, content, about=label)
    reference_is_used(network, content, made, about=label)


def text_of(network: Network, label: str) -> str:
    """A text that nobody has used, of the kind that the label names."""
    if label.startswith("digits"):
        return "000"[: 3 * ("zeros" in label)] + network.ask.fresh.digits()
    template = {**boundaries.TEXTS, **boundaries.LONG_TEXTS}[label]
    return template.replace("{}", network.ask.fresh.name())


@pytest.mark.asks("ALC-01", "ALC-03")
def test_keys_near_used_ones_are_fresh(network: Network) -> None:
    """Finds keys that are compared in part, as numbers or by their order: a fresh one is taken for a used one."""
    ahead, name, digits = network.ask.fresh.digits(), network.ask.fresh.name(), network.ask.fresh.digits()
    beginning = "Q" * 43
    for label, key in {
        "a name": name,
        "with one character more": f"{name}x",
        "with one character more in front": f"x{name}",
        "with a hyphen within": f"{name[:10]}-{name[10:]}",
        "of 64 characters": beginning + network.ask.fresh.name() + "1",
        "of 64 characters, the last another": f"{beginning}{name}1",
        "of 64 characters, the first alone another": f"{beginning}{name}2",
        "of 64 characters, the end alike": network.ask.fresh.name() + beginning,
        "of digits": digits,
        "of digits, lower": ahead,
        "of digits, with a zero in front": f"0{digits}",
        "of digits, the last left out": digits[:-1],
        "of digits, with a fraction": f"{digits}.0",
    }.items():
        body = network.signed(network.content(nonce=key, clientExternalId=key))
        about = f"nonce and clientExternalId were never used before ({label})"
        network.accepted(network.allocate(body), about=about)


@pytest.mark.asks("ALC-03", "ALC-19")
def test_keys_in_another_case(network: Network) -> None:
    """Finds ids that are made of a key's lower case: whether the key itself is another one is open."""
    first, _ = network.allocated()
    lower: Content = {name: str(first[name]).lower() for name in ("nonce", "clientExternalId")}
    network.observe("keys in another case", network.allocate(network.signed(network.content(**lower))))


@pytest.mark.asks("ALC-18", "SIG-05")
@pytest.mark.parametrize("size", [252, 253, 254, 255, 256, 257])
def test_payload_of_any_length_verifies(network: Network, size: int) -> None:
    """Finds a message length that is written in one byte, or read as signed: payloads just beyond it never verify."""

    def issued(content: Content) -> str:
        return network.payload_of(network.ask_payload(content))

    def whole(content: Content) -> str:
        return wire.dumps(full_truth(content, network.me))

    def vendor(content: Content) -> str:
        return vendor_layout(content, network.me.connection)

    for clause, payload_of in (("ALC-18", whole), ("ALC-18", vendor), ("SIG-05", issued)):
        content = network.content(notes="n")
        missing = size - len(payload_of(content).encode())
        content["notes"] = "n" * (1 + min(63, max(0, missing)))
        answer = network.allocate(network.signed(content, payload=payload_of(content)))
        network.accepted(answer, clause, about=f"notes are valid (a payload of {size} bytes)")


def survived(network: Network, answer: Exchange, sent: str, received: Json, label: str) -> None:
    """Expect a text to come back as it was sent."""
    story = (repr(sent), repr(received), (answer,), "createAllocation")
    found = Violation("ALC-18", f"text changed ({label})", *story)
    network.ask.judged("ALC-18", *(() if received == sent else (found,)))


@pytest.mark.asks("ALC-18", "SIG-05")
def test_any_text_survives_the_flow_with_their_payload(network: Network) -> None:
    for label in (
        "accents",
        "decomposed accents",
        "emoji",
        "quotes and backslashes",
        "64 characters",
        "outer spaces",
    ):
        name = network.ask.fresh.name
        texts: Content = {field: boundaries.TEXTS[label].replace("{}", name()) for field in TEXT_FIELDS}
        content = network.content(**texts)
        payload = network.payload_of(network.ask_payload(content))
        body = {**content, "payload": payload, "signature": signing.sign(payload, network.key)}
        network.accepted(network.allocate(body), "ALC-18", about=f"texts are valid ({label})")


@pytest.mark.asks("ALC-18", "ALC-02", "ALC-19")
@pytest.mark.parametrize(
    "label", [*boundaries.LONG_TEXTS, *(name for name in boundaries.ODD_TEXTS if name != "lone surrogate")]
)
def test_unpromised_texts_are_refused_or_kept(network: Network, label: str) -> None:
    template = {**boundaries.LONG_TEXTS, **boundaries.ODD_TEXTS}[label]
    for field in TEXT_FIELDS:
        text = template.replace("{}", network.ask.fresh.name())
        answer = network.allocate(network.signed(network.content(**{field: text})))
        network.observe(f"{field}: {label}", answer)
        made = answer.fields.get("allocation")
        if answer.status == 200 and isinstance(made, dict) and field in made:
            survived(network, answer, text, made[field], label)
