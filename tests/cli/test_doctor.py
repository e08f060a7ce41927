"""`contracts doctor`: each thing that would spoil a run is broken once, and told by its cause; what is right is called right."""

import itertools
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from contracts.commands import libraries
from contracts.commands.doctor import Wish, diagnose
from contracts.mock.embedded import Embedded
from tests.fixtures.commands import Contracts
from tests.fixtures.leaks import leaks, pieces
from tests.fixtures.proxy import HttpProxy
from tests.fixtures.raw_server import RawServer, Then, ok, secured_by
from tests.rough import certificates

Checks = dict[str, dict[str, Any]]
Examine = Callable[..., Checks]
STRANGER = "17" * 32


@pytest.fixture
def examined(capsys: pytest.CaptureFixture[str]) -> Examine:
    """Runs a doctor in this process, and returns its checks by their subjects; `code` has to be what they come to."""

    def examine(variables: Mapping[str, str], **wished: Any) -> Checks:
        code = diagnose(Wish(as_json=True, **wished), None, environ=variables)
        told = json.loads(capsys.readouterr().out)
        assert code == (0 if told["ok"] else 2)
        assert told["ok"] == all(check["ok"] for check in told["checks"])
        return {check["subject"]: check for check in told["checks"]}

    return examine


def wrong(checks: Checks) -> list[str]:
    return [subject for subject, check in checks.items() if not check["ok"]]


def told(check: Mapping[str, Any]) -> str:
    return f"{check['seen']}; {check['advice']}"


