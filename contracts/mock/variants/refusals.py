"""Legal choices of which refusal answers what, and in which order the network operations ask (docs/freedom.md, "Order")."""

from collections.abc import Callable

from contracts import wire
from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import before, deny
from contracts.mock.identities import BALANCES, BY_ENTERPRISE
from contracts.mock.messages import CREATE_ALLOCATION, SIGNING_PAYLOAD, Answer, Asked, Refused
from contracts.mock.rules.records import new_id, now
from contracts.mock.state import Object, Order, State
from contracts.mock.switches import variant

# Which refusal


def _answer(mock: Behaviour, applies: Callable[[str], bool], status: int) -> None:
    """Refusals by create allocation whose words `applies` knows have another status."""
    honest = mock.access.denied

    def denied(refused: Refused, asked: Asked) -> Answer:
        if asked.operation == CREATE_ALLOCATION and refused.status in (400, 409) and applies(refused.why):
            return honest(Refused(status, refused.why), asked)
        return honest(refused, asked)

    mock.access.denied = denied


def _is_about_signature(why: str) -> bool:
    return why.startswith("the signature is not")


def _is_about_agreement(why: str) -> bool:
    return why.startswith(("payload and request disagree", "the payload must be the text"))


def _is_about_use(why: str) -> bool:
    return "was used" in why


@variant("bad-signature-answers-401")
def bad_signature_answers_401(mock: Behaviour) -> None:
    """A bad signature is answered 401."""
    _answer(mock, _is_about_signature, 401)


@variant("bad-signature-answers-403")
def bad_signature_answers_403(mock: Behaviour) -> None:
    """A bad signature and a disagreement are answered 403."""
    _answer(mock, lambda why: _is_about_signature(why) or _is_about_agreement(why), 403)


@variant("disagreement-answers-409")
def disagreement_answers_409(mock: Behaviour) -> None:
    """A payload that disagrees with the request is answered 409."""
    _answer(mock, _is_about_agreement, 409)


@variant("reuse-answers-400")
def reuse_answers_400(mock: Behaviour) -> None:
    """A used nonce or clientExternalId is answered 400."""
    _answer(mock, _is_about_use, 400)


@variant("reuse-answers-403")
def reuse_answers_403(mock: Behaviour) -> None:
    """A used nonce or clientExternalId is answered 403."""
    _answer(mock, _is_about_use, 403)


@variant("refusals-answer-422")
def refusals_answer_422(mock: Behaviour) -> None:
    """A bad signature, a disagreement, a used nonce or clientExternalId is answered 422 with a released allocation."""
    rules = mock.allocations
    asked_last: list[Order] = []
    read = rules.order

    def order(asked: Asked, sent: Object) -> Order:
        asked_last[:] = [read(asked, sent)]
        return asked_last[0]

    rules.order = order
    honest = mock.access.denied

    def denied(refused: Refused, asked: Asked) -> Answer:
        about = (
            _is_about_signature(refused.why) or _is_about_agreement(refused.why) or _is_about_use(refused.why)
        )
        if asked.operation != CREATE_ALLOCATION or not about:
            return honest(refused, asked)
        return Answer(422, {"allocation": _released(asked_last[0], refused.why), "error": refused.why})

    mock.access.denied = denied


def _released(order: Order, why: str) -> Object:
    moment = now()
    notes: Object = {} if order.notes is None else {"notes": order.notes}
    return {
        "id": new_id(),
        "status": "released",
        "amount": {"currency": order.currency, "quantity": order.quantity},
        "connectionId": order.connection_id,
        "clientExternalId": order.client_external_id,
        "initiatedBy": BY_ENTERPRISE[order.enterprise_id].user_id,
        "createdAt": moment,
        "updatedAt": moment,
        "retriable": False,
        "reason": why,
        **notes,
    }


@variant("foreign-enterprise-answers-404")
def foreign_enterprise_answers_404(mock: Behaviour) -> None:
    """An enterprise that one does not belong to is answered 404, as if there were none."""
    _deny_by(mock, "not a member", 404)


@variant("foreign-enterprise-answers-401")
def foreign_enterprise_answers_401(mock: Behaviour) -> None:
    """An enterprise that one does not belong to is answered 401, as the reference has it."""
    _deny_by(mock, "not a member", 401)


