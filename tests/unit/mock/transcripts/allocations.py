"""What is asked about payloads and allocations: truth, repetition, funds."""

import json
from collections.abc import Callable
from typing import Any

from contracts import signing, wire
from contracts.mock.identities import FIRST, SECOND
from contracts.mock.messages import CREATE_ALLOCATION, SIGNING_PAYLOAD
from tests.unit.mock.transcripts.transcript import JSON, KEYS, SECOND_CONNECTION, Transcript, order


async def payloads(to: Transcript) -> None:
    """Asking, asking again, and using what was given."""
    request = order("ask", notes="ö", amount={"currency": "hteth", "quantity": str(2**64 + 2)})
    del request["payload"], request["signature"]
    for sent in (request, {name: request[name] for name in request if name != "notes"}):
        said = [await to.ask(SIGNING_PAYLOAD, sent) for _ in range(22)][-1]
        payload = said.get("payload") if isinstance(said, dict) else ""
        if isinstance(payload, str):
            signature = signing.sign(payload, KEYS[FIRST])
            await to.ask(CREATE_ALLOCATION, sent | {"payload": payload, "signature": signature})
        request = request | {"clientExternalId": "C-2", "nonce": "n-2"}
    await to.ask(
        SIGNING_PAYLOAD,
        request,
        method="GET",
        headers=JSON | {"authorization": f"Bearer {FIRST.read_only_token}"},
    )
    wrong: list[tuple[str, Any]] = [
        ("nonce", ""),
        ("clientExternalId", ""),
        ("nonce", 1),
        ("notes", 1),
        ("amount", {}),
    ]
    for name, value in [*wrong, ("amount", {"currency": "", "quantity": "1"})]:
        await to.ask(SIGNING_PAYLOAD, request | {name: value})
    for name in ("amount", "nonce", "clientExternalId"):
        await to.ask(SIGNING_PAYLOAD, {key: request[key] for key in request if key != name})
    await to.ask(SIGNING_PAYLOAD, order("all", amount={"currency": "tscratch", "quantity": "1013"}))
    await to.ask(CREATE_ALLOCATION, order("all", amount={"currency": "tscratch", "quantity": "1013"}))
    await to.mock.reset()


async def truth(to: Transcript) -> None:
    """Signatures and payloads that are not what they should be, and layouts that are."""
    good = order("good", notes="é")
    for signature in (
        "zz",
        "ab",
        "0" * 130,
        f"1f{'1' * 128}",
        good["signature"][:-2],
        good["signature"] + "00",
    ):
        await to.ask(CREATE_ALLOCATION, good | {"signature": signature})
    half = good["signature"][:-1] + ("0" if good["signature"][-1] != "0" else "1")
    await to.ask(CREATE_ALLOCATION, good | {"signature": half})
    await to.ask(CREATE_ALLOCATION, order("theirs", signer=SECOND))
    for prefix in (b"\x19Ethereum Signed Message:\n", b""):
        signature = signing.sign(good["payload"], KEYS[FIRST], prefix=prefix)
        await to.ask(CREATE_ALLOCATION, good | {"signature": signature})
    plain = KEYS[FIRST].signer.sign_recoverable(good["payload"].encode())
    await to.ask(CREATE_ALLOCATION, good | {"signature": bytes([31 + plain[64], *plain[:64]]).hex()})
    for payload in (
        json.dumps(json.loads(good["payload"])),
        f" {good['payload']}",
        json.dumps(json.loads(good["payload"]), sort_keys=True),
    ):
        await to.ask(CREATE_ALLOCATION, good | {"payload": payload})
    await to.ask(CREATE_ALLOCATION, good)
    await to.ask(CREATE_ALLOCATION, order("after", says={}) | {"signature": good["signature"]})
    says: list[dict[str, Any]] = [
        {"amount": {"currency": "tbtc", "quantity": "2"}},
        {"amount": {"currency": "tbtc", "quantity": "1.0"}},
        {"amount": {"currency": "teth", "quantity": "1"}},
        {"amount": {"currency": "x", "quantity": "1"}},
        {"clientExternalId": "c-sa"},
        {"nonce": "n-sa"},
        {"notes": "other"},
        {"connectionId": FIRST.connection_ids[1]},
        {"connectionId": 7},
        {"enterpriseId": SECOND.enterprise_id},
    ]
    for number, said in enumerate(says):
        await to.ask(CREATE_ALLOCATION, order(f"say{number}", says=said))
    await to.ask(CREATE_ALLOCATION, order("noted", notes="mine", says={"notes": "yours"}))
    unsigned = order("unsigned")
    await to.ask(CREATE_ALLOCATION, unsigned | {"notes": "added"})
    layouts: list[Callable[[Any], str]] = [
        lambda said: json.dumps(said, indent=1),
        json.dumps,
        lambda said: wire.dumps(said | {"enterpriseId": FIRST.enterprise_id}),
        lambda said: wire.dumps(dict(reversed(said.items()))),
        lambda said: wire.dumps(said | {"amount": dict(reversed(said["amount"].items()))}),
        lambda said: "[]",
    ]
    for number, layout in enumerate(layouts):
        await to.ask(CREATE_ALLOCATION, order(f"layout{number}", layout=layout, notes="é\U0001f600" * 90))


