"""The Go Network operations as calls: what an allocation says, its payload, its signature, its request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from contracts import signing, wire
from contracts.asking.asker import Asker, needs_answer
from contracts.asking.assets import JSON, USUAL, encoded
from contracts.exchange import Exchange, Headers, Request
from contracts.settings import Tenant
from contracts.signing import SigningKey
from contracts.violation import Unaskable

Content = dict[str, wire.Json]


@dataclass(frozen=True)
class Caller:
    """Who asks, and for which connection: token None sends no Authorization at all."""

    token: str | None = field(repr=False)
    enterprise: str
    connection: str
    key: SigningKey | None = None
    scheme: str = "Bearer"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:  # noqa: FBT001  # Hypothesis calls it by position
        printer.text("<caller>")

    @classmethod
    def of(cls, tenant: Tenant) -> "Caller":
        """The tenant's user with the tenant's own connection."""
        token = tenant.access_token.get_secret_value()
        return cls(token, tenant.enterprise_id, tenant.connection_id, tenant.signing_key)

    def but(self, **changes: object) -> "Caller":
        """The same caller with some attributes changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def headers(self) -> Headers:
        """The usual headers with this caller's Authorization."""
        if self.token is None:
            return (*USUAL, *JSON)
        return (*USUAL, *JSON, ("Authorization", f"{self.scheme} {self.token}".strip()))

    @property
    def path(self) -> str:
        """The path of this connection's allocations."""
        return (
            f"/api/network/v1/enterprises/{self.enterprise}/clients/connections/{self.connection}/allocations"
        )


def vendor_layout(content: Mapping[str, wire.Json], connection: str) -> str:
    """The payload as the vendor's client writes it: connectionId first, no enterpriseId (ref)."""
    order = ("amount", "notes", "clientExternalId", "nonce")
    said: Content = {"connectionId": connection}
    said.update({name: content[name] for name in order if name in content})
    return wire.dumps(said)


def full_truth(content: Mapping[str, wire.Json], caller: Caller) -> Content:
    """Everything that a payload says of a request, enterpriseId included, as the signing endpoint has it as a rule."""
    return {**content, "connectionId": caller.connection, "enterpriseId": caller.enterprise}


