"""A case becomes a request to this target: what it is about stays as drawn, the rest is a good client's.

Unique keys are salted here, where no generator remembers them: a drawn key comes back to meet its first use.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

from schemathesis import Case
from schemathesis.config import SanitizationConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CoveragePhaseData
from schemathesis.transport.prepare import prepare_request

from contracts import signing
from contracts.asking.assets import USUAL
from contracts.asking.fresh import Fresh
from contracts.asking.network import vendor_layout
from contracts.exchange import Headers, Request, Trait
from contracts.settings import Settings

Focus = Literal["body", "path", "token", "method", "media type"]
"""What a case is about."""

KEYS = ("symbol", "clientExternalId", "nonce")
# A listed case with so short a symbol asks about the least length and keeps it: anybody may have used it.
BARE_SYMBOL = 2
# More digits than any account's balance: such amounts stay as drawn. The others become 1 base unit, because
# what is accepted stays locked.
HARMLESS_FROM = 30

_HARMFUL = re.compile(f"[1-9][0-9]{{0,{HARMLESS_FROM - 2}}}")
_PLAIN_SEGMENT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._~-]+")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Outgoing:
    """A request, what its case is about, and whether its unique keys are fresh."""

    request: Request
    focus: Focus
    fresh: bool


@dataclass(frozen=True)
class Dresser:
    """Knows the target's own ids, token, key and currency, and names that nobody has used."""

    settings: Settings
    names: Fresh

    def dress(self, case: Case[Any], operation_id: str) -> Outgoing:
        """The request for a case, its path and body serialised as schemathesis' own transport does."""
        place = self._place(case)
        focus = _focus(case, moved=place != self._own(case))
        bare = _has_bare_symbol(case)
        body = self._body(case.body, place, bare=bare) if isinstance(case.body, dict) else case.body
        method, target, media_type, sent = _serialised(case, place, body)
        headers = self._headers(case, media_type, focus)
        traits = _traits(focus, place, bare=bare)
        return Outgoing(Request(method, target, headers, sent, operation_id, traits), focus, fresh=not bare)

    def _own(self, case: Case[Any]) -> dict[str, Any]:
        own = self.settings.own
        ids = {} if own is None else {"enterpriseId": own.enterprise_id, "connectionId": own.connection_id}
        return {name: ids.get(name, drawn) for name, drawn in case.path_parameters.items()}

    def _place(self, case: Case[Any]) -> dict[str, Any]:
        """The path's ids: the target's own, but for one that is wrong, or that the case is about."""
        place = self._own(case)
        for name, drawn in case.path_parameters.items():
            is_wrong = name == "connectionId" and not _UUID.fullmatch(str(drawn))
            if is_wrong or _subject(case) == (ParameterLocation.PATH, name):
                place[name] = drawn
        return place

    def _headers(self, case: Case[Any], media_type: str | None, focus: Focus) -> Headers:
        declared: Headers = (("Content-Type", media_type),) if media_type is not None else ()
        if focus == "token":
            drawn = case.headers.get("Authorization")
            return (*USUAL, *declared, *((("Authorization", drawn),) if drawn is not None else ()))
        token = self.settings.asset_token
        return (*USUAL, *declared, *((("Authorization", f"Bearer {token}"),) if token is not None else ()))

    def _body(self, drawn: Mapping[str, Any], place: Mapping[str, Any], *, bare: bool) -> dict[str, Any]:
        body = dict(drawn)
        for name in KEYS:
            if isinstance(body.get(name), str) and body[name] and not bare:
                body[name] = self.names.name() + body[name]
        if isinstance(body.get("amount"), dict):
            body["amount"] = self._affordable(body["amount"])
        if _says(body, "payload"):
            body["payload"] = vendor_layout(body, unquote(str(place.get("connectionId", ""))))
        key = self.settings.own.signing_key if self.settings.own is not None else None
        if key is not None and _says(body, "payload") and _says(body, "signature"):
            body["signature"] = signing.sign(body["payload"], key)
        return body

    def _affordable(self, drawn: Mapping[str, Any]) -> dict[str, Any]:
        amount = dict(drawn)
        if _says(amount, "currency"):
            amount["currency"] = self.settings.currency
        if _says(amount, "quantity") and _HARMFUL.fullmatch(amount["quantity"]):
            amount["quantity"] = "1"
        return amount


def _says(body: Mapping[str, Any], name: str) -> bool:
    return isinstance(body.get(name), str) and body[name] != ""


def _subject(case: Case[Any]) -> tuple[ParameterLocation | None, str | None]:
    """Which parameter a case of the coverage phase is about; fuzzed cases may be about several."""
    if case.meta is None or not isinstance(case.meta.phase.data, CoveragePhaseData):
        return None, None
    return case.meta.phase.data.parameter_location, case.meta.phase.data.parameter


def _focus(case: Case[Any], *, moved: bool) -> Focus:
    if case.method.upper() != case.operation.method.upper():
        return "method"
    subjects: dict[object, Focus] = {"Authorization": "token", "Content-Type": "media type"}
    location, name = _subject(case)
    if location is ParameterLocation.HEADER and name in subjects:
        return subjects[name]
    return "path" if moved else "body"


def _has_bare_symbol(case: Case[Any]) -> bool:
    if case.meta is None or not isinstance(case.meta.phase.data, CoveragePhaseData):
        return False
    symbol = case.body.get("symbol") if isinstance(case.body, dict) else None
    return isinstance(symbol, str) and 0 < len(symbol) <= BARE_SYMBOL


def _serialised(
    case: Case[Any], place: dict[str, Any], body: Any
) -> tuple[str, str, str | None, bytes | None]:
    """Method, target, media type and body as schemathesis would have sent them."""
    made = Case(
        operation=case.operation,
        method=case.method,
        path=case.path,
        path_parameters=place,
        headers=case.headers,
        query=case.query,
        body=body,
        media_type=case.media_type,
    )
    prepared = prepare_request(made, None, config=SanitizationConfig(enabled=False), base_url="http://target")
    sent: Any = prepared.body  # bytes, a text, or nothing
    if sent is None and prepared.headers.get("Content-Length") == "0":
        sent = b""
    media_type: Any = prepared.headers.get("Content-Type")
    return case.method, prepared.path_url, media_type, sent.encode() if isinstance(sent, str) else sent


def _traits(focus: Focus, place: Mapping[str, Any], *, bare: bool) -> frozenset[Trait]:
    """Ids that are no plain path segment are often answered by a server's routing, below the application."""
    odd = focus == "path" and not all(_PLAIN_SEGMENT.fullmatch(str(value)) for value in place.values())
    found = {Trait.BELOW: odd, Trait.REPEATED_KEY: bare}
    return frozenset(trait for trait, applies in found.items() if applies)