@contextmanager
def answering(
    answer: Callable[[str, str, str], tuple[int, str]], **headers: str
) -> Iterator[tuple[str, list[str]]]:
    """A server that answers by method, path and token; yields its origin, and every request that it had."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append(f"{self.command} {self.path}")
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, body = answer(self.command, self.path, token)
            self.send_response_only(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST  # noqa: N815  # http.server looks it up

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


TENANT = {
    "ACCESS_TOKEN": "own-token-5f1d",
    "ENTERPRISE_ID": "enterprise-1",
    "CONNECTION_ID": "3f2b8c1e-6d4a-4f7b-9c2d-1a5e8f0b7c6d",
    "SIGNING_KEY": STRANGER,
}
PAYLOAD = 200, '{"payload":"{}"}'


# --- what is right


@pytest.mark.parametrize("variant", ["get-signing-answers-405", "get-signing-answers-404", "times-ahead"])
def test_odd_but_right(examined: Examine, variant: str) -> None:
    """A false alarm: a sound target that is not asked for weeks, or a doctor that nobody heeds."""
    with Embedded(variants=[variant]) as mock:
        checks = examined(mock.variables)
    assert wrong(checks) == []
    made = r"1 base unit was signed and allocated \(clientExternalId CT\w{18}\)"
    assert re.fullmatch(made, checks["SIGNING_KEY and funds of tbtc"]["seen"])


def test_the_embedded_mock_is_told_in_lines(contracts: Contracts) -> None:
    """A doctor that is silent about what it did, or leaves something behind."""
    ran = contracts("doctor")
    assert ran.code == 0, ran.text
    first, *others = ran.out.splitlines()
    assert first == "note: BASE_URL is not set: this is the embedded mock"
    assert all(line.startswith("ok    ") for line in others)
    assert "1 base unit was signed and allocated" in ran.out
    assert list(ran.folder.iterdir()) == []


# --- the way to the target


def test_names_that_do_not_resolve(contracts: Contracts) -> None:
    """A mistyped host (.invalid is reserved: no name server knows it)."""
    ran = contracts("doctor", "--json", BASE_URL="http://target.invalid")
    check = json.loads(ran.out)["checks"][-1]
    assert (ran.code, check["subject"]) == (2, "BASE_URL http://target.invalid")
    assert "the host name does not resolve" in check["seen"]


def test_nobody_there(examined: Examine) -> None:
    """A service that is down, taken for one that refuses its tokens."""
    with RawServer([ok()]) as server:
        url = str(server.origin)
    checks = examined({"BASE_URL": url, **TENANT})
    assert wrong(checks) == [f"BASE_URL {url}"]
    assert checks[f"BASE_URL {url}"]["spoils"]
    assert "Connection refused" in told(checks[f"BASE_URL {url}"])


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("expired", "certificate has expired"),
        ("of-another-host", "but for elsewhere.example"),
    ],
)
def test_certificates(examined: Examine, name: str, cause: str) -> None:
    """Trouble of TLS told without its cause."""
    variables = {"CA_FILE": str(certificates.AUTHORITY)}
    with RawServer([ok()], tls=secured_by(certificates.path(name))) as server:
        checks = examined({"BASE_URL": str(server.origin), **variables})
        assert cause in told(checks[f"BASE_URL {server.origin}"])
        assert wrong(examined({"BASE_URL": str(server.origin)}, insecure=True)) == []


def test_a_client_certificate_that_is_missing(examined: Examine) -> None:
    """With TLS 1.3 that shows behind the handshake alone, where it reads as a drop."""
    context = secured_by(certificates.path("trusted"))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificates.AUTHORITY)
    trusting = {"CA_FILE": str(certificates.AUTHORITY)}
    with RawServer([ok(), ok()], tls=context) as server:
        subject = f"BASE_URL {server.origin}"
        checks = examined({"BASE_URL": str(server.origin), **trusting})
        assert "a client certificate is required: CLIENT_CERT" in told(checks[subject])
        ours = {**trusting, "CLIENT_CERT": str(certificates.path("trusted"))}
        assert wrong(examined({"BASE_URL": str(server.origin), **ours})) == []


def test_proxies(examined: Examine, honest: Embedded) -> None:
    """A proxy's refusal told as the target's; a run that goes past it."""
    with HttpProxy(wants="me:the-password") as proxy:
        through = {**honest.variables, "HTTP_PROXY": f"http://me:the-password@{proxy.place}"}
        checks = examined(through)
        assert wrong(checks) == []
        assert f"through the proxy {proxy.url}" in checks[f"BASE_URL {honest.address}"]["seen"]
        checks = examined({**honest.variables, "HTTP_PROXY": f"http://me:not-this-one@{proxy.place}"})
        assert f"no way through the proxy: {proxy.url} answers 407" in told(
            checks[f"BASE_URL {honest.address}"]
        )
        before = len(proxy.heads)
        assert wrong(examined({**through, "NO_PROXY": "127.0.0.1"})) == []
        assert len(proxy.heads) == before


def test_a_plain_502_may_be_the_proxys(examined: Examine) -> None:
    """A proxy's error over plain HTTP judged as the service's."""
    with HttpProxy(refuses=502) as proxy:
        checks = examined({"BASE_URL": "http://127.0.0.1:1", "http_proxy": proxy.url})
    assert "nobody can tell whose answer that is" in told(checks["BASE_URL http://127.0.0.1:1"])


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        ((Then.DROP,), "connection closed without an answer"),
        ((b"220 mail.example\r\n\r\n",), "the answer is not HTTP"),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",), "the announced body did not end in time"),
    ],
    ids=["drops", "other protocol", "half an answer"],
)
def test_what_is_no_service(
    examined: Examine, monkeypatch: pytest.MonkeyPatch, script: tuple[Any, ...], cause: str
) -> None:
    """A port of something else, asked all questions before anybody notices."""
    monkeypatch.setattr("contracts.transport.client.Client.gives_up_after", 0.3)
    with RawServer(script) as server:
        checks = examined({"BASE_URL": str(server.origin), **TENANT})
        assert wrong(checks) == [f"BASE_URL {server.origin}"]
        assert cause in told(checks[f"BASE_URL {server.origin}"])


@pytest.mark.parametrize(
    ("date", "wrongs"), [("Sat, 01 Jan 2000 00:00:00 GMT", ["clock of BASE_URL"]), ("soon", [])]
)
def test_clocks(examined: Examine, date: str, wrongs: list[str]) -> None:
    """A clock that is off, for which AST-04 would blame the target; a header that cannot be read, called a clock."""
    with answering(lambda *_: (404, ""), Date=date) as (url, _):
        assert wrong(examined({"BASE_URL": url})) == wrongs
    with answering(lambda *_: (404, ""), Date=date, Age="3600") as (url, _):
        assert wrong(examined({"BASE_URL": url})) == []


# --- who is known


def test_no_tenant_is_no_trouble(examined: Examine, honest: Embedded) -> None:
    """A target of the asset service alone that is called ill; or a lack that nobody is told of."""
    checks = examined({"BASE_URL": honest.address})
    assert wrong(checks) == []
    assert "set ACCESS_TOKEN, ENTERPRISE_ID and CONNECTION_ID" in told(checks["network"])


ELSEWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("changed", "subject", "cause"),
    [
        (
            {"ACCESS_TOKEN": "v2x" + "0" * 40},
            "ACCESS_TOKEN",
            '401 {"error":"unauthenticated"}; the token is refused',
        ),
        ({"ENTERPRISE_ID": "OTHER"}, "ACCESS_TOKEN or ENTERPRISE_ID", "no member of the enterprise"),
        ({"ACCESS_TOKEN": "READ_ONLY"}, "ACCESS_TOKEN", "the token lacks a scope"),
        ({"ENTERPRISE_ID": "0" * 31 + "1"}, "ENTERPRISE_ID or CONNECTION_ID", "one of them is unknown there"),
        (
            {"CONNECTION_ID": ELSEWHERE},
            "CONNECTION_ID",
            "the enterprise is known, but not with this connection",
        ),
    ],
    ids=["refused", "another enterprise", "no scope", "no enterprise", "no connection"],
)
def test_the_tenant(
    examined: Examine, honest: Embedded, changed: Mapping[str, str], subject: str, cause: str
) -> None:
    """A wrong variable that is told as another one, or as the target's violation."""
    theirs = {
        "OTHER": honest.variables["OTHER_ENTERPRISE_ID"],
        "READ_ONLY": honest.variables["READ_ONLY_TOKEN"],
    }
    names = ("BASE_URL", "ACCESS_TOKEN", "ENTERPRISE_ID", "CONNECTION_ID", "SIGNING_KEY")
    own = {name: honest.variables[name] for name in names}
    checks = examined(own | {name: theirs.get(text, text) for name, text in changed.items()})
    assert wrong(checks) == [subject]
    assert cause in told(checks[subject])


