"""Which requests have an earlier one at issue."""

import pytest

from contracts.exchange import Request, Trait
from contracts.oracle.keys import UsedKeys
from tests.fixtures.exchanges import allocate, ask_payload, below, content, create_asset, signed


def repeats(used: UsedKeys, *requests: Request) -> list[bool]:
    return [Trait.REPEATED_KEY in request.traits for request in used.marked(*requests)]


def test_a_used_nonce_or_reference_is_marked() -> None:
    """An answer that speaks of an earlier allocation held against this one."""
    used = UsedKeys()
    assert repeats(used, allocate()) == [False]
    assert repeats(used, allocate()) == [True]
    assert repeats(used, allocate(signed(clientExternalId="other"))) == [True]
    assert repeats(used, allocate(signed(nonce="other"))) == [True]
    assert repeats(used, allocate(signed(nonce="b", clientExternalId="b"))) == [False]


def test_asking_for_a_payload_uses_up_nothing() -> None:
    """The usual flow, payload first, taken for a repetition, so that its allocation is not judged in full."""
    used = UsedKeys()
    assert repeats(used, ask_payload(), ask_payload(method="GET")) == [False, False]
    assert repeats(used, ask_payload()) == [False]
    assert repeats(used, allocate()) == [False]
    assert repeats(used, ask_payload()) == [True]


def test_simultaneous_requests_mark_each_other() -> None:
    """A burst in which only the second of two equal requests counts as a repetition: any of them may be first."""
    used = UsedKeys()
    apart = allocate(signed(nonce="b", clientExternalId="b"))
    assert repeats(used, allocate(), allocate(signed(clientExternalId="c")), apart) == [True, True, False]
    assert repeats(UsedKeys(), allocate(), ask_payload()) == [False, True]


@pytest.mark.parametrize(
    "request_",
    [
        create_asset(content()),
        allocate(b"oops"),
        allocate(signed(nonce=7, clientExternalId=None)),
        allocate(operation=None),
    ],
)
def test_requests_without_keys_are_never_marked(request_: Request) -> None:
    """A body without keys, or of another service, that ends the bookkeeping or counts as used."""
    used = UsedKeys()
    assert repeats(used, request_, request_) == [False, False]
    assert used.seen == set()


def test_other_traits_stay() -> None:
    """A mark that replaces what was known of a request."""
    used = UsedKeys()
    used.marked(allocate())
    (marked,) = used.marked(below(allocate()))
    assert marked.traits == {Trait.BELOW, Trait.REPEATED_KEY}
