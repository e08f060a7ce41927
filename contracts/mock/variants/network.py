"""Legal choices of the network operations where the documents are silent, or offer more than one."""

from dataclasses import replace

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import before, edit_cleared, edit_released, without
from contracts.mock.identities import BALANCES, BY_ENTERPRISE
from contracts.mock.messages import SIGNING_PAYLOAD, Answer, Asked, Refused
from contracts.mock.rules.fields import any_text
from contracts.mock.rules.records import new_id, now
from contracts.mock.state import Object, Order, Settled, State
from contracts.mock.switches import variant
from contracts.mock.variants.layout import spaced
from contracts.wire import Json

# Signing payloads


@variant("get-signing-answers-405")
def get_signing_answers_405(mock: Behaviour) -> None:
    """There is no GET variant of the signing payload."""
    mock.protocol.methods[SIGNING_PAYLOAD] = ("POST",)


@variant("get-signing-answers-404")
def get_signing_answers_404(mock: Behaviour) -> None:
    """GET of the signing payload is answered 404: nothing is known there."""
    mock.protocol.methods[SIGNING_PAYLOAD] = ("POST",)
    before(
        mock,
        lambda asked: (
            Answer(404, {"error": "not found"})
            if asked.operation == SIGNING_PAYLOAD and asked.method in ("GET", "HEAD")
            else None
        ),
    )


@variant("payload-without-enterprise")
def payload_without_enterprise(mock: Behaviour) -> None:
    """The payload leaves enterpriseId out, as the vendor's client does."""
    honest = mock.payloads.content
    mock.payloads.content = lambda asked, sent: without(honest(asked, sent), "enterpriseId")


@variant("payload-carries-more")
def payload_carries_more(mock: Behaviour) -> None:
    """The payload says what it is for, beside what was asked."""
    honest = mock.payloads.content
    mock.payloads.content = lambda asked, sent: {
        **honest(asked, sent),
        "type": "allocation",
        "version": 2,
        "initiatedBy": BY_ENTERPRISE[asked.enterprise_id].user_id,
    }


@variant("payload-in-another-order")
def payload_in_another_order(mock: Behaviour) -> None:
    """The payload's members come in reverse order, quantity before currency."""
    honest = mock.payloads.content

    def reversed_content(asked: Asked, sent: Object) -> Object:
        said = honest(asked, sent)
        amount = said["amount"]
        inner = dict(reversed(amount.items())) if isinstance(amount, dict) else amount
        return dict(reversed((said | {"amount": inner}).items()))

    mock.payloads.content = reversed_content


@variant("payload-laid-out")
def payload_laid_out(mock: Behaviour) -> None:
    """The payload is spread over lines and indented, everything outside ASCII escaped."""
    mock.payloads.text = lambda said: spaced(wire.dumps(said, ascii=True))


@variant("payload-quantity-unchecked")
def payload_quantity_unchecked(mock: Behaviour) -> None:
    """Asking for a payload, the quantity may be any text; create allocation looks at its form."""

    def read(value: Json) -> Json:
        if not isinstance(value, str) or not value:
            raise Refused(400, "must be a string of one character or more")
        return any_text(value)

    mock.payloads.amount["quantity"].read = read


# What an allocation looks like


@variant("allocation-reserved")
def allocation_reserved(mock: Behaviour) -> None:
    """The partner settles asynchronously: allocations are reserved, not retriable."""
    edit_cleared(mock, lambda allocation: allocation | {"status": "reserved", "retriable": False})


@variant("allocation-reserved-with-reason")
def allocation_reserved_with_reason(mock: Behaviour) -> None:
    """Allocations are reserved, and say what they wait for."""
    edit_cleared(
        mock, lambda allocation: allocation | {"status": "reserved", "reason": "waiting for the partner"}
    )


@variant("allocation-without-retriable")
def allocation_without_retriable(mock: Behaviour) -> None:
    """Cleared allocations have no `retriable`, as in the guide's example."""
    edit_cleared(mock, lambda allocation: without(allocation, "retriable"))


@variant("allocation-like-the-guide")
def allocation_like_the_guide(mock: Behaviour) -> None:
    """Allocations look like the guide's example: dates alone, no `retriable`, a partnerExternalId."""
    mock.allocations.times = lambda: (now()[:10], now()[:10])
    edit_cleared(mock, lambda allocation: without(allocation, "retriable") | {"partnerExternalId": "string"})