def test_a_connection_of_the_other_tenant(examined: Examine, honest: Embedded) -> None:
    """Two connections taken for one another: "unknown", and nobody sees why."""
    swapped = {
        "CONNECTION_ID": honest.variables["OTHER_CONNECTION_ID"],
        "OTHER_CONNECTION_ID": honest.variables["CONNECTION_ID"],
    }
    rest = {name: text for name, text in honest.variables.items() if name != "SECOND_CONNECTION_ID"}
    checks = examined({**rest, **swapped})
    assert "it is a connection of OTHER_ENTERPRISE_ID" in told(checks["CONNECTION_ID"])
    assert set(wrong(checks)) == {"CONNECTION_ID", "OTHER_CONNECTION_ID"}


def test_the_second_connection_shows_that_the_first_is_wrong(examined: Examine, honest: Embedded) -> None:
    """A connection that is told as a token, by a target that answers 401 for it."""
    checks = examined({**honest.variables, "CONNECTION_ID": ELSEWHERE})
    assert "SECOND_CONNECTION_ID is answered" in told(checks["CONNECTION_ID"])


@pytest.mark.parametrize("name", ["OTHER_ACCESS_TOKEN", "READ_ONLY_TOKEN", "SECOND_CONNECTION_ID"])
def test_the_others(examined: Examine, honest: Embedded, name: str) -> None:
    """A token of yesterday that turns what it is asked for into violations."""
    stale = ELSEWHERE if name.endswith("ID") else "v2x" + "0" * 40
    checks = examined({**honest.variables, name: stale})
    assert wrong(checks) == [name]
    assert checks[name]["advice"]


def test_tokens_that_may_too_much(examined: Examine) -> None:
    """A read-only token that may write, another tenant's that belongs here: for both the target would be blamed."""
    others = {
        "READ_ONLY_TOKEN": "reader-9c0e",
        "OTHER_ACCESS_TOKEN": "other-token-77ab",
        "OTHER_ENTERPRISE_ID": "enterprise-2",
        "OTHER_CONNECTION_ID": "c4d3b2a1-9f8e-4d7c-8b6a-5f4e3d2c1b0a",
    }
    with answering(lambda *_: PAYLOAD) as (url, _):
        checks = examined({"BASE_URL": url, **TENANT, **others})
    assert "(AUT-05)" in told(checks["READ_ONLY_TOKEN"])
    assert "(AUT-03)" in told(checks["OTHER_ACCESS_TOKEN"])


@pytest.mark.parametrize(
    ("answer", "subject", "cause"),
    [
        ((403, "insufficient scope"), "ACCESS_TOKEN", "lacks a scope"),
        ((404, "not found"), "ENTERPRISE_ID or CONNECTION_ID", "one of them is unknown"),
        (
            (400, '{"name":"InvalidCurrency"}'),
            "signing payload for ENTERPRISE_ID",
            "is CURRENCY known there?",
        ),
        ((500, "oops"), "ACCESS_TOKEN", "500 oops; see the answer"),
    ],
)
def test_targets_of_other_makes(examined: Examine, answer: tuple[int, str], subject: str, cause: str) -> None:
    """Advice that rests on the mock's own words."""
    with answering(lambda *_: answer) as (url, _):
        checks = examined({"BASE_URL": url, **TENANT})
    assert wrong(checks) == [subject]
    assert cause in told(checks[subject])


