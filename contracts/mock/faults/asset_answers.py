"""Faults in what create asset answers: shape, ids, times and refusals (AST-01, AST-03, AST-04, AST-16, AST-18)."""

from collections.abc import Callable, Hashable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from itertools import count
from uuid import UUID

from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import edit_assets, without
from contracts.mock.messages import Answer, Refused
from contracts.mock.rules.records import new_id, now
from contracts.mock.state import Object, State
from contracts.mock.switches import fault
from contracts.wire import Json

OPTIONAL = ("contract_address", "metadata", "symbol_mappings")


# AST-01: shape


@fault("asset-answers-201", breaks="AST-01", falls_with=["HTP-02"])
def answers_201(mock: Behaviour) -> None:
    """A created asset is answered 201, as REST habits have it, not the documented 200."""
    mock.assets.created = lambda asset: Answer(201, asset)


@fault("asset-answer-empty", breaks="AST-01", falls_with=["AST-02", "HTP-03"])
def answer_empty(mock: Behaviour) -> None:
    """A created asset is answered 200 without a body."""
    mock.assets.created = lambda asset: Answer(200, raw=b"")


@fault("asset-answer-wrapped", breaks="AST-01", falls_with=["AST-02"])
def answer_wrapped(mock: Behaviour) -> None:
    """The asset comes inside of another object, under `asset`."""
    edit_assets(mock, lambda asset: {"asset": asset})


@fault("asset-id-is-a-number", breaks="AST-01", falls_with=["AST-03"])
def id_is_a_number(mock: Behaviour) -> None:
    """`id` is a number that counts up, not a string."""
    ids = count(1)
    mock.assets.id = lambda state, asset: next(ids)


@fault("asset-misses-entity-status", breaks="AST-01", falls_with=["AST-02"])
def misses_entity_status(mock: Behaviour) -> None:
    """The answer for an inactive asset has no entity_status."""
    edit_assets(
        mock, lambda asset: without(asset, "entity_status") if asset["entity_status"] == "INACTIVE" else asset
    )


@fault("asset-misses-modified-at", breaks="AST-01", falls_with=["AST-04"])
def misses_modified_at(mock: Behaviour) -> None:
    """The answer has no modified_at, since nothing was modified."""
    edit_assets(mock, lambda asset: without(asset, "modified_at"))


# AST-03: ids


@fault("asset-id-of-the-display-name", breaks="AST-03")
def id_of_the_display_name(mock: Behaviour) -> None:
    """`id` is derived from display_name: two assets of one name share it."""
    mock.assets.id = lambda state, asset: str(
        UUID(sha256(str(asset["display_name"]).encode()).hexdigest()[:32])
    )


@fault("asset-id-repeats", breaks="AST-03")
def id_repeats(mock: Behaviour) -> None:
    """Every eighth asset gets the id of the one before it."""
    honest, made = mock.assets.id, list[Json]()

    def id_of(state: State, asset: Object) -> Json:
        made.append(made[-1] if len(made) % 8 == 7 else honest(state, asset))
        return made[-1]

    mock.assets.id = id_of


@fault("asset-id-from-a-small-space", breaks="AST-03")
def id_from_a_small_space(mock: Behaviour) -> None:
    """`id` is a UUID made of ten bits of chance: collisions after some dozens of assets."""
    mock.assets.id = lambda state, asset: str(UUID(int=UUID(new_id()).int % 1024))


# AST-04: times


def _times(mock: Behaviour, times: Callable[[], tuple[Json, Json]]) -> None:
    mock.assets.times = times


@fault("asset-modified-before-created", breaks="AST-04")
def modified_before_created(mock: Behaviour) -> None:
    """modified_at lies a second before created_at."""
    _times(mock, lambda: (now(), now(timedelta(seconds=-1))))


@fault("asset-times-of-the-example", breaks="AST-04")
def times_of_the_example(mock: Behaviour) -> None:
    """Both times of an asset are always those of the document's example."""
    _times(mock, lambda: ("2024-01-15T10:30:00.000Z", "2024-01-15T10:30:00.000Z"))


@fault("asset-times-without-a-time", breaks="AST-04")
def times_without_a_time(mock: Behaviour) -> None:
    """Both times of an asset are dates alone."""
    _times(mock, lambda: (now()[:10], now()[:10]))


