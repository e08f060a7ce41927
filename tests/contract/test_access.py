"""Who may ask for what: tokens, tenants, scopes, unknown ids (AUT)."""

import itertools
from base64 import b64encode
from collections.abc import Iterator

import pytest

from contracts.asking.access import DENIED, OPERATIONS, POSTED, asked, denied
from contracts.asking.network import Caller, Network

# Without the form of a UUID an id may also be called malformed.
DENIED_OR_MALFORMED = DENIED | {400}
# No token holds a space, comma or the like (RFC 6750, 2.1): the header itself may be called malformed (3.1).
UNKNOWN_OR_MALFORMED = frozenset({400, 401})


@pytest.mark.asks("AUT-01", "AUT-06", "AUT-07", "HTP-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_token(network: Network, operation: str) -> None:
    answer = asked(network, operation, network.me.but(token=None))
    denied(network, answer, "AUT-01", 401, about="there is no token")
    answer = asked(network, operation, network.me.but(token="", scheme=""), notes="of nobody")
    denied(network, answer, "AUT-01", UNKNOWN_OR_MALFORMED, about="Authorization is empty")


def bad_credentials(network: Network) -> Iterator[tuple[str, Caller]]:
    """Credentials near the good ones that belong to nobody."""
    token = str(network.me.token)
    unknown = "v2x" + network.ask.fresh.name().lower() * 3
    for label, text in {
        "unknown token": unknown[: max(16, len(token))],
        "empty token": "",
        "last character cut": token[:-1],
        "first character cut": token[1:],
        "first half": token[: len(token) // 2],
        "second half": token[len(token) // 2 :],
        "one character more": token + "0",
        "padded": token + "=",
        "twice": token + token,
        **{f"{label} character changed": changed_at(token, place) for label, place in PLACES.items()},
        "upper case": token.upper(),
        "lower case": token.lower(),
        "other case": token.swapcase(),
        "the word null": "null",
        "the word undefined": "undefined",
        "a star": "*",
        "a pattern for all": "%",
        "a pattern of its length": "_" * len(token),
        "a pattern at the end": token[:-1] + "*",
    }.items():
        if text != token:
            yield label, network.me.but(token=text)
    for scheme in ("Basic", "Token", "Digest", "BearerX", "Bear"):
        yield f"scheme {scheme}", network.me.but(scheme=scheme)
    for label, pair in {"alone": token, "as user": f"{token}:", "as password": f"user:{token}"}.items():
        yield f"Basic, {label}", network.me.but(scheme="Basic", token=b64encode(pair.encode()).decode())


PLACES = {"first": 0, "middle": -2, "last": -1}


def changed_at(token: str, place: int) -> str:
    """The token with one character changed; -2 stands for its middle."""
    at = {0: 0, -2: len(token) // 2, -1: len(token) - 1}[place]
    return token[:at] + ("a" if token[at] != "a" else "b") + token[at + 1 :]


@pytest.mark.asks("AUT-02", "AUT-06", "AUT-07")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_bad_token(network: Network, operation: str) -> None:
    for label, caller in bad_credentials(network):
        denied(network, asked(network, operation, caller), "AUT-02", 401, about=f"the token is bad ({label})")


@pytest.mark.asks("AUT-02", "AUT-06", "AUT-07")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_token_with_something_behind_or_before_it(network: Network, operation: str) -> None:
    token = str(network.me.token)
    for text in (
        *(token + separator + "x" for separator in " ,;.:|/-~+&"),
        f"{token}, Bearer x",
        f"x, Bearer {token}",
        f"x {token}",
        f"{token[:8]} {token[8:]}",
        f"Bearer {token}",
        f'"{token}"',
        f"<{token}>",
        "' OR '1'='1",
    ):
        answer = asked(network, operation, network.me.but(token=text))
        denied(
            network, answer, "AUT-02", UNKNOWN_OR_MALFORMED, about="the token is only a part of what is sent"
        )


@pytest.mark.asks("ALC-19")
def test_forms_of_the_scheme(network: Network) -> None:
    for scheme in ("bearer", "BEARER", ""):
        answer = network.ask_payload(network.content(), caller=network.me.but(scheme=scheme))
        network.ask.observe("ALC-19", f"scheme {scheme or 'left out'}", answer)


@pytest.mark.asks("AUT-03", "AUT-06", "AUT-07", "HTP-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_other_tenants_token(network: Network, other: Caller, operation: str) -> None:
    intruder = network.me.but(token=other.token)
    denied(
        network, asked(network, operation, intruder), "AUT-03", DENIED, about="the token is another tenant's"
    )
    if other.key is not None:
        signed = asked(network, operation, intruder.but(key=other.key))
        denied(network, signed, "AUT-03", DENIED, about="token and key are another tenant's")
    reverse = asked(network, operation, other.but(token=network.me.token))
    denied(network, reverse, "AUT-03", DENIED, about="the enterprise is another tenant's")


@pytest.mark.asks("AUT-04", "AUT-06", "AUT-07", "HTP-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_other_tenants_connection(network: Network, other: Caller, operation: str) -> None:
    theirs = network.me.but(connection=other.connection)
    denied(
        network,
        asked(network, operation, theirs),
        "AUT-04",
        DENIED,
        about="the connection is another tenant's",
    )
    ours = other.but(connection=network.me.connection, key=other.key or network.me.key)
    denied(
        network, asked(network, operation, ours), "AUT-04", DENIED, about="the connection is another tenant's"
    )


@pytest.mark.asks("AUT-04", "AUT-03", "AUT-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_own_connection_through_the_other_enterprise(network: Network, other: Caller, operation: str) -> None:
    crossed = network.me.but(enterprise=other.enterprise)
    denied(
        network,
        asked(network, operation, crossed),
        "AUT-04",
        DENIED,
        about="the enterprise is another tenant's",
    )


@pytest.mark.asks("AUT-04", "AUT-03", "AUT-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_mixture_of_two_tenants(network: Network, other: Caller, operation: str) -> None:
    """Both have just been let in by themselves: what a server remembers of that must open nothing."""
    both = (network.me, other)
    for caller in both:
        asked(network, operation, caller)
    for token, enterprise, connection, key in itertools.product(both, repeat=4):
        if token is enterprise is connection:
            continue  # a foreign key is ALC-05's matter
        mixed = Caller(token.token, enterprise.enterprise, connection.connection, key.key)
        clause = "AUT-03" if token is not enterprise else "AUT-04"
        answer = asked(network, operation, mixed)
        denied(network, answer, clause, DENIED, about="token, enterprise and connection are of two tenants")


@pytest.mark.asks("AUT-05", "AUT-06", "AUT-07")
def test_read_only_token_changes_nothing(network: Network) -> None:
    reader = network.me.but(token=network.ask.settings.read_only_token)
    for operation in POSTED:
        answer = asked(network, operation, reader)
        denied(network, answer, "AUT-05", frozenset({401, 403}), about="the token may only read")


@pytest.mark.asks("AUT-05")
def test_read_only_token_reads(network: Network) -> None:
    reader = network.me.but(token=network.ask.settings.read_only_token)
    if asked(network, "signingPayloadByGet", network.me).status == 200:
        answer = asked(network, "signingPayloadByGet", reader)
        network.ask.answered(answer, "AUT-05", 200, about="the GET variant needs only the read scope")


@pytest.mark.asks("AUT-08", "AUT-06", "AUT-07", "HTP-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_unknown_connection(network: Network, operation: str) -> None:
    unknown = network.me.but(connection=network.ask.fresh.identifier())
    denied(network, asked(network, operation, unknown), "AUT-08", DENIED, about="the connection is unknown")
    near = network.me.connection[:-1] + ("0" if network.me.connection[-1] != "0" else "1")
    answer = asked(network, operation, network.me.but(connection=near))
    denied(network, answer, "AUT-08", DENIED, about="the connection is unknown (last digit changed)")
    nil = network.me.but(connection="00000000-0000-0000-0000-000000000000")  # of no UUID version
    denied(
        network,
        asked(network, operation, nil),
        "AUT-08",
        DENIED_OR_MALFORMED,
        about="the connection is unknown (nil)",
    )


@pytest.mark.asks("AUT-08", "AUT-06")
def test_unknown_ids_stay_unknown(network: Network) -> None:
    """Asking for something must not make it."""
    unknown = network.ask.fresh.identifier()
    for caller in (network.me.but(connection=unknown), network.me.but(enterprise=unknown.replace("-", ""))):
        for operation in (*OPERATIONS, *OPERATIONS):
            answer = asked(network, operation, caller)
            denied(
                network,
                answer,
                "AUT-08",
                DENIED_OR_MALFORMED,
                about="the connection is unknown (asked for before)",
            )


@pytest.mark.asks("AUT-08", "AUT-06", "AUT-07", "HTP-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_connection_without_the_form_of_a_uuid(network: Network, operation: str) -> None:
    for connection in (
        "unknown",
        "1",
        "null",
        "undefined",
        network.me.connection[:-1],
        network.me.connection + "0",
    ):
        answer = asked(network, operation, network.me.but(connection=connection))
        denied(network, answer, "AUT-08", DENIED_OR_MALFORMED, about="the connection is unknown (no UUID)")


@pytest.mark.asks("AUT-08", "AUT-06", "AUT-07", "HTP-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_unknown_enterprise(network: Network, operation: str) -> None:
    enterprise = network.me.enterprise
    changed = enterprise[:-1] + ("0" if enterprise[-1] != "0" else "1")
    for label, text in {
        "unknown": network.ask.fresh.name().lower(),
        "last digit changed": changed,
        "last digit cut": enterprise[:-1],
        "one digit more": enterprise + "0",
        "a UUID": network.ask.fresh.identifier(),
        "of the connection": network.me.connection,
        "null": "null",
        "a number": "1",
        "a star": "*",
        "a quote": "%27",
    }.items():
        answer = asked(network, operation, network.me.but(enterprise=text))
        denied(network, answer, "AUT-08", DENIED_OR_MALFORMED, about=f"the enterprise is unknown ({label})")


@pytest.mark.asks("AUT-08", "AUT-06", "AUT-07", "HTP-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_long_ids(network: Network, operation: str) -> None:
    """Nobody promised to take ids of such lengths: one may be refused for its size (docs/freedom.md, Limits)."""
    for size in (65, 150, 300, 1000):
        for caller in (network.me.but(enterprise="e" * size), network.me.but(connection="c" * size)):
            answer = asked(network, operation, caller)
            denied(network, answer, "AUT-08", DENIED_OR_MALFORMED | {414}, about="the path holds a long id")
