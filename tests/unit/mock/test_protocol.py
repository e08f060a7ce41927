"""HTTP on the honest server, over a real connection where only that shows it."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from contracts.mock.app import Mock
from contracts.mock.embedded import Embedded, MockDidNotStart
from contracts.mock.identities import FIRST
from contracts.mock.server import run, serving
from contracts.mock.switches import UnknownSwitch

ASSETS = "/api/assetpricing/v1/internal/assets"
NETWORK = f"/api/network/v1/enterprises/{FIRST.enterprise_id}/clients/connections/{FIRST.connection_ids[0]}/allocations"


@pytest.fixture(scope="module")
def live() -> Iterator[Embedded]:
    with Embedded() as mock:
        yield mock


@pytest.mark.parametrize(
    ("path", "defined"),
    [(ASSETS, {"POST"}), (NETWORK, {"POST"}), (f"{NETWORK}/signing", {"GET", "HEAD", "POST"})],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "LINK"])
def test_other_methods_are_answered_405_with_a_true_allow(
    server: Any, path: str, defined: set[str], method: str
) -> None:
    """An Allow header that is missing or lies."""
    answer = server.send(method, path)
    if method in defined:
        assert answer.status_code == 401
    else:
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == {*defined, "OPTIONS"}


@pytest.mark.parametrize("path", [ASSETS, NETWORK, f"{NETWORK}/signing"])
def test_options_is_answered_204_without_a_token(server: Any, path: str) -> None:
    """OPTIONS that fails or needs a token."""
    assert server.send("OPTIONS", path, None, {}).status_code == 204


@pytest.mark.parametrize(
    ("declared", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ('Application/JSON;charset="UTF-8"', 200),
        ("application/json; charset=latin-1", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
def test_takes_json_alone(server: Any, declared: str, status: int) -> None:
    """A media type that is not looked at, or an innocent parameter that is refused."""
    asset = server.asset()
    assert server.send("POST", ASSETS, asset, {"content-type": declared}).status_code == status
    if status == 415:
        assert server.create(symbol=asset["symbol"]).status_code == 200


def test_a_media_type_may_be_left_out_and_a_coding_may_not_be_there(server: Any) -> None:
    """Headers that are read other than documented."""
    assert server.send("POST", ASSETS, server.asset(), {}).status_code == 200
    coded = {"content-type": "application/json", "content-encoding": "gzip"}
    assert server.send("POST", ASSETS, server.asset(), coded).status_code == 415


def test_a_body_over_a_mebibyte_is_answered_413_and_the_connection_goes_on(live: Embedded) -> None:
    """A limit that is missing, or that leaves the connection out of step."""
    with httpx.Client(base_url=live.address) as client:
        for content in (b"x" * (1024 * 1024 + 1), iter([b"x" * 600_000, b"x" * 600_000])):
            assert (
                client.post(ASSETS, content=content, headers={"content-type": "application/json"}).status_code
                == 413
            )
            assert client.get("/nowhere").status_code == 404


def test_head_has_no_body(live: Embedded) -> None:
    """A body after HEAD, which would be taken for the next answer."""
    with httpx.Client(base_url=live.address, headers={"authorization": f"Bearer {FIRST.token}"}) as client:
        assert client.head(f"{NETWORK}/signing").status_code == 400
        assert client.head(ASSETS).status_code == 405
        assert client.options(ASSETS).status_code == 204


def test_a_request_without_host_is_answered_400(live: Embedded) -> None:
    """HTTP/1.1 without Host, which may be meant for anybody."""
    address = live.address.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=5) as connection:
        connection.sendall(f"OPTIONS {ASSETS} HTTP/1.1\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_unknown_paths_are_answered_404(server: Any) -> None:
    """A path that is nearly right and is served, or redirected."""
    for path in ("/", f"{ASSETS}/", f"{ASSETS}/1", f"{NETWORK}/signing/", "/_mock/reset/"):
        assert server.send("POST", path, {}).status_code == 404


def test_simultaneous_creates_of_one_symbol_make_one_asset(server: Any) -> None:
    """A wait between looking up and writing down."""
    request = ("POST", ASSETS, server.asset(), None)
    answers = asyncio.run(server.send_all([request] * 20))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19


def test_an_embedded_mock_can_be_reset_and_says_nothing_on_stderr(live: Embedded) -> None:
    """A reset that does not reach the child, or an error that nobody sees."""
    asset = {"symbol": "R", "display_name": "r", "type": "COIN", "entity_status": "ACTIVE"}
    with httpx.Client(base_url=live.variables["BASE_URL"]) as client:
        statuses = [client.post(ASSETS, json=asset).status_code for _ in range(2)]
        live.reset()
        assert [*statuses, client.post(ASSETS, json=asset).status_code] == [200, 409, 200]
    assert live.errors() == ""


def test_an_embedded_mock_that_cannot_start_says_why() -> None:
    """A wait without an end, or an end without a reason."""
    with (
        pytest.raises(MockDidNotStart, match="nearest is 'asset-conflict-never'"),
        Embedded(["asset-conflict-neve"]),
    ):
        pass


def test_the_server_looks_at_its_connections_every_second() -> None:
    """Limits on time that hold in tests alone, because nobody looks at the clock."""
    looks: list[float] = []

    class Seen:
        look = looks.append

    server = serving(Mock())
    with server.listener:
        server.server_state.connections.add(Seen())  # type: ignore[arg-type]
        asyncio.run(server.on_tick(0))
        asyncio.run(server.on_tick(10))
    assert len(looks) == 2
    assert looks[0] < looks[1]


def test_an_unknown_switch_is_refused_before_anything_is_served() -> None:
    """A server that runs without the fault that it was asked for."""
    with pytest.raises(UnknownSwitch, match="unknown variant 'nonsense'"):
        run(variants=["nonsense"])


def test_an_embedded_mock_ends_with_its_block() -> None:
    """A child that outlives its parent's use of it."""
    with Embedded(latency_ms=1) as mock:
        assert httpx.get(f"{mock.address}/nowhere").status_code == 404
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{mock.address}/nowhere")