def test_a_limit_that_is_used_up(examined: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Minutes of waiting before the first question, or a limit that is told as a token."""
    monkeypatch.setattr("contracts.transport.client.PATIENCE_S", 0.05)
    with answering(lambda *_: (429, "slow down"), Retry_After="1") as (url, asked):
        checks = examined({"BASE_URL": url, **TENANT})
    assert "its limit is used up" in told(checks["ACCESS_TOKEN"])
    assert checks["ACCESS_TOKEN"]["spoils"]
    assert len(asked) < 5


# --- key and funds


def test_a_key_of_somebody_else(examined: Examine, honest: Embedded) -> None:
    """A key that is sound and not the account user's, told as want of funds."""
    checks = examined({**honest.variables, "SIGNING_KEY": STRANGER})
    assert wrong(checks) == ["SIGNING_KEY"]
    assert "a stranger's signature is refused in the same words" in told(checks["SIGNING_KEY"])


def test_a_refusal_names_its_request(examined: Examine) -> None:
    """A request's own id taken for another reason, so that a wrong key is told as something else."""
    number = itertools.count(1)

    def answer(_: str, path: str, __: str) -> tuple[int, str]:
        refusal = f'{{"error":"bad signature","requestId":"cl{next(number)}x","time":"2026-11-21T1{next(number) % 10}:00Z"}}'
        return (400, refusal) if path.endswith("/allocations") else PAYLOAD

    with answering(answer) as (url, _):
        assert wrong(examined({"BASE_URL": url, **TENANT})) == ["SIGNING_KEY"]


def test_a_payload_that_nobody_can_use(examined: Examine) -> None:
    """A target that refuses its own payloads, told as a wrong key."""
    with Embedded(faults=["payload-with-line-feed"]) as mock:
        assert wrong(examined(mock.variables)) == []


def test_keys_that_are_swapped(examined: Examine, honest: Embedded) -> None:
    """Two keys taken for one another, and the service's team is asked for a new one."""
    keys = {
        name: honest.variables[twin]
        for name, twin in (("SIGNING_KEY", "OTHER_SIGNING_KEY"), ("OTHER_SIGNING_KEY", "SIGNING_KEY"))
    }
    checks = examined({**honest.variables, **keys})
    assert "are the two swapped?" in told(checks["SIGNING_KEY"])


def test_no_funds(examined: Examine, honest: Embedded) -> None:
    """An account without funds told as a wrong key."""
    checks = examined({**honest.variables, "CURRENCY": "tdoge"})
    assert wrong(checks) == ["funds of tdoge"]
    assert "the signature counts: fund the account" in told(checks["funds of tdoge"])


def test_scratch_funds_that_are_used_up(examined: Examine, honest: Embedded) -> None:
    """Every doctor after the first run says no: runs use these funds up."""
    checks = examined({**honest.variables, "SCRATCH_CURRENCY": "tdoge"})
    assert wrong(checks) == []
    assert "ALC-15 is not exercised" in told(checks["funds of tdoge (SCRATCH_CURRENCY)"])


def test_an_allocation_refused_for_something_else(examined: Examine) -> None:
    """A rule of the account told as a wrong key."""
    answers = iter(["policy 4711", "policy 4711", "bad signature"])

    def answer(_: str, path: str, __: str) -> tuple[int, str]:
        return (400, next(answers)) if path.endswith("/allocations") else PAYLOAD

    with answering(answer) as (url, _):
        checks = examined({"BASE_URL": url, **TENANT})
    assert wrong(checks) == ["allocation of tbtc"]
    assert "400 policy 4711" in told(checks["allocation of tbtc"])


@pytest.mark.parametrize(
    ("said", "toml"),
    [
        ({}, ""),
        ({"MAX_SUM": "0"}, ""),
        ({"MAX_RECORDS": "0"}, ""),
        ({}, 'production_hosts = ["127.0.0.1"]\n'),
    ],
    ids=["--no-changes", "no sum", "no records", "production"],
)
def test_nothing_is_changed_where_nothing_may_be(
    examined: Examine, said: Mapping[str, str], toml: str
) -> None:
    """A look around that locks funds in production."""
    Path("contracts.toml").write_text(toml, encoding="utf-8")
    with answering(lambda *_: PAYLOAD) as (url, asked):
        allowed = {"changes": bool(said or toml), "allow_production": bool(toml)}
        checks = examined({"BASE_URL": url, **TENANT, **said}, **allowed)
    assert wrong(checks) == []
    assert "was left out" in checks["SIGNING_KEY"]["seen"]
    assert not [request for request in asked if request.endswith("/allocations")]


def test_production_is_not_even_looked_at(examined: Examine) -> None:
    """A token of a test environment that is sent to production, by a command that was only to look."""
    Path("contracts.toml").write_text('production_hosts = ["127.0.0.1"]\n', encoding="utf-8")
    with answering(lambda *_: PAYLOAD) as (url, asked):
        checks = examined({"BASE_URL": url, **TENANT})
    assert wrong(checks) == ["BASE_URL or ASSETS_BASE_URL: 127.0.0.1"]
    assert asked == []


# --- this machine


def test_a_report_folder_that_cannot_be_written(examined: Examine, honest: Embedded) -> None:
    """A run of an hour whose report goes nowhere."""
    checks = examined(honest.variables, report_dir=Path("/dev/null/reports"))
    assert wrong(checks) == ["report folder /dev/null/reports"]
    assert "--report-dir" in told(checks[wrong(checks)[0]])


def test_old_libraries(examined: Examine, honest: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that was made by hand, which breaks in the middle of a run."""
    asked = [
        "pytest>=999",
        "nobody-has-this>=1",
        "click>=1",
        'uvloop>=999; sys_platform == "win32"',
        'x>1; extra == "dev"',
    ]
    monkeypatch.setattr(libraries, "requires", lambda _: asked)
    checks = examined(honest.variables)
    assert wrong(checks) == ["libraries"]
    seen = checks["libraries"]["seen"]
    assert "is installed, >=999 is needed" in seen
    assert "nobody-has-this is not installed (>=1)" in seen
    assert seen.count(";") == 1


def test_a_library_so_old_that_nothing_can_be_loaded(contracts: Contracts, tmp_path: Path) -> None:
    """The one thing that a doctor is there for, told as a bug of its own."""
    old = tmp_path / "old"
    (old / "rich").mkdir(parents=True)
    (old / "rich" / "__init__.py").touch()
    (old / "rich-1.0.dist-info").mkdir()
    (old / "rich-1.0.dist-info" / "METADATA").write_text("Name: rich\nVersion: 1.0\n", encoding="utf-8")
    ran = contracts("doctor", PYTHONPATH=str(old))
    assert ran.code == 2, ran.text
    assert "rich 1.0 is installed, >=14 is needed" in ran.err


# --- how it is told


def test_mistakes_in_settings_are_checks_too(contracts: Contracts) -> None:
    """JSON that a pipeline cannot read, just when something is wrong; a key's format that is met in the run."""
    ran = contracts("doctor", "--json", BASE_URL="ftp://a", SIGNING_KEY="not a key")
    found = json.loads(ran.out)
    assert (ran.code, found["ok"], found["target"], ran.err) == (2, False, None, "")
    subjects = {check["subject"]: told(check) for check in found["checks"]}
    assert "expected the origin of a server" in subjects["environment: BASE_URL"]
    assert "an xprv or 64 hex digits" in told(found["checks"][1])


def test_insecure_is_said_loudly(contracts: Contracts) -> None:
    """A verdict about nobody knows whom."""
    with RawServer([ok()], tls=True) as server:
        url = str(server.origin)
        lines = contracts("doctor", "--insecure", BASE_URL=url)
        found = contracts("doctor", "--insecure", "--json", BASE_URL=url)
    assert lines.code == 0, lines.text
    assert lines.out.startswith("INSECURE: no certificate is checked")
    assert json.loads(found.out)["notices"][0].startswith("INSECURE")
    assert json.loads(found.out)["target"]["base_url"] == url


def test_no_secret_is_told(contracts: Contracts) -> None:
    """A proxy's password, or a token that the target repeats, in the log of a pipeline."""
    hidden = {"ACCESS_TOKEN": "v2x" + "q1w2e3r4t5" * 4, "password": "a-long-password-of-the-proxy"}
    with answering(lambda _, __, token: (401, f"no {token}")) as (url, _), HttpProxy() as proxy:
        address, through = proxy.url, {"HTTP_PROXY": f"http://me:{hidden['password']}@{proxy.place}"}
        tenant = {**TENANT, "ACCESS_TOKEN": hidden["ACCESS_TOKEN"], "BASE_URL": url, **through}
        ran = [contracts("doctor", *how, **tenant) for how in ((), ("--json",))]
    assert [each.code for each in ran] == [2, 2]
    assert all("[redacted]" in each.out and f"through the proxy {address}" in each.out for each in ran)
    assert [leaks(each.text, pieces(hidden)) for each in ran] == [set(), set()]