async def allocations(to: Transcript) -> None:
    """Values, repetitions, funds, and what refusals leave."""
    wei = {"currency": "hteth", "quantity": str(2**65 + 1)}
    sent = [
        order("A1", notes=" e\u0301\U0001f600 ", amount=wei),
        order("A2ж", notes="n" * 300, amount={"currency": "hteth", "quantity": "1000000"}),
        *(order(f"A{number}") for number in range(3, 8)),
    ]
    for one in [*sent, *sent, *sent]:
        await to.ask(CREATE_ALLOCATION, one)
    others: list[dict[str, Any]] = [
        {"amount": {"currency": "tbtc", "quantity": "3"}},
        {"amount": {"currency": "hteth", "quantity": "1"}},
        {"notes": "x"},
        {"clientExternalId": "c-new"},
        {"nonce": "n-new"},
    ]
    for changes in others:
        for _ in range(2):
            await to.ask(CREATE_ALLOCATION, order("A3", **changes))
        await to.ask(CREATE_ALLOCATION, order("A3", **({"clientExternalId": f"c-{changes}"} | changes)))
        await to.ask(CREATE_ALLOCATION, order("A3", **({"nonce": f"n-{changes}"} | changes)))
    for number in range(20):
        await to.ask(CREATE_ALLOCATION, order(f"many{number}"))
    await to.ask(CREATE_ALLOCATION, order("many0"))
    await to.ask(CREATE_ALLOCATION, order("many0", clientExternalId="c-late"))
    quantities: list[Any] = ["0", "-5", "1.5", "1e3", "0x10", " 1", "+1", "\u0661", "x", 1, ""]
    for number, quantity in enumerate(quantities):
        amount = {"currency": "tbtc", "quantity": quantity}
        await to.ask(SIGNING_PAYLOAD, order(f"q{number}", amount=amount))
        await to.ask(CREATE_ALLOCATION, order(f"q{number}", amount=amount))
        await to.ask(CREATE_ALLOCATION, order(f"q{number}"))
    malformed: list[tuple[str, Any]] = [
        ("nonce", ""),
        ("clientExternalId", ""),
        ("notes", ""),
        ("nonce", 7),
        ("clientExternalId", 7),
        ("amount", None),
    ]
    for name, value in malformed:
        changes = {name: value}
        await to.ask(CREATE_ALLOCATION, order(f"f-{name}-{value}", **changes))
    for name in ("amount", "clientExternalId", "nonce", "payload", "signature"):
        one = order(f"m-{name}")
        await to.ask(CREATE_ALLOCATION, {key: one[key] for key in one if key != name})
        await to.ask(CREATE_ALLOCATION, one)
    for body in (b"", b"{", b"[]", b"null"):
        await to.ask(CREATE_ALLOCATION, body)
    burnt = order("burnt")
    await to.ask(CREATE_ALLOCATION, burnt | {"signature": "00"})
    await to.ask(CREATE_ALLOCATION, burnt)
    await to.mock.reset()
    for number, quantity in enumerate(("1050", str(2**64 + 1), "9", "1010", "1004", "10", "999", "5")):
        amount = {"currency": "tscratch", "quantity": quantity}
        for _ in range(2):
            await to.ask(CREATE_ALLOCATION, order(f"s{number}", amount=amount))


