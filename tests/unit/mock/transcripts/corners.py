"""What is asked where few faults show: long memories, edges, lies in payloads, keys, races."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable
from typing import Any

from contracts import wire
from contracts.mock.identities import FIRST, SECOND
from contracts.mock.messages import CREATE_ALLOCATION, CREATE_ASSET, SIGNING_PAYLOAD
from tests.unit.mock.transcripts.transcript import JSON, SECOND_CONNECTION, Transcript, asset, order


async def memory(to: Transcript) -> None:
    """The same and other requests by others, right after the owner's; and requests in other spellings."""

    def by(token: str, scheme: str = "Bearer") -> dict[str, str]:
        return JSON | {"authorization": f"{scheme} {token}"}

    reader = by(FIRST.read_only_token)
    for operation in (SIGNING_PAYLOAD, CREATE_ALLOCATION):
        for name, headers in {"nobody": JSON, "reader": reader, "other": by(SECOND.token)}.items():
            await to.ask(operation, order(f"mine-{name}"))
            await to.ask(operation, order(f"mine-{name}"), headers=headers)
            await to.ask(operation, order(f"theirs-{name}"), headers=headers)
            rival = {"currency": "tbtc", "quantity": "2"}
            await to.ask(operation, order(f"theirs-{name}", amount=rival))
            await to.ask(operation, order(f"query-{name}"), headers=headers, query="a=b")
        for name, pair in {"password": f"user:{FIRST.token}", "user": f"{FIRST.token}:"}.items():
            await to.ask(operation, order(name), headers=by(b64encode(pair.encode()).decode(), "Basic"))
        await to.ask(operation, order("forwarded"), headers=JSON | {"x-forwarded-for": "127.0.0.1"})
        for _ in range(2):
            await to.ask(operation, order("long"), connection="c" * 150)
        await to.ask(operation, order("crossed"), tenant=SECOND, connection=FIRST.connection_ids[0])


async def edges(to: Transcript) -> None:
    """Amounts, members, numbers and texts that answers rarely have to carry; and what a refused method does."""
    for digits in (31, 79):
        await to.ask(SIGNING_PAYLOAD, order("d", amount={"currency": "tbtc", "quantity": "9" * digits}))
    nested: Any = 1
    for _ in range(14):
        nested = {"a": nested}
    for number, metadata in enumerate(({"$where": 1}, {"n": wire.parse("1e999")}, nested)):
        await to.ask(CREATE_ASSET, asset(f"edge{number}", metadata=metadata))
    for symbol in ("it's", "it's", f"{'a' * 40}!"):
        await to.ask(CREATE_ASSET, asset(symbol))
    for operation, body in ((CREATE_ASSET, asset("kept")), (CREATE_ALLOCATION, order("kept"))):
        for method in ("POST", "DELETE", "POST"):
            await to.ask(operation, body, method=method)


