"""Who may ask for what: tokens, tenants, scopes, unknown ids (AUT)."""

from collections.abc import Iterator

import pytest

from contracts.asking.network import Caller, Network
from contracts.exchange import Exchange

OPERATIONS = ("signingPayload", "signingPayloadByGet", "createAllocation")
DENIED = frozenset({401, 403, 404})
# Without the form of a UUID an id may also be called malformed.
DENIED_OR_MALFORMED = DENIED | {400}


def asked(network: Network, operation: str, caller: Caller) -> Exchange:
    """Ask one operation, truthfully and fully signed, as somebody."""
    content = network.content()
    if operation == "createAllocation":
        return network.allocate(
            network.signed(content, key=caller.key or network.me.key, caller=caller), caller=caller
        )
    return network.ask_payload(content, caller=caller, method="GET" if operation.endswith("Get") else "POST")


def denied(
    network: Network, exchange: Exchange, clause: str, statuses: frozenset[int] | int, *, about: str
) -> None:
    """Expect one of the statuses; a server that has no GET variant may say so first."""
    if exchange.request.operation == "signingPayloadByGet" and exchange.status in {400, 404, 405, 411, 501}:
        return
    network.ask.answered(exchange, clause, statuses, about=about)


@pytest.mark.asks("AUT-01", "AUT-06", "AUT-07", "HTP-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_token(network: Network, operation: str) -> None:
    answer = asked(network, operation, network.me.but(token=None))
    denied(network, answer, "AUT-01", 401, about="there is no token")


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
        "one character more": token + "0",
        "twice": token + token,
        "last character changed": token[:-1] + ("a" if token[-1] != "a" else "b"),
        "upper case": token.upper(),
        "lower case": token.lower(),
        "other case": token.swapcase(),
        "the word null": "null",
        "the word undefined": "undefined",
        "a star": "*",
    }.items():
        if text != token:
            yield label, network.me.but(token=text)
    for scheme in ("Basic", "Token", "Digest", "BearerX", "Bear"):
        yield f"scheme {scheme}", network.me.but(scheme=scheme)


@pytest.mark.asks("AUT-02", "AUT-06", "AUT-07")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_bad_token(network: Network, operation: str) -> None:
    for label, caller in bad_credentials(network):
        denied(network, asked(network, operation, caller), "AUT-02", 401, about=f"the token is bad ({label})")


@pytest.mark.asks("AUT-02")
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


@pytest.mark.asks("AUT-05", "AUT-06", "AUT-07")
def test_read_only_token_changes_nothing(network: Network) -> None:
    reader = network.me.but(token=network.ask.settings.read_only_token)
    for operation in ("signingPayload", "createAllocation"):
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
        network, asked(network, operation, nil), "AUT-08", DENIED_OR_MALFORMED, about="the connection is nil"
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
        denied(network, answer, "AUT-08", DENIED_OR_MALFORMED, about="the connection is no UUID")


@pytest.mark.asks("AUT-08", "AUT-06", "AUT-07", "HTP-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_unknown_enterprise(network: Network, operation: str) -> None:
    enterprise = network.me.enterprise
    changed = enterprise[:-1] + ("0" if enterprise[-1] != "0" else "1")
    for label, text in {"unknown": network.ask.fresh.name().lower(), "last digit changed": changed}.items():
        answer = asked(network, operation, network.me.but(enterprise=text))
        denied(network, answer, "AUT-08", DENIED_OR_MALFORMED, about=f"the enterprise is unknown ({label})")
