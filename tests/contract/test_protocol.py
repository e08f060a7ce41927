"""What HTTP asks of a server: methods, media types, codings, sizes, odd input (HTP)."""

import json
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from contracts.asking.asker import Asker
from contracts.asking.assets import PATH, USUAL, Assets, encoded
from contracts.asking.network import Caller, Network
from contracts.exchange import Exchange, Request, Trait
from contracts.settings import Profile
from contracts.violation import Violation

UNDEFINED = ("PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Place:
    """A path under test: how to make a valid request for it under fresh keys, and whether one still works."""

    ask: Asker
    api: str
    make: Callable[[], Request]

    def send(self, request: Request) -> Exchange:
        """Send a request there."""
        return self.ask.send(request, self.api)

    def unaffected(self, request: Request, refused: Exchange, clause: str, *, about: str) -> None:
        """Expect that the valid request of the same keys is accepted: what was refused had no effect."""
        if refused.status is None or refused.status < 300:
            return
        answer = self.send(request)
        if answer.status not in {200, 409}:
            return  # no word on the effect of the other request
        found = (
            ()
            if answer.status == 200
            else (
                Violation(
                    clause,
                    f"{about}: took effect",
                    "no effect of what was refused",
                    f"{answer.status} for its keys",
                    (refused, answer),
                    request.operation or "",
                ),
            )
        )
        self.ask.judged(clause, *found)


def places(ask: Asker, *, signed: bool = True) -> Iterator[Place]:
    """Every path that this target can be asked at."""
    assets = Assets(ask)
    yield Place(ask, "asset-pricing", lambda: assets.request(assets.full()))
    if ask.settings.own is None:
        return
    network = Network(ask, Caller.of(ask.settings.own))
    yield Place(ask, "go-network", lambda: network.payload_request(network.content()))
    if network.me.key is not None and signed:
        yield Place(ask, "go-network", lambda: network.allocation_request(network.signed(network.content())))


# --- methods -----------------------------------------------------------------------------------------------------


@pytest.mark.asks("HTP-04")
@pytest.mark.parametrize("method", UNDEFINED)
def test_undefined_method_is_refused_without_effect(ask: Asker, method: str) -> None:
    for place in places(ask):
        request = place.make()
        answer = place.send(request.but(method=method))
        expect_refusal(ask, answer, about=f"{method} is not defined")
        place.unaffected(request, answer, "HTP-04", about=method)


def expect_refusal(ask: Asker, answer: Exchange, *, about: str) -> None:
    """Expect a 4xx or 501."""
    if answer.status is not None and answer.status >= 500 and answer.status != 501:
        return  # HTP-01's matter
    ask.answered(answer, "HTP-04", {*range(400, 500), 501}, about=about)


@pytest.mark.asks("HTP-04")
def test_get_on_what_can_only_be_created(ask: Asker) -> None:
    for place in places(ask):
        request = place.make()
        if request.operation == "signingPayload":
            continue
        expect_refusal(ask, place.send(request.but(method="GET", body=None)), about="GET is not defined")
        answer = place.send(request.but(method="GET"))
        expect_refusal(ask, answer, about="GET with a body is not defined")
        place.unaffected(request, answer, "HTP-04", about="GET with a body")


@pytest.mark.asks("HTP-04")
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_head_and_options_do_not_fail(ask: Asker, method: str) -> None:
    for place in places(ask):
        request = place.make()
        bare = request.but(method=method, body=None).with_header("Content-Type", None)
        for sent in (bare, bare.with_header("Authorization", None)):
            answer = place.send(sent)
            if answer.status is not None and (answer.status < 500 or answer.status == 501):
                ask.judged("HTP-04")
            elif answer.status is not None:
                ask.answered(answer, "HTP-04", set(range(200, 500)), about=f"{method} does not fail")
        place.unaffected(request, place.send(request.but(method=method)), "HTP-04", about=method)


@pytest.mark.asks("HTP-04", "HTP-01")
@pytest.mark.parametrize("method", ["BREW", "LINK", "X"])
def test_unknown_method_is_refused(ask: Asker, method: str) -> None:
    for place in places(ask):
        request = place.make()
        answer = place.send(request.but(method=method, traits=frozenset({Trait.BELOW})))
        if answer.status is not None:
            ask.answered(answer, "HTP-04", {*range(400, 500), 501}, about="the method is unknown")
            place.unaffected(request, answer, "HTP-04", about="an unknown method")


@pytest.mark.asks("AST-20")
def test_method_in_lower_case(ask: Asker) -> None:
    """A method is case-sensitive (RFC 9110, 9.1), but whole makes of servers read it in upper case."""
    for place in places(ask):
        request = place.make()
        lower = request.but(method="post", traits=frozenset({Trait.BELOW}))
        ask.observe("AST-20", f"{request.operation} by post in lower case", place.send(lower))


# --- media types and codings ------------------------------------------------------------------------------------------


@pytest.mark.asks("HTP-05")
@pytest.mark.parametrize(
    "declared",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "text/html; charset=utf-8",
        "image/png",
    ],
)
def test_other_media_type_is_refused_without_effect(ask: Asker, declared: str) -> None:
    for place in places(ask):
        request = place.make()
        answer = place.send(request.with_header("Content-Type", declared))
        ask.answered(answer, "HTP-05", {400, 415}, about="the body is declared as another media type")
        place.unaffected(request, answer, "HTP-05", about="another media type")


