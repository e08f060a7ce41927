"""Faults in what create allocation answers: shape, echo, ids, times, status (ALC-01 to ALC-04, ALC-18)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import edit_cleared, without
from contracts.mock.faults.asset_answers import epoch_ms, http_date
from contracts.mock.faults.loss import as_float, ascii_only, composed, each_text, three_bytes
from contracts.mock.messages import Answer
from contracts.mock.rules.records import now
from contracts.mock.state import Object, Order, State
from contracts.mock.switches import fault
from contracts.wire import Json

# ALC-01


@fault("allocation-answers-201", breaks="ALC-01", falls_with=["HTP-02", "ALC-04", "ALC-10", "SIG-05"])
def answers_201(mock: Behaviour) -> None:
    """An allocation is answered 201."""
    honest = mock.allocations.cleared
    mock.allocations.cleared = lambda allocation: Answer(201, honest(allocation).body)


@fault("allocation-unwrapped", breaks="ALC-01", falls_with=["ALC-02", "ALC-03", "ALC-04", "SIG-05"])
def unwrapped(mock: Behaviour) -> None:
    """The allocation is the answer, not its member `allocation`."""

    def cleared(allocation: Object) -> Answer:
        body = honest(allocation).body
        return Answer(200, body["allocation"] if isinstance(body, dict) else body)

    honest = mock.allocations.cleared
    mock.allocations.cleared = cleared


@fault("allocation-misses-id", breaks="ALC-01", falls_with=["ALC-03"])
def misses_id(mock: Behaviour) -> None:
    """The allocation has no id."""
    edit_cleared(mock, lambda allocation: without(allocation, "id"))


@fault("allocation-misses-connection", breaks="ALC-01", falls_with=["ALC-02"])
def misses_connection(mock: Behaviour) -> None:
    """The allocation has no connectionId."""
    edit_cleared(mock, lambda allocation: without(allocation, "connectionId"))


@fault("allocation-misses-updated-at", breaks="ALC-01", falls_with=["ALC-03"])
def misses_updated_at(mock: Behaviour) -> None:
    """The allocation has no updatedAt: it was never updated."""
    edit_cleared(mock, lambda allocation: without(allocation, "updatedAt"))


@fault("allocation-quantity-as-number", breaks="ALC-01", falls_with=["ALC-02"])
def quantity_as_number(mock: Behaviour) -> None:
    """amount.quantity comes back as a JSON number."""
    mock.allocations.echo["quantity"] = lambda value: int(str(value))


# ALC-02


@fault("allocation-quantity-through-floats", breaks="ALC-02", falls_with=["ALC-18"])
def quantity_through_floats(mock: Behaviour) -> None:
    """amount.quantity passed through a 64-bit float."""
    mock.allocations.echo["quantity"] = lambda value: f"{as_float(int(str(value))):.0f}"


@fault("allocation-quantity-through-int64", breaks="ALC-02")
def quantity_through_int64(mock: Behaviour) -> None:
    """amount.quantity wraps round beyond 2^64."""
    mock.allocations.echo["quantity"] = lambda value: str(int(str(value)) % 2**64)


@fault("allocation-quantity-with-exponent", breaks="ALC-02")
def quantity_with_exponent(mock: Behaviour) -> None:
    """amount.quantity of six digits and more comes back with an exponent where it ends in zeros."""
    mock.allocations.echo["quantity"] = _with_exponent


def _with_exponent(value: Json) -> Json:
    text = str(value)
    digits = text.rstrip("0")
    return f"{digits}e+{len(text) - len(digits)}" if len(text) - len(digits) > 5 else text


@fault("allocation-upper-cases-currency", breaks="ALC-02")
def upper_cases_currency(mock: Behaviour) -> None:
    """amount.currency comes back in upper case."""
    mock.allocations.echo["currency"] = each_text(str.upper)


@fault("allocation-trims-notes", breaks="ALC-02", falls_with=["ALC-18"])
def trims_notes(mock: Behaviour) -> None:
    """notes come back without the spaces around them."""
    mock.allocations.echo["notes"] = each_text(str.strip)


@fault("allocation-drops-notes", breaks="ALC-02", falls_with=["ALC-18"])
def drops_notes(mock: Behaviour) -> None:
    """notes do not come back."""
    edit_cleared(mock, lambda allocation: without(allocation, "notes"))


@fault("allocation-lower-cases-id", breaks="ALC-02", falls_with=["ALC-18", "HTP-07"])
def lower_cases_id(mock: Behaviour) -> None:
    """clientExternalId comes back in lower case."""
    mock.allocations.echo["clientExternalId"] = each_text(str.lower)


@fault("allocation-names-another-connection", breaks="ALC-02")
def names_another_connection(mock: Behaviour) -> None:
    """connectionId is one that the service made up for the partner."""
    mock.allocations.echo["connectionId"] = lambda value: str(
        UUID(sha256(str(value).encode()).hexdigest()[:32])
    )


# ALC-03


@fault("allocation-id-repeats", breaks="ALC-03", falls_with=["ALC-11", "ALC-13"])
def id_repeats(mock: Behaviour) -> None:
    """Every fourth allocation gets the id of the one before it."""
    honest, made = mock.allocations.id, list[Json]()

    def id_of(state: State, order: Order) -> Json:
        made.append(made[-1] if len(made) % 4 == 3 else honest(state, order))
        return made[-1]

    mock.allocations.id = id_of


@fault("allocation-id-of-the-amount", breaks="ALC-03", falls_with=["ALC-11", "ALC-13"])
def id_of_the_amount(mock: Behaviour) -> None:
    """`id` is derived from currency and quantity: two allocations of one amount share it."""
    mock.allocations.id = lambda state, order: str(
        UUID(sha256(f"{order.currency}/{order.quantity}".encode()).hexdigest()[:32])
    )


def _times(mock: Behaviour, times: Callable[[], tuple[Json, Json]]) -> None:
    mock.allocations.times = times


@fault("allocation-updated-before-created", breaks="ALC-03")
def updated_before_created(mock: Behaviour) -> None:
    """updatedAt lies a second before createdAt."""
    _times(mock, lambda: (now(), now(timedelta(seconds=-1))))


@fault("allocation-times-of-the-example", breaks="ALC-03")
def times_of_the_example(mock: Behaviour) -> None:
    """Both times of an allocation are always the guide's 2019-08-24."""
    _times(mock, lambda: ("2019-08-24", "2019-08-24"))


