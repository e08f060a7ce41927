"""Whatever a client sends, it is answered (HTP-01), and the answer shows nothing of the server's inside (HTP-06)."""

import json

import pytest

from contracts.asking.asker import Asker
from contracts.asking.assets import USUAL, Assets, Body, encoded
from contracts.asking.network import Caller, Network
from contracts.asking.places import places
from contracts.exchange import Request, Trait


def odd_bodies(good: bytes) -> dict[str, bytes]:
    """Bodies that servers are known to stumble over, made from a good one."""
    opened = good[:-1]
    return {
        "200 levels": opened + b',"x":' + b"[" * 200 + b"]" * 200 + b"}",
        "100,000 levels": opened + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "100,000 levels, unclosed": b"[" * 100_000,
        "a number of 400 digits": opened + b',"x":' + b"9" * 400 + b"}",
        "a number of 5,000 digits": opened + b',"x":' + b"9" * 5000 + b"}",
        "an exponent beyond doubles": opened + b',"x":1e999}',
        "an exponent beyond integers": opened + b',"x":1e99999999999999999999}',
        "minus zero": opened + b',"x":-0.0}',
        "a member of 20,000 characters": opened + b',"x":"' + b"y" * 20_000 + b'"}',
        "2,000 members": opened + b"," + b",".join(b'"k%d":%d' % (n, n) for n in range(2000)) + b"}",
        "200,000 bytes": opened + b',"x":"' + b"z" * 200_000 + b'"}',
        "repeated keys": opened + b"," + good[1:],
        "__proto__": opened + b',"__proto__":{"admin":true},"constructor":{"prototype":{}}}',
        "an empty name": opened + b',"":""}',
        "escaped NUL": opened + b',"x":"\\u0000"}',
        "lone surrogates": opened + b',"x":"\\ud800","\\udfff":"y"}',
        "raw control characters": opened + b',"x":"\x01\x02"}',
        "noncharacters": opened + b',"x":"\xef\xbf\xbf\xef\xbf\xbe"}',
        "byte-order mark": b"\xef\xbb\xbf" + good,
        "UTF-16": good.decode().encode("utf-16"),
        "only NULs": b"\x00" * 32,
        "null for everything": json.dumps(dict.fromkeys(json.loads(good))).encode(),
        "lists for everything": json.dumps({name: [] for name in json.loads(good)}).encode(),
        "objects for everything": json.dumps({name: {} for name in json.loads(good)}).encode(),
        "numbers for everything": json.dumps(dict.fromkeys(json.loads(good), 1)).encode(),
    }


@pytest.mark.asks("HTP-01", "HTP-02", "HTP-06")
@pytest.mark.parametrize("label", odd_bodies(b'{"a":1}'))
def test_odd_bodies_are_answered(ask: Asker, label: str) -> None:
    for place in places(ask):
        request = place.make()
        place.send(request.but(body=odd_bodies(request.body or b"{}")[label]))


@pytest.mark.asks("HTP-01", "HTP-06")
def test_odd_values_in_every_field_are_answered(ask: Asker) -> None:
    odd = [
        "💰",
        "ß",
        "\x00",
        "\ud800",
        "'",
        '"',
        "\\",
        "%00",
        "%s%n",
        "${jndi:ldap://localhost/a}",
        "../../etc/hosts",
        "{{7*7}}",
        "x" * 3000,
        "\u202e",
        "1e999",
        "-1",
        2**64,
        -(2**63) - 1,
        10**40,
        "9" * 45,
        {"$gt": ""},
        ["a", ["b"]],
    ]
    for place in places(ask):
        for value in odd:
            body = json.loads(place.make().body or b"{}")
            for field in body:
                place.send(
                    place.make().but(body=encoded({**json.loads(place.make().body or b"{}"), field: value}))
                )


# What stands inside of metadata, as JSON text: what a parser takes, and the next layer behind it stumbles over.
ODD_METADATA = {
    "65 levels": "[" * 65 + "]" * 65,
    "65 levels of maps": '{"a":' * 65 + "1" + "}" * 65,
    "200 levels": "[" * 200 + "]" * 200,
    "1,200 levels": '{"a":' * 1200 + "1" + "}" * 1200,
    "an integer beyond 64 bits": str(2**64),
    "an integer of 400 digits": "9" * 400,
    "an integer of 5,000 digits": "9" * 5000,
    "a fraction of 400 digits": "0." + "3" * 400,
    "an exponent beyond doubles": "1e999",
    "a negative exponent beyond doubles": "1e-999",
    "minus, an exponent beyond doubles, in a list": "[1,-1e400]",
    "an exponent beyond decimals": "1e99999999999999999999",
    "minus zero": "[-0,-0.0,0e1]",
    "a lone surrogate": '"\\ud800"',
    "a lone surrogate as a name": '{"\\udfff":1}',
    "NUL": '["\\u0000",{"\\u0000":1}]',
    "names of a runtime": '{"__proto__":{"a":1},"constructor":1,"toString":1,"hasOwnProperty":1,"__class__":1}',
    "names of a database": '{"$where":"1","a.b":1,"":1,"$oid":"x","_id":1}',
    "repeated names": '{"a":1,"a":2}',
    "everything empty": '[{},[],"",null,false,0]',
    "noncharacters": '"\uffff\ufffe\U0010ffff"',
    "a text of 20,000 characters": '"' + "y" * 20_000 + '"',
    "2,000 members": "{" + ",".join(f'"k{number}":{number}' for number in range(2000)) + "}",
}


