"""A finding: the same bug has the same id in every run, its story is whole, and no secret is in it."""

import json
import shlex
import string
from typing import Any

import pytest

from contracts.exchange import Headers, Loss
from contracts.findings.finding import BODY_KEPT, as_data, brief, complete, curl, identify
from contracts.transport.redaction import MASK, Redactor
from tests.fixtures.exchanges import (
    JSON,
    TOKEN,
    allocate,
    answered,
    asset_body,
    create_asset,
    encoded,
    lost,
    signed,
)
from tests.fixtures.outcomes import violation

KEY = "k" * 20 + "/" + "e" * 43
REDACTOR = Redactor(frozenset({TOKEN, KEY}))


def test_identity_is_that_of_the_bug() -> None:
    """One bug that is new in each run because of a value in it; a baseline would never accept it."""
    first = violation(received="BTC-1", expected="x", exchanges=())
    second = violation(received="BTC-2", expected="y", advisory=True)
    assert identify(first) == identify(second) == "AST-02-" + identify(first)[7:]
    assert len(identify(first)) == 17
    assert set(identify(first)[7:]) <= set(string.hexdigits.lower())


def test_identity_is_pinned() -> None:
    """A change of the digest that makes every baseline stale."""
    assert identify(violation()) == "AST-02-da1d780cd2"


@pytest.mark.parametrize(
    "changes", [{"kind": "type changed"}, {"operation": "createAllocation"}, {"clause": "AST-16"}]
)
def test_other_bugs_have_other_ids(changes: dict[str, Any]) -> None:
    """Two bugs of which a report keeps one."""
    assert identify(violation(**changes)) != identify(violation())


def story(**changes: Any) -> dict[str, Any]:
    return complete(violation(**changes), REDACTOR, asked_by="test_assets.py::test_x", seed=7)


def test_a_story_is_whole() -> None:
    """A finding from which nobody can tell what was promised, what was asked, or how to ask again."""
    told = story()
    assert {
        "format",
        "id",
        "clause",
        "operation",
        "kind",
        "expected",
        "received",
        "promise",
        "asked_by",
        "seed",
    } <= set(told)
    assert told["promise"].startswith("Every field of the created asset")
    (exchange,) = told["exchanges"]
    assert exchange["request"]["method"] == "POST"
    assert json.loads(exchange["request"]["body"]) == asset_body()
    assert exchange["response"] == {
        "status": 200,
        "headers": [("Content-Type", "application/json")],
        "body": "{}",
    }
    assert exchange["elapsed_ms"] == 5
    assert len(told["curl"]) == 1
    json.dumps(told)


def test_a_lost_answer_is_told() -> None:
    """A timeout that looks like an answer without a body."""
    told = as_data(lost(create_asset(), Loss.TIMEOUT), REDACTOR)
    assert told["lost"] == "no answer in time"
    assert "response" not in told


@pytest.mark.parametrize("secret", [TOKEN, KEY])
def test_no_secret_is_in_a_finding(secret: str) -> None:
    """A token in a report: echoed in a body or header, quoted in a sentence, escaped, or cut in the middle."""
    body = {"error": f"unknown token {secret}", "again": secret}
    headers: Headers = (*JSON, ("X-Echo", secret), ("Set-Cookie", f"s={secret}; Path=/"))
    sent = allocate(signed(notes=secret, signature="00ff" * 30), target=f"/x?token={secret}")
    exchange = answered(sent, 401, encoded(body), headers)
    escaped = answered(sent, 401, json.dumps(secret).replace("/", "\\/").encode(), headers)
    told = story(expected=f"not {secret}", received=f"got {secret[:-3]}", exchanges=(exchange, escaped))
    text = json.dumps(told)
    for form in (secret, secret.replace("/", "\\/"), secret[:-3], "00ff" * 30):
        assert form not in text
        assert json.dumps(form)[1:-1] not in text
    assert MASK in text


def test_a_secret_across_the_end_of_a_kept_body_is_masked() -> None:
    """The beginning of a key left over where a long body is cut."""
    exchange = answered(allocate(), 400, b"x" * (BODY_KEPT - 20) + KEY.encode())
    assert KEY[:12] not in as_data(exchange, REDACTOR)["response"]["body"]


def test_bodies_are_kept_as_people_read_them() -> None:
    """A gzip body kept as mojibake, a broken one that ends the report, or a huge one that fills the disk."""
    import gzip

    packed = (*JSON, ("Content-Encoding", "gzip"))
    assert (
        as_data(answered(create_asset(), 200, gzip.compress(b'"a"'), packed), REDACTOR)["response"]["body"]
        == '"a"'
    )
    assert as_data(answered(create_asset(), 200, b"\xff", packed), REDACTOR)["response"]["body"] == "\ufffd"
    long = as_data(answered(create_asset(), 200, b"x" * (BODY_KEPT + 9)), REDACTOR)["response"]["body"]
    assert len(long) == BODY_KEPT


def test_brief_is_what_a_summary_lists() -> None:
    """A summary that misses what its readers filter by."""
    assert set(brief(violation(), REDACTOR)) == {
        "id",
        "clause",
        "operation",
        "kind",
        "expected",
        "received",
        "advisory",
    }


# --- curl


def test_curl_asks_again_and_expands_nothing_but_the_token() -> None:
    """A command that the shell reads otherwise: quotes in a header, `$` and backticks in a body or target."""
    body = {"a": 'it\'s $HOME `id` "x" \\'}
    request = allocate(body, target="/a?b=$HOME`id`").with_header("X-Odd", 'a"b$(id)')
    words = shlex.split(curl(request, REDACTOR))
    assert words[:5] == ["curl", "-sS", "-X", "POST", "$BASE_URL/a?b=$HOME`id`"]
    headers = [words[place + 1] for place, word in enumerate(words) if word == "-H"]
    assert "Authorization: Bearer $ACCESS_TOKEN" in headers
    assert 'X-Odd: a"b$(id)' in headers
    assert json.loads(words[words.index("--data-binary") + 1]) == body


def test_curl_quotes_for_the_shell() -> None:
    """What shlex and a shell read differently: a variable between single quotes stays as it is."""
    command = curl(allocate(b"$HOME", target="/$HOME"), REDACTOR)
    assert "'/$HOME'" in command
    assert "'$HOME'" in command
    assert '"$BASE_URL"' in command
    assert '"$ACCESS_TOKEN"' in command


def test_curl_without_a_body() -> None:
    """An empty body where none was sent."""
    assert "--data-binary" not in curl(create_asset().but(body=None), REDACTOR)
    assert "--data-binary ''" in curl(create_asset(body=b""), REDACTOR)