@fault("asset-times-as-epoch-text", breaks="AST-04")
def times_as_epoch_text(mock: Behaviour) -> None:
    """Both times of an asset are milliseconds since 1970, as text."""
    _times(mock, lambda: (epoch_ms(), epoch_ms()))


@fault("asset-times-local-but-z", breaks="AST-04")
def times_local_but_z(mock: Behaviour) -> None:
    """Both times of an asset are those of a clock in New York, marked as UTC."""
    _times(mock, lambda: (now(timedelta(hours=-5)), now(timedelta(hours=-5))))


@fault("asset-times-as-http-date", breaks="AST-04")
def times_as_http_date(mock: Behaviour) -> None:
    """Both times of an asset have the form of HTTP headers."""
    _times(mock, lambda: (http_date(), http_date()))


def epoch_ms() -> str:
    """This moment in milliseconds since 1970."""
    return str(int(datetime.now(UTC).timestamp() * 1000))


def http_date() -> str:
    """This moment as HTTP writes it."""
    return format_datetime(datetime.now(UTC), usegmt=True)


# AST-16: optional fields


@fault("asset-absent-fields-as-null", breaks="AST-16", falls_with=["AST-01"])
def absent_fields_as_null(mock: Behaviour) -> None:
    """Optional fields that were not sent come back as null."""
    edit_assets(mock, lambda asset: dict.fromkeys(OPTIONAL) | asset)


@fault("asset-absent-address-as-empty-text", breaks="AST-16")
def absent_address_as_empty_text(mock: Behaviour) -> None:
    """A contract_address that was not sent comes back as an empty string."""
    edit_assets(mock, lambda asset: {"contract_address": ""} | asset)


@fault("asset-absent-fields-of-the-last-one", breaks="AST-16")
def absent_fields_of_the_last_one(mock: Behaviour) -> None:
    """An optional field that was not sent carries the value of the last asset that had one."""
    last: Object = {}

    def filled(asset: Object) -> Object:
        last.update({name: asset[name] for name in OPTIONAL if name in asset})
        return last | asset

    edit_assets(mock, filled)


@fault("asset-metadata-required", breaks="AST-16", falls_with=["AST-01", "AST-10"])
def metadata_required(mock: Behaviour) -> None:
    """An asset without metadata is refused."""
    mock.assets.fields["metadata"].required = True


@fault("asset-some-optional-field-required", breaks="AST-16", falls_with=["AST-01", "AST-10"])
def some_optional_field_required(mock: Behaviour) -> None:
    """An asset without any optional field is refused."""
    honest = mock.assets.key

    def key(asset: Object) -> Hashable:
        if not any(name in asset for name in OPTIONAL):
            raise Refused(400, "an asset needs metadata, symbol_mappings or a contract_address")
        return honest(asset)

    mock.assets.key = key


# AST-18: what a 400 looks like


@fault("asset-400-is-an-object", breaks="AST-18", falls_with=["HTP-02"])
def refusal_is_an_object(mock: Behaviour) -> None:
    """A 400 carries an object with `error`, as the other service's do."""
    mock.assets.refused = lambda problem: Answer(problem.status, {"error": problem.why})


@fault("asset-400-is-empty", breaks="AST-18", falls_with=["HTP-03"])
def refusal_is_empty(mock: Behaviour) -> None:
    """A 400 has no body."""
    mock.assets.refused = lambda problem: Answer(problem.status, raw=b"")


@fault("asset-400-is-plain-text", breaks="AST-18", falls_with=["HTP-03"])
def refusal_is_plain_text(mock: Behaviour) -> None:
    """A 400 carries plain text, without a JSON string's quotes."""
    mock.assets.refused = lambda problem: Answer(
        problem.status, headers={"content-type": "text/plain"}, raw=problem.why.encode()
    )


@fault("asset-400-lists-problems", breaks="AST-18")
def refusal_lists_problems(mock: Behaviour) -> None:
    """A 400 about a field's value carries a list of problems."""
    mock.assets.refused = lambda problem: Answer(
        problem.status, [problem.why] if "must" in problem.why else problem.why
    )
