"""What a run may do to whom, where nobody has said it; and whom nobody is to ask by mistake."""

import math
from pathlib import Path

import pytest

from contracts.plan import settle
from contracts.settings import Settings, SettingsProblem, restore_settings
from contracts.settings.caps import UNLIMITED, USUAL, Caps, caps_of
from contracts.settings.production import production_hosts


@pytest.mark.parametrize(
    ("origins", "caps"),
    [
        ((None, None), UNLIMITED),
        (("http://127.0.0.1:8000", "http://localhost:9"), UNLIMITED),
        (("http://[::1]:8000", "http://127.8.9.1"), UNLIMITED),
        (("http://api.localhost:8000",), UNLIMITED),
        (("https://api.example", "http://127.0.0.1:8000"), USUAL),
        (("http://127.0.0.1:8000", "https://api.example"), USUAL),
        (("http://10.0.0.7:8000",), USUAL),
        (("http://localhost.example",), USUAL),
        (("http://127.0.0.1.example",), USUAL),
    ],
)
def test_other_machines_are_asked_gently(origins: tuple[str | None, ...], caps: Caps) -> None:
    """A shared environment that is stormed because its name looks like a local one, or a local mock asked for an hour."""
    assert caps_of(origins, {}) == caps


def test_what_is_said_comes_first() -> None:
    """A cap that cannot be taken off, or one for a local target that is not kept."""
    said = {"MAX_RATE": math.inf, "MAX_SUM": 7}
    assert caps_of(["https://api.example"], said) == Caps(None, 10, 20_000, 5_000, 7)
    assert caps_of([None], said) == Caps(sum=7)


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("MAX_RATE", "fast", "write 10/s or 300/m"),
        ("MAX_RATE", "0/s", "write 10/s or 300/m"),
        ("MAX_RATE", "10/d", "write 10/s or 300/m"),
        ("MAX_SUM", "-1", "such as 1000"),
        ("MAX_SUM", "0.5", "such as 1000"),
        ("MAX_REQUESTS", "1e3", "such as 1000"),
        ("MAX_CONCURRENT", "0", "1 asks one request after the other"),
    ],
)
def test_a_cap_that_cannot_be_kept_is_a_mistake(name: str, text: str, hint: str) -> None:
    """A cap with a slip in it that limits nothing."""
    with pytest.raises(SettingsProblem, match=name) as told:
        restore_settings({name: text})
    assert hint in str(told.value)


def test_caps_reach_the_workers() -> None:
    """A worker process that knows of no cap."""
    settings = restore_settings({"BASE_URL": "https://api.example", "MAX_RATE": "300/m", "MAX_SUM": "none"})
    assert (
        restore_settings(settings.environment()).caps == settings.caps == Caps(5.0, 10, 20_000, 5_000, None)
    )


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("https://app.bitgo.com", True),
        ("https://APP.bitgo.com:8443", True),
        ("https://app.bitgo.com.", True),
        ("https://app.bitgo-test.com", False),
        ("https://app.bitgo.com.example", False),
        ("https://pay.live.example", True),
        ("https://live.example", False),
    ],
)
def test_production_is_known_by_its_host(url: str, known: bool) -> None:  # noqa: FBT001
    """A host that is production under another spelling, or a test environment that nobody can ask."""
    assert bool(list(production_hosts([url], ["*.live.example"]))) is known


def settled(folder: Path, **variables: str) -> Settings:
    return settle(profile="smoke", target=None, clauses=None, environ=variables, directory=folder)[0]


def test_either_service_may_be_production(tmp_path: Path) -> None:
    """Only BASE_URL is looked at, and the assets are made in production."""
    with pytest.raises(SettingsProblem, match="looks like production"):
        settled(tmp_path, BASE_URL="https://api.example", ASSETS_BASE_URL="https://app.bitgo.com")


def test_a_list_that_is_none_is_a_mistake(tmp_path: Path) -> None:
    """A single host in the place of the list, each of whose letters is a pattern; or one that guards nothing."""
    (tmp_path / "contracts.toml").write_text('production_hosts = "pay.example"\n', encoding="utf-8")
    with pytest.raises(SettingsProblem, match="is no list of hosts"):
        settled(tmp_path)


@pytest.mark.parametrize("of", [1, 3, 4, 7])
def test_parts_come_to_the_whole_to_the_unit(of: int) -> None:
    """Shards that together make more records, or lock more, than one run may; or a shard that may do nothing."""
    caps = Caps(rate=10.0, concurrent=10, requests=20_001, records=5, sum=0)
    parts = [caps.part(number, of) for number in range(1, of + 1)]
    assert sum(part.requests or 0 for part in parts) == 20_001
    assert sum(part.records or 0 for part in parts) == 5
    assert {part.sum for part in parts} == {0}
    assert {part.rate for part in parts} == {10.0 / of}
    assert {part.concurrent for part in parts} == {10}
    assert UNLIMITED.part(2, 4) == UNLIMITED


@pytest.mark.parametrize("caps", [UNLIMITED, USUAL, Caps(rate=2.5, requests=7)])
def test_settings_under_other_caps(caps: Caps) -> None:
    """A shard whose workers are told of the whole run's caps, or of none."""
    settings = restore_settings({"BASE_URL": "https://api.example", "MAX_SUM": "7"}).under(caps)
    assert settings.caps == caps
    assert restore_settings(settings.environment()).caps == caps
