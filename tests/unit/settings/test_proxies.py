"""The way to a target as settings have it: proxies as every client reads them, files of certificates, --insecure."""

from collections.abc import Mapping
from pathlib import Path
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # documented nowhere, used by requests

import pytest

from contracts.settings import (
    Mistake,
    Settings,
    SettingsProblem,
    load_settings,
    mock_settings,
    restore_settings,
)
from contracts.settings.known import known_secrets
from contracts.settings.model import DIRECTLY, INSECURE
from contracts.settings.proxies import Proxy, proxies_in, proxy_variable
from contracts.settings.sources import entries_of

HTTPS, HTTP = "https://api.example", "http://api.example:8080"
PROXY = "http://user:Pa%24%24word-of-it@proxy.example:3128"


def loaded(
    environ: Mapping[str, str], *, toml: str = "", dotenv: str = "", target: str | None = None
) -> Settings:
    """Settings of the working folder, which is each test's own."""
    Path("contracts.toml").write_text(toml, encoding="utf-8")
    Path(".env").write_text(dotenv, encoding="utf-8")
    return load_settings(cli={}, environ=environ, directory=Path(), target=target)


def mistakes(environ: Mapping[str, str]) -> tuple[Mistake, ...]:
    with pytest.raises(SettingsProblem) as caught:
        loaded(environ)
    return caught.value.mistakes


# --- which proxy


@pytest.mark.parametrize(
    ("origin", "given", "named"),
    [
        (HTTPS, {}, None),
        (HTTPS, {"HTTPS_PROXY": "p"}, "HTTPS_PROXY"),
        (HTTP, {"HTTPS_PROXY": "p"}, None),
        (HTTP, {"HTTP_PROXY": "p", "ALL_PROXY": "q"}, "HTTP_PROXY"),
        (HTTPS, {"HTTP_PROXY": "p", "ALL_PROXY": "q"}, "ALL_PROXY"),
        ("http://127.0.0.1:8080", {"HTTP_PROXY": "p"}, "HTTP_PROXY"),
    ],
)
def test_a_proxy_is_chosen_by_scheme(origin: str, given: Mapping[str, str], named: str | None) -> None:
    """An https target asked through the proxy for http, or past the one for all; loopback otherwise than curl has it."""
    assert proxy_variable(origin, given) == named


@pytest.mark.parametrize(
    "excepted",
    [
        "*",
        "a.test, *",
        "api.example",
        "API.Example",
        ".example",
        "example",
        "*.example",
        "a.test api.example",
        "api.example:8080",
    ],
)
def test_no_proxy_names_hosts(excepted: str) -> None:
    """A form of NO_PROXY that other clients know and this one does not."""
    assert proxy_variable(HTTP, {"ALL_PROXY": "p", "NO_PROXY": excepted}) is None


@pytest.mark.parametrize(
    "kept", ["", ",", "pi.example", "api.example:80", "xample", "[::1", "10.0.0.0/8", "a:b:c"]
)
def test_no_proxy_names_no_others(kept: str) -> None:
    """A host that merely ends alike, or a list that cannot be read, takes the proxy away."""
    assert proxy_variable(HTTP, {"ALL_PROXY": "p", "NO_PROXY": kept}) == "ALL_PROXY"


@pytest.mark.parametrize(
    ("url", "excepted"),
    [
        ("http://10.1.2.3", "10.0.0.0/8"),
        ("http://127.0.0.1:80", "localhost,127.0.0.1"),
        ("http://[::1]:80", "::1"),
        ("http://[::1]:80", "[::1]"),
        ("http://[::1]:80", "[::1]:80"),
        ("http://[fd00::7]", "fd00::/8"),
    ],
)
def test_no_proxy_names_addresses(url: str, excepted: str) -> None:
    """A cluster's range of addresses asked through the proxy of the office."""
    assert proxy_variable(url, {"ALL_PROXY": "p", "NO_PROXY": excepted}) is None


