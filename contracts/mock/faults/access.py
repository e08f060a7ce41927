"""Faults in who may do what (AUT-01 to AUT-08)."""

from collections.abc import Callable
from uuid import UUID

from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import deny
from contracts.mock.identities import BY_ENTERPRISE, CREDENTIALS, READ, TENANTS, WRITE, Credential
from contracts.mock.messages import CREATE_ALLOCATION, SIGNING_PAYLOAD, Answer, Asked
from contracts.mock.switches import fault
from contracts.wire import Json


def _anybody(mock: Behaviour, applies: Callable[[Asked], bool]) -> None:
    """Without a token one is the enterprise's owner where `applies` says so."""
    honest = mock.access.token

    def token(asked: Asked) -> str | None:
        tenant = BY_ENTERPRISE.get(asked.enterprise_id)
        if tenant is not None and "authorization" not in asked.headers and applies(asked):
            return tenant.token
        return honest(asked)

    mock.access.token = token


def _token_if(mock: Behaviour, alike: Callable[[str, str], bool]) -> None:
    """A token also stands for a known one that is `alike`."""
    honest = mock.access.credential

    def credential(token: str) -> Credential | None:
        found = honest(token)
        return found or next((CREDENTIALS[known] for known in CREDENTIALS if alike(token, known)), None)

    mock.access.credential = credential


# AUT-01


@fault("access-no-token-needed", breaks="AUT-01")
def no_token_needed(mock: Behaviour) -> None:
    """No token is needed at all."""
    _anybody(mock, lambda asked: True)


@fault("access-no-token-needed-to-allocate", breaks="AUT-01")
def no_token_needed_to_allocate(mock: Behaviour) -> None:
    """No token is needed to allocate: the signature is thought to be enough."""
    _anybody(mock, lambda asked: asked.operation == CREATE_ALLOCATION)


@fault("access-no-token-needed-to-ask", breaks="AUT-01")
def no_token_needed_to_ask(mock: Behaviour) -> None:
    """No token is needed to ask for a payload."""
    _anybody(mock, lambda asked: asked.operation == SIGNING_PAYLOAD)


@fault("access-no-token-answers-403", breaks="AUT-01", falls_with=["AUT-02"])
def no_token_answers_403(mock: Behaviour) -> None:
    """A request without a token is answered 403."""
    deny(mock, 401, lambda answer, asked: Answer(403, answer.body))


@fault("access-no-token-answers-400", breaks="AUT-01", falls_with=["AUT-02"])
def no_token_answers_400(mock: Behaviour) -> None:
    """A request without Authorization is answered 400: a header is missing."""
    deny(
        mock,
        401,
        lambda answer, asked: answer if "authorization" in asked.headers else Answer(400, answer.body),
    )


# AUT-02


@fault("access-any-token", breaks="AUT-02")
def any_token(mock: Behaviour) -> None:
    """Any token that looks like one counts as the enterprise's."""
    _as_owner(mock, lambda scheme, token: scheme == "bearer" and len(token) > 20)


@fault("access-empty-token", breaks="AUT-02")
def empty_token(mock: Behaviour) -> None:
    """An empty token counts as the enterprise's."""
    _as_owner(mock, lambda scheme, token: not token)


@fault("access-token-any-case", breaks="AUT-02")
def token_any_case(mock: Behaviour) -> None:
    """Tokens are compared without regard to case."""
    _token_if(mock, lambda token, known: token.lower() == known.lower())


@fault("access-token-truncated", breaks="AUT-02")
def token_truncated(mock: Behaviour) -> None:
    """The start of a token is enough, from 16 characters on."""
    _token_if(mock, lambda token, known: len(token) >= 16 and known.startswith(token))


@fault("access-token-extended", breaks="AUT-02")
def token_extended(mock: Behaviour) -> None:
    """What follows a token is ignored."""
    _token_if(mock, lambda token, known: token.startswith(known))


@fault("access-token-last-character", breaks="AUT-02")
def token_last_character(mock: Behaviour) -> None:
    """The last character of a token is not compared."""
    _token_if(mock, lambda token, known: token[: len(known) - 1] == known[:-1])


@fault("access-any-scheme", breaks="AUT-02")
def any_scheme(mock: Behaviour) -> None:
    """The token may come under any scheme, Basic for instance."""

    def token(asked: Asked) -> str | None:
        _, _, found = asked.headers.get("authorization", "").partition(" ")
        return found.strip() or None

    mock.access.token = token


@fault("access-bad-token-answers-403", breaks="AUT-02")
def bad_token_answers_403(mock: Behaviour) -> None:
    """An unknown token is answered 403."""
    deny(
        mock,
        401,
        lambda answer, asked: Answer(403, answer.body) if "authorization" in asked.headers else answer,
    )


