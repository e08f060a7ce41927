"""Ways to a target: through proxies, and what keeps TLS from being agreed on, each in words."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from contracts.exchange import Loss, Lost, Request
from contracts.settings.proxies import Proxy
from contracts.transport import tls
from contracts.transport.burst import burst
from contracts.transport.client import Client
from contracts.transport.connecting import connect
from contracts.transport.http1 import serialise
from contracts.transport.route import DIRECT, ExchangeLost, Origin, Route
from tests.fixtures.proxy import HttpProxy
from tests.fixtures.raw_server import RawServer, Then, ok, secured_by
from tests.rough import certificates

POST = Request("POST", "/assets", (("Content-Type", "application/json"),), b'{"a":1}', "createAsset")
TRUSTED = secured_by(certificates.path("trusted"))
OURS = str(certificates.AUTHORITY)

Maker = Callable[..., Client]


def lost(origin: Origin, route: Route = DIRECT, *, timeout: float = 5.0) -> Lost:
    """Why no connection comes about."""
    with pytest.raises(ExchangeLost) as caught:
        connect(origin, route, timeout).close()
    return caught.value.lost


def through(proxy: HttpProxy, credentials: str = "", **said: str) -> Route:
    at = f"{credentials}@" if credentials else ""
    return Route(Proxy.parse(f"http://{at}{proxy.place}"), **said)  # type: ignore[arg-type]


@contextmanager
def listening() -> Iterator[tuple[Origin, socket.socket]]:
    """A port that takes connections (the kernel does) and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Origin("https", "127.0.0.1", listener.getsockname()[1]), listener


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


# --- through a proxy


def test_a_tunnel_carries_tls(client_of: Maker) -> None:
    """A proxy that sees requests and tokens meant for an https target; a tunnel for each request."""
    with RawServer([ok(), ok()], tls=TRUSTED) as server, HttpProxy() as proxy:
        client = client_of(server.origin, route=through(proxy, ca_file=OURS))
        assert [client.ask(POST).status for _ in range(2)] == [200, 200]
        assert proxy.lines == [f"CONNECT {server.origin.place} HTTP/1.1"]
        assert proxy.heads[0].endswith(f"\r\nHost: {server.origin.place}")
    assert [len(requests) for requests in server.requests] == [2]


def test_plain_requests_are_handed_over_whole(client_of: Maker) -> None:
    """A path alone, which a proxy answers with 400, or a Host that is the proxy's."""
    with RawServer([ok(), ok()]) as server, HttpProxy() as proxy:
        client = client_of(server.origin, route=through(proxy))
        assert [client.ask(POST).status for _ in range(2)] == [200, 200]
        assert proxy.lines == [f"POST {server.origin}/assets HTTP/1.1"] * 2
        sent = f"POST /assets HTTP/1.1\r\nHost: {server.origin.authority}\r\n"
        assert server.requests[0][0].startswith(sent.encode())


@pytest.mark.parametrize(
    ("target", "line"),
    [("/a?b", "http://h/a?b"), ("*", "http://h"), ("//a", "http://h//a"), ("/", "http://h/")],
)
def test_every_target_has_an_absolute_form(target: str, line: str) -> None:
    """`OPTIONS http://host/*`, which asks about a file of that name (RFC 9112, 3.2.4)."""
    proxy = Proxy("proxy", 80)
    sent = serialise(Request("OPTIONS", target), Origin("http", "h", 80), proxy)
    assert sent == f"OPTIONS {line} HTTP/1.1\r\nHost: h\r\n\r\n".encode()
    assert serialise(Request("GET", "/"), Origin("https", "h", 443), proxy).startswith(b"GET / HTTP")


@pytest.mark.parametrize("secure", [False, True])
def test_credentials_are_the_proxys_alone(client_of: Maker, *, secure: bool) -> None:
    """A proxy's password that is sent to the target, or never sent at all."""
    with (
        RawServer([ok()], tls=TRUSTED if secure else False) as server,
        HttpProxy(wants="me:pass word") as proxy,
    ):
        client = client_of(server.origin, route=through(proxy, "me:pass%20word", ca_file=OURS))
        exchange = client.ask(POST)
        assert exchange.status == 200
        assert "Proxy-Authorization: Basic bWU6cGFzcyB3b3Jk" in proxy.heads[0]
    assert b"roxy" not in server.requests[0][0]
    assert exchange.request.header("proxy-authorization") is None


