"""Through a proxy: a tunnel to an https origin (CONNECT), and which answers are the proxy's own."""

import socket
import time

from contracts.exchange import Loss, Lost
from contracts.settings.proxies import Proxy
from contracts.transport.route import ExchangeLost, Origin

# What follows the head of a refusal is read by nobody.
HEAD_LIMIT = 64 * 1024
_REFUSALS = {
    403: "it does not allow connections to there",
    405: "it does not know CONNECT: is it a proxy?",
    407: "it wants other credentials: http://user:password@host:port",
    502: "it cannot reach the target",
    503: "it cannot reach the target",
    504: "the target did not answer it in time",
}


def tunnel(plain: socket.socket, origin: Origin, proxy: Proxy, deadline: float) -> None:
    """Have the proxy at the other end connect us to the origin (RFC 9110, 9.3.6). Raises ExchangeLost."""
    lines = [f"CONNECT {origin.place} HTTP/1.1", f"Host: {origin.place}"]
    if proxy.authorization is not None:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    try:
        plain.sendall("\r\n".join([*lines, "", ""]).encode())
        status = _status(_head(plain, deadline))
    except TimeoutError:
        raise ExchangeLost(Lost(Loss.PROXY, f"{proxy} does not answer CONNECT in time")) from None
    except OSError as problem:
        raise ExchangeLost(Lost(Loss.PROXY, f"{proxy}: {problem.strerror or problem}")) from None
    if status is None:
        raise ExchangeLost(Lost(Loss.PROXY, f"{proxy} does not answer CONNECT in HTTP: is it a proxy?"))
    if not 200 <= status < 300:
        why = f": {_REFUSALS[status]}" if status in _REFUSALS else ""
        raise ExchangeLost(Lost(Loss.PROXY, f"{proxy} answers CONNECT {origin.place} with {status}{why}"))


def raise_for_proxy(status: int, origin: Origin, proxy: Proxy | None) -> None:
    """Raise ExchangeLost for an answer that is the proxy's own: over plain HTTP 407 is, of all others nobody can tell."""
    if proxy is not None and origin.scheme == "http" and status == 407:
        raise ExchangeLost(Lost(Loss.PROXY, f"{proxy} answers 407: {_REFUSALS[407]}"))


def _head(plain: socket.socket, deadline: float) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < HEAD_LIMIT:
        plain.settimeout(max(0.001, deadline - time.monotonic()))
        piece = plain.recv(4096)
        if not piece:
            break
        head += piece
    return head


def _status(head: bytes) -> int | None:
    """The status of an answer's first line; None where that is not HTTP."""
    version, _, rest = head.partition(b" ")
    return int(rest[:3]) if version.startswith(b"HTTP/1.") and rest[:3].isdigit() else None
