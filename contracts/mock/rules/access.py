"""Decisions about who may do what: tokens, scopes, enterprises and connections."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest

from contracts.mock.identities import BY_ENTERPRISE, CREDENTIALS, READ, WRITE, Credential
from contracts.mock.messages import CREATE_ALLOCATION, SIGNING_PAYLOAD, Answer, Asked, Refused

# Digests: texts of different length would be told apart at once.
_BY_DIGEST = [(sha256(token.encode()).digest(), credential) for token, credential in CREDENTIALS.items()]


def bearer_token(asked: Asked) -> str | None:
    """The token of `Authorization: Bearer <token>`; the scheme's case does not matter (RFC 9110, 11.1)."""
    scheme, _, token = asked.headers.get("authorization", "").partition(" ")
    return token.strip(" ") if scheme.lower() == "bearer" else None


def credential_of(token: str) -> Credential | None:
    """The credential of exactly this token: it is held against every one, and each takes the same time."""
    digest, found = sha256(token.encode()).digest(), None
    for known, credential in _BY_DIGEST:
        if compare_digest(known, digest):
            found = credential
    return found


def enterprise_exists(asked: Asked) -> bool:
    """Whether there is such an enterprise at all."""
    return asked.enterprise_id in BY_ENTERPRISE


def is_member(credential: Credential, asked: Asked) -> bool:
    """Whether the token's owner belongs to the enterprise."""
    return credential.tenant.enterprise_id == asked.enterprise_id


def may(needed: frozenset[str], credential: Credential, asked: Asked) -> bool:
    """Whether the token has every scope that the operation takes."""
    return needed <= credential.scopes


def has_connection(asked: Asked) -> bool:
    """Whether the connection is one of this enterprise's."""
    return asked.connection_id in BY_ENTERPRISE[asked.enterprise_id].connection_ids


def denied(refused: Refused, asked: Asked) -> Answer:
    """The refusal as documented: an object with a string `error`; a 401 names the scheme (RFC 6750, 3)."""
    headers = {"www-authenticate": "Bearer"} if refused.status == 401 else {}
    return Answer(refused.status, {"error": refused.why}, headers)


@dataclass(slots=True)
class AccessRules:
    """Who may do what. `needs` maps an operation and method to the scopes that they take."""

    needs: dict[tuple[str, str], frozenset[str]] = field(
        default_factory=lambda: {
            (SIGNING_PAYLOAD, "GET"): frozenset({READ}),
            (SIGNING_PAYLOAD, "HEAD"): frozenset({READ}),
            (SIGNING_PAYLOAD, "POST"): frozenset({READ, WRITE}),
            (CREATE_ALLOCATION, "POST"): frozenset({READ, WRITE}),
        }
    )
    token: Callable[[Asked], str | None] = bearer_token
    credential: Callable[[str], Credential | None] = credential_of
    enterprise_exists: Callable[[Asked], bool] = enterprise_exists
    is_member: Callable[[Credential, Asked], bool] = is_member
    may: Callable[[frozenset[str], Credential, Asked], bool] = may
    has_connection: Callable[[Asked], bool] = has_connection
    denied: Callable[[Refused, Asked], Answer] = denied


def admit(rules: AccessRules, asked: Asked) -> Credential:
    """The caller's credential; raises `Refused` with 401, 403 or 404, in this order of questions.

    Token known (401), enterprise known (404), its member (403), scopes (403), connection known there (404).
    """
    token = rules.token(asked)
    credential = None if token is None else rules.credential(token)
    if credential is None:
        raise Refused(401, "unauthenticated")
    if not rules.enterprise_exists(asked):
        raise Refused(404, "no such enterprise")
    if not rules.is_member(credential, asked):
        raise Refused(403, "not a member of the enterprise")
    if not rules.may(rules.needs[asked.operation, asked.method], credential, asked):
        raise Refused(403, "the token lacks a scope")
    if not rules.has_connection(asked):
        raise Refused(404, "no such connection")
    return credential
