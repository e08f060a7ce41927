"""Faults and variants: registered properly, and each of them does something.

Whether the suite catches a fault is proved elsewhere; here a fault only has to change an answer to one of some hundred requests.
"""

import asyncio
import json
import re
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts import signing, wire
from contracts.clauses.catalogue import load
from contracts.mock.app import OPERATIONS, Mock
from contracts.mock.identities import FIRST, SECOND, Tenant
from contracts.mock.messages import CREATE_ALLOCATION, CREATE_ASSET, SIGNING_PAYLOAD, Asked
from contracts.mock.places import ASSETS
from contracts.mock.switches import Switch, UnknownSwitch, all_faults, all_variants, fault, select

JSON = {"content-type": "application/json"}
KEYS = {tenant: signing.SigningKey.from_text(tenant.signing_key) for tenant in (FIRST, SECOND)}
UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
PAIR = re.compile(r'(?:modified_at|updatedAt)":"([^"]*)"|(?:created_at|createdAt)":"([^"]*)"')


@dataclass
class Transcript:
    """Asks one mock a fixed list of questions and writes down the answers, without what chance and the clock put into them."""

    mock: Mock
    lines: list[str] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)

    async def ask(
        self,
        operation: str,
        body: Any,
        *,
        method: str = "POST",
        headers: dict[str, str] | None = None,
        tenant: Tenant = FIRST,
        connection: str = "",
        enterprise: str = "",
        query: str = "",
    ) -> Any:
        content = body if isinstance(body, bytes) else wire.dumps(body).encode()
        small = len(content) <= self.mock.behaviour.protocol.size_limit
        asked = Asked(
            operation=operation,
            method=method,
            headers=JSON | {"authorization": f"Bearer {tenant.token}"} if headers is None else headers,
            body=content if small else None,
            enterprise_id=enterprise or tenant.enterprise_id,
            connection_id=connection or tenant.connection_ids[0],
            query=query,
        )
        answer = await self.mock.respond(asked)
        said = b"".join(answer.chunks)
        text = said.decode(errors="replace")
        self.lines.append(
            f"{asked.method} {answer.status} {answer.headers} {len(answer.chunks)} {self.plain(text)}"
        )
        try:
            return wire.parse_lenient(said)
        except wire.NotJson:
            return None

    def plain(self, text: str) -> str:
        """Ids by their first appearance; times close to now by name, with the order of a pair."""
        times = [later or earlier for later, earlier in PAIR.findall(text)]
        order = "" if len(set(times)) < 2 else "later" if times == sorted(times) else "earlier"
        known = UUID.sub(self.numbered, text)
        return MOMENT.sub(lambda moment: "<now>" if is_near(moment[0]) else moment[0], known) + order

    def numbered(self, id: re.Match[str]) -> str:
        number = self.ids.setdefault(id[0], len(self.ids))
        return f"<{number} {id[0][14]} {id[0].isupper()}>"


def is_near(moment: str) -> bool:
    return abs(time.time() - datetime.fromisoformat(moment).astimezone(UTC).timestamp()) < 60


def asset(symbol: str, **changes: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "display_name": f"N {symbol}",
        "type": "COIN",
        "entity_status": "ACTIVE",
    } | changes


def order(
    name: str, *, says: Any = None, signer: Tenant = FIRST, layout: Any = wire.dumps, **changes: Any
) -> dict[str, Any]:
    request = {
        "amount": {"currency": "tbtc", "quantity": "1"},
        "clientExternalId": f"c-{name}",
        "nonce": f"n-{name}",
    } | changes
    payload = layout({"connectionId": FIRST.connection_ids[0]} | request | (says or {}))
    return request | {"payload": payload, "signature": signing.sign(payload, KEYS[signer])}


