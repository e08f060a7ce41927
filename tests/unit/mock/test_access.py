"""Tokens, scopes, enterprises and connections on the honest server."""

from dataclasses import replace
from hmac import compare_digest
from typing import Any

import pytest

from contracts.mock.identities import CREDENTIALS, FIRST, SECOND
from contracts.mock.rules.access import credential_of

PATH = f"/api/network/v1/enterprises/{FIRST.enterprise_id}/clients/connections/{FIRST.connection_ids[0]}/allocations"
TOKEN = FIRST.token


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        TOKEN,
        f"Basic {TOKEN}",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN.upper()}",
        f"Bearer {TOKEN}, Bearer {TOKEN}",
    ],
    ids=[
        "none",
        "empty",
        "no token",
        "no scheme",
        "basic",
        "truncated",
        "extended",
        "upper case",
        "twice",
    ],
)
@pytest.mark.parametrize("operation", ["", "/signing"])
def test_answers_401_without_a_good_token(server: Any, authorization: str | None, operation: str) -> None:
    """A token that is compared loosely, or not at all."""
    headers = {"content-type": "application/json"} | (
        {} if authorization is None else {"authorization": authorization}
    )
    answer = server.send("POST", PATH + operation, server.order(), headers)
    assert answer.status_code == 401
    assert isinstance(answer.json()["error"], str)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_is_held_against_every_known_one_by_its_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison that ends at the first wrong character, or at the right token: its time tells how far one has come."""
    compared: list[int] = []

    def counted(known: bytes, digest: bytes) -> bool:
        compared.append(len(digest))
        return compare_digest(known, digest)

    monkeypatch.setattr("contracts.mock.rules.access.compare_digest", counted)
    for token in (*CREDENTIALS, "", TOKEN[:-1], "\xff" * 1000):
        assert credential_of(token) is CREDENTIALS.get(token)
        assert compared == [32] * len(CREDENTIALS)
        compared.clear()


def test_the_scheme_has_no_case(server: Any) -> None:
    """`bearer` that is refused: a scheme's case does not matter."""
    headers = {"content-type": "application/json", "authorization": f"bearer {TOKEN}"}
    assert server.send("POST", f"{PATH}/signing", server.request(), headers).status_code == 200


def test_a_read_only_token_may_only_ask_by_get(server: Any) -> None:
    """A scope that is not looked at, or too many that are asked for."""
    token = FIRST.read_only_token
    assert server.ask(server.request(), token=token).status_code == 403
    assert server.allocate(server.order(), token=token).status_code == 403
    assert server.ask(server.request(), token=token, method="GET").status_code == 200


def test_tenants_are_kept_apart(server: Any) -> None:
    """A token, connection or key that works for another tenant."""
    mine, theirs = FIRST.connection_ids[0], SECOND.connection_ids[0]
    assert server.ask(server.request(), token=SECOND.token).status_code == 403
    assert server.allocate(server.order(), token=SECOND.token).status_code == 403
    assert server.ask(server.request(), connection=theirs).status_code == 404
    assert server.allocate(server.order(connection=theirs), connection=theirs).status_code == 404
    assert server.ask(server.request(), tenant=SECOND, connection=mine).status_code == 404


def test_unknown_ids_are_answered_404(server: Any) -> None:
    """An unknown enterprise or connection that is served, or that crashes."""
    nowhere = replace(FIRST, enterprise_id="00000000000000000000000000000000")
    for answer in (
        server.ask(server.request(), tenant=nowhere),
        server.ask(server.request(), connection="00000000-0000-4000-8000-000000000000"),
        server.ask(server.request(), connection="not-a-uuid"),
    ):
        assert answer.status_code == 404
        assert isinstance(answer.json()["error"], str)
