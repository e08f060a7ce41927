"""What variables have to do with each other: halves of a tenant, and values that must not be the same."""

from collections.abc import Mapping

from contracts.settings.problem import Mistake
from contracts.settings.sources import Entries

OWN = ("ACCESS_TOKEN", "ENTERPRISE_ID", "CONNECTION_ID")
OTHER = ("OTHER_ACCESS_TOKEN", "OTHER_ENTERPRISE_ID", "OTHER_CONNECTION_ID")

# With the same value on both sides a sound target would look broken, or a broken one sound.
_DIFFERENT = (
    ("OTHER_ACCESS_TOKEN", "ACCESS_TOKEN"),
    ("OTHER_ENTERPRISE_ID", "ENTERPRISE_ID"),
    ("OTHER_CONNECTION_ID", "CONNECTION_ID"),
    ("OTHER_CONNECTION_ID", "SECOND_CONNECTION_ID"),
    ("OTHER_SIGNING_KEY", "SIGNING_KEY"),
    ("READ_ONLY_TOKEN", "ACCESS_TOKEN"),
    ("READ_ONLY_TOKEN", "OTHER_ACCESS_TOKEN"),
    ("SECOND_CONNECTION_ID", "CONNECTION_ID"),
)


def check_relations(entries: Entries, values: Mapping[str, object]) -> list[Mistake]:
    """The mistakes between variables; `values` holds those of the entries that could be parsed."""
    # A token alone is no half of a tenant: create asset takes it without an enterprise.
    own = _half(entries, OWN, because=("ENTERPRISE_ID", "CONNECTION_ID", "SIGNING_KEY"))
    other = _half(entries, OTHER, because=(*OTHER, "OTHER_SIGNING_KEY"))
    return own + other + _same(entries, values) + _assets_alone(entries) + _key_alone(entries)


def _half(entries: Entries, whole: tuple[str, ...], *, because: tuple[str, ...]) -> list[Mistake]:
    given = [name for name in because if name in entries]
    missing = [name for name in whole if name not in entries]
    if not given or not missing:
        return []
    verb = "is" if len(missing) == 1 else "are"
    what = f"half a tenant: {' and '.join(missing)} {verb} not set"
    return [Mistake(entries[given[0]].where, what, f"{', '.join(whole)} together, or none of them")]


def _same(entries: Entries, values: Mapping[str, object]) -> list[Mistake]:
    return [
        Mistake(entries[name].where, f"is the same as {twin}", f"a value of its own, other than {twin}")
        for name, twin in _DIFFERENT
        if name in values and twin in values and _comparable(name, values) == _comparable(twin, values)
    ]


def _comparable(name: str, values: Mapping[str, object]) -> object:
    """Equal for what means the same: a UUID in either case. Keys are equal as xprv and as hex already."""
    return str(values[name]).lower() if name.endswith("CONNECTION_ID") else values[name]


def _assets_alone(entries: Entries) -> list[Mistake]:
    if "ASSETS_BASE_URL" not in entries or "BASE_URL" in entries:
        return []
    where = entries["ASSETS_BASE_URL"].where
    return [Mistake(where, "BASE_URL is not set, so the embedded mock would be asked", "BASE_URL as well")]


def _key_alone(entries: Entries) -> list[Mistake]:
    if "CLIENT_KEY" not in entries or "CLIENT_CERT" in entries:
        return []
    return [
        Mistake(entries["CLIENT_KEY"].where, "CLIENT_CERT is not set", "the certificate of this key as well")
    ]
