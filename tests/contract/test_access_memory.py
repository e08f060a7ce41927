"""What a good request leaves behind opens no door: connections, caches, repetitions; nor does another spelling (AUT)."""

from collections.abc import Iterator

import pytest

from contracts.asking.access import DENIED, OPERATIONS, POSTED, asked, denied, untouched
from contracts.asking.network import Caller, Network

# Nobody is let in: whatever else a path in another spelling is answered.
SHUT = frozenset(range(300, 600))


def in_the_wake_of_the_owner(
    network: Network, operation: str, caller: Caller, clause: str, statuses: frozenset[int], *, about: str
) -> None:
    """Expect a refusal for `caller` right after the owner was answered: of the same request, and of another one."""
    owner = asked(network, operation, network.me, notes="of the owner")
    if owner.status != 200:
        return
    again = network.send(owner.request.but(headers=caller.headers))
    denied(network, again, clause, statuses, about=f"{about} (and repeats what the owner asked)")
    answer = asked(network, operation, caller)
    denied(network, answer, clause, statuses, about=f"{about} (right after the owner asked)")
    if operation == "createAllocation":
        untouched(network, answer, clause, about=about)


@pytest.mark.asks("AUT-01", "AUT-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_token_after_a_good_one(network: Network, operation: str) -> None:
    nobody = network.me.but(token=None)
    in_the_wake_of_the_owner(
        network, operation, nobody, "AUT-01", frozenset({401}), about="there is no token"
    )


@pytest.mark.asks("AUT-02", "AUT-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_bad_token_after_a_good_one(network: Network, operation: str) -> None:
    token = str(network.me.token)
    for caller in (
        network.me.but(token="v2x" + network.ask.fresh.name().lower() * 3),
        network.me.but(token=token + "0"),
        network.me.but(token=""),
        network.me.but(scheme="Basic"),
    ):
        in_the_wake_of_the_owner(
            network, operation, caller, "AUT-02", frozenset({401}), about="the token is bad"
        )


@pytest.mark.asks("AUT-03", "AUT-06")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_other_tenants_token_after_the_owners(network: Network, other: Caller, operation: str) -> None:
    in_the_wake_of_the_owner(
        network,
        operation,
        network.me.but(token=other.token),
        "AUT-03",
        DENIED,
        about="the token is another tenant's",
    )


@pytest.mark.asks("AUT-05", "AUT-06")
@pytest.mark.parametrize("operation", POSTED)
def test_read_only_token_after_the_owners(network: Network, operation: str) -> None:
    reader = network.me.but(token=network.ask.settings.read_only_token)
    reads = asked(network, "signingPayloadByGet", reader).status
    in_the_wake_of_the_owner(
        network, operation, reader, "AUT-05", frozenset({401, 403}), about="the token may only read"
    )
    if reads == 200:
        answer = asked(network, "signingPayloadByGet", reader)
        network.ask.answered(answer, "AUT-05", 200, about="a refusal takes no right to read away")


def spellings(path: str) -> Iterator[tuple[str, str]]:
    """Other ways to write a path, under which a server may find the same operation and forget who may ask it."""
    yield "a query", path + "?a=b"
    yield "a slash at the end", path + "/"
    yield "two slashes", path.replace("/clients/", "//clients/")
    yield "an escaped letter", path.replace("/allocations", "/%61llocations")
    yield "an upper-case letter", path.replace("/allocations", "/Allocations")
    yield "a dot segment", path.replace("/clients/", "/./clients/")
    yield "a parameter", path + ";a=b"
    yield "a suffix", path + ".json"


def spellings_of_ids(path: str, *ids: str) -> Iterator[tuple[str, str]]:
    """Other ways to write the ids in a path."""
    for id in ids:
        yield "an id in capitals", path.replace(id, id.upper())
        yield "an id with an escape", path.replace(id, f"%{ord(id[0]):02X}{id[1:]}")


@pytest.mark.asks("AUT-01", "AUT-02")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_or_bad_token_under_another_spelling(network: Network, operation: str) -> None:
    under_other_spellings(network, operation, network.me.but(token=None), "AUT-01")
    under_other_spellings(network, operation, network.me.but(token=f"{network.me.token}0"), "AUT-02")


@pytest.mark.asks("AUT-03")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_other_tenants_token_under_another_spelling(network: Network, other: Caller, operation: str) -> None:
    under_other_spellings(network, operation, network.me.but(token=other.token), "AUT-03")


@pytest.mark.asks("AUT-05")
@pytest.mark.parametrize("operation", POSTED)
def test_read_only_token_under_another_spelling(network: Network, operation: str) -> None:
    reader = network.me.but(token=network.ask.settings.read_only_token)
    under_other_spellings(network, operation, reader, "AUT-05")


def under_other_spellings(network: Network, operation: str, caller: Caller, clause: str) -> None:
    """Expect that nobody is let in who is refused under the plain path."""
    plain = asked(network, operation, caller, notes="of somebody").request
    ids = (network.me.enterprise, network.me.connection)
    for label, target in (*spellings(plain.target), *spellings_of_ids(plain.target, *ids)):
        answer = network.send(plain.but(target=target, operation=None))
        network.ask.answered(answer, clause, SHUT, about=f"who may not ask asks (with {label} in the path)")


@pytest.mark.asks("AUT-01")
@pytest.mark.parametrize("operation", POSTED)
def test_no_token_but_claims(network: Network, operation: str) -> None:
    """Headers that a proxy sets for the service behind it open nothing when a client sets them."""
    request = asked(network, operation, network.me.but(token=None)).request
    for name, value in {
        "X-Forwarded-For": "127.0.0.1",
        "X-Real-IP": "127.0.0.1",
        "X-Enterprise-Id": network.me.enterprise,
        "X-Authenticated": "true",
        "X-Original-URL": "/health",
    }.items():
        request = request.with_header(name, value)
    denied(network, network.send(request), "AUT-01", 401, about="there is no token (only claims)")
