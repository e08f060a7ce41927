"""AST-03 and ALC-03: an id is given once."""

import pytest

from contracts.exchange import Exchange, Loss
from contracts.oracle.identity import Identities
from tests.fixtures.exchanges import (
    ALLOCATIONS,
    CONNECTION,
    ID,
    allocate,
    allocation,
    allocation_made,
    answered,
    asset,
    asset_body,
    asset_made,
    create_asset,
    lost,
    payload_given,
    signed,
)

OTHER = "0b7e3c55-6f0e-4d0c-9d53-2d3a8c1b4f60"


def found(identities: Identities, judged: Exchange) -> list[tuple[str, str, bool]]:
    return [
        (clause, violation.kind, violation.advisory)
        for clause, violations in identities.judge(judged)
        for violation in violations
    ]


def test_an_id_of_two_assets_is_found() -> None:
    """An id derived from something that two assets share."""
    identities = Identities()
    assert found(identities, asset_made()) == []
    second = asset_made(asset_body(symbol="ETH"))
    assert found(identities, second) == [("AST-03", "id given twice", False)]


def test_assets_of_their_own_ids_pass() -> None:
    """Ids in capitals, or a repeated symbol (AST-05's matter), charged as given twice."""
    identities = Identities()
    assert found(identities, asset_made()) == []
    assert found(identities, asset_made()) == []
    assert found(identities, asset_made(asset_body(symbol="ETH"), id=OTHER.upper())) == []


@pytest.mark.parametrize("given", ["7", "asset-1", ID[:-1], ID.replace("-", ""), "{" + ID + "}"])
def test_an_id_that_is_no_uuid_is_a_warning(given: str) -> None:
    """A convention charged as a violation, or not told at all."""
    assert found(Identities(), asset_made(id=given)) == [("AST-03", "id is no UUID", True)]


def test_an_empty_id_is_found() -> None:
    """Assets that all have the empty id."""
    assert found(Identities(), asset_made(id="")) == [("AST-03", "empty id", False)]


def test_an_id_of_two_allocations_is_found() -> None:
    """Two references, or two connections, under one allocation."""
    identities = Identities()
    assert found(identities, allocation_made()) == []
    second = allocation_made(signed(clientExternalId="client-2"))
    assert found(identities, second) == [("ALC-03", "id given twice", False)]
    elsewhere = answered(
        allocate(target=ALLOCATIONS.replace(CONNECTION, OTHER)), 200, {"allocation": allocation()}
    )
    assert found(identities, elsewhere) == [("ALC-03", "id given twice", False)]


def test_a_repeated_allocation_keeps_its_id() -> None:
    """The documented retry, also under a path in capitals, charged as an id given twice."""
    identities = Identities()
    assert found(identities, allocation_made()) == []
    again = answered(
        allocate(target=ALLOCATIONS.replace(CONNECTION, CONNECTION.upper())),
        200,
        {"allocation": allocation(status="reserved")},
    )
    assert found(identities, again) == []


def test_assets_and_allocations_have_their_own_ids() -> None:
    """The two services' ids mixed up: nobody promised that they differ."""
    identities = Identities()
    assert found(identities, asset_made()) == []
    assert found(identities, allocation_made()) == []


@pytest.mark.parametrize(
    "judged",
    [
        answered(create_asset(), 409, asset()),
        asset_made(id=None),
        answered(create_asset(), 200, b"[]"),
        answered(allocate(), 422, {"allocation": allocation(id="x")}),
        allocation_made(id=7),
        answered(allocate(), 200, {"allocation": []}),
        payload_given(),
        lost(create_asset(), Loss.TIMEOUT),
    ],
)
def test_what_was_not_made_is_not_remembered(judged: Exchange) -> None:
    """A chance counted, or an id remembered, of an answer that gives none."""
    identities = Identities()
    assert list(identities.judge(judged)) == []
    assert identities == Identities()
