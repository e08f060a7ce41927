"""A mock asked by its operations, and its answers without what chance and the clock put into them."""

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contracts import signing, wire
from contracts.mock.app import Mock
from contracts.mock.identities import FIRST, SECOND, Tenant
from contracts.mock.messages import Asked

JSON = {"content-type": "application/json"}
KEYS = {tenant: signing.SigningKey.from_text(tenant.signing_key) for tenant in (FIRST, SECOND)}
SECOND_CONNECTION = FIRST.connection_ids[1]
UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
PAIR = re.compile(r'(?:modified_at|updatedAt)":"([^"]*)"|(?:created_at|createdAt)":"([^"]*)"')


@dataclass
class Transcript:
    """Asks one mock a fixed list of questions and writes down the answers, without what chance and the clock put into them."""

    mock: Mock
    lines: list[str] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)

    async def ask(
        self,
        operation: str,
        body: Any,
        *,
        method: str = "POST",
        headers: dict[str, str] | None = None,
        tenant: Tenant = FIRST,
        connection: str = "",
        enterprise: str = "",
        query: str = "",
    ) -> Any:
        content = body if isinstance(body, bytes) else wire.dumps(body).encode()
        small = len(content) <= self.mock.behaviour.protocol.size_limit
        asked = Asked(
            operation=operation,
            method=method,
            headers=JSON | {"authorization": f"Bearer {tenant.token}"} if headers is None else headers,
            body=content if small else None,
            enterprise_id=enterprise or tenant.enterprise_id,
            connection_id=connection or tenant.connection_ids[0],
            query=query,
        )
        answer = await self.mock.respond(asked)
        said = b"".join(answer.chunks)
        text = said.decode(errors="replace")
        self.lines.append(
            f"{asked.method} {answer.status} {answer.headers} {len(answer.chunks)} {self.plain(text)}"
        )
        try:
            return wire.parse_lenient(said)
        except wire.NotJson:
            return None

    def plain(self, text: str) -> str:
        """Ids by their first appearance; times close to now by name, with the order of a pair."""
        times = [later or earlier for later, earlier in PAIR.findall(text)]
        order = "" if len(set(times)) < 2 else "later" if times == sorted(times) else "earlier"
        known = UUID.sub(self.numbered, text)
        return MOMENT.sub(lambda moment: "<now>" if is_near(moment[0]) else moment[0], known) + order

    def numbered(self, id: re.Match[str]) -> str:
        number = self.ids.setdefault(id[0], len(self.ids))
        return f"<{number} {id[0][14]} {id[0].isupper()}>"


def is_near(moment: str) -> bool:
    return abs(time.time() - datetime.fromisoformat(moment).astimezone(UTC).timestamp()) < 60


def asset(symbol: str, **changes: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "display_name": f"N {symbol}",
        "type": "COIN",
        "entity_status": "ACTIVE",
    } | changes


def order(
    name: str, *, says: Any = None, signer: Tenant = FIRST, layout: Any = wire.dumps, **changes: Any
) -> dict[str, Any]:
    request = {
        "amount": {"currency": "tbtc", "quantity": "1"},
        "clientExternalId": f"c-{name}",
        "nonce": f"n-{name}",
    } | changes
    payload = layout({"connectionId": FIRST.connection_ids[0]} | request | (says or {}))
    return request | {"payload": payload, "signature": signing.sign(payload, KEYS[signer])}
