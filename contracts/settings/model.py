"""Settings as the rest of the suite sees them: one target, who may ask it, and what it cannot be asked."""

from collections.abc import Mapping
from functools import cached_property
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from contracts.settings.caps import Caps, caps_of
from contracts.settings.proxies import PROXIES, Proxy, proxy_variable, secrets_of
from contracts.settings.variables import DEFAULT_CURRENCY, DEFAULT_RESPONSE_TIME_LIMIT, VARIABLES
from contracts.signing import SigningKey

# Carries the target's name to worker processes; people name targets with --target.
NAME_VARIABLE = "CONTRACTS_TARGET_NAME"

# Variables for a target that is asked without anything between, whatever leads to another one.
DIRECTLY = dict.fromkeys((*PROXIES, "INSECURE"), "")
INSECURE = "INSECURE: no certificate is checked; whoever sits between can read and change everything, tokens included"
_DEFAULTED = frozenset({"BASE_URL", "ASSETS_BASE_URL", "CURRENCY", "RESPONSE_TIME_LIMIT", "IN_FLIGHT"})


class Needing(Protocol):
    """Anything that can be asked only where certain variables are set: a clause."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of variables."""


class _Frozen(BaseModel):
    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True
    )


class Tenant(_Frozen):
    """An account of the target: its token, its enterprise, its connection and, if it can sign, its key."""

    access_token: SecretStr
    enterprise_id: str
    connection_id: str
    # A dump of a dataclass would show its fields.
    signing_key: SigningKey | None = Field(default=None, repr=False, exclude=True)


class Settings(_Frozen):
    """How to reach a target and what it may be asked. Shows no secret, neither as text nor in an error.

    `base_url` and `assets_base_url` are origins without a trailing slash, both None for the embedded mock;
    `response_time_limit` is in seconds; `in_flight` is None where nobody has said how many questions may be under way at
    once; `limits` are the caps that somebody has said, by variable; `ca_file`, `client_cert` and `client_key` name files
    in PEM form; `notices` are remarks for the user that stop nothing.
    """

    target_name: str
    base_url: str | None
    assets_base_url: str | None
    own: Tenant | None = None
    other: Tenant | None = None
    second_connection_id: str | None = None
    currency: str = DEFAULT_CURRENCY
    scratch_currency: str | None = None
    response_time_limit: float = Field(default=DEFAULT_RESPONSE_TIME_LIMIT, gt=0)
    in_flight: int | None = None
    limits: Mapping[str, float] = Field(default_factory=dict)
    production: tuple[str, ...] = ()
    ca_file: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    insecure: bool = False
    proxies: Mapping[str, SecretStr] = Field(default_factory=dict, repr=False)
    notices: tuple[str, ...] = ()
    variables: Mapping[str, SecretStr] = Field(repr=False)

    @property
    def asset_token(self) -> str | None:
        """The token that goes with create asset: none where none is configured, since its guide names none."""
        return self._text("ACCESS_TOKEN")

    @property
    def read_only_token(self) -> str | None:
        """A token that has only the read scope."""
        return self._text("READ_ONLY_TOKEN")

    @property
    def caps(self) -> Caps:
        """How much a run may ask of this target and leave there."""
        return caps_of((self.base_url, self.assets_base_url), self.limits)

    def under(self, caps: Caps) -> "Settings":
        """These settings with other caps, all of them said."""
        texts = caps.as_variables()
        limits = {name: VARIABLES[name].parse(text) for name, text in texts.items()}
        said = {name: SecretStr(text) for name, text in texts.items()}
        return self.model_copy(update={"limits": limits, "variables": {**self.variables, **said}})

    def proxy_for(self, origin: str) -> Proxy | None:
        """The proxy that leads to an origin; None where nothing stands between."""
        proxies = {name: text.get_secret_value() for name, text in self.proxies.items()}
        name = proxy_variable(origin, proxies)
        return Proxy.parse(proxies[name]) if name is not None else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What stands between this suite and the target, for whoever reads a verdict: proxies, unchecked certificates."""
        origins = {"BASE_URL": self.base_url, "ASSETS_BASE_URL": self.assets_base_url}
        ways = {name: self.proxy_for(url) for name, url in origins.items() if url is not None}
        if origins["BASE_URL"] == origins["ASSETS_BASE_URL"]:
            ways.pop("ASSETS_BASE_URL", None)
        told = [f"{name} is asked through the proxy {proxy}" for name, proxy in ways.items() if proxy]
        return (*([INSECURE] if self.insecure and self.base_url else []), *told)

    def secrets(self) -> frozenset[str]:
        """What no answer may repeat: tokens, keys as they were given, private keys in hex."""
        return self._secrets

    def hidden(self) -> frozenset[str]:
        """Every text that must appear in no output: the secrets, and the passwords of proxies, of which targets know nothing."""
        passwords = (secrets_of(text.get_secret_value()) for text in self.proxies.values())
        return self._secrets.union(*passwords)

    def missing_for(self, clause: Needing) -> tuple[str, ...]:
        """The variables that have to be set before the clause is applicable; empty if it is."""
        return tuple(name for name in clause.needs if name not in self.variables and name not in _DEFAULTED)

    def environment(self) -> dict[str, str]:
        """These settings for the environment of a worker process, for `restore_settings`. It holds the secrets.

        Unset variables are empty, so that a worker does not take them from the environment it inherits.
        """
        texts = {name: self._text(name) or "" for name in VARIABLES}
        proxies = {name: self.proxies[name].get_secret_value() for name in PROXIES if name in self.proxies}
        return {**texts, **dict.fromkeys(PROXIES, ""), **proxies, NAME_VARIABLE: self.target_name}

    def _text(self, name: str) -> str | None:
        value = self.variables.get(name)
        return value.get_secret_value() if value is not None else None

    @cached_property
    def _secrets(self) -> frozenset[str]:
        texts = {self._text(name) for name, variable in VARIABLES.items() if variable.secret}
        keys = [tenant.signing_key for tenant in (self.own, self.other) if tenant and tenant.signing_key]
        return frozenset(text.strip() for text in texts if text) | {key.secret.hex() for key in keys}
