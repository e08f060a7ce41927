"""TLS: whom we trust and as whom we come, and in words why the two sides do not agree."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from contracts.exchange import Loss, Lost
from contracts.transport.route import ExchangeLost, Route

# Numbers of OpenSSL's, for which the standard library has no names.
_OTHER_HOST, _OTHER_ADDRESS = 62, 64
_UNTRUSTED = {
    18: "nobody vouches for it; CA_FILE names authorities to trust",
    19: "the authority at the end of its chain is not known here; CA_FILE names one to trust",
    20: "its issuer is not known here (CA_FILE names one to trust), or an intermediate certificate is not sent along",
}

_NO_TLS = "what answers does not speak TLS: http:// perhaps?"
_NO_VERSION = "no version of TLS in common: 1.2 or newer is spoken here"
_UNPROVEN = "a client certificate is required: CLIENT_CERT (and CLIENT_KEY) name one"
_REFUSED = "it does not accept our client certificate (CLIENT_CERT)"
_REASONS = {
    "WRONG_VERSION_NUMBER": _NO_TLS,
    "RECORD_LAYER_FAILURE": _NO_TLS,
    "PACKET_LENGTH_TOO_LONG": _NO_TLS,
    "UNEXPECTED_EOF_WHILE_READING": "it closed the connection in the handshake",
    "UNSUPPORTED_PROTOCOL": _NO_VERSION,
    "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED": _NO_VERSION,
    "TLSV1_ALERT_PROTOCOL_VERSION": _NO_VERSION,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": f"no cipher in common, or {_UNPROVEN}",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": _UNPROVEN,
    "SSLV3_ALERT_BAD_CERTIFICATE": _REFUSED,
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": _REFUSED,
    "SSLV3_ALERT_CERTIFICATE_REVOKED": _REFUSED,
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": _REFUSED,
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": _REFUSED,
    "TLSV1_ALERT_UNKNOWN_CA": _REFUSED,
    "TLSV1_UNRECOGNIZED_NAME": "it serves no host of this name",
}


@lru_cache
def context_for(route: Route, *, any_host: bool = False) -> ssl.SSLContext:
    """What TLS on this route needs; `any_host` leaves a certificate's names unlooked at. Raises ExchangeLost."""
    context = ssl.create_default_context()
    context.check_hostname = not (any_host or route.insecure)
    context.verify_mode = ssl.CERT_NONE if route.insecure else ssl.CERT_REQUIRED
    if route.ca_file is not None:
        with _told_as(f"CA_FILE {route.ca_file} holds no certificate in PEM form"):
            context.load_verify_locations(route.ca_file)
    if route.client_cert is not None:
        with _told_as(
            f"CLIENT_CERT {route.client_cert} and its key cannot be used: are they unencrypted PEM?"
        ):
            # Without a password OpenSSL would ask for one on the terminal.
            context.load_cert_chain(route.client_cert, route.client_key, password="")
    return context


@contextmanager
def _told_as(what: str) -> Iterator[None]:
    try:
        yield
    except OSError:  # ssl.SSLError is one
        raise ExchangeLost(Lost(Loss.TLS, what)) from None


def is_another_hosts(problem: OSError) -> bool:
    """Whether a certificate was refused for its names alone."""
    codes = {_OTHER_HOST, _OTHER_ADDRESS}
    return isinstance(problem, ssl.SSLCertVerificationError) and problem.verify_code in codes


def names_in(secured: ssl.SSLSocket) -> list[str]:
    """The hosts that the other side's certificate is for."""
    certificate = secured.getpeercert() or {}
    return [str(name[-1]) for name in certificate.get("subjectAltName", ())]


def cause(problem: OSError) -> str:
    """Why a handshake failed, in OpenSSL's words and ours."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        said, more = problem.verify_message.rstrip("."), _UNTRUSTED.get(problem.verify_code)
        return f"{said}: {more}" if more is not None else said
    if isinstance(problem, ssl.SSLError):
        said = _reason(problem)
        return f"{_REASONS[said]} ({said})" if said in _REASONS else said
    if isinstance(problem, TimeoutError):
        return "the handshake was not answered in time: does it speak TLS?"
    return problem.strerror or str(problem)


def _reason(problem: ssl.SSLError) -> str:
    """OpenSSL's name of a reason; where Python does not know it, made of OpenSSL's words for it."""
    words = re.search(r"\] (.*) \(_ssl", str(problem))
    return problem.reason or (words[1].upper().replace(" ", "_") if words else str(problem))


def lost_by(problem: OSError) -> Lost:
    """What ended a connection that had been made: with TLS 1.3 a server says only then that it wants our certificate."""
    if isinstance(problem, ssl.SSLEOFError) or getattr(problem, "reason", None) not in _REASONS:
        return Lost(Loss.CLOSED, type(problem).__name__)
    return Lost(Loss.TLS, cause(problem))