async def assets(to: Transcript) -> None:
    """Values, conflicts, refusals and what they leave."""
    rich = [
        asset(
            "rich",
            metadata={
                "n": 9007199254740993,
                "K": None,
                "e": {},
                "l": [],
                "d": {"x": {"y": 1}},
                "b": True,
                "é": "é",
            },
        ),
        asset(" pad ", display_name="  two  spaces "),
        asset("decomposed", display_name="e\u0301"),
        asset("L" * 300, display_name="L" * 300),
        asset("S" * 40, type="TOKEN", contract_address="0xAbCdEf", entity_status="INACTIVE"),
        asset("address", contract_address="0xAbCdEf"),
        asset("\U0001f600", display_name="\U0001f600<b>"),
        asset("ü", type="NFT", symbol_mappings={"v": ["b", "a", "b"], "w": []}),
        asset("mapped", symbol_mappings={"v": ["mapped-to"]}),
        asset("mapped-to"),
        asset("same-name", display_name="N mapped"),
        asset("a-b"),
        asset("ab"),
        asset("ж1"),
        asset("я1"),
        asset(f"{'P' * 32}1"),
        asset(f"{'P' * 32}2"),
        asset("x-12345678"),
        asset("y-12345678"),
        asset(""),
        asset("n", display_name=""),
    ]
    for sent in rich:
        await to.ask(CREATE_ASSET, sent)
    for sent in rich:
        await to.ask(CREATE_ASSET, sent)
    others: list[dict[str, Any]] = [
        {"type": "FIAT"},
        {"entity_status": "INACTIVE"},
        {"display_name": "other"},
        {"contract_address": "0x0"},
        {"symbol_mappings": {}},
        {"metadata": {}},
    ]
    for change in others:
        await to.ask(CREATE_ASSET, rich[0] | change)
        await to.ask(CREATE_ASSET, rich[4] | change)
    wrong: list[tuple[str, Any]] = [
        ("symbol", 1),
        ("symbol", True),
        ("display_name", 1),
        ("display_name", None),
        ("type", "coin"),
        ("type", " COIN "),
        ("type", "OTHER"),
        ("type", None),
        ("entity_status", "active"),
        ("entity_status", "OTHER"),
        ("entity_status", 1),
        ("contract_address", 1),
        ("contract_address", []),
        ("metadata", []),
        ("metadata", "x"),
        ("metadata", 1),
        ("symbol_mappings", []),
        ("symbol_mappings", {"v": "x"}),
        ("symbol_mappings", {"v": None}),
        ("symbol_mappings", {"v": [1]}),
        ("symbol_mappings", {"v": 1}),
        ("symbol", "\x00"),
        ("symbol", "\ud800"),
        ("metadata", {"m": {"n": [[[]] * 30] * 2}}),
        ("metadata", {"m": 10**400}),
    ]
    for number, (name, value) in enumerate(wrong):
        await to.ask(CREATE_ASSET, asset(f"w{number}") | {name: value})
        await to.ask(CREATE_ASSET, asset(f"w{number}"))
    for name in ("symbol", "display_name", "type", "entity_status"):
        await to.ask(CREATE_ASSET, {key: value for key, value in asset(f"m-{name}").items() if key != name})
    whole = wire.dumps(asset("raw")).encode()
    for body in (
        b"",
        whole[:-1],
        b"{",
        whole + b"x",
        whole.replace(b"raw", b"\xff"),
        b"[" + whole + b"]",
        b"null",
        b"[]",
    ):
        await to.ask(CREATE_ASSET, body)
    for number in range(110):
        await to.ask(CREATE_ASSET, asset(f"filler{number}", display_name="x" * (5000 if number < 5 else 1)))
    for number in (0, 60, 100, 109, 109):
        await to.ask(CREATE_ASSET, asset(f"filler{number}"))


