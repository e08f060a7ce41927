"""What tools write into archives, and what may be judged of it: never more than an archive shows."""

import json
from base64 import b64encode
from typing import Any

import pytest

from contracts.exchange import Loss, Trait
from contracts.recorded.archive import BadEntry
from contracts.recorded.entries import Part, recorded
from tests.fixtures.archives import HOST, changed, entry, named, read
from tests.fixtures.exchanges import (
    allocate,
    allocation_made,
    answered,
    asset_made,
    create_asset,
    payload_given,
)

MADE = entry(asset_made())
ALL = {Part.CREDENTIAL}
"""What an entry for create asset does not show: it is asked without a token here."""


def test_an_entry_is_the_exchange_that_it_records() -> None:
    """Bytes, headers or times that are others than those that were recorded."""
    made, told = asset_made(), read(MADE)
    assert told.exchange.request.body == made.request.body
    assert told.exchange.request.target == made.request.target
    assert told.exchange.request.headers == made.request.headers
    assert told.exchange.request.operation == "createAsset"
    assert told.exchange.fields == made.fields
    assert told.exchange.at == made.at
    assert told.origin == HOST
    assert told.unseen == ALL


def test_time_is_what_the_server_took() -> None:
    """The 800 ms that a browser waited for a free connection, held against the server (HTP-08)."""
    assert read(MADE).exchange.elapsed_ms == pytest.approx(12.5, abs=0.01)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://localhost:8080/api/assetpricing/v1/internal/assets", "/api/assetpricing/v1/internal/assets"),
        (
            "https://proxy.example/stage/two/api/assetpricing/v1/internal/assets?a=b#top",
            "/api/assetpricing/v1/internal/assets?a=b",
        ),
        ("https://user:pw@h/api/assetpricing/v1/internal/assets", "/api/assetpricing/v1/internal/assets"),
    ],
)
def test_operations_are_known_by_method_and_path(url: str, target: str) -> None:
    """Traffic through a gateway, or of another environment, passed over."""
    told = read(changed(MADE, request={"url": url}))
    assert told.exchange.request.operation == "createAsset"
    assert told.exchange.request.target == target
    assert "pw" not in told.origin


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/",
        "https://a.example/api/assetpricing/v1/internal/assets/7",
        "data:,x",
        "http://[",
        "",
    ],
)
def test_other_traffic_is_passed_over(url: str) -> None:
    """A page's pictures judged by the contract of an API, or called broken entries."""
    assert recorded(changed(MADE, request={"url": url}), "") is None


def test_methods_decide_between_operations_of_one_path() -> None:
    """The GET variant of the signing payload judged as POST."""
    asked = entry(payload_given())
    assert read(asked).exchange.request.operation == "signingPayload"
    assert read(changed(asked, request={"method": "GET"})).exchange.request.operation == "signingPayloadByGet"
    assert read(changed(asked, request={"method": "PUT"})).exchange.request.operation == "signingPayload"
    assert read(entry(allocation_made())).exchange.request.operation == "createAllocation"


def unseen(told: dict[str, Any], *, ours: bool = False) -> set[Part]:
    return set(read(told, ours=ours).unseen) - ALL


@pytest.mark.parametrize(
    "content",
    [
        {"text": ...},
        {"text": ..., "size": 0},
        {"text": "", "size": 300},
        {"text": ..., "size": -1, "comment": "Response bodies are not included."},
        {"size": 100_000},
        {"text": '{"symbol":"B\ufffdC"}', "size": ...},
        {"text": '{"symbol":"BÃ¼C"}', "size": 16},
    ],
    ids=["none", "none of size 0", "empty", "left out", "cut short", "not read", "read by another charset"],
)
def test_answers_that_are_not_there_as_they_were(content: dict[str, Any]) -> None:
    """`not JSON: empty` for a body that the browser had thrown away, `symbol changed` for one that it misread."""
    assert unseen(changed(MADE, response__content=content)) == {Part.RESPONSE}


