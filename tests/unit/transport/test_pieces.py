"""Secrets are found whole and in pieces, in each form that programs give them; other texts are not."""

import random
from base64 import b64decode, b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.transport.pieces import TELLING, Pieces

TOKEN = "v2xM5Ufzs8n9F3dc87upQszw48HocdNVxgAcuHNtzywksqfoik5UDDdUdWDiTbXb"
# The example of the Bitcoin wiki (Wallet import format).
KEY = "0c28fca386c7a227600b2fe50b7cae11ec86d3bf1fbe471be89827e19d72aa1d"
WIF = "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ"
WIF_COMPRESSED = "KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617"
KNOWN = Pieces.of({TOKEN, KEY})


def found(text: str, pieces: Pieces = KNOWN) -> set[str]:
    return {text[start:end] for start, end in pieces.find(text)}


@given(st.data())
def test_every_piece_is_found_at_every_place(data: st.DataObject) -> None:
    """A piece that lies between the places that are looked up."""
    start = data.draw(st.integers(0, len(TOKEN) - TELLING))
    piece = TOKEN[start : data.draw(st.integers(start + TELLING, len(TOKEN)))]
    before, behind = data.draw(st.text(" .:", max_size=20)), data.draw(st.text(" .:", max_size=20))
    assert found(f"{before}{piece}{behind}") == {piece}


@pytest.mark.parametrize("length", range(1, TELLING))
def test_shorter_pieces_stay(length: int) -> None:
    """Ordinary words masked because a token has some letters of theirs."""
    assert found(f"a {TOKEN[20 : 20 + length]} b") == set()


@pytest.mark.parametrize(
    "written",
    [
        TOKEN.upper(),
        TOKEN.lower(),
        TOKEN.swapcase(),
        TOKEN.encode().hex(),
        TOKEN.encode().hex().upper(),
        TOKEN.upper().encode().hex(),
        KEY.upper(),
        str(int(KEY, 16)),
        WIF,
        WIF_COMPRESSED,
        b64encode(bytes.fromhex(KEY)).decode(),
        b64encode(WIF.encode()).decode()[:-4],
        bytes.fromhex(KEY).decode("latin-1"),
    ],
)
def test_every_form_is_found(written: str) -> None:
    """A key that leaks as a number, in WIF or in the other case."""
    whole = max(found(f"<{written}>"), key=len)
    assert len(whole) >= len(written) - 2


@pytest.mark.parametrize("before", ["", "u", "us", "user:"])
@pytest.mark.parametrize("code", [b64encode, urlsafe_b64encode])
def test_base64_is_found_wherever_it_begins(before: str, code: object) -> None:
    """`Basic dXNlcjp0b2tlbg==`: the token in it begins at any of three places."""
    coded = code(f"{before}{TOKEN}!".encode()).decode()  # type: ignore[operator]
    (piece,) = found(coded)
    left = coded.replace(piece, "A" * len(piece))
    shown = b64decode(left.replace("-", "+").replace("_", "/"))
    assert TOKEN.encode()[1:-1] not in shown
    assert len(coded) - len(piece) < 12


@pytest.mark.parametrize("secret", ["11" * 32, "abcdef" * 12, "a" * 500])
def test_secrets_that_repeat_themselves(secret: str) -> None:
    """A key of one digit, looked for at each of its places at each place of a text."""
    pieces = Pieces.of({secret})
    assert secret in found(f"x {secret} y", pieces)
    assert len(list(pieces.find(secret * 60))) < 30_000


def test_short_secrets_are_found_whole_alone() -> None:
    """A token of ten characters that is not looked for; or one of three, masked in every second word."""
    pieces = Pieces.of({"tok-7F3dc8", "abc"})
    assert found("is TOK-7f3dc8 good? tok-7F3d abc", pieces) == {"TOK-7f3dc8"}


def test_letters_that_change_their_length_keep_places() -> None:
    """`İ`, whose lower case has two characters: the mask one place off, and a character of the secret beside it."""
    assert found(f"İİ{TOKEN}İ") == {TOKEN}


def test_random_texts_are_left_alone() -> None:
    """Digests, ids and base64 of others, masked because some characters agree."""
    dice = random.Random(7)
    text = " ".join(
        f"{dice.getrandbits(256):064x} {b64encode(dice.randbytes(48)).decode()}" for _ in range(500)
    )
    assert found(text) == set()
