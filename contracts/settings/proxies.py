"""Which proxy leads to a target: the variables that every HTTP client knows, and what they say of an origin."""

import ipaddress
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit

from contracts.settings.sources import Entries

NO_PROXY = "NO_PROXY"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", NO_PROXY)
EXPECTED = "a proxy such as http://proxy.example:3128"


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy; its credentials (`user:password`) are for itself alone."""

    host: str
    port: int
    credentials: str = field(default="", repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The proxy of a variable's text; raises ValueError with a hint that repeats no value."""
        try:
            url = _split(text)
            port = url.port or 80
        except ValueError:
            raise ValueError("look at the brackets and at the port") from None
        if url.scheme != "http":
            raise ValueError("proxies are spoken to by http:// alone, not by https:// or socks5://")
        if not url.hostname:
            raise ValueError("the name of the proxy's host is missing")
        return cls(url.hostname, port, unquote(_userinfo(url)))

    @property
    def authorization(self) -> str | None:
        """The value of Proxy-Authorization, where the proxy was named with credentials."""
        return f"Basic {_in_base64(self.credentials)}" if self.credentials else None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def proxies_in(entries: Entries) -> Entries:
    """The proxies that one source names, by their names in capitals; a name in small letters comes first, as everywhere.

    To a CGI script HTTP_PROXY may be a client's `Proxy` header: there the name in small letters alone counts.
    """
    found = {name: entries.get(name.lower()) or entries.get(name) for name in PROXIES}
    if "REQUEST_METHOD" in entries:
        found["HTTP_PROXY"] = entries.get("http_proxy")
    return {name: entry for name, entry in found.items() if entry is not None}


def proxy_variable(origin: str, proxies: Mapping[str, str]) -> str | None:
    """The name of the variable whose proxy leads to an origin; None where nothing stands between."""
    url = urlsplit(origin)
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    if any(_covers(part, host, port) for part in re.split(r"[\s,]+", proxies.get(NO_PROXY, "").lower())):
        return None
    return next((name for name in (f"{url.scheme.upper()}_PROXY", "ALL_PROXY") if name in proxies), None)


def _covers(part: str, host: str, port: int) -> bool:
    """Whether a part of NO_PROXY means this host: `*`, a domain and all below it, an address or a range of them."""
    if part == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(part.strip("[]"), strict=False)
    except ValueError:
        pass  # one of them is a name, or has a port
    try:
        url = urlsplit(f"//{part}")
        name, only = (url.hostname or "").lstrip("*."), url.port
    except ValueError:
        return False
    return bool(name) and only in {None, port} and f".{host}".endswith(f".{name}")


def secrets_of(text: str) -> Iterator[str]:
    """What must be shown of no proxy: its password (or lone user), as written and as meant, and the header made of it."""
    try:
        written = _userinfo(_split(text))
    except ValueError:
        yield text
        return
    if written:
        forms = (written, unquote(written))
        yield from filter(None, (form.rpartition(":")[2] for form in forms))
        yield _in_base64(unquote(written))


def _split(text: str) -> SplitResult:
    return urlsplit(text if "://" in text else f"http://{text}")


def _userinfo(url: SplitResult) -> str:
    return url.netloc.rpartition("@")[0]


def _in_base64(text: str) -> str:
    return b64encode(text.encode()).decode()
