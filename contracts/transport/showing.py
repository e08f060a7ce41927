"""A page and its data for people who look on: read only, on loopback unless told otherwise, and no reader holds up what is shown."""

import ipaddress
import socket
import socketserver
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, Final
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"
_HTML, _JSON, _TEXT = "text/html; charset=utf-8", "application/json", "text/plain; charset=utf-8"
# A page that refreshes itself opens a connection every 2 s and is answered in milliseconds: that is room for a team.
_MOST_READERS = 32
# Beyond this a reader is cut off, however busily it drips.
_LONGEST_S = 10.0
# Longer than pages wait between two looks.
_LAST_LOOK_S = 2.5
_HEADERS: Final = {
    "Cache-Control": "no-store",
    # What a page may load is its own to say.
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Making = Callable[[], str]


def listening_on(text: str) -> tuple[str, int]:
    """Host and port of `[HOST:]PORT`; loopback where no host is named. Raises ValueError."""
    host, _, port = text.strip().rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) < 1 << 16):
        raise ValueError(f"{text!r} is no [HOST:]PORT; write 8080, 0 for a free one, or 0.0.0.0:8080")
    return host.removeprefix("[").removesuffix("]") or LOOPBACK, int(port)


@contextmanager
def showing(host: str, port: int, page: Making, data: Making) -> Iterator[str]:
    """Answer `GET /` with the page and `GET /glance.json` with the data until the block ends; gives the address.

    Port 0 takes a free one. Both texts are made anew for each reader, in threads. Who has just looked gets the time for one
    more look at the end. Raises OSError where the port cannot be had.
    """
    with _Server(host, port, {"/": (_HTML, page), "/glance.json": (_JSON, data)}) as server:
        threading.Thread(target=server.serve_forever, args=(0.1,), name="showing", daemon=True).start()
        try:
            yield server.address
            server.last_look()
        finally:
            server.shutdown()


def try_port(host: str, port: int) -> None:
    """Have the port and let it go. Raises OSError where `showing` could not have it."""
    _Server(host, port, {}).server_close()


class _Reading(BaseHTTPRequestHandler):
    """One request of a reader, and the end of the connection."""

    server: "_Server"
    timeout = 5  # for each wait; _LONGEST_S is for all of them

    def do_GET(self) -> None:
        if not self._is_meant():
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        kind, make = self.server.texts.get(self.path.partition("?")[0], ("", None))
        if make is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        try:
            told = make()
        except Exception:  # noqa: BLE001  # a bug of ours, and no reason to leave a reader without an answer
            traceback.print_exc()
            self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR)
            return
        self.server.looked = time.monotonic()
        self._send(HTTPStatus.OK, kind, told)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _is_meant(self) -> bool:
        """Whether a browser that sends this Host shows a page of ours.

        A stranger's page can have its own name lead to 127.0.0.1 (DNS rebinding); its Host is still that name.
        """
        names = self.headers.get_all("Host") or []
        return not self.server.is_loopback or [_is_loopback(name) for name in names] == [True]

    def _send(self, status: HTTPStatus, kind: str, told: str) -> None:
        body = told.encode()
        self.send_response(status)
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        for name, value in {**_HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Say what is wrong in the words of HTTP alone: nothing of a request is repeated."""
        # http.server's word for every method that has no function here.
        other = code == HTTPStatus.NOT_IMPLEMENTED
        status = HTTPStatus.METHOD_NOT_ALLOWED if other else HTTPStatus(code)
        self._send(status, _TEXT, f"{status.phrase}\n")

    def version_string(self) -> str:
        """What the Server header says."""
        return "contracts"

    def log_message(self, format: str, *args: Any) -> None:
        """The terminal belongs to the campaign."""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str, port: int, texts: Mapping[str, tuple[str, Making]]) -> None:
        self.texts = texts
        self.looked = float("-inf")
        self._open: dict[socket.socket, float] = {}
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Reading)
        bound, number = self.socket.getsockname()[:2]
        named = f"[{bound}]:{number}" if ":" in bound else f"{bound}:{number}"
        self.address, self.is_loopback = f"http://{named}/", _is_loopback(named)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Hear a reader in a thread of its own; those beyond the most are shown the door."""
        if len(self._open) >= _MOST_READERS:
            self.shutdown_request(request)
            return
        self._open[request] = time.monotonic()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """The end of a connection, whoever ends it."""
        self._open.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Called again and again by the loop: whoever takes too long is cut off."""
        self._cut_off(time.monotonic() - _LONGEST_S)

    def server_close(self) -> None:
        """Close the port, and cut off who is still there."""
        super().server_close()
        self._cut_off(float("inf"))

    def _cut_off(self, before: float) -> None:
        for request, since in list(self._open.items()):
            if since < before:
                with suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader who hangs up is no error; all else is a bug of ours and shows its traceback."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def last_look(self) -> None:
        """Wait for those who look again and again, so that they see how it ended."""
        if time.monotonic() - self.looked < 2 * _LAST_LOOK_S:
            with suppress(KeyboardInterrupt):  # it is this wait that somebody has had enough of
                time.sleep(_LAST_LOOK_S)


def _is_loopback(named: str) -> bool:
    """Whether a host, with or without a port, is this machine by any name that only this machine can give."""
    try:
        host = urlsplit(f"//{named}").hostname or ""
        return host == "localhost" or host.endswith(".localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