@fault("allocation-times-local-but-z", breaks="ALC-03")
def times_local_but_z(mock: Behaviour) -> None:
    """Both times of an allocation are those of a clock in Tokyo, marked as UTC."""
    _times(mock, lambda: (now(timedelta(hours=9)), now(timedelta(hours=9))))


@fault("allocation-times-as-epoch-text", breaks="ALC-03")
def times_as_epoch_text(mock: Behaviour) -> None:
    """Both times of an allocation are milliseconds since 1970, as text."""
    _times(mock, lambda: (epoch_ms(), epoch_ms()))


@fault("allocation-times-as-http-date", breaks="ALC-03")
def times_as_http_date(mock: Behaviour) -> None:
    """Both times of an allocation have the form of HTTP headers."""
    _times(mock, lambda: (http_date(), http_date()))


@fault("allocation-initiated-by-nobody", breaks="ALC-03")
def initiated_by_nobody(mock: Behaviour) -> None:
    """initiatedBy is empty."""
    edit_cleared(mock, lambda allocation: allocation | {"initiatedBy": ""})


# ALC-04


@fault("allocation-status-pending", breaks="ALC-04", falls_with=["ALC-01"])
def status_pending(mock: Behaviour) -> None:
    """The status of an allocation is pending."""
    edit_cleared(mock, lambda allocation: allocation | {"status": "pending"})


@fault("allocation-status-upper-case", breaks="ALC-04", falls_with=["ALC-01"])
def status_upper_case(mock: Behaviour) -> None:
    """The status of an allocation is CLEARED."""
    edit_cleared(mock, lambda allocation: allocation | {"status": "CLEARED"})


@fault("allocation-cleared-with-reason", breaks="ALC-04")
def cleared_with_reason(mock: Behaviour) -> None:
    """A cleared allocation has a reason."""
    edit_cleared(mock, lambda allocation: allocation | {"reason": "ok"})


@fault("allocation-reserved-and-retriable", breaks="ALC-04")
def reserved_and_retriable(mock: Behaviour) -> None:
    """An allocation is answered 200 as reserved, and to be tried again."""
    edit_cleared(mock, lambda allocation: allocation | {"status": "reserved", "retriable": True})


@fault("allocation-released-on-200", breaks="ALC-04", falls_with=["ALC-01"])
def released_on_200(mock: Behaviour) -> None:
    """Every fifth allocation is answered 200, but released."""
    made = list[Object]()

    def fifth(allocation: Object) -> Object:
        made.append(allocation)
        return allocation | {"status": "released"} if len(made) % 5 == 0 else allocation

    edit_cleared(mock, fifth)


# ALC-18


@fault("allocation-loses-emoji", breaks="ALC-18", falls_with=["ALC-02"])
def loses_emoji(mock: Behaviour) -> None:
    """Characters beyond U+FFFF in notes become question marks."""
    mock.allocations.echo["notes"] = each_text(three_bytes)


@fault("allocation-loses-non-ascii", breaks="ALC-18", falls_with=["ALC-02"])
def loses_non_ascii(mock: Behaviour) -> None:
    """Characters outside ASCII in clientExternalId become question marks."""
    mock.allocations.echo["clientExternalId"] = each_text(ascii_only)


@fault("allocation-normalises-notes", breaks="ALC-18", falls_with=["ALC-02"])
def normalises_notes(mock: Behaviour) -> None:
    """notes come back in normal form C."""
    mock.allocations.echo["notes"] = each_text(composed)


@fault("allocation-truncates-notes", breaks="ALC-18", falls_with=["ALC-02"])
def truncates_notes(mock: Behaviour) -> None:
    """Notes of more than 255 characters are cut, silently."""
    mock.allocations.echo["notes"] = each_text(lambda text: text[:255])


@fault("allocation-signature-over-characters", breaks="ALC-18", falls_with=["SIG-05", "ALC-07"])
def signature_over_characters(mock: Behaviour) -> None:
    """The length in the signed message counts characters, not bytes: payloads outside ASCII never verify."""
    honest = mock.allocations.signer
    mock.allocations.signer = lambda order: honest(order) if order.payload.isascii() else None


@fault("allocation-signature-over-latin-1", breaks="ALC-18", falls_with=["SIG-05", "ALC-07"])
def signature_over_replaced(mock: Behaviour) -> None:
    """The signature is looked at over the payload with question marks for all that is not Latin-1."""
    honest = mock.allocations.signer
    mock.allocations.signer = lambda order: honest(
        replace(order, payload=order.payload.encode("latin-1", "replace").decode("latin-1"))
    )