async def particular_assets(to: Transcript) -> None:
    """Values that only few faults change, and wrong ones that only few let through."""
    vendors = {
        "v": ["b,c", "d"],
        "w": ["d"],
        "": ["x"],
        "many": [str(number) for number in range(120)],
        "e": [],
    }
    inside = {"n": None, "d": "2024-01-15", "l": [9007199254740993]}
    for sent in (
        asset("digits", display_name="007"),
        asset("deep", metadata={"m": inside, "l": [inside]}),
        asset("vendors", symbol_mappings=vendors),
        asset("odd", display_name="x' OR '1'='1"),
        asset("chain", contract_address="usdt.near"),
        asset("blank", contract_address=""),
        asset("token", type="TOKEN"),
        *(asset(symbol) for symbol in ("7", "07", "k8", "k1306", "x%", "k%", "_8", "e", "é", "è")),
    ):
        await to.ask(CREATE_ASSET, sent)
    wrong: list[dict[str, Any]] = [
        {"type": "FIAT", "entity_status": None},
        {"entity_status": "INACTIVE", "display_name": ""},
        {"entity_status": "toString"},
        {"type": "\uff23\uff2f\uff29\uff2e"},
        {"symbol_mappings": {"v": ["x"], "w": 1}},
        {"symbol_mappings": {"v": ["x", 1]}},
        {"metadata": {"left": 1}, "type": 1},
    ]
    for number, changes in enumerate(wrong):
        body = asset(f"p{number}") | changes
        await to.ask(CREATE_ASSET, {name: value for name, value in body.items() if value is not None})
        await to.ask(CREATE_ASSET, asset(f"p{number}"))
    whole = wire.dumps(asset("bytes", display_name="a b")).encode()
    await to.ask(CREATE_ASSET, whole.replace(b"a b", b"a\nb"))
    await to.ask(CREATE_ASSET, whole.replace(b'"type"', b'"\\u0074ype"'))
    await to.ask(CREATE_ASSET, asset("accept"), headers=JSON | {"accept": "application/*"})


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
    to.mock.reset()


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
    to.mock.reset()
    for number, quantity in enumerate(("1050", str(2**64 + 1), "9", "1010", "1004", "10", "999", "5")):
        amount = {"currency": "tscratch", "quantity": quantity}
        for _ in range(2):
            await to.ask(CREATE_ALLOCATION, order(f"s{number}", amount=amount))


async def access(to: Transcript) -> None:
    """Tokens, tenants and ids."""
    tokens = [
        None,
        "",
        "Bearer ",
        f"Bearer {FIRST.token[:-1]}",
        f"Bearer {FIRST.token[:-1]}_",
        f"Bearer {FIRST.token}x",
        f"Bearer {FIRST.token.lower()}",
        f"Basic {FIRST.token}",
        f"Bearer {'z' * 64}",
        f"Bearer {FIRST.read_only_token}",
        f"Bearer {SECOND.token}",
        FIRST.token,
    ]
    for number, token in enumerate(tokens):
        headers = JSON | ({} if token is None else {"authorization": token})
        await to.ask(SIGNING_PAYLOAD, order(f"t{number}"), headers=headers)
        await to.ask(SIGNING_PAYLOAD, order(f"t{number}"), headers=headers, method="GET")
        await to.ask(CREATE_ALLOCATION, order(f"t{number}"), headers=headers)
        await to.ask(CREATE_ASSET, asset(f"t{number}"), headers=headers)
    for operation in (SIGNING_PAYLOAD, CREATE_ALLOCATION):
        for place in (SECOND.connection_ids[0], "00000000-0000-4000-8000-000000000000", "x"):
            await to.ask(operation, order(f"p-{place}", says={"connectionId": place}), connection=place)
        await to.ask(operation, order("p"), enterprise="0" * 32)


