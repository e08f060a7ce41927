"""Requests asked again: fresh names, the target's own texts, and a judgement of the last answer alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.findings.again import Again, story
from contracts.findings.judging import still_there
from contracts.recipes.names import RUN
from contracts.recipes.recipe import Recipe, Step
from contracts.settings import load_settings
from tests.fixtures.exchanges import ASSETS, asset, encoded
from tests.fixtures.raw_server import RawServer, Then, ok

HEADERS = (("Content-Type", "application/json"),)
BODY = '{"symbol":"${RUN}0000001","display_name":"Bitcoin","type":"COIN","entity_status":"ACTIVE"}'
CREATE = Step("asset-pricing", "POST", ASSETS, HEADERS, BODY, operation="createAsset")

AskedAgain = Callable[[RawServer], Again]


@pytest.fixture
def again(tmp_path: Any) -> AskedAgain:
    def made(server: RawServer) -> Again:
        environ = {"BASE_URL": str(server.origin)}
        return Again(load_settings(cli={}, environ=environ, directory=tmp_path, target=None))

    return made


def recipe(*steps: Step) -> Recipe:
    return Recipe("", "smoke", 1, steps)


def finding(**judge: Any) -> dict[str, Any]:
    return {"id": "AST-02-da1d780cd2", "clause": "AST-02", "recipe": {"judge": judge}}


def test_each_time_has_names_of_its_own(again: AskedAgain) -> None:
    """A second replay that meets the assets of the first one."""
    with RawServer([ok(), ok()], [ok()]) as server, again(server) as first, again(server) as second:
        symbols = {json.loads(each.ask(CREATE).request.body or b"")["symbol"] for each in (first, second)}
    assert len(symbols) == 2
    assert not any(RUN in symbol for symbol in symbols)


@pytest.mark.parametrize(("status", "there"), [("200 OK", True), ("409 Conflict", False)])
def test_a_status_tells(status: str, again: AskedAgain, *, there: bool) -> None:
    """A bug that is called fixed because the first of two answers is right."""
    with (
        RawServer([ok(b'"x"', status="409 Conflict"), ok(b"{}", status=status)]) as server,
        again(server) as asked,
    ):
        assert still_there(asked, finding(by="status", allowed=[409]), recipe(CREATE, CREATE)) is there


@pytest.mark.parametrize(("answer", "there"), [({"symbol": "another"}, True), ({}, False)])
def test_the_checks_tell(answer: dict[str, Any], again: AskedAgain, *, there: bool) -> None:
    """A wrong echo that nobody looks at when the status is right; or another bug of the clause, taken for this one."""
    known = replace(
        CREATE, body='{"symbol":"BTC","display_name":"Bitcoin","type":"COIN","entity_status":"ACTIVE"}'
    )
    with RawServer([ok(encoded(asset(**answer)))]) as server, again(server) as asked:
        assert still_there(asked, finding(by="checks"), recipe(known)) is there


def test_no_answer_tells_nothing(again: AskedAgain) -> None:
    """A bug that is fixed by a server that says nothing."""
    with RawServer([Then.DROP]) as server, again(server) as asked:
        assert still_there(asked, finding(by="status", allowed=[409]), recipe(CREATE)) is None


def test_a_burst_is_released_at_once(again: AskedAgain) -> None:
    """A race that is asked one after the other: the second request would wait for ever here."""
    together = replace(CREATE, burst=1)
    with RawServer([ok()], [ok()], [ok()]) as server, again(server) as asked:
        answers = story(asked, recipe(together, together, CREATE))
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert answers[1].began < answers[0].ended
    assert answers[2].began >= max(answers[0].ended, answers[1].ended)


def test_a_variable_that_is_missing_is_named(again: AskedAgain) -> None:
    """A request with a hole in it, or a traceback of a KeyError."""
    with (
        RawServer([ok()]) as server,
        again(server) as asked,
        pytest.raises(ValueError, match="READ_ONLY_TOKEN is not"),
    ):
        asked.send("POST", ASSETS, [("Authorization", "Bearer ${READ_ONLY_TOKEN}")])


def test_without_a_target_nothing_is_asked(tmp_path: Any) -> None:
    """A pasted test that fails with a traceback about None."""
    with pytest.raises(ValueError, match="BASE_URL is not set"):
        Again(load_settings(cli={}, environ={}, directory=tmp_path, target=None))
