"""Names in the place of what another run has otherwise: they come out as they went in, and no secret is among them."""

import pytest

from contracts.asking.fresh import Fresh, run_mark
from contracts.recipes.names import SIGNATURE, Names, digits_of

TOKEN = "v2xM5Ufzs8n9F3dc87upQszw48HocdNVxgAcuHNtzywksqfoik5U"  # of nobody
CONNECTION = "11a88e44-0de6-5e08-8b42-1692ec1c0ff4"


def names(mark: str = "CT1NG2Y3JHA", **texts: str) -> Names:
    return Names(mark, {"ACCESS_TOKEN": TOKEN, "CONNECTION_ID": CONNECTION, **texts})


def test_a_name_of_the_run_is_made_anew() -> None:
    """A replay that meets its own first use: the symbol, nonce or reference of the run that it repeats."""
    first, second = run_mark(), run_mark()
    told = names(first).named(f'{{"symbol":"{Fresh(first).name()}"}}')
    assert told == '{"symbol":"${RUN}0000000"}'
    assert names(second).filled(told) == f'{{"symbol":"{Fresh(second).name()}"}}'


def test_a_name_of_digits_is_made_anew() -> None:
    """A symbol of digits alone that stays, since no mark stands in it."""
    mark = run_mark()
    symbol = Fresh(mark).digits()
    assert names(mark).named(symbol) == "${RUN_DIGITS}" + symbol[12:]
    assert len(digits_of(mark)) == 12


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TOKEN, "${ACCESS_TOKEN}"),
        (f"/connections/{CONNECTION}/x", "/connections/${CONNECTION_ID}/x"),
        (CONNECTION.upper(), "${CONNECTION_ID|upper}"),
        ("ct1ng2y3jha0000a", "${RUN|lower}0000a"),
        (TOKEN.swapcase(), "${ACCESS_TOKEN|swapcase}"),
        (TOKEN[:-1], "${ACCESS_TOKEN[0:-1]}"),
        (TOKEN[1:], "${ACCESS_TOKEN[1:]}"),
        (TOKEN[:20] + "x", "${ACCESS_TOKEN[0:20]}x"),
        (TOKEN + TOKEN, "${ACCESS_TOKEN}${ACCESS_TOKEN}"),
        ("$HOME ${OTHER}", "$HOME ${OTHER}"),
    ],
)
def test_each_form_of_a_text_has_a_name(text: str, told: str) -> None:
    """A token in a finding because it came in upper case, or without its last character."""
    assert names().named(text) == told
    if "OTHER" not in text:
        assert names().filled(told) == text


def test_another_target_has_its_own_texts() -> None:
    """A replay that asks for the connection of the target where the finding was met."""
    told = names().named(f"/connections/{CONNECTION}")
    other = Names("CT1NG2Y3JHB", {"CONNECTION_ID": "another"})
    assert other.filled(told) == "/connections/another"


def test_a_variable_that_is_not_set_is_named() -> None:
    """A request with a hole where a token belongs."""
    with pytest.raises(KeyError, match="READ_ONLY_TOKEN"):
        names().filled("Bearer ${READ_ONLY_TOKEN}")


def test_the_place_of_a_signature_waits() -> None:
    """A body that is signed before its names are filled in."""
    assert names().filled(f'"signature":"{SIGNATURE}"') == f'"signature":"{SIGNATURE}"'


def test_short_texts_have_no_name() -> None:
    """An enterprise called "1", and every 1 of a body with a name in its place."""
    assert names(ENTERPRISE_ID="1").named('{"quantity":"1"}') == '{"quantity":"1"}'
