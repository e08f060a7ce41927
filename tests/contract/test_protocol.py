"""What HTTP asks of a server: methods, media types, codings, statuses (HTP-02 to HTP-05)."""

import json

import pytest

from contracts.asking.asker import Asker
from contracts.asking.assets import PATH, USUAL, Assets, encoded
from contracts.asking.network import Network
from contracts.asking.places import places
from contracts.exchange import Exchange, Request, Trait

UNDEFINED = ("PUT", "PATCH", "DELETE")


# --- methods -----------------------------------------------------------------------------------------------------


@pytest.mark.asks("HTP-04")
@pytest.mark.parametrize("method", UNDEFINED)
def test_undefined_method_is_refused_without_effect(ask: Asker, method: str) -> None:
    for place in places(ask):
        request = place.make()
        answer = place.send(request.but(method=method))
        expect_refusal(ask, answer, about=f"the method is not defined ({method})")
        place.unaffected(request, answer, "HTP-04", about=method)


def expect_refusal(ask: Asker, answer: Exchange, *, about: str) -> None:
    """Expect a 4xx or 501."""
    if answer.status is not None and answer.status >= 500 and answer.status != 501:
        return  # HTP-01's matter
    ask.answered(answer, "HTP-04", {*range(400, 500), 501}, about=about)


@pytest.mark.asks("HTP-04")
@pytest.mark.parametrize("method", UNDEFINED)
def test_undefined_method_touches_nothing_that_was_made(ask: Asker, method: str) -> None:
    for place in places(ask):

        def meddle(request: Request) -> Exchange:
            place.send(request.but(method=method, body=None))  # noqa: B023  # called before the loop goes on
            return place.send(request.but(method=method))  # noqa: B023

        place.keeps(place.make(), meddle, "HTP-04", about=method)


@pytest.mark.asks("HTP-04")
def test_get_on_what_can_only_be_created(ask: Asker) -> None:
    for place in places(ask):
        request = place.make()
        if request.operation == "signingPayload":
            continue
        expect_refusal(
            ask, place.send(request.but(method="GET", body=None)), about="the method is not defined (GET)"
        )
        answer = place.send(request.but(method="GET"))
        expect_refusal(ask, answer, about="the method is not defined (GET with a body)")
        place.unaffected(request, answer, "HTP-04", about="GET with a body")
        answer = place.send(request.but(method="GET").with_header("X-HTTP-Method-Override", "POST"))
        expect_refusal(ask, answer, about="the method is not defined (GET, whatever a header says)")


@pytest.mark.asks("HTP-04")
def test_allow_names_every_method_that_works(network: Network) -> None:
    """Whoever learns from Allow that there is no GET variant asks for the write scope instead."""
    if network.ask_payload(network.content(), method="GET").status != 200:
        return
    for method in UNDEFINED:
        answer = network.send(network.payload_request(network.content()).but(method=method))
        allow = answer.response.header("allow") if answer.response is not None else None
        if answer.status == 405 and allow is not None:
            named = {each.strip().upper() for each in allow.split(",")}
            found = network.ask.violation("HTP-04", answer, "Allow hides GET", "GET in Allow")
            network.ask.judged("HTP-04", *(() if "GET" in named else (found,)))


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
                ask.answered(
                    answer, "HTP-04", set(range(200, 500)), about=f"the method does not fail ({method})"
                )
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


@pytest.mark.asks("AST-20", "ALC-19")
def test_method_in_lower_case(ask: Asker) -> None:
    """A method is case-sensitive (RFC 9110, 9.1), but whole makes of servers read it in upper case."""
    for place in places(ask):
        request = place.make()
        lower = request.but(method="post", traits=frozenset({Trait.BELOW}))
        place.observe(f"{request.operation} by post in lower case", place.send(lower))


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
        # What a search for "json" takes for it: other formats, and a parameter.
        "application/json-seq",
        "application/x-ndjson",
        "application/javascript",
        "text/plain; note=application/json",
        "multipart/form-data; boundary=json",
        "application/jsonp",
    ],
)
def test_other_media_type_is_refused_without_effect(ask: Asker, declared: str) -> None:
    for place in places(ask):
        request = place.make()
        answer = place.send(request.with_header("Content-Type", declared))
        ask.answered(answer, "HTP-05", {400, 415}, about="the body is of another media type (declared)")
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


@pytest.mark.asks("AST-20", "ALC-19")
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
            place.observe(f"{request.operation} as {declared or 'no declared type'}", answer)


@pytest.mark.asks("HTP-03")
@pytest.mark.parametrize(
    "accepted",
    [
        "identity",
        "gzip",
        "deflate",
        "gzip, deflate",
        "gzip;q=0",
        "gzip;q=0, deflate;q=0.0, identity;q=0.5",
        "deflate;q=0.5, *;q=0",
        "",
        None,
    ],
)
def test_content_coding_is_one_that_was_asked_for(ask: Asker, accepted: str | None) -> None:
    """Small answers, refusals, and answers of the sizes from which on servers compress."""
    for place in places(ask):
        request = place.make().with_header("Accept-Encoding", accepted)
        place.send(request)
        place.send(request.but(body=b"{"))
    assets = Assets(ask)
    for entries in (12, 120):
        large = assets.full(metadata={f"key {number}": "v" * 60 for number in range(entries)})
        assets.send(assets.request(large).with_header("Accept-Encoding", accepted))


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


# --- statuses ----------------------------------------------------------------------------------------------------------


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


@pytest.mark.asks("AST-20", "ALC-19")
def test_slash_behind_a_path(ask: Asker) -> None:
    """Frameworks redirect, refuse or answer by themselves; no document says."""
    for place in places(ask):
        request = place.make()
        answer = place.send(request.but(target=request.target + "/", operation=None))
        place.observe(f"{request.operation} with a slash behind its path", answer)


@pytest.mark.asks("AST-20")
def test_unknown_path_is_not_found(ask: Asker) -> None:
    request = Request("POST", PATH + "/nothing/here", (*USUAL, ("Content-Type", "application/json")), b"{}")
    ask.observe("AST-20", "unknown path", ask.send(request, "asset-pricing"))