@pytest.mark.parametrize(
    "excepted", ["*", "example", ".example", "a.example", "api.example", "pi.example", "API.EXAMPLE:8080"]
)
@pytest.mark.parametrize("host", ["api.example:8080", "example:8080", "a.api.example:8080", "10.1.2.3:8080"])
def test_the_standard_library_reads_it_alike(host: str, excepted: str) -> None:
    """Another reading of NO_PROXY than that of requests and urllib on the same machine."""
    past = proxy_variable(f"http://{host}", {"ALL_PROXY": "p", "NO_PROXY": excepted}) is None
    assert past == bool(proxy_bypass_environment(host, {"no": excepted}))


def test_small_letters_come_first() -> None:
    """Another proxy than every other client on the machine uses."""
    found = proxies_in(
        entries_of("here", {"http_proxy": "small", "HTTP_PROXY": "big", "All_Proxy": "neither"})
    )
    assert {name: (entry.text, entry.where) for name, entry in found.items()} == {
        "HTTP_PROXY": ("small", "here: http_proxy")
    }


def test_a_cgi_script_heeds_no_header() -> None:
    """A client's `Proxy` header as HTTP_PROXY (CVE-2016-1000110)."""
    script = {"REQUEST_METHOD": "GET", "HTTP_PROXY": "theirs", "HTTPS_PROXY": "ours"}
    assert list(proxies_in(entries_of("here", script))) == ["HTTPS_PROXY"]
    assert proxies_in(entries_of("here", {**script, "http_proxy": "ours"}))["HTTP_PROXY"].text == "ours"


# --- what a proxy's text means


@pytest.mark.parametrize(
    ("text", "shown", "authorization"),
    [
        ("http://proxy.example:3128", "http://proxy.example:3128", None),
        ("http://proxy.example/", "http://proxy.example:80", None),
        ("proxy.example:3128", "http://proxy.example:3128", None),
        ("http://[::1]:3128", "http://[::1]:3128", None),
        ("http://me:a%40b@proxy.example", "http://proxy.example:80", "Basic bWU6YUBi"),
        ("me:a@proxy.example:1", "http://proxy.example:1", "Basic bWU6YQ=="),
    ],
)
def test_a_proxy_is_read(text: str, shown: str, authorization: str | None) -> None:
    """A proxy without a scheme taken for a path; credentials sent as they are escaped, or shown."""
    proxy = Proxy.parse(text)
    assert (str(proxy), proxy.authorization) == (shown, authorization)
    assert "a@b" not in repr(proxy)


@pytest.mark.parametrize(
    "text",
    [
        "https://proxy.example",
        "socks5://proxy.example:1080",
        "http://",
        "http://a:b@",
        "http://p:port",
        "http://[::1",
    ],
)
def test_what_is_no_proxy_is_a_mistake_without_its_text(text: str) -> None:
    """A proxy that is quietly gone around, or whose password stands in the message."""
    found = mistakes({"BASE_URL": HTTPS, "https_proxy": text.replace("http://", "http://user:Secret-of-it@")})
    assert [mistake.where for mistake in found] == ["environment: https_proxy"]
    assert "Secret" not in str(found)


def test_proxies_that_lead_elsewhere_are_nobodys_mistake() -> None:
    """A developer's SOCKS proxy for browsers keeps every run from starting."""
    odd = {"ALL_PROXY": "socks5://localhost:1080"}
    assert loaded(odd).proxies.keys() == {"ALL_PROXY"}
    assert loaded({**odd, "BASE_URL": HTTPS, "NO_PROXY": "example"}).proxy_for(HTTPS) is None
    assert loaded({**odd, "BASE_URL": HTTPS, "HTTPS_PROXY": "p"}).proxy_for(HTTPS) == Proxy("p", 80)


# --- settings


def test_the_environment_comes_before_dotenv() -> None:
    """A proxy in .env that nobody can overrule."""
    assert (
        str(loaded({"HTTPS_PROXY": "first"}, dotenv="https_proxy=second\n").proxy_for(HTTPS))
        == "http://first:80"
    )
    assert str(loaded({}, dotenv="https_proxy=second\n").proxy_for(HTTPS)) == "http://second:80"