@dataclass
class Network:
    """The Go Network service as this question meets it; `me` is the tenant under test."""

    ask: Asker
    me: Caller

    def _repr_pretty_(self, printer: Any, _: bool) -> None:  # noqa: FBT001  # Hypothesis calls it by position
        printer.text("<network>")  # by itself Hypothesis prints every field, and tokens with them

    @property
    def key(self) -> SigningKey:
        """The account user's key; a question that signs is not asked without one."""
        if self.me.key is None:
            message = "SIGNING_KEY is not set"
            raise Unaskable(message)
        return self.me.key

    def content(self, quantity: wire.Json = "1", **changes: wire.Json) -> Content:
        """What an allocation says: 1 base unit unless told otherwise, under a fresh reference and nonce."""
        content: Content = {
            "amount": {"currency": self.ask.settings.currency, "quantity": quantity},
            "clientExternalId": self.ask.fresh.name(),
            "nonce": self.ask.fresh.name(),
        }
        return {**content, **changes}

    def signed(
        self,
        content: Content,
        *,
        payload: str | None = None,
        key: SigningKey | None = None,
        caller: Caller | None = None,
    ) -> Content:
        """The body of create allocation: `content`, its payload (`full_truth` unless given) and signature."""
        text = wire.dumps(full_truth(content, caller or self.me)) if payload is None else payload
        return {**content, "payload": text, "signature": signing.sign(text, key or self.key)}

    def payload_request(
        self, content: object, *, caller: Caller | None = None, method: str = "POST"
    ) -> Request:
        """The request for a signing payload, by POST or in its GET variant."""
        who = caller or self.me
        operation = "signingPayload" if method == "POST" else "signingPayloadByGet"
        return Request(method, f"{who.path}/signing", who.headers, encoded(content), operation)

    def allocation_request(self, body: object, *, caller: Caller | None = None) -> Request:
        """The request to allocate, for a body that is signed already."""
        who = caller or self.me
        return Request("POST", who.path, who.headers, encoded(body), "createAllocation")

    def send(self, request: Request) -> Exchange:
        """Send any request to this service."""
        return self.ask.send(request, "go-network")

    def ask_payload(self, content: object, *, caller: Caller | None = None, method: str = "POST") -> Exchange:
        """Ask for a signing payload."""
        return self.send(self.payload_request(content, caller=caller, method=method))

    def allocate(self, body: object, *, caller: Caller | None = None) -> Exchange:
        """Send a signed allocation."""
        return self.send(self.allocation_request(body, caller=caller))

    def payload_of(
        self, exchange: Exchange, clause: str = "SIG-01", *, about: str = "the request is valid"
    ) -> str:
        """Expect a payload and return its text; raises `Unaskable` when there is none."""
        self._expect_200(exchange, clause, "SIG-01", about, lambda: self.ask_payload(self.content()))
        payload = exchange.fields.get("payload")
        if not isinstance(payload, str) or not payload:
            message = "there is no payload to sign"
            raise Unaskable(message)
        return payload

    def accepted(
        self, exchange: Exchange, clause: str = "ALC-01", *, about: str = "the request is valid"
    ) -> Content:
        """Expect an allocation (200) and return it.

        A refusal is charged to `clause` only if a plain allocation of 1 base unit is accepted right after it: otherwise
        to ALC-01, or to nobody when the funds are used up (422). Raises `Unaskable` in each case.
        """
        self._expect_200(exchange, clause, "ALC-01", about, self._plain)
        allocation = exchange.fields.get("allocation")
        return dict(allocation) if isinstance(allocation, dict) else {}

    def _plain(self) -> Exchange:
        """A plain allocation, with whichever of the usual payloads the target takes."""
        answer = self.allocate(self.signed(self.content()))
        if answer.status in {200, 422}:
            return answer
        content = self.content()
        answer = self.allocate(self.signed(content, payload=vendor_layout(content, self.me.connection)))
        return answer if answer.status in {200, 422} else self._issued()

    def _only_if_issued(self, refused: Exchange) -> bool:
        """Whether what was refused is accepted under plain keys with the payload that the service issues, and with no other."""
        plain = self.allocate(self.signed(self._like(refused)))
        return plain.status != 200 and self._issued(refused).status == 200

    def _like(self, exchange: Exchange | None) -> Content:
        """The content of an allocation, under fresh keys."""
        said = exchange.request.fields if exchange is not None else {}
        return self.content(**{name: said[name] for name in ("amount", "notes") if name in said})

    def _issued(self, like: Exchange | None = None) -> Exchange:
        """An allocation with the payload that the service issued for it; of the content of `like`, under fresh keys."""
        content = self._like(like)
        payload = self.ask_payload(content).fields.get("payload")
        return self.allocate(self.signed(content, payload=payload if isinstance(payload, str) else None))

    def allocated(self, content: Content | None = None, clause: str = "ALC-01") -> tuple[Content, Content]:
        """Make an allocation that later steps build on; returns the body that was sent and the allocation."""
        body = self.signed(self.content() if content is None else content)
        return body, self.accepted(self.allocate(body), clause)

    def still_works(self, content: Content, clause: str, *, about: str) -> None:
        """Expect that a truthful allocation of `content` is accepted now."""
        self.accepted(self.allocate(self.signed(content)), clause, about=about)

    def charge_refusal(self, exchange: Exchange, clause: str, about: str) -> tuple[str, str]:
        """The clause that the refusal of a truthful allocation breaks, and why; asks plain allocations as control."""
        if clause == "ALC-01" and self._only_if_issued(exchange):
            return "ALC-07", "the payload is truthful, though the service did not issue it"
        if clause != "ALC-01" and self._plain().status != 200:
            return "ALC-01", "the request is valid"
        return clause, about

    def stand(self) -> None:
        """Raise `Unaskable` where no truthful allocation is accepted: what is refused then proves nothing.

        One is asked for in each process. Its chances are no question's: they would hang on which one comes first.
        """
        if self.ask.identities.allocations:
            return
        record = self.ask.record
        chances = record.chances.copy()
        plain = self._plain()
        record.chances = chances
        if plain.status != 200:
            message = (
                "no truthful allocation was accepted: is SIGNING_KEY the account's, and CURRENCY funded?"
            )
            raise Unaskable(message)

    def observe(self, what: str, exchange: Exchange) -> None:
        """Note what the target makes of an allocation where the documents are silent (ALC-19).

        A 422 says nothing where a plain allocation meets it, too: the funds are used up, and the next run, with funds,
        would show a change.
        """
        if exchange.status == 422 and self._plain().status != 200:
            self.ask.record.could_not_ask(
                "ALC-19", f"no funds of {self.ask.settings.currency} are left to allocate"
            )
            return
        self.ask.observe("ALC-19", what, exchange)

    def refused(self, exchange: Exchange, clause: str, *, about: str) -> bool:
        """Expect any 4xx for an allocation; a chance only on a target that accepts truthful ones."""
        if exchange.status != 200:
            self.stand()
        return self.ask.refused(exchange, clause, about=about)

    def stays_free(
        self, content: Content, refused: Exchange, *, about: str, corrected: Content | None = None
    ) -> None:
        """Expect that a request refused with 400 used up neither its nonce nor its clientExternalId (ALC-20).

        `corrected` is the body to send then, where more of the refused one than its keys is to come again.
        """
        if refused.status != 400:
            return
        keys = {name: content[name] for name in ("nonce", "clientExternalId")}
        body = self.signed(self.content(**keys)) if corrected is None else corrected
        self.accepted(self.allocate(body), "ALC-20", about=f"the first try was refused with 400 ({about})")

    def _expect_200(
        self, exchange: Exchange, clause: str, plain: str, about: str, control: Callable[[], Exchange]
    ) -> None:
        needs_answer(exchange)
        if exchange.status == 200:
            self.ask.judged(clause)
            return
        if clause == "ALC-01" and exchange.status != 422 and self._only_if_issued(exchange):
            clause, about = "ALC-07", "the payload is truthful, though the service did not issue it"
        if clause != plain or exchange.status == 422:
            answer = control()
            needs_answer(answer)
            if answer.status == 422:
                message = f"no funds of {self.ask.settings.currency} are left to allocate"
                raise Unaskable(message)
            if answer.status != 200:
                exchange, clause, about = answer, plain, "the request is valid"
        self.ask.answered(exchange, clause, 200, about=about)
        message = f"{about}, but the answer was {exchange.status}"
        raise Unaskable(message)
