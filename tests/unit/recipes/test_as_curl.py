"""The script that a finding carries: POSIX sh runs it, and nothing in a request means anything to the shell."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from contracts import signing
from contracts.exchange import Request
from contracts.recipes.as_curl import as_curl
from contracts.recipes.names import Names
from contracts.recipes.recipe import steps_of
from contracts.signing import SigningKey
from tests.fixtures.exchanges import TOKEN, allocate, answered, content, create_asset

KEY = SigningKey(bytes([7]) * 32)
MARK = "CT1NG2Y3JHA"
NAMES = Names(MARK, {"ACCESS_TOKEN": TOKEN}, {"SIGNING_KEY": KEY})
FINDING = {
    "clause": "ALC-05",
    "title": "a signature that does not verify is refused",
    "recipe": {"judge": {"by": "status", "allowed": [400]}},
}
# Stands in for curl: a line for each argument, and what came on standard input.
CURL = """#!/bin/sh
for word in "$@"; do printf '%s\\0' "$word" >> curl.out; done
case "$*" in *@-*) cat >> curl.out;; esac
printf '\\1' >> curl.out
"""


def script(*requests: Request, burst: bool = False) -> str:
    exchanges = [answered(request, 200) for request in requests]
    steps = steps_of(exchanges, NAMES)
    return as_curl(
        FINDING, steps if burst else [step.__class__(**{**vars(step), "burst": None}) for step in steps]
    )


def ran(told: str, folder: Path) -> list[tuple[list[str], bytes]]:
    """The arguments and the standard input of each curl that the script starts."""
    (folder / "curl").write_text(CURL, encoding="utf-8")
    (folder / "curl").chmod(0o755)
    environment = {
        "PATH": f"{folder}:{Path(sys.executable).parent}:{os.defpath}",
        "HOME": str(folder),
        "BASE_URL": "http://target",
        "ACCESS_TOKEN": "to'k\"en$x",
        "SIGNING_KEY": KEY.secret.hex(),
    }
    subprocess.run(["/bin/sh", "-eu", "-c", told], cwd=folder, env=environment, check=True, timeout=120)
    calls = (folder / "curl.out").read_bytes().split(b"\1")[:-1]
    split = [call.rpartition(b"@-\0") if b"@-\0" in call else (call, b"", b"") for call in calls]
    return [(f"{words.decode()}{at.decode()}".split("\0")[:-1], sent) for words, at, sent in split]


def test_curl_asks_the_same_and_expands_nothing_but_names(tmp_path: Path) -> None:
    """A command that the shell reads otherwise: quotes in a header, `$` and backticks in a body or target."""
    body = {"a": 'it\'s $HOME `id` "x" \\ ${RUNNING}\n'}
    request = allocate(body, target="/a?b=$HOME`id`").with_header("X-Odd", 'a"b$(id)')
    ((words, _),) = ran(script(request), tmp_path)
    assert "http://target/a?b=$HOME`id`" in words
    assert "Authorization: Bearer to'k\"en$x" in words
    assert 'X-Odd: a"b$(id)' in words
    assert json.loads(words[words.index("--data-binary") + 1]) == body


def test_curl_makes_fresh_names(tmp_path: Path) -> None:
    """A pasted command that meets its own first use, or whose requests no longer share a name."""
    requests = [create_asset({"symbol": f"{MARK}0000001", "lower": f"{MARK}0000001".lower()})] * 2
    calls = ran(script(*requests), tmp_path)
    first, second = (json.loads(words[words.index("--data-binary") + 1]) for words, _ in calls)
    assert first == second
    assert first["symbol"] != f"{MARK}0000001"
    assert first["lower"] == first["symbol"].lower()
    assert len(first["symbol"]) == len(MARK) + 7


def test_curl_signs(tmp_path: Path) -> None:
    """A pasted allocation that is refused for its signature, or that carries a signature in the file."""
    said = content(nonce=f"{MARK}0000001")
    payload = json.dumps({**said, "notes": 'a "quoted" \\ note\n'})
    request = allocate({**said, "payload": payload, "signature": signing.sign(payload, KEY)})
    told = script(request)
    assert signing.sign(payload, KEY) not in told
    ((words, sent),) = ran(told, tmp_path)
    assert words[-2:] == ["--data-binary", "@-"]
    body = json.loads(sent)
    assert body["nonce"] != said["nonce"]
    assert signing.verifies(body["payload"], body["signature"], KEY.public_key)
    assert json.loads(body["payload"])["notes"] == 'a "quoted" \\ note\n'


@pytest.mark.parametrize("body", [b"\xff\x00\xfe", b"x" * 300_000, b"a\0b"])
def test_curl_sends_any_bytes(body: bytes, tmp_path: Path) -> None:
    """A body that no argument can hold: too long, with a NUL, no text."""
    ((words, sent),) = ran(script(create_asset(body)), tmp_path)
    assert words[-1] == "@-"
    assert sent == body


def test_curl_adds_no_header_of_its_own() -> None:
    """A bug that shows without Accept, and a command that sends one."""
    told = script(Request("POST", "/x", (("Content-Type", ""),), b"{}"))
    assert "-H 'Accept:'" in told
    assert "-H 'User-Agent:'" in told
    assert "-H 'Content-Type;'" in told


def test_curl_without_a_body() -> None:
    """An empty body where none was sent."""
    assert "--data-binary" not in script(create_asset().but(body=None))
    assert "--data-binary ''" in script(create_asset(b""))


def test_a_burst_is_sent_at_once() -> None:
    """Requests that raced, pasted as a queue."""
    told = script(create_asset(), create_asset(), burst=True)
    assert told.count(" &\n") == 2
    assert told.endswith("wait\n")