@pytest.mark.asks("HTP-05")
def test_a_body_of_another_media_type_is_refused(ask: Asker) -> None:
    for declared, body in {
        "application/xml": b"<asset/>",
        "application/x-www-form-urlencoded": b"symbol=BTC&display_name=Bitcoin&type=COIN&entity_status=ACTIVE",
        "text/plain": b"symbol BTC",
    }.items():
        for place in places(ask):
            request = place.make().with_header("Content-Type", declared).but(body=body)
            ask.answered(place.send(request), "HTP-05", {400, 415}, about="the body is of another media type")


@pytest.mark.asks("AST-20")
def test_forms_of_the_media_type(ask: Asker) -> None:
    for declared in (
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/vnd.api+json",
        "text/json",
        None,
    ):
        for place in places(ask):
            request = place.make()
            answer = place.send(request.with_header("Content-Type", declared))
            ask.observe("AST-20", f"{request.operation} as {declared}", answer)


@pytest.mark.asks("HTP-03")
@pytest.mark.parametrize("accepted", ["identity", "gzip", "deflate", "gzip, deflate, br", "*", "", None])
def test_content_coding_is_one_that_was_asked_for(ask: Asker, accepted: str | None) -> None:
    for place in places(ask):
        request = place.make()
        place.send(request.with_header("Accept-Encoding", accepted))
        large = "x" * 60
        body = request.body or b""
        place.send(
            request.with_header("Accept-Encoding", accepted).but(
                body=body[:-1] + f',"more":"{large}"'.encode()
            )
        )


@pytest.mark.asks("HTP-03", "HTP-02")
@pytest.mark.parametrize(
    "accept", ["*/*", "application/json;q=0.9, */*;q=0.1", "text/html", "application/xml", None]
)
def test_answers_are_json_or_406(ask: Asker, accept: str | None) -> None:
    for place in places(ask):
        place.send(place.make().with_header("Accept", accept))
        place.send(place.make().with_header("Accept", accept).but(body=b"{"))


@pytest.mark.asks("HTP-03")
def test_refusals_are_what_their_headers_say(ask: Asker) -> None:
    for place in places(ask):
        for body in (b"", b"{", b"[]", b"{}", b'{"symbol":1}', b"\xff"):
            place.send(place.make().but(body=body))
        place.send(place.make().with_header("Authorization", None))


# --- time ---------------------------------------------------------------------------------------------------------


@pytest.mark.asks("HTP-08")
def test_every_kind_of_answer_comes_in_time(ask: Asker) -> None:
    """Conflicts, refusals and repetitions may take other ways through a service than what succeeds."""
    for place in places(ask):
        request = place.make()
        for sent in (
            request,
            request,
            place.make().but(body=b"{"),
            place.make().but(body=b"{}"),
            place.make().but(method="DELETE"),
            place.make().with_header("Authorization", "Bearer unknown-token-of-nobody"),
            place.make().with_header("Content-Type", "text/plain"),
        ):
            place.send(sent)


@pytest.mark.asks("HTP-08")
def test_time_does_not_grow_with_the_records(ask: Asker, profile: Profile) -> None:
    """A convention, so at most a warning: the middle answer of the last records against that of the first."""
    assets = Assets(ask)
    count = max(50, profile.between // 2)
    times = [assets.create(assets.minimal()).elapsed_ms for _ in ask.patiently(count * 2)]
    part = len(times) // 4
    first, last = (statistics.median(times[:part]), statistics.median(times[-part:]))
    found = Violation(
        "HTP-08",
        "time grows with the records",
        f"about {first:.1f} ms, as for the first assets",
        f"{last:.1f} ms after {len(times)} more",
        operation="createAsset",
        advisory=True,
    )
    # Three times and 5 ms: a busy machine doubles a median now and then, a scan over records does worse.
    ask.judged("HTP-08", *((found,) if last > 3 * first + 5 else ()))


# --- odd input ---------------------------------------------------------------------------------------------------------


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


@pytest.mark.asks("HTP-01", "HTP-06")
def test_odd_amounts_are_answered(network: Network) -> None:
    for value in ("9" * 30, "9" * 45, "0x", "", "\u0661", "1e400", "∞", "1/3", "\x00", "-", ".", "NaN"):
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


@pytest.mark.asks("HTP-02")
def test_ordinary_answers_have_documented_statuses(ask: Asker) -> None:
    for place in places(ask):
        request = place.make()
        place.send(request)
        for body in (b"", b"{}", b"[]", b"null", b'"x"', b"{"):
            place.send(place.make().but(body=body))
        fields = json.loads(request.body or b"{}")
        for field in fields:
            fresh = json.loads(place.make().body or b"{}")
            place.send(
                request.but(body=encoded({name: value for name, value in fresh.items() if name != field}))
            )


@pytest.mark.asks("HTP-04")
def test_unknown_path_is_not_found(ask: Asker) -> None:
    request = Request("POST", PATH + "/nothing/here", (*USUAL, ("Content-Type", "application/json")), b"{}")
    ask.observe("AST-20", "unknown path", ask.send(request, "asset-pricing"))
