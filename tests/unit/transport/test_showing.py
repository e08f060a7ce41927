"""A page for people who look on: what it answers, whom it refuses, and that nobody can hold it up."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from contracts.transport import showing as module
from contracts.transport.showing import listening_on, showing

PAGE, DATA = "<!DOCTYPE html>\n<p>h\u00e9</p>", '{"cases": 1}'


@pytest.fixture(autouse=True)
def no_last_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers of these tests do not come back."""
    monkeypatch.setattr(module, "_LAST_LOOK_S", 0.0)


@pytest.fixture
def address() -> Iterator[str]:
    with showing("127.0.0.1", 0, lambda: PAGE, lambda: DATA) as address:
        yield address


Answer = tuple[int, dict[str, str], str]


def ask(address: str, method: str = "GET", path: str = "/", **headers: str) -> Answer:
    """Status, headers by lower-case name, and text."""
    where = urlsplit(address)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=30)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, told, answer.read().decode()
    finally:
        connection.close()


def raw(address: str, sent: bytes) -> bytes:
    """What comes back for these bytes, until the end of the connection."""
    where = urlsplit(address)
    with socket.create_connection((where.hostname, where.port), timeout=30) as reader:
        reader.sendall(sent)
        received = b""
        while part := reader.recv(65536):
            received += part
    return received


def test_the_page_and_its_data() -> None:
    """Text that was made once and is old, or with a length in characters, which cuts off its end."""
    looks: list[str] = []

    def page() -> str:
        looks.append("look")
        return f"{PAGE} {len(looks)}"

    with showing("127.0.0.1", 0, page, lambda: DATA) as address:
        assert ask(address)[2] == f"{PAGE} 1"
        status, headers, text = ask(address, path="/?again")
        assert (status, text) == (200, f"{PAGE} 2")
        assert headers["content-type"] == "text/html; charset=utf-8"
        status, headers, text = ask(address, path="/glance.json")
        assert (status, json.loads(text)) == (200, {"cases": 1})
        assert headers["content-type"] == "application/json"


def test_a_head_has_no_body(address: str) -> None:
    """A reader that asks whether the page is there, and gets it, or an error."""
    status, headers, text = ask(address, "HEAD")
    assert (status, text) == (200, "")
    assert int(headers["content-length"]) == len(PAGE.encode())


@pytest.mark.parametrize("path", ["/index.html", "/glance.json/", "/../etc/passwd", "/favicon.ico"])
def test_nothing_else_is_there(address: str, path: str) -> None:
    """A folder that is served because the page lies in it."""
    status, _, text = ask(address, path=path)
    assert (status, text) == (404, "Not Found\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
def test_the_page_is_to_be_read_alone(address: str, method: str) -> None:
    """A preflight that is answered, or a method that does something."""
    status, headers, _ = ask(address, method)
    assert status == 405
    assert headers["allow"] == "GET, HEAD"
    assert not any(name.startswith("access-control-") for name in headers)


@pytest.mark.parametrize(("path", "method"), [("/", "GET"), ("/nothing", "GET"), ("/", "POST")])
def test_every_answer_is_kept_from_other_sites(address: str, path: str, method: str) -> None:
    """A page in a stranger's frame, a guess at its type, a copy in a cache, a version that tells what to attack."""
    _, headers, _ = ask(address, method, path)
    assert headers["content-security-policy"] == "frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["server"] == "contracts"


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:9000", "127.0.0.1", "127.8.8.8:80", "[::1]:80", "here.localhost", "LOCALHOST"],
)
def test_names_of_this_machine_are_heard(address: str, host: str) -> None:
    """A forwarded port, or a spelling of localhost, that finds no page."""
    assert ask(address, Host=host)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "localhost.evil",
        "",
        "[",
        "a@b",
    ],
)
def test_a_strangers_name_for_this_machine_is_refused(address: str, host: str) -> None:
    """DNS rebinding: a stranger's page, whose name now leads to 127.0.0.1, reads the campaign."""
    status, _, text = ask(address, Host=host)
    assert status == 421
    assert PAGE not in text


@pytest.mark.parametrize("head", [b"", b"Host: localhost\r\nHost: evil.example\r\n"])
def test_a_host_is_named_once(address: str, head: bytes) -> None:
    """A second Host that is the one that counts, or none, which is nobody's."""
    assert raw(address, b"GET / HTTP/1.1\r\n" + head + b"\r\n").split()[1] == b"421"


def test_who_listens_to_the_network_is_asked_by_any_name() -> None:
    """A page that was opened to others, and that no other finds by its machine's name."""
    with showing("0.0.0.0", 0, lambda: PAGE, lambda: DATA) as address:  # noqa: S104  # to others is what is tested
        assert ask(address.replace("0.0.0.0", "127.0.0.1"), Host="build-7.example")[0] == 200  # noqa: S104