def test_answers_that_broke_off() -> None:
    """The part of a body that arrived before the connection was lost, taken for the server's answer."""
    assert unseen(changed(MADE, response={"_error": "net::ERR_CONTENT_LENGTH_MISMATCH"})) == {Part.RESPONSE}
    plain = named([("Content-Type", "application/json"), ("Content-Length", "9999")])
    assert unseen(changed(MADE, response={"headers": plain})) == {Part.RESPONSE}


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16"])
def test_answers_in_another_charset(charset: str) -> None:
    """Bytes that the recorder read by a charset, judged as if they were those of the wire."""
    headers = named([("Content-Type", f"application/json; charset={charset}")])
    text = '{"symbol":"Bü"}'
    told = changed(
        MADE, response={"headers": headers}, response__content={"text": text, "size": len(text.encode())}
    )
    assert unseen(told) == {Part.RESPONSE}


def test_answers_that_are_empty() -> None:
    """An empty body that the archive shows to be one (content-length 0), not judged."""
    told = changed(
        MADE,
        response={"headers": named([("content-length", "0")])},
        response__content={"text": ..., "size": 0},
    )
    assert unseen(told) == set()
    assert read(told).exchange.response is not None


def test_answers_in_base64() -> None:
    """mitmproxy and Firefox keep bodies so: judged as the text of the code."""
    made = asset_made()
    assert made.response is not None
    coded = {"text": b64encode(made.response.body).decode(), "encoding": "base64"}
    assert read(changed(MADE, response__content=coded)).exchange.fields == made.fields
    with pytest.raises(BadEntry, match="said to be base64"):
        read(changed(MADE, response__content={"text": "{}", "encoding": "base64"}))


def test_codings_describe_the_wire() -> None:
    """`unwanted coding` and `body too short` for content that every archive holds decoded."""
    response = read(MADE).exchange.response
    assert response is not None
    assert {name.lower() for name, _ in response.headers} == {"content-type"}
    assert response.is_strict


@pytest.mark.parametrize(
    ("request_", "post"),
    [
        ({}, {"text": ...}),
        ({}, {"text": '{"symbol":"B\ufffdC"}'}),
        ({"bodySize": 9999}, {}),
        ({"headers": named([("Content-Encoding", "gzip"), ("Content-Type", "application/json")])}, {}),
        (
            {"bodySize": -1},
            {"text": ..., "params": [{"name": "a", "value": "b"}], "mimeType": "multipart/form-data"},
        ),
    ],
    ids=["left out", "not read", "cut short", "coded", "a form with parts"],
)
def test_requests_that_are_not_there_as_they_were(request_: dict[str, Any], post: dict[str, Any]) -> None:
    """A changed echo, or a wrong refusal, of a request that nobody knows."""
    assert unseen(changed(MADE, request=request_, request__postData=post)) == {Part.REQUEST}


def test_requests_without_a_body() -> None:
    """GET, and a POST that says it was empty, called incomplete."""
    told = changed(MADE, request={"postData": ..., "bodySize": 0})
    assert unseen(told) == set()
    assert read(told).exchange.request.body is None
    assert unseen(changed(told, request={"method": "GET", "bodySize": -1})) == set()
    assert unseen(changed(told, request={"bodySize": -1})) == {Part.REQUEST}


def test_forms_are_put_together() -> None:
    """A form in postData.params, with no text beside it, taken for no body."""
    params = named([("symbol", "a b"), ("x", "é")])
    told = changed(
        MADE,
        request={"bodySize": -1, "headers": []},
        request__postData={"text": ..., "params": params, "mimeType": "application/x-www-form-urlencoded"},
    )
    request = read(told).exchange.request
    assert request.body == b"symbol=a+b&x=%C3%A9"
    assert request.media_type == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("status", "comment"),
    [(0, ""), (0, "net::ERR_BLOCKED_BY_CLIENT"), (0, "no answer in time"), (-1, "")],
    ids=["no reason", "blocked", "a reason of ours", "Playwright"],
)
def test_no_answer_is_no_fault(status: int, comment: str) -> None:
    """Status 0 is also what a browser writes for what its user, an extension or CORS stopped."""
    told = changed(MADE, response={"status": status, "comment": comment, "headers": []})
    lost = read(told).exchange.lost
    assert lost is not None
    assert lost.kind is Loss.UNREACHABLE


def test_our_own_archive_says_why_there_is_no_answer() -> None:
    """A dropped connection that was found once, and not again in the archive of the finding."""
    told = changed(MADE, response={"status": 0, "comment": f"{Loss.CLOSED.value}: reset"})
    lost = read(told, ours=True).exchange.lost
    assert lost is not None
    assert (lost.kind, lost.detail) == (Loss.CLOSED, "reset")


