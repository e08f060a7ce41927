"""What is secret by its name or its look is taken out whoever's it is; what only resembles it stays."""

import json
from base64 import b64encode

import pytest

from contracts.signing import SigningKey, sign
from contracts.transport.redaction import MASK, Redactor

SIGNATURE = sign("a payload", SigningKey(b"\x07" * 32))
NOBODY = Redactor()


@pytest.mark.parametrize(
    "text",
    [
        '{"signature":"SECRET"}',
        '{"a": 1, "access_token" : "SECRET", "b": 2}',
        '{"accessToken":"SECRET"}',
        '{"X-Api-Key":["SECRET"]}',
        '{"private_key":"SECRET"}',
        '{"client_secret":"SECRET","id":7}',
        '{"password":"SECRET\\"}',
        '{\\"token\\":\\"SECRET\\"}',
        '{\\\\\\"token\\\\\\":\\\\\\"SECRET\\\\\\"}',
        "{'Authorization': 'SECRET', 'a': 'b'}",
        "https://a.example/?a=b&access_token=SECRET7&c=d",
        "password=SECRET7&user=me",
    ],
)
def test_values_are_masked_by_name(text: str) -> None:
    """A secret that no setting names: of the target, or of the traffic that somebody recorded."""
    secret = "SECRET7" if "SECRET7" in text else "SECRET"
    told = NOBODY.text(text)
    assert "SECRET" not in told
    if not text.endswith('\\"}'):
        assert told == text.replace(secret, MASK)


@pytest.mark.parametrize(
    "text",
    [
        '{"signature":""}',
        '{"signature":null,"token":7}',
        '{"token_type":"Bearer","tokens":"many","signatures":["x"]}',
        '{"type":"TOKEN","symbol":"SECRET"}',
        '{"error":"the token is missing: send Authorization: Bearer and a token"}',
        'Bearer realm="api", error="invalid_token", error_description="expired"',
        "token=caller.token, signature=signed(text)",
        "bearer authentication required",
        f"a digest {'0123456789abcdef' * 4}",
        "0" * 130,
        "A" * 200,
        "1234567890" * 20,
        "H" + "a" * 86,
        "CT1NG30WWP8SJ0000E32" + "c" * 236,
        "H" + "CT1NG30WWP8SJ0000E32x" * 4 + "--",
    ],
)
def test_ordinary_texts_stay(text: str) -> None:
    """A mask where nothing was secret: the reader cannot see what was wrong."""
    assert NOBODY.text(text) == text


@pytest.mark.parametrize(
    "written",
    [
        SIGNATURE,
        SIGNATURE.upper(),
        SIGNATURE[2:],
        SIGNATURE + "00",
        b64encode(bytes.fromhex(SIGNATURE)).decode(),
        b64encode(bytes.fromhex(SIGNATURE)).decode().rstrip("="),
    ],
    ids=["hex", "upper case", "r and s", "longer", "base64", "without padding"],
)
def test_signatures_are_masked_by_look(written: str) -> None:
    """A signature with its payload is an order that somebody could send again, whatever its member is called."""
    assert NOBODY.text(f'{{"proof":"{written}"}}') == f'{{"proof":"{MASK}"}}'
    assert NOBODY.text(f"bad signature {written}, sorry") == f"bad signature {MASK}, sorry"


def test_bearer_tokens_are_masked_by_look() -> None:
    """The header of a request, repeated in an error."""
    assert (
        NOBODY.text("no such session: Bearer eyJhbGciOi.JIUzI1NiJ9.x7, sorry")
        == f"no such session: Bearer {MASK}, sorry"
    )


def test_masking_twice_changes_nothing() -> None:
    """A mask around a mask, or a variable's name that is taken for a password."""
    text = json.dumps(
        {"token": "abcdefgh", "Authorization": "Bearer ${ACCESS_TOKEN}", "q": "?token=${ACCESS_TOKEN}"}
    )
    once = NOBODY.text(text)
    assert NOBODY.text(once) == once
    assert once == text.replace("abcdefgh", MASK)
