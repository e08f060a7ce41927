"""Create asset as a call: whose fault a refusal is, and that fresh names are fresh."""

from collections.abc import Callable

import pytest

from contracts.asking.asker import Asker
from contracts.asking.assets import Assets
from contracts.asking.fresh import Fresh, run_mark
from contracts.asking.record import KEPT_EXCHANGES, Record
from contracts.exchange import Exchange, Loss, Request
from contracts.violation import Unaskable
from tests.fixtures.exchanges import answered, asset, create_asset, lost

Maker = Callable[..., Asker]


def made(request: Request) -> Exchange:
    return answered(request, 200, asset(**request.fields, id=Fresh().identifier()))


def bad(request: Request) -> Exchange:
    return answered(request, 400, "no")


def created(request: Request) -> Exchange:
    return answered(request, 201, asset(**request.fields))


def drafted(request: Request) -> Exchange:
    return answered(request, 200, asset(**{"contract_address": "0xdraft", **request.fields}))


def taken(request: Request) -> Exchange:
    return answered(request, 409, "taken")


def gone(request: Request) -> Exchange:
    return lost(request, Loss.UNREACHABLE)


def charged(ask: Asker) -> list[str]:
    return [violation.clause for violation in ask.record.violations]


@pytest.mark.parametrize(
    ("script", "clause", "expected"),
    [
        ([bad, made], "AST-16", ["AST-16"]),
        ([bad, bad], "AST-16", ["AST-01"]),
        ([taken], "AST-16", ["AST-19"]),
        ([taken, made], "AST-10", ["AST-10"]),
        ([created], "AST-16", ["HTP-02", "AST-01"]),
        ([gone], "AST-16", []),
    ],
)
def test_a_refusal_is_charged_to_its_cause(
    asker_of: Maker, script: list[Callable[[Request], Exchange]], clause: str, expected: list[str]
) -> None:
    """One bug that turns every clause red, or the wrong one."""
    assets = Assets(asker_of(*script))
    with pytest.raises(Unaskable):
        assets.accepted(assets.create(assets.full()), clause)
    assert charged(assets.ask) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [([bad, made, bad], ["AST-16"]), ([bad, made, made], ["AST-01"]), ([bad, bad], ["AST-01"])],
)
def test_what_was_left_out_is_to_blame_only_where_it_matters(
    asker_of: Maker, script: list[Callable[[Request], Exchange]], expected: list[str]
) -> None:
    """An odd text that is refused, and charged to the fields that its body happens not to have."""
    assets = Assets(asker_of(*script))
    with pytest.raises(Unaskable):
        assets.accepted(assets.create(assets.minimal(type="TOKEN")))
    assert charged(assets.ask) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ([bad, made], []),
        ([bad, taken], ["AST-10"]),
        ([bad, bad, made], ["AST-10"]),
        ([bad, bad, bad], []),
        ([bad, drafted], ["AST-10", "AST-16"]),
        ([bad, gone], []),
    ],
    ids=["nothing", "the symbol", "the refusal", "unrelated", "a draft", "unknown"],
)
def test_what_a_refusal_leaves_is_found(
    asker_of: Maker, script: list[Callable[[Request], Exchange]], expected: list[str]
) -> None:
    """A cached refusal, or a draft that fills in the next request; or a server that refuses everything blamed for both."""
    assets = Assets(asker_of(*script))
    refused = assets.create(assets.minimal(symbol="S", metadata=[], contract_address="0xdraft"))
    assets.left_nothing("S", refused, "AST-10", about="a wrong body")
    assert sorted(charged(assets.ask)) == expected


def test_an_accepted_asset_counts(asker_of: Maker) -> None:
    """An acceptance that gives its clause no chance."""
    assets = Assets(asker_of(made))
    assert assets.accepted(assets.create(assets.full()), "AST-16")["display_name"] == "Bitcoin"
    assert assets.ask.record.chances["AST-16"] >= 1
    assert charged(assets.ask) == []


def test_requests_are_a_usual_clients(asker_of: Maker) -> None:
    """A token left out where one is set, or a body that is no JSON."""
    assets = Assets(asker_of(made))
    request = assets.request(assets.minimal())
    assert request.header("authorization") == f"Bearer {assets.ask.settings.asset_token}"
    assert request.media_type == "application/json"
    assert request.fields["symbol"] != assets.request(assets.minimal()).fields["symbol"]


def test_names_differ_by_more_than_case() -> None:
    """Two names that a service which ignores case takes for one; or two workers' names that meet."""
    names = [supply.name() for supply in (Fresh("CTM", "0"), Fresh("CTM", "1")) for _ in range(40)]
    assert len({name.casefold() for name in names}) == 80
    assert all(name.isascii() and name.isalnum() and len(name) <= 64 for name in names)
    assert run_mark() != run_mark()


def test_a_record_keeps_the_end_of_a_long_story() -> None:
    """A generated question of an hour that fills the memory; or the first reason overwritten by later ones."""
    record = Record()
    for _ in range(KEPT_EXCHANGES + 5):
        record.saw(answered(create_asset(), 200))
    record.saw(gone(create_asset()))
    assert len(record.exchanges) == KEPT_EXCHANGES
    assert (record.requests, record.cases) == (KEPT_EXCHANGES + 6, KEPT_EXCHANGES + 5)
    record.could_not_ask("AST-01", "first")
    record.could_not_ask("AST-01", "second")
    assert record.unasked == {"AST-01": "first"}
