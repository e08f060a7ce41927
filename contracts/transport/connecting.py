"""How a connection to an origin comes about, directly or through a proxy, and why it does not."""

import socket
import ssl
import time

from contracts.exchange import Loss, Lost
from contracts.transport import tls
from contracts.transport.route import ExchangeLost, Origin, Route
from contracts.transport.tunnel import tunnel


def connect(origin: Origin, route: Route, timeout: float) -> socket.socket:
    """A connection that is ready for the first request, within so many seconds. Raises ExchangeLost."""
    deadline = time.monotonic() + timeout
    if origin.scheme == "http":
        return _reached(origin, route, deadline)
    try:
        return _secured(origin, route, tls.context_for(route), deadline)
    except OSError as problem:
        why = tls.cause(problem)
        if tls.is_another_hosts(problem):
            why += _names(origin, route, deadline)
        raise ExchangeLost(Lost(Loss.TLS, why)) from None


def _secured(origin: Origin, route: Route, context: ssl.SSLContext, deadline: float) -> ssl.SSLSocket:
    """The same behind a handshake. Raises OSError where that fails."""
    plain = _reached(origin, route, deadline)
    try:
        if route.proxy is not None:
            tunnel(plain, origin, route.proxy, deadline)
        plain.settimeout(_left(deadline))
        return context.wrap_socket(plain, server_hostname=origin.host)
    except BaseException:
        plain.close()
        raise


def _reached(origin: Origin, route: Route, deadline: float) -> socket.socket:
    """A connection to the origin, or to the proxy before it."""
    proxy = route.proxy
    host, port = (proxy.host, proxy.port) if proxy is not None else (origin.host, origin.port)
    try:
        plain = socket.create_connection((host, port), _left(deadline))
    except OSError as problem:
        if proxy is not None:
            raise ExchangeLost(Lost(Loss.PROXY, f"{proxy}: {_cause(problem)}")) from None
        raise ExchangeLost(Lost(Loss.UNREACHABLE, _cause(problem))) from None
    # Otherwise Nagle's algorithm holds back the last byte of a burst.
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return plain


def _names(origin: Origin, route: Route, deadline: float) -> str:
    """Whom the certificate is for, from a second handshake that does not mind; nothing where that is not to be had."""
    try:
        with _secured(origin, route, tls.context_for(route, any_host=True), deadline) as secured:
            names = tls.names_in(secured)
    except (OSError, ExchangeLost):
        return ""
    return f", but for {', '.join(names)}" if names else ""


def _cause(problem: OSError) -> str:
    if isinstance(problem, socket.gaierror):
        silent = " (the name server does not answer)" if problem.errno == socket.EAI_AGAIN else ""
        return f"the host name does not resolve{silent}"
    if isinstance(problem, TimeoutError):
        return "connecting timed out"
    return problem.strerror or str(problem)


def _left(deadline: float) -> float:
    return max(0.001, deadline - time.monotonic())  # 0 would be not to wait at all
