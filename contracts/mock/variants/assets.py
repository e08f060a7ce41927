"""Legal choices of create asset where the document is silent (AST-20, and docs/freedom.md, "Sameness")."""

import unicodedata
from collections.abc import Callable

from contracts.mock.behaviour import Behaviour
from contracts.mock.changes import before, edit_assets
from contracts.mock.identities import CREDENTIALS
from contracts.mock.messages import CREATE_ASSET, Answer, Asked, Refused
from contracts.mock.rules.assets import asset_fields
from contracts.mock.rules.fields import read_object
from contracts.mock.switches import variant
from contracts.wire import Json


def _same(mock: Behaviour, form: Callable[[str], str]) -> None:
    """Symbols are the same if this form of them is."""
    mock.assets.key = lambda asset: form(str(asset["symbol"]))


@variant("symbols-case-insensitive")
def symbols_case_insensitive(mock: Behaviour) -> None:
    """Symbols that differ only in case are one."""
    _same(mock, str.casefold)


@variant("symbols-trimmed")
def symbols_trimmed(mock: Behaviour) -> None:
    """Symbols that differ only in the spaces around them are one."""
    _same(mock, str.strip)


@variant("symbols-normalised")
def symbols_normalised(mock: Behaviour) -> None:
    """Symbols of one normal form (NFC) are one."""
    _same(mock, lambda symbol: unicodedata.normalize("NFC", symbol))


@variant("symbols-compared-loosely")
def symbols_compared_loosely(mock: Behaviour) -> None:
    """Symbols that differ only in case, outer space or normal form are one."""
    _same(mock, lambda symbol: unicodedata.normalize("NFC", symbol.strip().casefold()))


@variant("asset-blank-symbol-refused")
def blank_symbol_refused(mock: Behaviour) -> None:
    """A symbol of nothing but space is refused as empty."""
    field = mock.assets.fields["symbol"]
    honest = field.read

    def read(value: Json) -> Json:
        if isinstance(value, str) and value and not value.strip():
            raise Refused(400, "must not be blank")
        return honest(value)

    field.read = read


@variant("asset-unknown-properties-kept")
def unknown_properties_kept(mock: Behaviour) -> None:
    """Properties that nobody knows come back."""
    extra: dict[str, Json] = {}
    honest = mock.protocol.parse

    def parse(body: bytes) -> Json:
        value = honest(body)
        extra.clear()
        if isinstance(value, dict):
            known = {*mock.assets.fields, "id", "created_at", "modified_at"}
            extra.update({key: member for key, member in value.items() if key not in known})
        return value

    mock.protocol.parse = parse
    edit_assets(mock, lambda asset: asset | extra)


@variant("asset-unknown-properties-refused")
def unknown_properties_refused(mock: Behaviour) -> None:
    """A body with a property that nobody knows is refused."""
    honest = mock.protocol.parse
    network = ("amount", "clientExternalId", "nonce", "notes", "payload", "signature")

    def parse(body: bytes) -> Json:
        value = honest(body)
        if isinstance(value, dict) and not value.keys() <= {*mock.assets.fields, *network}:
            raise Refused(400, "unknown property")
        return value

    mock.protocol.parse = parse


@variant("asset-null-is-absent")
def null_is_absent(mock: Behaviour) -> None:
    """null for an optional property counts as leaving it out."""
    honest = mock.protocol.parse
    optional = ("contract_address", "metadata", "symbol_mappings", "notes")

    def parse(body: bytes) -> Json:
        value = honest(body)
        if isinstance(value, dict):
            return {key: item for key, item in value.items() if item is not None or key not in optional}
        return value

    mock.protocol.parse = parse


@variant("asset-absent-maps-empty")
def absent_maps_empty(mock: Behaviour) -> None:
    """metadata and symbol_mappings that were not sent come back as empty maps."""
    edit_assets(mock, lambda asset: {"metadata": {}, "symbol_mappings": {}} | asset)


@variant("asset-400-names-every-problem")
def all_problems_named(mock: Behaviour) -> None:
    """A refusal names the first problem of each field, one a line."""

    def problems(body: Json) -> list[str]:
        found = []
        for name, field in asset_fields().items():
            try:
                read_object(body, {name: field})
            except Refused as refused:
                found.append(refused.why)
        return found

    honest, last = mock.protocol.parse, list[Json]()

    def parse(body: bytes) -> Json:
        last.clear()
        last.append(honest(body))
        return last[0]

    mock.protocol.parse = parse
    mock.assets.refused = lambda problem: Answer(
        problem.status, "\n".join(problems(last[0]) if last else []) or problem.why
    )


@variant("asset-token-needed")
def token_needed(mock: Behaviour) -> None:
    """Create asset takes a token, too, of any tenant."""

    def early(asked: Asked) -> Answer | None:
        if asked.operation != CREATE_ASSET or asked.method != "POST":
            return None
        token = mock.access.token(asked)
        if token is not None and mock.access.credential(token) in CREDENTIALS.values():
            return None
        return mock.access.denied(Refused(401, "unauthenticated"), asked)

    before(mock, early)


@variant("asset-bad-token-refused")
def bad_token_refused(mock: Behaviour) -> None:
    """Create asset needs no token, but a wrong one is answered 401."""

    def early(asked: Asked) -> Answer | None:
        token = mock.access.token(asked)
        wrong = "authorization" in asked.headers and (token is None or mock.access.credential(token) is None)
        if asked.operation == CREATE_ASSET and wrong:
            return mock.access.denied(Refused(401, "unauthenticated"), asked)
        return None

    before(mock, early)
