"""The way to a target: its origin, the proxy before it, the certificates by which either side proves who it is."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from contracts.exchange import Lost
from contracts.settings import Settings
from contracts.settings.proxies import Proxy


class ExchangeLost(Exception):  # carries the noun
    """The connection ended, or time ran out, before a response was complete."""

    def __init__(self, lost: Lost) -> None:
        self.lost = lost
        super().__init__(str(lost))


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port of a target."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, url: str) -> "Origin":
        """The origin of an absolute http or https URL (settings have checked its form)."""
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return cls(parts.scheme, parts.hostname or "", port)

    @property
    def place(self) -> str:
        """Host and port, as CONNECT wants them."""
        return f"{self._host}:{self.port}"

    @property
    def authority(self) -> str:
        """The Host header's value."""
        usual = {"http": 80, "https": 443}[self.scheme]
        return self._host if self.port == usual else self.place

    @property
    def _host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


@dataclass(frozen=True)
class Route:
    """How connections to an origin are made: through which proxy, whom TLS trusts, which certificate we show.

    `ca_file`, `client_cert` and `client_key` name files in PEM form; the key may stand in the certificate's file.
    """

    proxy: Proxy | None = None
    insecure: bool = False
    ca_file: str | None = None
    client_cert: str | None = None
    client_key: str | None = None

    @classmethod
    def to(cls, url: str, settings: Settings) -> Self:
        """The way to the origin of this URL."""
        proxy, said = settings.proxy_for(url), settings
        return cls(proxy, said.insecure, said.ca_file, said.client_cert, said.client_key)


DIRECT = Route()