def _as_owner(mock: Behaviour, applies: Callable[[str, str], bool]) -> None:
    honest = mock.access.token

    def token(asked: Asked) -> str | None:
        scheme, _, found = asked.headers.get("authorization", "-").partition(" ")
        tenant = BY_ENTERPRISE.get(asked.enterprise_id)
        known = honest(asked) in CREDENTIALS
        if tenant is not None and scheme != "-" and not known and applies(scheme.lower(), found.strip()):
            return tenant.token
        return honest(asked)

    mock.access.token = token


# AUT-03


def _member_if(mock: Behaviour, applies: Callable[[Asked], bool]) -> None:
    honest = mock.access.is_member
    mock.access.is_member = lambda credential, asked: applies(asked) or honest(credential, asked)


@fault("access-any-member", breaks="AUT-03", falls_with=["AUT-04"])
def any_member(mock: Behaviour) -> None:
    """Any tenant's token works on every enterprise."""
    _member_if(mock, lambda asked: True)


@fault("access-any-member-asks", breaks="AUT-03", falls_with=["AUT-04"])
def any_member_asks(mock: Behaviour) -> None:
    """Any tenant's token can ask for a payload of every enterprise."""
    _member_if(mock, lambda asked: asked.operation == SIGNING_PAYLOAD)


@fault("access-any-member-allocates", breaks="AUT-03", falls_with=["AUT-04"])
def any_member_allocates(mock: Behaviour) -> None:
    """Any tenant's token can allocate for every enterprise."""
    _member_if(mock, lambda asked: asked.operation == CREATE_ALLOCATION)


# AUT-04


def _connection_if(mock: Behaviour, applies: Callable[[Asked], bool]) -> None:
    honest = mock.access.has_connection
    mock.access.has_connection = lambda asked: honest(asked) or applies(asked)


def _is_known(asked: Asked) -> bool:
    return any(asked.connection_id in tenant.connection_ids for tenant in TENANTS)


@fault("access-any-tenants-connection", breaks="AUT-04", falls_with=["AUT-03"])
def any_tenants_connection(mock: Behaviour) -> None:
    """Every tenant's connections can be reached through every enterprise."""
    _connection_if(mock, _is_known)


@fault("access-any-tenants-connection-asks", breaks="AUT-04", falls_with=["AUT-03"])
def any_tenants_connection_asks(mock: Behaviour) -> None:
    """A payload can be asked for over every tenant's connections."""
    _connection_if(mock, lambda asked: asked.operation == SIGNING_PAYLOAD and _is_known(asked))


@fault("access-any-tenants-connection-allocates", breaks="AUT-04", falls_with=["AUT-03"])
def any_tenants_connection_allocates(mock: Behaviour) -> None:
    """Funds can be allocated over every tenant's connections."""
    _connection_if(mock, lambda asked: asked.operation == CREATE_ALLOCATION and _is_known(asked))


# AUT-05


def _needs(mock: Behaviour, operation: str, method: str, *scopes: str) -> None:
    mock.access.needs[operation, method] = frozenset(scopes)


@fault("access-read-only-allocates", breaks="AUT-05")
def read_only_allocates(mock: Behaviour) -> None:
    """A token with the read scope alone can allocate."""
    _needs(mock, CREATE_ALLOCATION, "POST", READ)


@fault("access-read-only-asks-by-post", breaks="AUT-05")
def read_only_asks_by_post(mock: Behaviour) -> None:
    """A token with the read scope alone can ask for a payload by POST."""
    _needs(mock, SIGNING_PAYLOAD, "POST", READ)


@fault("access-read-only-asks-nothing", breaks="AUT-05", falls_with=["SIG-07"])
def read_only_asks_nothing(mock: Behaviour) -> None:
    """A token with the read scope alone cannot ask by GET either."""
    _needs(mock, SIGNING_PAYLOAD, "GET", READ, WRITE)


# AUT-06


@fault("access-error-is-text", breaks="AUT-06")
def error_is_text(mock: Behaviour) -> None:
    """401, 403 and 404 carry a JSON string."""
    deny(mock, None, lambda answer, asked: Answer(answer.status, "denied", answer.headers))


@fault("access-error-is-an-object", breaks="AUT-06")
def error_is_an_object(mock: Behaviour) -> None:
    """`error` is an object with a code and a message."""
    deny(
        mock,
        None,
        lambda answer, asked: Answer(
            answer.status, {"error": {"code": 7, "message": "denied"}}, answer.headers
        ),
    )


