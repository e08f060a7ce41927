"""What is asked about tokens and HTTP."""

import json

from contracts import signing, wire
from contracts.mock.app import OPERATIONS
from contracts.mock.identities import FIRST, SECOND
from contracts.mock.messages import CREATE_ALLOCATION, CREATE_ASSET, SIGNING_PAYLOAD
from contracts.mock.places import ASSETS
from tests.unit.mock.transcripts.transcript import JSON, Transcript, asset, order


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
