"""Faults that open a door after somebody else went through it, or beside it (AUT-01 to AUT-05)."""

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace

from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import after, deny
from contracts.mock.identities import BY_ENTERPRISE, TENANTS, Credential
from contracts.mock.messages import CREATE_ALLOCATION, Answer, Asked
from contracts.mock.switches import fault

# Repetitions: the store of answers stands in front of a question about access


def _repeats_before(mock: Behaviour, passed: Callable[[Asked], bool]) -> None:
    """An allocation that was answered 200 is answered so again, to everybody whom `passed` lets through."""
    made: dict[bytes, Answer] = {}
    honest = mock.protocol.after

    async def repeated(asked: Asked, answer: Answer) -> Answer:
        answer = await honest(asked, answer)
        if asked.operation != CREATE_ALLOCATION or asked.body is None:
            return answer
        if answer.status == 200:
            made.setdefault(asked.body, answer)
        denied = answer.status in {401, 403, 404}
        return made.get(asked.body, answer) if denied and passed(asked) else answer

    mock.protocol.after = repeated


def _has_token(mock: Behaviour) -> Callable[[Asked], bool]:
    return lambda asked: (
        (token := mock.access.token(asked)) is not None and (mock.access.credential(token) is not None)
    )


@fault("access-repeat-needs-no-token", breaks="AUT-01", falls_with=["AUT-02", "AUT-03", "AUT-05"])
def repeat_needs_no_token(mock: Behaviour) -> None:
    """An allocation sent again is answered before anybody looks at the token."""
    _repeats_before(mock, lambda asked: True)


@fault("access-repeat-by-another-tenant", breaks="AUT-03", falls_with=["AUT-05"])
def repeat_by_another_tenant(mock: Behaviour) -> None:
    """An allocation sent again is answered before anybody looks whose token it is."""
    _repeats_before(mock, _has_token(mock))


@fault("access-repeat-by-a-reader", breaks="AUT-05")
def repeat_by_a_reader(mock: Behaviour) -> None:
    """An allocation sent again is answered before anybody looks at the token's scopes."""
    has_token = _has_token(mock)

    def passed(asked: Asked) -> bool:
        credential = mock.access.credential(mock.access.token(asked) or "")
        return has_token(asked) and credential is not None and mock.access.is_member(credential, asked)

    _repeats_before(mock, passed)


# Memory: what was allowed a moment ago


@fault("access-token-remembered", breaks="AUT-01")
def token_remembered(mock: Behaviour) -> None:
    """A request without a token goes on with the token that the enterprise's last request had."""
    honest = mock.access.token
    last: dict[str, str | None] = {}

    def token(asked: Asked) -> str | None:
        if "authorization" not in asked.headers:
            return last.get(asked.enterprise_id)
        last[asked.enterprise_id] = honest(asked)
        return last[asked.enterprise_id]

    mock.access.token = token


@fault("access-membership-remembered", breaks="AUT-03", falls_with=["AUT-04"])
def membership_remembered(mock: Behaviour) -> None:
    """Once a member has asked, the enterprise is open to every tenant: the decision is kept without its user."""
    honest, opened = mock.access.is_member, set[str]()

    def is_member(credential: Credential, asked: Asked) -> bool:
        allowed = asked.enterprise_id in opened or honest(credential, asked)
        if allowed:
            opened.add(asked.enterprise_id)
        return allowed

    mock.access.is_member = is_member


@fault("access-connection-remembered", breaks="AUT-04", falls_with=["AUT-03"])
def connection_remembered(mock: Behaviour) -> None:
    """Once its owner has used it, a connection is open to every enterprise."""
    honest, opened = mock.access.has_connection, set[str]()

    def has_connection(asked: Asked) -> bool:
        allowed = asked.connection_id in opened or honest(asked)
        if allowed:
            opened.add(asked.connection_id)
        return allowed

    mock.access.has_connection = has_connection


@fault("access-scope-remembered", breaks="AUT-05")
def scope_remembered(mock: Behaviour) -> None:
    """Right after a writer of the enterprise, a reader may do the same: the check is kept for the enterprise."""
    honest = mock.access.may
    last: list[tuple[str, frozenset[str]]] = []

    def may(needed: frozenset[str], credential: Credential, asked: Asked) -> bool:
        allowed = honest(needed, credential, asked)
        remembered = (asked.enterprise_id, needed) in last
        last[:] = [(asked.enterprise_id, needed)] if allowed else []
        return allowed or remembered

    mock.access.may = may


@fault("access-asking-makes-connection", breaks="AUT-08")
def asking_makes_connection(mock: Behaviour) -> None:
    """A connection that was asked for once, and was unknown, is there the next time."""
    honest, made = mock.access.has_connection, set[str]()

    def has_connection(asked: Asked) -> bool:
        known = honest(asked) or asked.connection_id in made
        if not any(asked.connection_id in tenant.connection_ids for tenant in TENANTS):
            made.add(asked.connection_id)
        return known

    mock.access.has_connection = has_connection