@fault("access-error-called-message", breaks="AUT-06")
def error_called_message(mock: Behaviour) -> None:
    """401, 403 and 404 carry `message` instead of `error`."""
    deny(mock, None, lambda answer, asked: Answer(answer.status, {"message": "denied"}, answer.headers))


@fault("access-401-is-empty", breaks="AUT-06", falls_with=["HTP-03"])
def unauthenticated_is_empty(mock: Behaviour) -> None:
    """A 401 has no body."""
    deny(mock, 401, lambda answer, asked: Answer(401, headers=answer.headers, raw=b""))


@fault("access-403-is-a-page", breaks="AUT-06", falls_with=["HTP-06", "HTP-03"])
def forbidden_is_a_page(mock: Behaviour) -> None:
    """A 403 is the proxy's HTML page."""
    page = b"<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>"
    deny(mock, 403, lambda answer, asked: Answer(403, headers={"content-type": "text/html"}, raw=page))


@fault("access-404-is-null", breaks="AUT-06")
def not_found_is_null(mock: Behaviour) -> None:
    """The error of a 404 is null."""
    deny(mock, 404, lambda answer, asked: Answer(404, {"error": None}))


# AUT-07


def _tell(mock: Behaviour, status: int | None, said: Callable[[Asked], Json]) -> None:
    def told(answer: Answer, asked: Asked) -> Answer:
        body = answer.body if isinstance(answer.body, dict) else {}
        return Answer(answer.status, body | {"detail": said(asked)}, answer.headers)

    deny(mock, status, told)


@fault("access-401-repeats-token", breaks="AUT-07")
def unauthenticated_repeats_token(mock: Behaviour) -> None:
    """A 401 repeats the token that it refuses."""
    _tell(mock, 401, lambda asked: asked.headers.get("authorization"))


@fault("access-403-repeats-token", breaks="AUT-07")
def forbidden_repeats_token(mock: Behaviour) -> None:
    """A 403 repeats the token that it refuses."""
    _tell(mock, 403, lambda asked: f"token {mock.access.token(asked)} has no access")


@fault("access-400-repeats-headers", breaks="AUT-07")
def malformed_repeats_headers(mock: Behaviour) -> None:
    """A 400 shows the request's headers, Authorization among them."""
    _tell(mock, 400, lambda asked: dict(asked.headers))


@fault("access-header-repeats-token", breaks="AUT-07")
def header_repeats_token(mock: Behaviour) -> None:
    """Every answer to an authorized request repeats its token in a header."""
    honest = mock.protocol.after

    async def after(asked: Asked, answer: Answer) -> Answer:
        answer = await honest(asked, answer)
        token = mock.access.token(asked)
        return (
            Answer(answer.status, answer.body, {**answer.headers, "x-session": token}, answer.raw)
            if token
            else answer
        )

    mock.protocol.after = after


@fault("access-signature-refusal-shows-key", breaks="AUT-07")
def signature_refusal_shows_key(mock: Behaviour) -> None:
    """A refused signature is explained with the private key that it should have been made with."""

    def told(asked: Asked) -> Json:
        tenant = BY_ENTERPRISE.get(asked.enterprise_id)
        return None if tenant is None else f"expected a signature by {tenant.signing_key}"

    _tell(mock, 400, told)


# AUT-08


@fault("access-any-connection", breaks="AUT-08", falls_with=["AUT-04"])
def any_connection(mock: Behaviour) -> None:
    """Any UUID is a connection."""
    _connection_if(mock, _is_uuid)


def _is_uuid(asked: Asked) -> bool:
    try:
        UUID(asked.connection_id)
    except ValueError:
        return False
    return True


@fault("access-unknown-connection-answers-500", breaks="AUT-08", falls_with=["HTP-01", "AUT-04", "AUT-06"])
def unknown_connection_answers_500(mock: Behaviour) -> None:
    """An unknown connection is answered 500."""
    deny(mock, 404, lambda answer, asked: Answer(500, {"error": "internal error"}))


@fault("access-unknown-enterprise-answers-500", breaks="AUT-08", falls_with=["HTP-01"])
def unknown_enterprise_answers_500(mock: Behaviour) -> None:
    """An unknown enterprise is answered 500."""
    deny(
        mock,
        404,
        lambda answer, asked: (
            answer if asked.enterprise_id in BY_ENTERPRISE else Answer(500, {"error": "internal error"})
        ),
    )


@fault(
    "access-unknown-connection-answers-200",
    breaks="AUT-08",
    falls_with=["AUT-04", "AUT-06", "HTP-02", "ALC-01", "SIG-01"],
)
def unknown_connection_answers_200(mock: Behaviour) -> None:
    """An unknown connection is answered 200 with an error in the body."""
    deny(mock, 404, lambda answer, asked: Answer(200, answer.body))