async def lies(to: Transcript) -> None:
    """Payloads that disagree in part, in form or in type, and bodies that lack what the payload says."""
    notes = f"two  words {'z' * 40}"
    noted: tuple[dict[str, Any], ...] = ({}, {"notes": notes})
    for says in (
        {"amount": {"currency": "tbtc", "quantity": f"1{'0' * 17}2"}},
        {"amount": {"currency": "btc", "quantity": "2"}},
        {"clientExternalId": f"{'c' * 36}!"},
        {"clientExternalId": "C" * 40},
        {"nonce": "0012"},
        {"nonce": "9007199254740993"},
        {"nonce": "another"},
        {"notes": notes.replace("  ", " ")},
        {"notes": notes.swapcase()},
        {"connectionId": FIRST.connection_ids[0][:8] + "-0000-4000-8000-000000000000"},
        {"connectionId": SECOND_CONNECTION},
        {"enterpriseId": FIRST.enterprise_id[:-1]},
        {"enterpriseId": 7},
        {"enterpriseId": ""},
    ):
        keys = {
            "clientExternalId": "c" * 40,
            "nonce": "12" if says.get("nonce") == "0012" else "9007199254740992",
        }
        truth: dict[str, Any] = {"amount": {"currency": "tbtc", "quantity": "2"}, **keys}
        for more in noted:
            told = {"enterpriseId": FIRST.enterprise_id} | (says if more or "notes" not in says else {})
            for _ in range(2):
                await to.ask(CREATE_ALLOCATION, order("lie", says=told, **truth, **more))
    body = order("half")
    await to.ask(CREATE_ALLOCATION, body | {"amount": {"quantity": "1"}})
    await to.ask(CREATE_ALLOCATION, order("list", says={"notes": "x"}, notes=["x"]))
    await to.ask(CREATE_ALLOCATION, order("number", says={"nonce": "7"}, nonce=7))
    broken = wire.dumps(order("utf", says={"notes": "\ufffd"}, notes="#")).encode().replace(b"#", b"\xff")
    await to.ask(CREATE_ALLOCATION, broken)
    await to.ask(CREATE_ALLOCATION, order("lines", notes="a\r\nb"))


# Signed once for all switches: more than the largest of the memories that forget.


MANY = tuple(order(f"many{number}") for number in range(160))


async def keys(to: Transcript) -> None:
    """Keys that are long, numbers or near each other; what is remembered after many others, and at another connection."""
    for key in ("q" * 50 + "1", "q" * 50 + "2", "20", "19", "0021"):
        for _ in range(2):
            await to.ask(CREATE_ALLOCATION, order("key", clientExternalId=key, nonce=key))
        await to.ask(CREATE_ALLOCATION, order("key", clientExternalId=key, nonce=f"{key}+"))
        await to.ask(CREATE_ALLOCATION, order("key", clientExternalId=f"{key}+", nonce=key))
    first = order("first")
    await to.ask(CREATE_ALLOCATION, first)
    too_much = {"currency": "tbtc", "quantity": "9" * 38}
    await to.ask(CREATE_ALLOCATION, order("over", clientExternalId="c-first", amount=too_much))
    await to.ask(CREATE_ALLOCATION, order("after", clientExternalId="c-first", amount=too_much))
    there = {"connectionId": SECOND_CONNECTION}
    await to.ask(CREATE_ALLOCATION, order("there", says=there), connection=SECOND_CONNECTION)
    used = order("elsewhere", says=there, clientExternalId="c-first")
    await to.ask(CREATE_ALLOCATION, used, connection=SECOND_CONNECTION)
    await to.ask(CREATE_ALLOCATION, order("big", says=there, amount=too_much), connection=SECOND_CONNECTION)
    own = {"connectionId": SECOND.connection_ids[0]}
    await to.ask(CREATE_ALLOCATION, order("first", says=own, signer=SECOND), tenant=SECOND)
    for body in MANY:
        await to.ask(CREATE_ALLOCATION, body)
    await to.ask(CREATE_ALLOCATION, first)
    await to.ask(CREATE_ALLOCATION, order("late", nonce="n-first"))


async def at_once(to: Transcript) -> None:
    """Requests at the same moment."""
    bursts: list[list[Awaitable[Any]]] = [
        [to.ask(CREATE_ASSET, asset("burst")) for _ in range(6)],
        [to.ask(CREATE_ASSET, asset(f"burst{number}")) for number in range(6)],
        [to.ask(SIGNING_PAYLOAD, order(f"burst{number}")) for number in range(6)],
        [to.ask(CREATE_ALLOCATION, order("burst")) for _ in range(6)],
        [to.ask(CREATE_ALLOCATION, order(f"burst-{number}", nonce="n-shared")) for number in range(6)],
        [
            to.ask(
                CREATE_ALLOCATION,
                order(f"burst+{number}", amount={"currency": "tscratch", "quantity": "1000"}),
            )
            for number in range(6)
        ],
    ]
    for burst in bursts:
        await asyncio.gather(*burst)