async def scarce(to: Transcript) -> None:
    """A balance that is used up, and asked for again after refusals, after others and at another connection."""
    whole = {"currency": "tscratch", "quantity": "1000"}
    await to.ask(CREATE_ALLOCATION, order("whole", amount=whole))
    await to.ask(CREATE_ALLOCATION, order("reuse", nonce="n-whole"))
    await to.ask(CREATE_ALLOCATION, order("refund", amount=whole))
    there = {"connectionId": SECOND_CONNECTION}
    body = order("share", says=there, amount=whole)
    await to.ask(CREATE_ALLOCATION, body, connection=SECOND_CONNECTION)
    for number in range(30):
        await to.ask(CREATE_ALLOCATION, order(f"other{number}"))
    await to.ask(CREATE_ALLOCATION, order("back", amount=whole))


async def asked(to: Transcript) -> None:
    """Payloads by GET, for others, of odd keys and amounts, and signed after another one was issued."""
    plain: dict[str, Any] = {
        "amount": {"currency": "tbtc", "quantity": "1"},
        "clientExternalId": "c-asked",
        "nonce": "0042",
        "notes": "a/b",
    }
    for connection, tenant in (("", FIRST), (SECOND_CONNECTION, FIRST), ("", SECOND)):
        await to.ask(SIGNING_PAYLOAD, plain, connection=connection, tenant=tenant)
    issued = await to.ask(SIGNING_PAYLOAD, plain | {"clientExternalId": "c-two"})
    text = issued.get("payload") if isinstance(issued, dict) else None
    if isinstance(text, str):
        signed = plain | {"clientExternalId": "c-two", "signature": signing.sign(text, KEYS[FIRST])}
        await to.ask(CREATE_ALLOCATION, signed | {"payload": f"{text} "})
        await to.ask(SIGNING_PAYLOAD, plain)
        await to.ask(CREATE_ALLOCATION, signed | {"payload": text})
    await to.ask(SIGNING_PAYLOAD, plain | {"amount": [plain["amount"]]})
    await to.ask(SIGNING_PAYLOAD, plain | {"amount": wire.dumps(plain["amount"])})
    await to.ask(SIGNING_PAYLOAD, plain | {"nonce": ""}, method="GET")
    await to.ask(SIGNING_PAYLOAD, order("got"), method="GET")
    await to.ask(CREATE_ALLOCATION, order("got"))


async def signatures(to: Transcript) -> None:
    """Signatures with something behind them, of a beginning, of large amounts, elsewhere, and payloads of a telling length."""
    large = {"currency": "tbtc", "quantity": "2000000"}
    unlike: tuple[dict[str, Any], ...] = ({}, {"amount": large}, {"notes": "n" * 60})
    for number, changes in enumerate(unlike):
        body = order(f"s{number}", **changes)
        text = str(body["payload"])
        for signature in (
            f"{body['signature']}zz",
            signing.sign(text[:128], KEYS[FIRST]),
            signing.sign(text, KEYS[SECOND]),
        ):
            await to.ask(CREATE_ALLOCATION, body | {"signature": signature})
    there = {"connectionId": SECOND_CONNECTION}
    await to.ask(CREATE_ALLOCATION, order("forged", says=there, signer=SECOND), connection=SECOND_CONNECTION)
    for size in (253, 254, 255):
        await to.ask(
            CREATE_ALLOCATION,
            order(f"length{size}", layout=lambda said, size=size: wire.dumps(said).ljust(size)),
        )
