"""Secrets leave once, whatever they are written as."""

import html
import json
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from contracts.signing import SigningKey, sign
from contracts.transport.redaction import MASK, Redactor
from tests.fixtures.exchanges import allocate, answered, create_asset, signed

TOKEN = 'v2x/ab+cd=="ü\\end-of-token'
KEY = "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi"
REDACTOR = Redactor(frozenset({TOKEN, KEY, "abc"}))


@pytest.mark.parametrize(
    "written",
    [
        TOKEN,
        json.dumps(TOKEN, ensure_ascii=False)[1:-1].replace("ü", "\\u00fc"),
        json.dumps(TOKEN)[1:-1],
        json.dumps(TOKEN)[1:-1].replace("/", "\\/"),
        quote(TOKEN, safe=""),
        KEY,
    ],
    ids=["plain", "JSON", "ASCII JSON", "escaped slashes", "URL", "key"],
)
def test_secrets_are_masked_in_every_form(written: str) -> None:
    """A token that an escape carries past the search."""
    assert REDACTOR.text(f"a {written} b {written}") == f"a {MASK} b {MASK}"


@pytest.mark.parametrize("length", [12, 40, len(KEY) - 1])
def test_a_secret_cut_short_is_masked(length: int) -> None:
    """All of a key but its last characters, where a text was cut for people."""
    assert REDACTOR.text(f"received: {KEY[:length]}") == f"received: {MASK}"
    assert REDACTOR.text(f"{KEY[:length]}... (300 characters)") == f"{MASK}... (300 characters)"


def test_innocent_texts_stay() -> None:
    """Ordinary words masked because they begin like a secret, or hold a short one."""
    text = "abc, v2x/ab+cd, xprv9s21ZrQ: the signature is invalid"
    assert REDACTOR.text(text) == text
    assert Redactor().text(text) == text


@pytest.mark.parametrize(
    "text",
    ['{"signature":"1f00aa"}', '{"a":1, "signature" : "1f00aa"}', '{\\"signature\\":\\"1f00aa\\"}'],
    ids=["plain", "spaced", "JSON in JSON"],
)
def test_signatures_are_masked_by_name(text: str) -> None:
    """A signature that could be sent again, kept in a report."""
    assert REDACTOR.text(text) == text.replace("1f00aa", MASK)


def test_known_values_alone_can_be_masked() -> None:
    """A recipe whose forged signature (nobody's secret) is lost, or one that keeps a piece of a key."""
    text = f'{{"signature":"1f00aa","notes":"{KEY[:40]}","token":"{quote(TOKEN, safe="")}"}}'
    assert REDACTOR.values(text) == f'{{"signature":"1f00aa","notes":"{MASK}","token":"{MASK}"}}'


def test_headers_are_masked_by_name() -> None:
    """Credentials that are not among the settings: a made-up token, a cookie of the target."""
    headers = [
        ("authorization", "Bearer unknown"),
        ("Authorization", "unknown"),
        ("Set-Cookie", "session=1; Path=/"),
        ("X-Echo", f"t={TOKEN}"),
        ("Accept", "a/b"),
    ]
    assert REDACTOR.headers(headers) == [
        ("authorization", f"Bearer {MASK}"),
        ("Authorization", MASK),
        ("Set-Cookie", MASK),
        ("X-Echo", f"t={MASK}"),
        ("Accept", "a/b"),
    ]


def test_the_redactor_shows_nothing() -> None:
    """A traceback or a debugger that prints what the redactor hides."""
    assert TOKEN not in repr(REDACTOR)


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in text)


@pytest.mark.parametrize(
    "written",
    [
        json.dumps(json.dumps(json.dumps(TOKEN)))[1:-1],
        "".join(f"%{byte:02X}" for byte in TOKEN.encode()),
        quote(quote(TOKEN, safe=""), safe=""),
        html.escape(TOKEN),
        escaped(KEY),
        escaped(KEY).replace("\\", "\\\\"),
        repr(TOKEN)[1:-1],
        KEY.upper(),
        KEY[40:60],
    ],
    ids=[
        *(
            "JSON in JSON in JSON",
            "all percent",
            "a URL in a URL",
            "HTML",
            "all escaped",
            "escaped twice",
            "repr",
        ),
        *("upper case", "a piece"),
    ],
)
def test_no_escape_carries_a_secret_past(written: str) -> None:
    """An echo in an echo: the token in a body, in an error's text, in a log's line."""
    told = REDACTOR.text(f"<a {written} b>")
    assert told.startswith("<a ")
    assert told.endswith(" b>")
    assert set(told.removeprefix("<a ").removesuffix(" b>").replace(MASK, "")) <= set('\\"')