def test_nothing_of_a_request_is_repeated(address: str) -> None:
    """An error page with the reader's own script in it."""
    for sent in (b"<script>alert(1)</script>\r\n\r\n", b"GET /<script> HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        assert b"script" not in raw(address, sent)


def test_a_taken_port_is_told() -> None:
    """A campaign that runs for hours without the page that was asked for."""
    with showing("127.0.0.1", 0, lambda: PAGE, lambda: DATA) as address:
        port = urlsplit(address).port
        assert port is not None
        with pytest.raises(OSError, match="in use"), showing("127.0.0.1", port, lambda: PAGE, lambda: DATA):
            pass


def test_the_port_is_free_again() -> None:
    """A resumed campaign that cannot have its port, since the last one's connections linger."""
    with showing("127.0.0.1", 0, lambda: PAGE, lambda: DATA) as address:
        ask(address)
    with showing("127.0.0.1", urlsplit(address).port or 0, lambda: PAGE, lambda: DATA) as again:
        assert again == address
        assert ask(again)[0] == 200


def test_ipv6_has_its_brackets() -> None:
    """An address that no browser can read."""
    with showing("::1", 0, lambda: PAGE, lambda: DATA) as address:
        assert address.startswith("http://[::1]:")
        assert ask(address)[0] == 200


def held(address: str, readers: int) -> list[socket.socket]:
    """Readers who have begun to ask, and say no more."""
    where = urlsplit(address)
    found = [socket.create_connection((where.hostname, where.port), timeout=30) for _ in range(readers)]
    for reader in found:
        reader.sendall(b"GET / HTTP/1.1\r\n")
    return found


def ended(reader: socket.socket) -> bool:
    """Whether the other side ends a connection, be it with an answer before."""
    with suppress(ConnectionError):
        while reader.recv(65536):
            pass
    return True


def test_a_silent_reader_holds_up_nobody(address: str) -> None:
    """One reader at a time: whoever opens a connection and says nothing, hides the page from all others."""
    silent = held(address, 3)
    assert ask(address)[0] == 200
    for reader in silent:
        reader.close()


def test_more_readers_than_there_is_room_for_are_shown_the_door(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread for each of ten thousand connections, in the process that runs the campaign."""
    monkeypatch.setattr(module, "_MOST_READERS", 2)
    silent = held(address, 2)
    where = urlsplit(address)
    with socket.create_connection((where.hostname, where.port), timeout=30) as late:
        assert ended(late)
    for reader in silent:
        reader.close()


def test_a_reader_that_takes_too_long_is_cut_off(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps a thread for as long as the campaign lasts."""
    monkeypatch.setattr(module, "_LONGEST_S", 0.0)
    (silent,) = held(address, 1)
    with silent:
        assert ended(silent)


def test_the_end_cuts_off_whoever_is_still_there() -> None:
    """A campaign whose last act is to wait for a browser."""
    with showing("127.0.0.1", 0, lambda: PAGE, lambda: DATA) as address:
        (silent,) = held(address, 1)
    with silent:
        assert ended(silent)


def test_a_page_that_breaks_is_told_and_the_next_look_works(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A bug in the page that ends the campaign, that nobody hears of, or that shows readers its traceback."""
    made: list[str] = []
    with showing("127.0.0.1", 0, lambda: made[0], lambda: DATA) as address:
        status, _, text = ask(address)
        assert (status, text) == (500, "Internal Server Error\n")
        made.append(PAGE)
        assert ask(address)[0] == 200
    assert "IndexError" in capsys.readouterr().err


def test_who_has_looked_sees_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that says that the campaign was killed, since it ended between two looks."""
    seen: list[int] = []
    monkeypatch.setattr(module, "_LAST_LOOK_S", 2.5)
    with showing("127.0.0.1", 0, lambda: PAGE, lambda: DATA) as address:
        monkeypatch.setattr("contracts.transport.showing.time.sleep", lambda _: seen.append(ask(address)[0]))
        ask(address)
    assert seen == [200]


def test_an_impatient_ctrl_c_ends_the_wait_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A campaign without a report, since somebody would not wait for the readers of its page."""
    monkeypatch.setattr(module, "_LAST_LOOK_S", 2.5)

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    with showing("127.0.0.1", 0, lambda: PAGE, lambda: DATA) as address:
        monkeypatch.setattr("contracts.transport.showing.time.sleep", interrupted)
        ask(address)


def test_nobody_waits_for_readers_that_were_never_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds at the end of each campaign, for nobody."""
    monkeypatch.setattr(module, "_LAST_LOOK_S", 2.5)
    monkeypatch.setattr("contracts.transport.showing.time.sleep", lambda _: pytest.fail("waits for nobody"))
    with showing("127.0.0.1", 0, lambda: PAGE, lambda: DATA):
        pass


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("8080", ("127.0.0.1", 8080)),
        ("0", ("127.0.0.1", 0)),
        (":8080", ("127.0.0.1", 8080)),
        ("0.0.0.0:8080", ("0.0.0.0", 8080)),  # noqa: S104  # said by the user
        ("build-7:80", ("build-7", 80)),
        ("[::1]:8080", ("::1", 8080)),
    ],
)
def test_a_place_to_listen_on(text: str, place: tuple[str, int]) -> None:
    """A port alone that opens the page to the whole network."""
    assert listening_on(text) == place


@pytest.mark.parametrize("text", ["", "localhost", "65536", "-1", "80a", "localhost:", "\u0661"])
def test_no_place_to_listen_on(text: str) -> None:
    """A slip that is taken for port 0, or shows a traceback."""
    with pytest.raises(ValueError, match="PORT"):
        listening_on(text)
