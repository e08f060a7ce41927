"""A finding: the same bug has the same id in every run, its story is whole, and no secret is in it."""

import json
import string
from typing import Any

import pytest

from contracts.exchange import Headers, Loss
from contracts.findings.finding import BODY_KEPT, Circumstances, as_data, brief, complete, identify
from contracts.recipes.names import Names
from contracts.transport.redaction import MASK, Redactor
from tests.fixtures.exchanges import (
    JSON,
    TOKEN,
    allocate,
    answered,
    asset_body,
    asset_made,
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


HOW = Circumstances("test_assets.py::test_x[a]", 7, "smoke", Names("CT1NG2Y3JHA", {"ACCESS_TOKEN": TOKEN}))


def story(*, alone: bool | None = None, **changes: Any) -> dict[str, Any]:
    return complete(violation(**changes), REDACTOR, HOW, alone=alone)


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
        "reason": "",
        "version": "1.1",
        "headers": [("Content-Type", "application/json")],
        "body": "{}",
    }
    assert (exchange["began_ms"], exchange["elapsed_ms"], exchange["burst"]) == (0, 5, None)
    assert told["recipe"]["question"] == "test_assets.py::test_x[a]"
    assert "curl -sS" in told["curl"]
    assert "def test_ast_02_" in told["pytest"]
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
    sent = allocate(signed(notes=secret, signature="0a1f" * 30), target=f"/x?token={secret}")
    exchange = answered(sent, 401, encoded(body), headers)
    escaped = answered(sent, 401, json.dumps(secret).replace("/", "\\/").encode(), headers)
    told = story(expected=f"not {secret}", received=f"got {secret[:-3]}", exchanges=(exchange, escaped))
    text = json.dumps(told)
    for form in (secret, secret.replace("/", "\\/"), secret[:-3], "0a1f" * 30):
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
        "count",
        "forms",
        "first",
        "last",
    }


def test_a_form_is_no_part_of_a_bug() -> None:
    """One bug that makes as many findings as there are forms to meet it in."""
    forms = [violation(kind=f"the symbol exists ({form}): 200") for form in ("upper case", "(a) b", "")]
    assert {identify(form) for form in forms} == {identify(violation(kind="the symbol exists: 200"))}
    assert {identify(violation(kind="the symbol exists: 409"))} == {identify(form) for form in forms}
    assert [form.form for form in forms] == ["upper case, 200", "(a) b, 200", ", 200"]
    assert brief(forms[0], REDACTOR)["kind"] == "the symbol exists: wrong status"
    assert brief(forms[0], REDACTOR)["forms"] == {"upper case, 200": 1}
    assert brief(forms[0], REDACTOR, {"upper case": 3, "a": 2})["count"] == 5


# --- what tells whether the bug is still there


def test_a_status_judges_where_a_status_was_wrong() -> None:
    """A test to paste that passes with the wrong status, or fails with one that is allowed."""
    assert story(allowed=(409,))["recipe"]["judge"] == {"by": "status", "allowed": [409]}


def test_the_checks_judge_what_they_have_found() -> None:
    """A check's finding that only a whole question can ask again."""
    made = asset_made(display_name="another")
    found = violation(kind="display_name changed", exchanges=(made,))
    assert complete(found, REDACTOR, HOW)["recipe"]["judge"] == {"by": "checks"}


def test_the_question_judges_the_rest() -> None:
    """A test to paste that cannot fail: what no answer shows, what its requests alone did not show, a race."""
    assert story()["recipe"]["judge"] == {"by": "question"}
    assert story(allowed=(409,), alone=False)["recipe"]["judge"] == {"by": "question"}
    raced = (answered(create_asset(), 200, {}), answered(create_asset(), 200, {}))
    assert story(allowed=(409,), exchanges=raced)["recipe"]["judge"] == {"by": "question"}
    late = answered(create_asset(), 200, {}, ms=3100)
    assert story(allowed=(409,), exchanges=(late,))["recipe"]["judge"] == {"by": "question"}