@variant("released-by-policy")
def released_by_policy(mock: Behaviour) -> None:
    """A released allocation names the policy that decided, and a longer reason."""
    extra: Object = {"policyResult": "rejected", "evaluationId": new_id(), "reason": "POLICY: funds « low »"}
    edit_released(mock, lambda allocation: allocation | extra)


# Nonces and repetition


@variant("nonce-once-per-enterprise")
def nonce_once_per_enterprise(mock: Behaviour) -> None:
    """A nonce is used up for all connections of the enterprise."""
    mock.allocations.nonce_key = lambda order: (order.enterprise_id, order.nonce)


@variant("repeat-in-another-layout")
def layout_does_not_matter(mock: Behaviour) -> None:
    """The same content under another payload layout counts as the same request."""
    honest = mock.allocations.is_same

    def is_same(earlier: Order, order: Order) -> bool:
        return honest(earlier, replace(order, payload=earlier.payload))

    mock.allocations.is_same = is_same


@variant("released-uses-up-nothing")
def released_uses_up_nothing(mock: Behaviour) -> None:
    """A released allocation uses up neither nonce nor clientExternalId: sent again, it is decided anew."""
    honest = mock.allocations.keep

    def keep(state: State, key: object, settled: Settled) -> None:
        if settled.status == 200:
            honest(state, mock.allocations.request_key(settled.order), settled)
        else:
            state.nonces.pop(mock.allocations.nonce_key(settled.order), None)

    mock.allocations.keep = keep


@variant("released-uses-nonce-only")
def released_uses_nonce_only(mock: Behaviour) -> None:
    """A released allocation uses up its nonce, but not its clientExternalId."""
    honest = mock.allocations.keep

    def keep(state: State, key: object, settled: Settled) -> None:
        if settled.status == 200:
            honest(state, mock.allocations.request_key(settled.order), settled)

    mock.allocations.keep = keep


@variant("repeat-says-later")
def repeat_says_later(mock: Behaviour) -> None:
    """The same request sent again is answered with the allocation as it is by then: updated a moment ago."""

    def repeated(state: State, settled: Settled) -> Answer:
        allocation = settled.body["allocation"]
        assert isinstance(allocation, dict)
        return Answer(settled.status, settled.body | {"allocation": allocation | {"updatedAt": now()}})

    mock.allocations.repeated = repeated


@variant("repeat-clears-the-reserved")
def repeat_clears_the_reserved(mock: Behaviour) -> None:
    """An allocation is reserved at first, and cleared when the same request is sent again."""
    edit_cleared(mock, lambda allocation: allocation | {"status": "reserved"})

    def repeated(state: State, settled: Settled) -> Answer:
        allocation = settled.body["allocation"]
        assert isinstance(allocation, dict)
        later: Object = {"status": "cleared"} if allocation["status"] == "reserved" else {}
        return Answer(settled.status, settled.body | {"allocation": allocation | later})

    mock.allocations.repeated = repeated


# Signatures


@variant("signature-with-0x")
def signature_with_0x(mock: Behaviour) -> None:
    """A signature may begin with 0x."""
    honest = mock.allocations.signer
    mock.allocations.signer = lambda order: honest(
        replace(order, signature=order.signature.removeprefix("0x"))
    )


@variant("signature-lower-case-only")
def signature_lower_case_only(mock: Behaviour) -> None:
    """A signature in capitals is refused."""
    honest = mock.allocations.signer
    mock.allocations.signer = lambda order: (
        honest(order) if order.signature == order.signature.lower() else None
    )


_HALF_ORDER = 0x7FFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_5D576E73_57A4501D_DFE92F46_681B20A0


@variant("signature-low-s-only")
def signature_low_s_only(mock: Behaviour) -> None:
    """Of the two values that s may have only the lower is taken (BIP-62)."""
    honest = mock.allocations.signer

    def signer(order: Order) -> bytes | None:
        key = honest(order)
        return key if key is not None and int(order.signature[66:], 16) <= _HALF_ORDER else None

    mock.allocations.signer = signer


@variant("funds-per-connection")
def per_connection(mock: Behaviour) -> None:
    """Each connection has funds of its own: no document says that they share the account's."""
    spent = dict[tuple[str, str], int]()

    def balance(state: State, order: Order) -> int:
        return BALANCES.get(order.currency, 0) - spent.get((order.connection_id, order.currency), 0)

    def take(state: State, order: Order, amount: int) -> None:
        place = order.connection_id, order.currency
        spent[place] = spent.get(place, 0) + amount

    mock.allocations.balance, mock.allocations.take = balance, take