def test_our_own_archive_cuts_long_bodies() -> None:
    """JSON that this suite cut short, called broken."""
    text = json.dumps({"symbol": "x" * 70_000})[: 64 * 1024]
    told = changed(MADE, response__content={"text": text, "size": len(text)})
    assert unseen(told, ours=True) == {Part.RESPONSE}
    assert unseen(told) == set()


def test_headers_that_were_joined_or_left_out() -> None:
    """Two cookies in one line, as Chrome joins them; and `405 without Allow` where no header was recorded at all."""
    joined = named([("set-cookie", "a=1\nb=2"), ("Allow", "POST"), ("allow", "GET")])
    response = read(changed(MADE, response={"headers": joined})).exchange.response
    assert response is not None
    assert response.headers == (
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("Allow", "POST"),
        ("allow", "GET"),
    )
    assert unseen(changed(MADE, response={"headers": []})) == {Part.HEADERS}


@pytest.mark.parametrize(
    "timings", [{"wait": -1}, {"wait": 0}, {"wait": ...}], ids=["unknown", "zero", "missing"]
)
def test_times_that_were_not_measured(timings: dict[str, Any]) -> None:
    """An importer's zeros, counted as answers in time."""
    assert unseen(changed(MADE, timings=timings)) == {Part.DURATION}


def test_a_time_without_an_offset_is_no_moment() -> None:
    """`created_at is another time`, because the recorder wrote local time."""
    local = {**MADE, "startedDateTime": "2024-01-15T10:30:00.000"}
    assert unseen(local) == {Part.CLOCK}
    with pytest.raises(BadEntry, match="no ISO 8601"):
        read({**MADE, "startedDateTime": "yesterday"})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Bearer v2xM5Ufzs8n9F3dc87upQszw48Hocd", True),
        ("Bearer [redacted]", False),
        ("Bearer REDACTED-BY-PROXY-TOOL", False),
        ("Bearer ********************", False),
        ("Bearer xxxxxxxxxxxxxxxxxxxxxxxxxxx", False),
        ("<removed from the archive>", False),
        ("Bearer ${ACCESS_TOKEN}", False),
        (None, False),
    ],
)
def test_placeholders_are_no_credentials(value: str | None, *, shown: bool) -> None:
    """`secret repeated`, because an answer holds the word that the recorder puts in the place of tokens."""
    made = allocation_made()
    told = entry(answered(allocate().with_header("Authorization", value), 200, made.fields))
    assert (Part.CREDENTIAL not in read(told).unseen) is shown


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "BREW"},
        {"method": "post"},
        {"headers": named([("Expect", "nonsense")])},
        {"headers": named([("Content-Length", "abc")])},
        {"headers": named([("Host", "")])},
        {
            "url": HOST
            + entry(allocation_made())["request"]["url"].removeprefix(HOST).replace("enterprise-one", "a%20b")
        },
    ],
    ids=["unknown method", "lower case", "Expect", "odd length", "no host", "odd id"],
)
def test_what_servers_answer_by_themselves(request_: dict[str, Any]) -> None:
    """`400 is no JSON string` for what never reached the application."""
    told = read(changed(MADE, request=request_))
    assert Trait.BELOW in told.exchange.request.traits


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"request": {"method": None}}, "its method is missing"),
        ({"request": {"headers": "a: b"}}, "its headers are a text"),
        ({"request": {"postData": "x"}}, "its postData is a text"),
        ({"response": {"status": "200"}}, "no number of an HTTP status"),
        ({"response": {"status": 12_345}}, "no number of an HTTP status"),
        ({"response": {"content": []}}, "its content is a list"),
        ({"timings": {"wait": "long"}}, "its wait is a text"),
    ],
)
def test_entries_that_are_not_what_they_should_be(change: dict[str, Any], what: str) -> None:
    """A KeyError, or an entry that is passed over in silence."""
    with pytest.raises(BadEntry, match=what):
        read(changed(MADE, **change))
    for broken in ("null", "[]", '"x"', "{}"):
        with pytest.raises(BadEntry):
            recorded(json.loads(broken), "")


def test_unknown_members_are_ignored() -> None:
    """A tool's own members (Chrome begins them with _) that stop an archive from being read."""
    told = {
        **MADE,
        "_webSocketMessages": [1],
        "pageref": "page_1",
        "serverIPAddress": "",
        "connection": "443",
    }
    assert read(told).exchange == read(MADE).exchange
    assert create_asset().operation == read(told).exchange.request.operation