def test_bursts_go_through_it(client_of: Maker) -> None:
    """A burst that goes past the proxy, and so reaches nobody."""
    with RawServer([ok()], tls=TRUSTED) as server, HttpProxy() as proxy:
        client = client_of(server.origin, route=through(proxy, ca_file=OURS))
        assert [exchange.status for exchange in burst(client, [POST] * 3)] == [200] * 3
        assert len(proxy.lines) == 3


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (407, "it wants other credentials"),
        (403, "does not allow connections to there"),
        (405, "does not know CONNECT"),
        (502, "cannot reach the target"),
        (504, "did not answer it in time"),
        (500, "with 500"),
    ],
)
def test_a_refused_tunnel_is_the_proxys_doing(status: int, why: str) -> None:
    """A proxy's refusal taken for the target's answer, or told as trouble of TLS."""
    with HttpProxy(refuses=status) as proxy:
        told = lost(Origin("https", "api.example", 443), through(proxy, "me:secret-word"))
        assert told.kind is Loss.PROXY
        assert f"{proxy.url} answers CONNECT api.example:443 with {status}" in told.detail
    assert why in told.detail
    assert "secret" not in str(told)


@pytest.mark.parametrize(("status", "kind"), [(407, Loss.PROXY), (502, None)])
def test_of_plain_answers_407_alone_is_the_proxys(client_of: Maker, status: int, kind: Loss | None) -> None:
    """A 407 judged as the service's; a 502 of the service excused by a proxy in between."""
    with HttpProxy(refuses=status) as proxy:
        exchange = client_of(Origin("http", "api.example", 80), route=through(proxy)).ask(POST)
    assert (exchange.lost.kind if exchange.lost else None) is kind


def test_a_407_without_a_proxy_is_an_answer(client_of: Maker) -> None:
    """A service's own 407, excused by a proxy that is not there, or that cannot see it."""
    odd = ok(status="407 Proxy Authentication Required")
    with RawServer([odd]) as server:
        assert client_of(server.origin).ask(POST).status == 407
    with RawServer([odd], tls=TRUSTED) as server, HttpProxy() as proxy:
        assert client_of(server.origin, route=through(proxy, ca_file=OURS)).ask(POST).status == 407


def test_a_proxy_that_is_not_there() -> None:
    """A target called unreachable whose proxy is."""
    for scheme in ("http", "https"):
        told = lost(Origin(scheme, "127.0.0.1", 1), Route(Proxy("127.0.0.1", closed_port())))
        assert told.kind is Loss.PROXY
        assert told.detail.endswith("Connection refused")


def test_what_is_no_proxy() -> None:
    """A server of another protocol, or one that hangs, waited for without an end."""
    target = Origin("https", "api.example", 443)
    with RawServer([b"220 mail.example ESMTP\r\n\r\n"]) as server:
        told = lost(target, Route(Proxy(server.origin.host, server.origin.port)))
    assert (told.kind, "is it a proxy?" in told.detail) == (Loss.PROXY, True)
    with RawServer([Then.CLOSE]) as server:
        assert lost(target, Route(Proxy(server.origin.host, server.origin.port))).kind is Loss.PROXY
    began = time.monotonic()
    with listening() as (silent, _):
        told = lost(target, Route(Proxy(silent.host, silent.port)), timeout=0.2)
    assert (told.kind, "in time" in told.detail) == (Loss.PROXY, True)
    assert time.monotonic() - began < 3


# --- TLS


@pytest.mark.parametrize(
    ("name", "trusted", "why"),
    [
        ("expired", True, "certificate has expired"),
        ("self-signed", True, "self-signed certificate: nobody vouches for it"),
        ("trusted", False, "its issuer is not known here"),
        ("of-another-host", True, "not valid for '127.0.0.1', but for elsewhere.example"),
    ],
)
def test_a_certificate_is_refused_for_a_reason(name: str, why: str, *, trusted: bool) -> None:
    """CERTIFICATE_VERIFY_FAILED, whichever it was: nobody knows whom to call."""
    route = Route(ca_file=OURS if trusted else None)
    with RawServer([ok()], tls=secured_by(certificates.path(name))) as server:
        told = lost(server.origin, route)
        assert told.kind is Loss.TLS
        assert why in told.detail.replace("self signed", "self-signed")
        connect(server.origin, Route(insecure=True), 5.0).close()


