"""Bugs that real services ship, planted in the http.server server: each class breaks the must clause it names."""

import json
import re
import time
from collections.abc import Mapping
from typing import ClassVar

from tests.servers.stdlib_honest import Answer, Handler, Json, No, Shop
from tests.servers.tenants import Tenant


class PunctuationIgnored(Shop):
    """AST-19: the index key of a symbol is a slug, so A-B and A_B are one."""

    def same(self, symbol: str) -> str:
        return re.sub(r"[-_./: ]", "", symbol)


class AsciiIndex(Shop):
    """AST-07: symbols outside ASCII never get into the index."""

    def same(self, symbol: str) -> str:
        return symbol if symbol.isascii() else f"{symbol}#{time.time_ns()}"


class ActiveOnly(Shop):
    """AST-06: only active assets count as existing."""

    def post_asset(self, body: dict[str, Json]) -> Answer:
        key = str(body.get("symbol"))
        if self.state.assets.get(key, {}).get("entity_status") == "INACTIVE":
            del self.state.assets[key]
        return super().post_asset(body)


class ConflictUpdates(Shop):
    """AST-09: the conflict is answered, and the third create is taken as an upsert."""

    seen: ClassVar[set[str]] = set()

    def post_asset(self, body: dict[str, Json]) -> Answer:
        try:
            return super().post_asset(body)
        except No as no:
            if no.status == 409 and body["symbol"] in self.seen:
                return 200, self.new_asset(body)
            self.seen.add(str(body.get("symbol")))
            raise


class LooseEnums(Shop):
    """AST-13: enumerations are compared after upper() and strip()."""

    def check_enums(self, body: dict[str, Json]) -> None:
        tidy = {name: str(body.get(name)).strip().upper() for name in ("type", "entity_status")}
        super().check_enums(tidy)


class MappingsAsSets(Shop):
    """AST-02: a vendor's names are kept as a set in disguise: repeats are dropped."""

    def new_asset(self, body: dict[str, Json]) -> dict[str, Json]:
        lists = {
            vendor: list(dict.fromkeys(names)) for vendor, names in body.get("symbol_mappings", {}).items()
        }
        return super().new_asset({**body, "symbol_mappings": lists} if lists else body)


class NullsForAbsent(Shop):
    """AST-16: what was not sent is answered as null."""

    def new_asset(self, body: dict[str, Json]) -> dict[str, Json]:
        return {"contract_address": None, **super().new_asset(body)}


class SecondsAsId(Shop):
    """AST-03: the id is made from the clock's second and the type."""

    def new_asset(self, body: dict[str, Json]) -> dict[str, Json]:
        return {**super().new_asset(body), "id": f"00000000-0000-4000-8000-{int(time.time()) // 2:012d}"}


class PrefixScheme(Shop):
    """AUT-02: the scheme is cut off by position, so any word of six letters will do."""

    def who(self, authorization: str | None) -> tuple[Tenant, bool]:
        return super().who("Bearer " + (authorization or "").rpartition(" ")[2])


class MemberOfAny(Shop):
    """AUT-03: the caller must be a member of an enterprise, whichever."""

    def enter(self, authorization: str | None, enterprise: str, connection: str, *, writing: bool) -> Tenant:
        _, may_write = self.who(authorization)
        owners = [
            each for each in self.tenants if each.enterprise == enterprise and connection in each.connections
        ]
        if not owners or (writing and not may_write):
            raise No(403, "no")
        return owners[0]


class DigitsOfTheWorld(Shop):
    """ALC-17: int() reads other digits, signs and spaces too."""

    def check_quantity(self, quantity: str) -> None:
        try:
            number = int(quantity)
        except ValueError:
            number = 0
        super().check_quantity(str(number) if number > 0 else "x")


class FirstBytesSigned(Shop):
    """ALC-05: only r is looked at closely: a broken s falls back to the cache of r values that were good once."""

    good: ClassVar[set[str]] = set()

    def verify(self, tenant: Tenant, payload: str, signature: str) -> bool:
        holds = super().verify(tenant, payload, signature)
        if holds:
            self.good.add(signature[2:66])
        return holds or signature[2:66] in self.good


class OnlyHex(Shop):
    """ALC-05: in this release verification is still a stub: 130 hex digits that are not all zero will do."""

    def verify(self, tenant: Tenant, payload: str, signature: str) -> bool:
        return bool(re.fullmatch("[0-9a-f]{130}", signature)) and bool(signature.strip("0"))


class LengthOneByte(Shop):
    """ALC-18: the message's length is written in one byte, so long payloads never verify."""

    def message_hash(self, text: str) -> bytes:
        return super().message_hash(text if len(text.encode()) < 253 else text[:252])


class ConnectionUnread(Shop):
    """ALC-06f: the payload's connectionId is not compared."""

    def compare(self, payload: str, terms: dict[str, Json], enterprise: str) -> None:
        told = self.parse(payload.encode())
        super().compare(json.dumps({**told, "connectionId": terms["connectionId"]}), terms, enterprise)