@fault("access-empty-header-is-trusted", breaks="AUT-01")
def empty_header_is_trusted(mock: Behaviour) -> None:
    """Who sends Authorization with nothing in it counts as the enterprise: the header is there, and no check fails."""
    honest = mock.access.token

    def token(asked: Asked) -> str | None:
        tenant = BY_ENTERPRISE.get(asked.enterprise_id)
        empty = asked.headers.get("authorization") == ""
        return tenant.token if empty and tenant is not None else honest(asked)

    mock.access.token = token


# Order: the work is done before the question


@fault("access-reader-allocates-and-is-refused", breaks="AUT-05")
def reader_allocates_and_is_refused(mock: Behaviour) -> None:
    """A reader's allocation is made, and then answered 403."""
    honest_may, honest_after = mock.access.may, mock.protocol.after

    def is_let_through(asked: Asked) -> bool:
        credential = mock.access.credential(mock.access.token(asked) or "")
        needed = mock.access.needs.get((asked.operation, asked.method), frozenset())
        return (
            asked.operation == CREATE_ALLOCATION
            and credential is not None
            and not honest_may(needed, credential, asked)
        )

    async def refused(asked: Asked, answer: Answer) -> Answer:
        answer = await honest_after(asked, answer)
        too_late = answer.status == 200 and is_let_through(asked)
        return Answer(403, {"error": "the token lacks a scope"}) if too_late else answer

    mock.access.may = lambda needed, credential, asked: (
        honest_may(needed, credential, asked) or is_let_through(asked)
    )
    mock.protocol.after = refused


# Other spellings of a request


@fault("access-no-token-needed-with-a-query", breaks="AUT-01")
def no_token_needed_with_a_query(mock: Behaviour) -> None:
    """A path with a query is none of those that need a token."""
    honest = mock.access.token

    def token(asked: Asked) -> str | None:
        tenant = BY_ENTERPRISE.get(asked.enterprise_id)
        nobody = asked.query and "authorization" not in asked.headers
        return tenant.token if nobody and tenant is not None else honest(asked)

    mock.access.token = token


@fault("access-no-scope-needed-with-a-query", breaks="AUT-05")
def no_scope_needed_with_a_query(mock: Behaviour) -> None:
    """A path with a query is none of those that need the write scope."""
    honest = mock.access.may
    mock.access.may = lambda needed, credential, asked: asked.query != "" or honest(needed, credential, asked)


@fault("access-trusts-a-forwarded-address", breaks="AUT-01")
def trusts_a_forwarded_address(mock: Behaviour) -> None:
    """A request that says it was forwarded for 127.0.0.1 needs no token: it is taken for the service's own."""
    honest = mock.access.token

    def token(asked: Asked) -> str | None:
        tenant = BY_ENTERPRISE.get(asked.enterprise_id)
        own = asked.headers.get("x-forwarded-for", "").startswith("127.0.0.1")
        return tenant.token if own and tenant is not None else honest(asked)

    mock.access.token = token


@fault("access-token-up-to-a-separator", breaks="AUT-02", falls_with=["HTP-01"])
def token_up_to_a_separator(mock: Behaviour) -> None:
    """What follows a space, comma or semicolon behind the token is ignored."""
    honest = mock.access.token

    def token(asked: Asked) -> str | None:
        found = honest(asked)
        return found and re.split("[ ,;]", found)[0]

    mock.access.token = token


@fault("access-token-as-password", breaks="AUT-02")
def token_as_password(mock: Behaviour) -> None:
    """The token may be the password of Basic."""
    honest = mock.access.token

    def token(asked: Asked) -> str | None:
        scheme, _, pair = asked.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return honest(asked)
        try:
            return b64decode(pair, validate=True).decode().rpartition(":")[2]
        except ValueError:
            return None

    mock.access.token = token


@fault("access-long-id-answers-500", breaks="AUT-08", falls_with=["HTP-01"])
def long_id_answers_500(mock: Behaviour) -> None:
    """An unknown enterprise or connection of more than 100 characters is answered 500: it does not fit its column."""
    deny(
        mock,
        404,
        lambda answer, asked: (
            Answer(500, {"error": "internal error"})
            if max(len(asked.enterprise_id), len(asked.connection_id)) > 100
            else answer
        ),
    )


@fault("access-initiated-by-token", breaks="AUT-07")
def initiated_by_token(mock: Behaviour) -> None:
    """An allocation is initiated by the token, in hex."""

    def told(asked: Asked, answer: Answer) -> Answer:
        made = answer.body.get("allocation") if isinstance(answer.body, dict) else None
        if asked.operation != CREATE_ALLOCATION or not isinstance(made, dict):
            return answer
        token = (mock.access.token(asked) or "").encode().hex()
        return replace(answer, body={**answer.body, "allocation": {**made, "initiatedBy": token}})  # type: ignore[dict-item]

    after(mock, told)