def test_half_of_an_escape_stays_outside() -> None:
    """A mask that swallows what stands beside the secret."""
    assert REDACTOR.text(f"%41{KEY}%42") == f"%41{MASK}%42"
    assert REDACTOR.text(f'{{"a":"\\n{KEY}\\n","b":"\\u00e9"}}') == f'{{"a":"\\n{MASK}\\n","b":"\\u00e9"}}'


SIGNATURE = sign("a payload", SigningKey(b"\x07" * 32))


def test_what_an_exchange_carried_is_known_beside_it() -> None:
    """A signature that was cut short for people, and an unknown token: neither looks like a secret any more."""
    request = allocate(signed(signature=SIGNATURE)).with_header(
        "Authorization", "Bearer made-up-for-this-one"
    )
    beside = REDACTOR.beside(answered(request, 200))
    cut = f"bad signature {SIGNATURE[:40]}... of made-up-for-this-one"
    assert beside.text(cut) == f"bad signature {MASK}... of {MASK}"
    assert REDACTOR.text(cut) == cut
    assert beside.text(f"{KEY} {TOKEN}") == f"{MASK} {MASK}"
    assert beside.beside(answered(request, 400)) is beside
    assert REDACTOR.beside(answered(create_asset(), 200)) is REDACTOR


@pytest.mark.parametrize(
    "signature", ["CT1NG305JHW4600009SV", '{"nonce":"CT1NG305JHW4600009SV"}', "no signature at all"]
)
def test_names_of_the_run_are_no_secrets(signature: str) -> None:
    """A made-up token or signature with a fresh name in it, whose first characters stand in every body of the run."""
    request = allocate(signed(signature=signature)).with_header(
        "Authorization", "Bearer CT1NG305JHW4600009SX"
    )
    beside = REDACTOR.beside(answered(request, 401))
    assert beside.text('{"nonce":"CT1NG305JHW4600009SV"}') == '{"nonce":"CT1NG305JHW4600009SV"}'


def test_forgeries_of_zeros_are_no_secrets() -> None:
    """Every amount of zeros masked beside a forged signature."""
    beside = REDACTOR.beside(answered(allocate(signed(signature="00" * 65)), 400))
    assert beside.text("10000000000000000000") == "10000000000000000000"


def test_secrets_within_reach_are_known_without_settings(tmp_path: Path) -> None:
    """A crash before the settings were read: environment, .env and the variables that contracts.toml names."""
    (tmp_path / ".env").write_text(
        "STAGING_TOKEN=staging-token-of-ours\nOTHER=unrelated-variable\n", encoding="utf-8"
    )
    (tmp_path / "contracts.toml").write_text(
        '[targets.staging]\nbase_url = "http://a"\naccess_token_env = "STAGING_TOKEN"\n', encoding="utf-8"
    )
    known = Redactor.of_sources({"SIGNING_KEY": KEY, "PATH": "/bin:/usr/bin:/sbin"}, tmp_path)
    key = SigningKey.from_text(KEY).secret.hex()
    assert known.text(f"staging-token-of-ours {KEY} {key}") == f"{MASK} {MASK} {MASK}"
    assert known.text("unrelated-variable /bin:/usr/bin:/sbin") == "unrelated-variable /bin:/usr/bin:/sbin"


def test_large_texts_take_little_time() -> None:
    """A body of 64 kB that holds a run up for seconds: it takes 15 to 90 ms."""
    texts = [
        json.dumps({"error": json.dumps([{"symbol": f"BTC{i}", "n": '"x"'} for i in range(1500)])}),
        "\\" * 65_000,
        "1f" * 32_000,
        '"token":"' * 7_000,
        "%41" * 21_000,
        "token=" * 11_000,
    ]
    began = time.process_time()
    for text in texts:
        REDACTOR.text(text)
    assert time.process_time() - began < 3