@pytest.mark.asks("HTP-01", "HTP-03", "HTP-06")
@pytest.mark.parametrize("label", ODD_METADATA)
def test_odd_metadata_is_answered(assets: Assets, label: str) -> None:
    """Also when it is refused, and when the symbol exists: then it is read as well."""
    request = assets.request(assets.minimal()).but(operation=None)
    body = (request.body or b"")[:-1] + f',"metadata":{{"odd":{ODD_METADATA[label]}}}}}'.encode()
    assets.send(request.but(body=body))
    assets.send(request.but(body=body))


ODD_TEXTS = {
    "a lone surrogate": "\ud800",
    "NUL": "\x00",
    "a noncharacter": "\uffff",
    "Latin-1": "é",
    "Latin-2": "ł",
    "Han": "日",
    "beyond U+FFFF": "💰",
    "decomposed": "e\u0301",
    "3,000 characters": "x" * 3000,
}


@pytest.mark.asks("HTP-01", "HTP-03", "HTP-06")
@pytest.mark.parametrize("label", ODD_TEXTS)
def test_odd_text_in_every_place_is_answered(ask: Asker, label: str) -> None:
    """An answer that echoes, or cites what it refuses, must be able to say every text that it was able to read."""
    assets, text = Assets(ask), ODD_TEXTS[label]
    several: Body = {"metadata": {text: [text]}, "symbol_mappings": {text: [text]}, "contract_address": text}
    for body in (
        assets.minimal(display_name=text),
        assets.minimal(symbol=ask.fresh.name() + text),
        assets.minimal(**several),
        assets.minimal(type=text),
        assets.minimal(**{text: text}),
    ):
        for _ in range(2):
            assets.send(assets.request(body).but(operation=None))


ENDS_A_STRING = ("'", '"', "\\", "%", ";--", "`", "<b>", "${x}", "{{x}}", "\u2028", "\n", "NULL")


@pytest.mark.asks("HTP-06", "HTP-03")
def test_conflicts_of_odd_symbols_show_nothing(assets: Assets) -> None:
    """What ends a string in a query, a page or a template ends up in the message about it."""
    for text in ENDS_A_STRING:
        for symbol in (assets.fresh_symbol() + text, text + assets.fresh_symbol()):
            body = assets.minimal(symbol=symbol)
            for _ in range(2):
                assets.create(body)


@pytest.mark.asks("HTP-01", "HTP-06")
def test_odd_amounts_are_answered(network: Network) -> None:
    for value in (
        "9" * 30,
        "9" * 45,
        "9" * 80,
        "1" + "0" * 400,
        "9" * 5000,
        "0x",
        "",
        "\u0661",
        "1e400",
        "∞",
        "1/3",
        "\x00",
        "-",
        ".",
        "NaN",
    ):
        for member in ("currency", "quantity"):
            amount = {**network.content()["amount"], member: value}  # type: ignore[dict-item]
            content = network.content(amount=amount)
            network.ask_payload(content)
            network.allocate(network.signed(content))


@pytest.mark.asks("HTP-01", "HTP-06")
def test_odd_targets_are_answered(ask: Asker) -> None:
    suffixes = (
        "/",
        "//",
        "/%00",
        "/%2e%2e",
        "/%ff",
        "?a=b",
        "?" + "q" * 2000,
        "/unknown",
        ";a=b",
        "%20",
        "?a[]=1&a=2",
    )
    for place in places(ask):
        request = place.make().but(operation=None)
        for suffix in suffixes:
            place.send(request.but(target=request.target + suffix))
    if ask.settings.own is not None:
        me = Caller.of(ask.settings.own)
        for odd in ("%00", "%2F", "..", "%E0%A4%A", "'", "a" * 500, "%F0%9F%92%B0", "{id}", "*", "-1"):
            for caller in (me.but(connection=odd), me.but(enterprise=odd)):
                ask.send(Request("POST", caller.path, caller.headers, b"{}"), "go-network")


@pytest.mark.asks("HTP-01", "HTP-06")
def test_odd_headers_are_answered(ask: Asker) -> None:
    odd = {
        "Authorization": (
            "Bearer",
            "Bearer  ",
            "Basic Og==",
            "Bearer " + "x" * 3000,
            "\xff\xfe",
            "Bearer a b c",
            ",",
        ),
        "Content-Type": (
            "",
            "/",
            "application/json; charset=utf-16",
            "application/json; charset=nonsense",
            "x" * 500,
        ),
        "Accept": ("", "/", "text/*;q=2", ";;;"),
        "Content-Encoding": ("gzip", "br", "nonsense"),
        "Accept-Language": ("zz-ZZ" * 100,),
        "X-Forwarded-For": ("'", "127.0.0.1, ::1"),
        "X-HTTP-Method-Override": ("DELETE",),
        "Cookie": ("a=b; " * 100,),
        "Range": ("bytes=0-1",),
        "If-None-Match": ("*",),
        "If-Modified-Since": ("yesterday",),
        "Origin": ("null",),
        "Traceparent": ("00-zz-zz-zz",),
        "Idempotency-Key": ("", "'" * 300),
        "X-Request-Id": ("x" * 300,),
    }
    for place in places(ask):
        for name, values in odd.items():
            for value in values:
                place.send(place.make().with_header(name, value))


@pytest.mark.asks("HTP-01")
def test_odd_framing_is_answered_or_closed(ask: Asker) -> None:
    for place in places(ask):
        request = place.make().but(
            traits=frozenset({Trait.BELOW}), headers=(*USUAL, ("Content-Type", "application/json"))
        )
        for headers in (
            (("Content-Length", "abc"),),
            (("Expect", "100-continue"), ("Content-Length", str(len(request.body or b"")))),
            (("Expect", "nonsense"), ("Content-Length", str(len(request.body or b"")))),
            (("Host", ""),),
        ):
            place.send(request.but(headers=(*request.headers, ("Connection", "close"), *headers)))