async def protocol(to: Transcript) -> None:
    """Methods, media types, odd bodies."""
    for operation in OPERATIONS:
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
            body = asset(f"m{method}") if operation == CREATE_ASSET else order(f"m{method}")
            await to.ask(operation, body, method=method)
        for number, declared in enumerate(
            ("text/plain", "application/x-www-form-urlencoded", "application/xml", "", None)
        ):
            headers = {"authorization": f"Bearer {FIRST.token}"} | (
                {} if declared is None else {"content-type": declared}
            )
            body = asset(f"d{number}") if operation == CREATE_ASSET else order(f"d{number}")
            await to.ask(operation, body, headers=headers)
            await to.ask(operation, body)
    for method in ("PUT", "POST"):
        await to.ask(SIGNING_PAYLOAD, order("nobody"), method=method, headers=JSON)
    for path in ("/nothing", f"{ASSETS}/"):
        to.lines.append(str(to.mock.behaviour.protocol.no_such_path("POST", path)))
    await to.ask(CREATE_ASSET, asset("deep", metadata={"a": [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}))
    for operation in (CREATE_ASSET, SIGNING_PAYLOAD, CREATE_ALLOCATION):
        await to.ask(operation, b"{}", method="LINK")
        await to.ask(operation, b"{}", headers=JSON | {"expect": "miracles"})
        await to.ask(operation, b"{}", headers=JSON | {"authorization": f"Bearer {FIRST.token} twice"})
    await to.ask(CREATE_ASSET, wire.dumps(asset("tail")).encode() + b"x")
    await to.ask(CREATE_ASSET, asset("tail"))
    to_sign = {name: value for name, value in order("tail").items() if name not in {"payload", "signature"}}
    await to.ask(SIGNING_PAYLOAD, wire.dumps(to_sign).encode() + b"x")
    form = b"symbol=form&display_name=N&type=COIN&entity_status=ACTIVE"
    await to.ask(CREATE_ASSET, form, headers={"content-type": "application/x-www-form-urlencoded"})
    await to.ask(CREATE_ASSET, asset("gzip"), headers=JSON | {"accept-encoding": "gzip"})
    await to.ask(CREATE_ASSET, asset("json"), headers={"content-type": "application/vnd.x+json"})
    await to.ask(CREATE_ASSET, asset("extra", constructor=1, other={"a": None}))
    await to.ask(CREATE_ASSET, asset("null", metadata=None))
    await to.ask(CREATE_ASSET, asset("bell", metadata={"a": "\x07"}, display_name="\x07"))
    await to.ask(CREATE_ASSET, b"\xef\xbb\xbf" + wire.dumps(asset("mark")).encode())
    await to.ask(CREATE_ASSET, wire.dumps(asset("twice")).encode()[:-1] + b',"symbol":"twice"}')
    await to.ask(CREATE_ASSET, asset("huge", metadata={"a": ["x" * 20_000]}))
    await to.ask(CREATE_ASSET, asset("exact", metadata={"a": wire.parse("1.50"), "b": "/"}))
    await to.ask(CREATE_ASSET, asset("    "))
    await to.ask(CREATE_ASSET, asset("   "))
    await to.ask(CREATE_ASSET, asset("EXACT"))
    await to.ask(CREATE_ASSET, asset("exact "))
    await to.ask(CREATE_ASSET, asset("Å"))
    await to.ask(CREATE_ASSET, asset("A\u030a"))
    await to.ask(CREATE_ALLOCATION, order("zeros", amount={"currency": "tbtc", "quantity": "001"}))
    await to.ask(CREATE_ALLOCATION, order("digits", amount={"currency": "tbtc", "quantity": "1" * 50}))
    await to.ask(CREATE_ALLOCATION, order("unknown", amount={"currency": "none", "quantity": "1"}))
    await to.ask(CREATE_ALLOCATION, order("million", amount={"currency": "tbtc", "quantity": "1000000"}))
    capitals = order("capitals")
    await to.ask(CREATE_ALLOCATION, capitals | {"signature": capitals["signature"].upper()})
    await to.ask(CREATE_ALLOCATION, capitals | {"signature": f"0x{capitals['signature']}"})
    await to.ask(CREATE_ALLOCATION, capitals | {"signature": high_s(capitals["signature"])})
    laid_out = order("capitals", layout=json.dumps)
    await to.ask(CREATE_ALLOCATION, capitals)
    await to.ask(CREATE_ALLOCATION, laid_out)
    await to.ask(CREATE_ALLOCATION, capitals | {"notes": "x"})
    second = FIRST.connection_ids[1]
    other = order("capitals", says={"connectionId": second}, clientExternalId="c-elsewhere")
    await to.ask(CREATE_ALLOCATION, other, connection=second)


def high_s(signature: str) -> str:
    """The other signature of the same text by the same key."""
    raw = bytes.fromhex(signature)
    other = signing._ORDER - int.from_bytes(raw[33:])
    return bytes([31 + ((raw[0] - 31) ^ 1), *raw[1:33]]).hex() + other.to_bytes(32).hex()


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


SECOND_CONNECTION = FIRST.connection_ids[1]


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


SCRIPTS = (
    assets,
    particular_assets,
    payloads,
    truth,
    allocations,
    access,
    memory,
    protocol,
    edges,
    lies,
    keys,
    scarce,
    asked,
    signatures,
    at_once,
)


def transcript(mock: Mock) -> list[str]:
    """The answers to all questions."""
    to = Transcript(mock)

    async def ask_all() -> None:
        for script in SCRIPTS:
            mock.reset()
            await script(to)

    asyncio.run(ask_all())
    return to.lines


@pytest.fixture(scope="module")
def honest() -> list[str]:
    return transcript(Mock())


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits of several milliseconds and more that a switch asked for, cut to one."""
    asked: list[float] = []
    sleep = asyncio.sleep

    async def short(seconds: float, result: Any = None) -> Any:
        if seconds > 0.0035:
            asked.append(seconds)
        return await sleep(min(seconds, 0.001), result)

    monkeypatch.setattr(asyncio, "sleep", short)
    return asked


CLAUSES = {clause.id: clause.level for clause in load().values()}


def test_there_is_a_fault_for_every_must_clause_and_more_than_one() -> None:
    """A promise that no fault breaks, so that nothing proves the question about it."""
    proved = Counter(switch.breaks for switch in all_faults().values())
    assert [id for id, level in CLAUSES.items() if level == "must" and proved[id] < 2] == []
    assert len(all_faults()) >= 120
    assert len(all_variants()) >= 50


def test_faults_name_clauses_that_exist() -> None:
    """A misspelt clause, which would never turn red."""
    named = {id for switch in all_faults().values() for id in (switch.breaks, *switch.falls_with)}
    assert named - CLAUSES.keys() == set()


@pytest.mark.parametrize("switches", [all_faults(), all_variants()], ids=["faults", "variants"])
def test_ids_and_sentences_are_fit_for_a_list(switches: Mapping[str, Switch]) -> None:
    """An id that a shell would break, or a sentence that is none or is another's."""
    assert [id for id in switches if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", id)] == []
    sentences = [switch.sentence for switch in switches.values()]
    assert [sentence for sentence in sentences if not sentence.endswith(".") or len(sentence) > 140] == []
    assert [sentence for sentence, times in Counter(sentences).items() if times > 1] == []


def test_an_id_is_taken_once() -> None:
    """A second fault that hides the first."""
    with pytest.raises(ValueError, match="asset-conflict-never"):
        fault("asset-conflict-never", breaks="AST-05")(lambda mock: None)


def test_an_unknown_id_is_refused_with_the_nearest() -> None:
    """A misspelt fault that is silently not there."""
    with pytest.raises(
        UnknownSwitch, match="unknown fault 'asset-race-2ms'; the nearest is 'asset-race-5ms'"
    ):
        select(["asset-race-2ms"])


def test_the_honest_server_answers_alike_every_time(honest: list[str]) -> None:
    """Chance in the answers beyond ids and times, which would make every switch look effective."""
    assert transcript(Mock()) == honest
    assert not any(line.split()[1].startswith("5") for line in honest)


@pytest.mark.parametrize("id", [*all_faults(), *all_variants()])
def test_every_switch_changes_an_answer_and_breaks_nothing_of_ours(
    id: str, honest: list[str], waits: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault that does nothing, or that does it by crashing."""
    switch = (all_faults() | all_variants())[id]
    changed = transcript(Mock([switch]))
    assert changed != honest or waits
    assert capsys.readouterr().err == ""