@variant("unknown-ids-answer-403")
def unknown_ids_answer_403(mock: Behaviour) -> None:
    """Unknown enterprises and connections are answered 403: nobody learns which exist."""
    deny(mock, 404, lambda answer, asked: Answer(403, {"error": "denied"}))


@variant("connection-must-be-a-uuid")
def connection_must_be_a_uuid(mock: Behaviour) -> None:
    """A connection id that has no UUID's form is answered 400."""
    deny(
        mock,
        404,
        lambda answer, asked: (
            Answer(400, {"error": "not a UUID"}) if asked.connection_id.count("-") != 4 else answer
        ),
    )


@variant("missing-scope-answers-401")
def missing_scope_answers_401(mock: Behaviour) -> None:
    """A token that lacks a scope is answered 401."""
    _deny_by(mock, "lacks a scope", 401)


def _deny_by(mock: Behaviour, words: str, status: int) -> None:
    honest = mock.access.denied
    mock.access.denied = lambda refused, asked: honest(
        Refused(status, refused.why) if words in refused.why else refused, asked
    )


@variant("token-without-scheme-accepted")
def token_without_scheme_accepted(mock: Behaviour) -> None:
    """Authorization may hold the token alone, without a scheme."""
    honest = mock.access.token

    def token(asked: Asked) -> str | None:
        alone = asked.headers.get("authorization", "")
        return alone if alone and " " not in alone else honest(asked)

    mock.access.token = token


@variant("unknown-currency-answers-400")
def unknown_currency_answers_400(mock: Behaviour) -> None:
    """A currency that the service does not know is answered 400."""
    honest = mock.allocations.order

    def order(asked: Asked, sent: Object) -> Order:
        found = honest(asked, sent)
        if found.currency not in BALANCES:
            raise Refused(400, "unknown currency")
        return found

    mock.allocations.order = order


# Order of questions


@variant("network-validates-before-access")
def validates_before_access(mock: Behaviour) -> None:
    """A body that is no JSON is answered 400 before anybody asks for a token."""

    def early(asked: Asked) -> Answer | None:
        if (
            asked.operation not in (SIGNING_PAYLOAD, CREATE_ALLOCATION)
            or asked.method != "POST"
            or not asked.body
        ):
            return None
        try:
            wire.parse(asked.body)
        except wire.NotJson:
            return Answer(400, {"error": "not JSON"})
        return None

    before(mock, early)


@variant("network-token-before-method")
def token_before_method(mock: Behaviour) -> None:
    """A request without a good token is answered 401 for undefined methods, too."""

    def early(asked: Asked) -> Answer | None:
        token = mock.access.token(asked)
        network = asked.operation in (SIGNING_PAYLOAD, CREATE_ALLOCATION)
        if network and asked.method != "OPTIONS" and (token is None or mock.access.credential(token) is None):
            return mock.access.denied(Refused(401, "unauthenticated"), asked)
        return None

    before(mock, early)


@variant("reuse-before-truth")
def reuse_before_truth(mock: Behaviour) -> None:
    """A used nonce or clientExternalId is refused before anybody looks at the signature, unless it is the same request."""
    honest = mock.allocations.is_signed
    settled, nonces = dict[object, Order](), set[object]()
    use = mock.allocations.use_nonce

    def use_nonce(state: State, key: object, order: Order) -> None:
        settled[mock.allocations.request_key(order)] = order
        nonces.add(mock.allocations.nonce_key(order))
        use(state, mock.allocations.nonce_key(order), order)

    def is_signed(rules: object, order: Order) -> bool:
        earlier = settled.get(mock.allocations.request_key(order))
        other = earlier is not None and not mock.allocations.is_same(earlier, order)
        if other or (earlier is None and mock.allocations.nonce_key(order) in nonces):
            raise Refused(409, "clientExternalId or nonce was used")
        return honest(mock.allocations, order)

    mock.allocations.use_nonce = use_nonce
    mock.allocations.is_signed = is_signed


@variant("slash-redirected")
def slash_redirected(mock: Behaviour) -> None:
    """A path with a slash behind it is answered 308, as frameworks do by themselves."""
    honest = mock.protocol.no_such_path
    mock.protocol.no_such_path = lambda method, path: (
        Answer(308, headers={"location": path.rstrip("/")}, raw=b"")
        if path.endswith("/")
        else honest(method, path)
    )