def test_a_proxys_password_is_a_secret() -> None:
    """A password in a report: as it is written, as it is meant, and as the header has it."""
    settings = loaded({"BASE_URL": HTTPS, "HTTPS_PROXY": PROXY})
    assert {"Pa%24%24word-of-it", "Pa$$word-of-it", "dXNlcjpQYSQkd29yZC1vZi1pdA=="} <= settings.hidden()
    assert settings.secrets() == frozenset()  # an answer may say "password" where that is a proxy's
    assert "word-of-it" not in f"{settings!r} {settings.warnings} {settings.proxy_for(HTTPS)!r}"
    assert "Pa$$word-of-it" in known_secrets({"all_proxy": PROXY}, Path()).values()
    assert "token-alone" in loaded({"ALL_PROXY": "http://token-alone@proxy"}).hidden()
    assert "" not in loaded({"ALL_PROXY": "http://me:@proxy"}).hidden()


def test_a_worker_goes_the_same_way() -> None:
    """Workers that go past the proxy, or through one that they inherit."""
    Path("ca.pem").write_text("", encoding="utf-8")
    environ = {
        "BASE_URL": HTTPS,
        "all_proxy": PROXY,
        "NO_PROXY": "a.test",
        "INSECURE": "1",
        "CA_FILE": "ca.pem",
    }
    settings = loaded(environ)
    again = restore_settings(settings.environment())
    assert (again.proxies, again.insecure, again.ca_file) == (settings.proxies, True, "ca.pem")
    assert loaded({}).environment().keys() >= {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}


def test_no_proxy_leads_to_the_embedded_mock() -> None:
    """A mock of our own that is asked for at the office's proxy."""
    mock = mock_settings(loaded({"ALL_PROXY": PROXY, "INSECURE": "1"}), {"BASE_URL": HTTP})
    assert (mock.proxy_for(HTTP), mock.insecure, mock.warnings) == (None, False, ())


def test_what_stands_between_is_said() -> None:
    """A verdict through a proxy, or of nobody knows whom, that reads like any other."""
    environ = {"BASE_URL": HTTPS, "ASSETS_BASE_URL": HTTP, "https_proxy": PROXY, "INSECURE": "true"}
    assert loaded(environ).warnings == (
        INSECURE,
        "BASE_URL is asked through the proxy http://proxy.example:3128",
    )
    assert loaded({"BASE_URL": HTTPS, "INSECURE": "no"}).warnings == ()


def test_a_target_says_how_it_is_reached() -> None:
    """Certificates that have to be named on every command line."""
    Path("ca.pem").write_text("", encoding="utf-8")
    toml = f'[targets.dev]\nbase_url = "{HTTPS}"\ninsecure = true\nca_file = "ca.pem"\n'
    settings = loaded({}, toml=toml, target="dev")
    assert (settings.insecure, settings.ca_file) == (True, "ca.pem")


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"CA_FILE": "nowhere.pem"}, "it cannot be read: No such file or directory"),
        ({"CLIENT_CERT": "."}, "it cannot be read: Is a directory"),
        ({"CLIENT_KEY": "contracts.toml"}, "CLIENT_CERT is not set"),
        ({"INSECURE": "maybe"}, "expected true or false"),
    ],
)
def test_mistakes_are_told(environ: Mapping[str, str], told: str) -> None:
    """A file that is not there, met as a traceback in the middle of a run."""
    assert [told in str(mistake) for mistake in mistakes({"BASE_URL": HTTPS, **environ})] == [True]


def test_a_stand_in_is_asked_directly() -> None:
    """A mock in the place of a target (a dry run), or an archive, to which the target's proxy is said to lead."""
    target = loaded({"BASE_URL": HTTP, "ALL_PROXY": PROXY, "INSECURE": "1"}).environment()
    stand_in = restore_settings({**target, **DIRECTLY})
    assert (stand_in.proxy_for(HTTP), stand_in.insecure, stand_in.warnings) == (None, False, ())
