"""From command line, environment, .env and contracts.toml to settings, or to all the mistakes in them."""

import re
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from contracts.settings.caps import LIMITS
from contracts.settings.model import NAME_VARIABLE, Settings, Tenant
from contracts.settings.problem import Mistake, SettingsProblem
from contracts.settings.production import production_hosts
from contracts.settings.profiles import read_profiles
from contracts.settings.proxies import EXPECTED, Proxy, proxies_in, proxy_variable
from contracts.settings.relations import OTHER, OWN, check_relations
from contracts.settings.sources import FILE, Entries, entries_of, read_dotenv, read_file
from contracts.settings.targets import check_targets, named_variables, target_entries
from contracts.settings.variables import VARIABLES

MOCK = "mock"
_ORIGINS = frozenset({"BASE_URL", "ASSETS_BASE_URL"})
# Said of how a target is asked, whichever it is.
_OF_THE_RUN = ("RESPONSE_TIME_LIMIT", "IN_FLIGHT", *LIMITS)


def load_settings(
    *, cli: Mapping[str, str | None], environ: Mapping[str, str], directory: Path, target: str | None
) -> Settings:
    """Settings from all sources: command line over environment over `.env` over the named target over defaults.

    `cli` holds variables by name, None where an option was not given; `.env` and `contracts.toml` are looked up in
    `directory`. Raises SettingsProblem with every mistake in any of them.
    """
    mistakes: list[Mistake] = []
    line, environment = entries_of("command line", cli), entries_of("environment", environ)
    dotenv = read_dotenv(directory / ".env", mistakes)
    file = read_file(directory / FILE, mistakes)
    read_profiles(file.profiles, mistakes)
    mistakes += check_targets(file.targets)
    above: Entries = _chain(line, environment, dotenv)
    mistakes += _empty_caps(cli, environ)
    named = target_entries(target, file.targets, above, mistakes) if target else {}
    entries = {name: entry for name, entry in _chain(above, named).items() if name in VARIABLES}
    # A target without an origin would quietly be the embedded mock, and its verdict somebody else's.
    if target in file.targets and "BASE_URL" not in entries:
        mistakes.append(
            Mistake(f"{FILE} [targets.{target}]", "base_url is missing", "the origin of the target")
        )
    notices = _overridden(target, above, named) + _misspelt(
        _chain(environment, dotenv), entries, named_variables(file.targets)
    )
    proxies = _chain(proxies_in(environment), proxies_in(dotenv))
    mistakes += _useless_proxies(entries, proxies)
    settings = _settings(entries, target, [*notices, *_unused(entries)], mistakes, proxies)
    hosts = production_hosts((settings.base_url, settings.assets_base_url), file.production_hosts)
    return settings.model_copy(update={"production": tuple(hosts)})


def restore_settings(environment: Mapping[str, str]) -> Settings:
    """The settings whose `Settings.environment()` this is; looks at no file. Raises SettingsProblem."""
    given = entries_of("environment", environment)
    entries = {name: entry for name, entry in given.items() if name in VARIABLES}
    return _settings(entries, environment.get(NAME_VARIABLE), [], [], proxies_in(given))


def mock_settings(settings: Settings, variables: Mapping[str, str]) -> Settings:
    """Settings for an embedded mock that described itself by `variables`.

    Of `settings` only the notices stay, and what is said of the run: tokens and ids for another target mean nothing to
    the mock, and no proxy leads to it. Raises SettingsProblem where the mock describes itself wrongly.
    """
    said = settings.environment()
    ours = {name: text for name, text in variables.items() if name in VARIABLES}
    entries = entries_of("embedded mock", {**{name: said[name] for name in _OF_THE_RUN}, **ours})
    return _settings(entries, MOCK, list(settings.notices), [])


def _empty_caps(*sources: Mapping[str, str | None]) -> list[Mistake]:
    """Elsewhere an empty text counts as unset; a cap that was meant and is empty would limit nothing.

    What `Settings.environment()` gives is no user's.
    """
    users = [source for source in sources if NAME_VARIABLE not in source]
    empty = (name for source in users for name in LIMITS if source.get(name) == "")
    return [Mistake(name, "is empty", "a number, or none for no limit") for name in dict.fromkeys(empty)]