def test_a_trusted_certificate(client_of: Maker) -> None:
    """A CA_FILE that is read and trusted by nobody."""
    with RawServer([ok()], tls=TRUSTED) as server:
        assert client_of(server.origin, route=Route(ca_file=OURS)).ask(POST).status == 200


def wanting_ours(version: ssl.TLSVersion) -> ssl.SSLContext:
    context = secured_by(certificates.path("trusted"))
    context.minimum_version = context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(OURS)
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_certificate_is_shown(client_of: Maker, version: ssl.TLSVersion) -> None:
    """CLIENT_CERT that is never sent."""
    ours = Route(ca_file=OURS, client_cert=str(certificates.path("trusted")))
    with RawServer([ok()], tls=wanting_ours(version)) as server:
        assert client_of(server.origin, route=ours).ask(POST).status == 200


def test_a_client_certificate_that_is_missing_in_the_handshake() -> None:
    """A server that wants a certificate, told as one that has no cipher in common."""
    with RawServer([ok()], tls=wanting_ours(ssl.TLSVersion.TLSv1_2)) as server:
        told = lost(server.origin, Route(ca_file=OURS))
    assert (told.kind, "CLIENT_CERT" in told.detail) == (Loss.TLS, True)


def test_an_alert_behind_the_handshake_is_tls() -> None:
    """With TLS 1.3 a server says only then that it wants a certificate: told as a drop, which HTTP-01 would be blamed for."""
    alert = ssl.SSLError(1, "alert")
    alert.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    told = tls.lost_by(alert)
    assert (told.kind, "a client certificate is required" in told.detail) == (Loss.TLS, True)
    end = ssl.SSLEOFError(8, "EOF")
    end.reason = "UNEXPECTED_EOF_WHILE_READING"
    assert [tls.lost_by(problem).kind for problem in (end, ConnectionResetError())] == [Loss.CLOSED] * 2


def test_files_that_cannot_be_used_are_named() -> None:
    """A traceback of ssl, or OpenSSL asking for a password on the terminal of a pipeline."""
    target = Origin("https", "127.0.0.1", 1)
    told = lost(target, Route(ca_file=__file__))
    assert told == Lost(Loss.TLS, f"CA_FILE {__file__} holds no certificate in PEM form")
    told = lost(target, Route(client_cert=OURS))
    assert (told.kind, f"CLIENT_CERT {OURS} and its key cannot be used" in told.detail) == (Loss.TLS, True)


def test_versions_that_do_not_meet() -> None:
    """An old server, told by OpenSSL's number for it."""
    old = secured_by(certificates.path("trusted"))
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with RawServer([ok()], tls=old) as server:
        told = lost(server.origin, Route(ca_file=OURS))
    assert (told.kind, "no version of TLS in common" in told.detail) == (Loss.TLS, True)


def _refuses_what_it_cannot_read(listener: socket.socket) -> None:
    with listener.accept()[0] as peer:
        peer.recv(65536)
        peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_what_is_no_tls() -> None:
    """https for http; a server that hangs in the handshake, waited for without an end."""
    with listening() as (target, listener), ThreadPoolExecutor(1) as pool:
        pool.submit(_refuses_what_it_cannot_read, listener)
        told = lost(target)
    assert (told.kind, "does not speak TLS" in told.detail) == (Loss.TLS, True)
    began = time.monotonic()
    with listening() as (silent, _):
        told = lost(silent, timeout=0.2)
    assert (told.kind, "not answered in time" in told.detail) == (Loss.TLS, True)
    assert time.monotonic() - began < 3


def test_plain_http_needs_no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's authorities read for nothing: 20 ms of every start."""
    monkeypatch.setattr(ssl, "create_default_context", lambda: pytest.fail("nobody asked for TLS"))
    with RawServer([ok()]) as server:
        connect(server.origin, Route(ca_file="nowhere"), 5.0).close()
