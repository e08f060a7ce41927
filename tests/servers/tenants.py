"""Who exists on a server of another make, and how a suite is told: the environment variables and nothing else."""

import hashlib
import json
import secrets
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from coincurve import PrivateKey

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_XPRV_VERSION = bytes.fromhex("0488ade4")


@dataclass(frozen=True)
class Tenant:
    """An enterprise with its tokens, its connections and its signing key (32 secret bytes, hex)."""

    enterprise: str
    token: str
    read_only_token: str
    connections: tuple[str, ...]
    secret: str

    @property
    def public_key(self) -> bytes:
        """The 33 compressed bytes of the account's public key."""
        return PrivateKey.from_hex(self.secret).public_key.format(compressed=True)


def new_tenant(*, uuid_version: int = 4, shouting: bool = False) -> Tenant:
    """Return a tenant nobody has met before; `shouting` writes its connection ids in upper case."""
    make = uuid.uuid1 if uuid_version == 1 else uuid.uuid4
    connections = tuple(str(make()) for _ in range(2))
    return Tenant(
        enterprise=secrets.token_hex(12),
        token="v2x" + secrets.token_hex(40),
        read_only_token="v2x" + secrets.token_hex(40),
        connections=tuple(each.upper() for each in connections) if shouting else connections,
        secret=PrivateKey().to_hex(),
    )


def xprv(secret: str) -> str:
    """Return a master key (depth 0) in BIP-32's text form whose own key is `secret`."""
    body = _XPRV_VERSION + bytes(9) + secrets.token_bytes(32) + b"\0" + bytes.fromhex(secret)
    number = int.from_bytes(body + hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4], "big")
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return text


def announce(
    origin: str, ours: Tenant, theirs: Tenant, *, as_xprv: bool = False, more: Mapping[str, str] | None = None
) -> None:
    """Print the one JSON line that a started server owes: the variables that describe it."""
    written = xprv if as_xprv else str
    variables = {
        "BASE_URL": origin,
        "ACCESS_TOKEN": ours.token,
        "READ_ONLY_TOKEN": ours.read_only_token,
        "ENTERPRISE_ID": ours.enterprise,
        "CONNECTION_ID": ours.connections[0],
        "SECOND_CONNECTION_ID": ours.connections[1],
        "SIGNING_KEY": written(ours.secret),
        "OTHER_ACCESS_TOKEN": theirs.token,
        "OTHER_ENTERPRISE_ID": theirs.enterprise,
        "OTHER_CONNECTION_ID": theirs.connections[0],
        "OTHER_SIGNING_KEY": written(theirs.secret),
        **(more or {}),
    }
    sys.stdout.write(json.dumps(variables) + "\n")
    sys.stdout.flush()