def _chain(*layers: Entries) -> Entries:
    return ChainMap(*(dict(layer) for layer in layers))


def _settings(
    entries: Entries,
    name: str | None,
    notices: list[str],
    mistakes: list[Mistake],
    proxies: Entries = MappingProxyType({}),
) -> Settings:
    values = _parse(entries, mistakes)
    mistakes += check_relations(entries, values)
    if mistakes:
        raise SettingsProblem(mistakes)
    base_url = values.get("BASE_URL")
    given = {
        field: values[field.upper()]
        for field in (
            "currency",
            "scratch_currency",
            "second_connection_id",
            "response_time_limit",
            "in_flight",
            "ca_file",
            "client_cert",
            "client_key",
            "insecure",
        )
        if field.upper() in values
    }
    return Settings(
        target_name=name or _name(base_url),
        base_url=base_url,
        assets_base_url=values.get("ASSETS_BASE_URL", base_url),
        own=_tenant(values, OWN, "SIGNING_KEY"),
        other=_tenant(values, OTHER, "OTHER_SIGNING_KEY"),
        notices=tuple(notices),
        limits={name: value for name, value in values.items() if name in LIMITS},
        proxies={variable: SecretStr(entry.text) for variable, entry in proxies.items()},
        variables={variable: SecretStr(entry.text) for variable, entry in entries.items()},
        **given,
    )


def _parse(entries: Entries, mistakes: list[Mistake]) -> dict[str, Any]:
    values = {}
    for name, variable in VARIABLES.items():
        if entry := entries.get(name):
            try:
                values[name] = variable.parse(entry.text)
            except ValueError as error:
                what = f"{variable.shown(entry.text)} cannot be used"
                mistakes.append(Mistake(entry.where, what, variable.expected, str(error)))
    return values


def _tenant(values: Mapping[str, Any], names: Iterable[str], key: str) -> Tenant | None:
    token, enterprise, connection = (values.get(name) for name in names)
    if token is None or enterprise is None or connection is None:
        return None
    return Tenant(
        access_token=SecretStr(token),
        enterprise_id=enterprise,
        connection_id=connection,
        signing_key=values.get(key),
    )


def _name(base_url: str | None) -> str:
    """A target without a name is called after its host, in letters that a folder's name can have."""
    return re.sub(r"[^a-z0-9._-]+", "-", urlsplit(base_url).netloc).strip("-") if base_url else MOCK


def _overridden(target: str | None, above: Entries, named: Entries) -> list[str]:
    """A target that was named, and is not asked: what stands in the environment or in .env comes first."""
    given = [name for name in ("BASE_URL", "ASSETS_BASE_URL") if name in above and name in named]
    return [f"{above[name].where} replaces {name.lower()} of target {target}" for name in given]


def _useless_proxies(entries: Entries, proxies: Entries) -> Iterator[Mistake]:
    """Mistakes in the proxies that lead to a target; what else a machine has in these variables is not ours."""
    texts, used = {name: entry.text for name, entry in proxies.items()}, set()
    for name in _ORIGINS & entries.keys():
        with suppress(ValueError):  # what is no origin is a mistake of its own
            used.add(proxy_variable(entries[name].text, texts))
    for name in sorted(filter(None, used)):
        try:
            Proxy.parse(texts[name])
        except ValueError as error:
            what = f"this value of {len(texts[name])} characters cannot be used"
            yield Mistake(proxies[name].where, what, EXPECTED, str(error))


def _misspelt(given: Entries, entries: Entries, foreign: frozenset[str]) -> list[str]:
    # Only near misses, and only as a remark: an environment is full of variables that are not ours.
    notices = []
    for name in sorted(given.keys() - VARIABLES.keys() - foreign):
        near = get_close_matches(name.upper(), VARIABLES, n=1, cutoff=0.9)
        if near and near[0] not in entries:
            notices.append(f"{given[name].where} is not used; did you mean {near[0]}?")
    return notices


def _unused(entries: Entries) -> list[str]:
    unused = [name for name in entries if name not in _OF_THE_RUN]
    if "BASE_URL" in entries or not unused:
        return []
    return [f"BASE_URL is not set: the embedded mock is asked, {', '.join(sorted(unused))} unused"]
