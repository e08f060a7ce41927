"""Requests become steps, and steps requests: the same bytes but for what must be fresh, and signed anew."""

import json
from dataclasses import replace

import pytest

from contracts import signing
from contracts.exchange import Exchange, Request
from contracts.recipes.names import SIGNATURE, Names
from contracts.recipes.recipe import PACKED_FROM, Recipe, Signing, Step, bursts, steps_of
from contracts.signing import SigningKey
from contracts.strategies.tampered import FORGERIES, OTHER_FORMS
from tests.fixtures.exchanges import allocate, answered, below, content, create_asset

KEY = SigningKey(bytes([7]) * 32)
OTHER = SigningKey(bytes([8]) * 32)
MARK, ANEW = "CT1NG2Y3JHA", "CT1NG2Y3JHB"
NAMES = Names(
    MARK, {"ACCESS_TOKEN": "token-of-the-one-tenant"}, {"SIGNING_KEY": KEY, "OTHER_SIGNING_KEY": OTHER}
)


def step(request: Request) -> Step:
    (found,) = steps_of([answered(request, 200)], NAMES)
    return found


def signed(signature: str | None = None, key: SigningKey = KEY) -> Request:
    said = content(nonce=f"{MARK}0000001", clientExternalId=f"{MARK}0000002")
    payload = json.dumps(said)
    return allocate({**said, "payload": payload, "signature": signature or signing.sign(payload, key)})


@pytest.mark.parametrize("key", ["SIGNING_KEY", "OTHER_SIGNING_KEY"])
def test_a_signed_request_is_signed_anew(key: str) -> None:
    """A replay whose signature is of the nonce that it no longer has."""
    told = step(signed(key=NAMES.keys[key]))
    assert told.sign == Signing(key)
    body = told.request(replace(NAMES, mark=ANEW)).fields
    assert body["nonce"] == f"{ANEW}0000001"
    assert signing.verifies(str(body["payload"]), str(body["signature"]), NAMES.keys[key].public_key)
    assert json.loads(str(body["payload"]))["nonce"] == body["nonce"]


def test_no_signature_is_in_a_recipe() -> None:
    """A signature of a live key, in a file that is mailed around."""
    request = signed()
    assert str(request.fields["signature"]) not in json.dumps(step(request).as_data())
    assert SIGNATURE in json.dumps(step(request).as_data())


@pytest.mark.parametrize("label", sorted({**FORGERIES, **OTHER_FORMS}))
def test_a_forged_signature_is_forged_anew(label: str) -> None:
    """A forgery that a replay replaces by a true signature, or by one that is wrong in another way."""
    forge = {**FORGERIES, **OTHER_FORMS}[label]
    request = signed(forge(str(signed().fields["payload"]), KEY))
    anew = step(request).request(replace(NAMES, mark=ANEW)).fields
    assert anew["signature"] == forge(str(anew["payload"]), KEY)


def test_an_unknown_forgery_stays_one() -> None:
    """Drawn bits of a live signature, kept as they are; or a replay that is signed truthfully."""
    flipped = bytearray.fromhex(str(signed().fields["signature"]))
    flipped[20] ^= 0x55
    told = step(signed(flipped.hex()))
    assert flipped.hex() not in json.dumps(told.as_data())
    anew = told.request(NAMES).fields
    assert not signing.verifies(str(anew["payload"]), str(anew["signature"]), KEY.public_key)


@pytest.mark.parametrize(
    "request_",
    [
        create_asset(),
        create_asset(body=None),
        create_asset(b"\xff\x00 no text"),
        create_asset(b"x" * (PACKED_FROM + 1)),
        create_asset("\ud83d\ude00 \u0000"),
        below(create_asset(b"{}")).but(method="BREW", target="/a b?c=%zz"),
        signed(),
    ],
)
def test_a_step_gives_its_request_back(request_: Request) -> None:
    """A byte that is lost on the way through a file."""
    told = Step.of_data(json.loads(json.dumps(step(request_).as_data())))
    again = told.request(NAMES)
    assert (again.method, again.target, again.headers, again.body) == (
        request_.method,
        request_.target,
        request_.headers,
        request_.body,
    )
    assert again.operation == request_.operation
    assert again.traits == request_.traits


def test_a_recipe_survives_its_file() -> None:
    """A drawn example that a replay cannot find any more."""
    recipe = Recipe("test_x.py::test_y[a]", "verify", 7, (step(signed()),), "AAE=", "6.170.15")
    assert Recipe.of_data(json.loads(json.dumps(recipe.as_data()))) == recipe


def at(*times: tuple[float, float]) -> list[Exchange]:
    return [replace(answered(create_asset(), 200), began=began, ended=ended) for began, ended in times]


def test_requests_that_overlap_are_a_burst() -> None:
    """A burst that is replayed one request after the other."""
    assert bursts(at((0, 1), (1, 2), (2, 3))) == [None, None, None]
    assert bursts(at((0, 1), (1, 3), (1.1, 2.5), (1.2, 4), (4, 5))) == [None, 1, 1, 1, None]
    assert bursts(at((0, 2), (0.1, 2), (3, 5), (3.1, 4))) == [1, 1, 2, 2]
    assert bursts([]) == []