class EnterpriseUnread(Shop):
    """ALC-06g: the payload's enterpriseId is not compared."""

    def compare(self, payload: str, terms: dict[str, Json], enterprise: str) -> None:
        super().compare(
            json.dumps({**self.parse(payload.encode()), "enterpriseId": enterprise}), terms, enterprise
        )


class RetryPays(Shop):
    """ALC-10: the repeated request gets its old answer, and the money is moved again."""

    def settle(self, tenant: Tenant, terms: dict[str, Json], mark: Json) -> Answer:
        again = self.id_key(tenant, terms) in self.state.answers
        answer = super().settle(tenant, terms, mark)
        if again and answer[0] == 200:
            self.state.balances[tenant.enterprise, terms["amount"]["currency"]] -= int(
                terms["amount"]["quantity"]
            )
        return answer


class RacyFunds(Shop):
    """ALC-15: the balance is read, a moment later written back, and no lock is held meanwhile."""

    def pay(self, tenant: Tenant, terms: dict[str, Json]) -> Answer:
        purse, key = (tenant.enterprise, terms["amount"]["currency"]), self.id_key(tenant, terms)
        nonce = (tenant.enterprise, terms["nonce"])
        before = self.state.balances.get(purse, 0)
        # Nonce and clientExternalId are kept by others' rules: only the money races.
        self.state.nonces.add(nonce)
        self.state.answers[key] = (None, (409, {"error": "under way"}))
        self.state.lock.release()
        time.sleep(0.002)
        self.state.lock.acquire()
        self.state.nonces.discard(nonce)
        del self.state.answers[key]
        self.state.balances[purse] = before
        return super().pay(tenant, terms)


class RacyNonce(Shop):
    """ALC-13: two requests may pass the nonce's check together; the money itself is counted right."""

    def settle(self, tenant: Tenant, terms: dict[str, Json], mark: Json) -> Answer:
        used = (tenant.enterprise, terms["nonce"]) in self.state.nonces
        self.state.lock.release()
        time.sleep(0.002)
        self.state.lock.acquire()
        if not used:
            self.state.nonces.discard((tenant.enterprise, terms["nonce"]))
        return super().settle(tenant, terms, mark)


class BadRequestUsesUp(Shop):
    """ALC-20: the nonce is used up before the signature's presence is checked."""

    def post_allocation(self, tenant: Tenant, body: dict[str, Json], connection: str) -> Answer:
        if isinstance(body.get("nonce"), str) and "signature" not in body:
            self.state.nonces.add((tenant.enterprise, body["nonce"]))
        return super().post_allocation(tenant, body, connection)


class ReasonOnCleared(Shop):
    """ALC-04: a cleared allocation has a reason."""

    def pay(self, tenant: Tenant, terms: dict[str, Json]) -> Answer:
        status, body = super().pay(tenant, terms)
        return status, {**body, "allocation": {"reason": "OK", **body["allocation"]}}


class ErrorsAsCodes(Shop):
    """HTP-01: arithmetic on quantities of more than 19 digits overflows a 64-bit column."""

    def pay(self, tenant: Tenant, terms: dict[str, Json]) -> Answer:
        if int(terms["amount"]["quantity"]) >= 2**63:
            raise No(500, "numeric value out of range")
        return super().pay(tenant, terms)


class ErrorObjects(Handler):
    """AUT-06: the refusal's error is an object with a code and a text."""

    def write(self, status: int, value: Json, headers: Mapping[str, str]) -> None:
        if status in (401, 403, 404):
            value = {"error": {"code": status, "text": "no"}}
        super().write(status, value, headers)


class TextIsJson(Handler):
    """HTP-03: JSON is declared as text/html."""

    def write(self, status: int, value: Json, headers: Mapping[str, str]) -> None:
        super().write(status, value, {**headers, "Content-Type": "text/html"} if status == 409 else headers)


class AllowLies(Handler):
    """HTP-04: the 405 recommends methods that are answered 405 as well."""

    def allowed(self) -> str:
        return "GET, POST, PUT"


class PutIsPost(Handler):
    """HTP-04: PUT creates as POST does."""

    def do_PUT(self) -> None:  # noqa: N802 - http.server looks it up
        self.command = "POST"
        self.work()


class SharedAnswer(Handler):
    """HTP-07: the answer under way is a global: with two at once the later one's is sent twice."""

    latest: ClassVar[list[Json]] = [None]

    def write(self, status: int, value: Json, headers: Mapping[str, str]) -> None:
        if status == 200:
            self.latest[0] = value
            time.sleep(0.001)
            value = self.latest[0]
        super().write(status, value, headers)


_SHOPS = {each.__name__: (each, Handler) for each in Shop.__subclasses__()}
_HANDLERS = {each.__name__: (Shop, each) for each in Handler.__subclasses__()}

FAULTS: dict[str, tuple[type[Shop], type[Handler]]] = {**_SHOPS, **_HANDLERS}
CLAUSES = {
    each.__name__: str(each.__doc__).partition(":")[0]
    for each in (*Shop.__subclasses__(), *Handler.__subclasses__())
}
