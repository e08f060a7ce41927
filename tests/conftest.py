"""Every test of the suite itself runs in a clean room: no settings of its surroundings, an empty folder, loopback only.

The questions in tests/contract are another matter: they ask the target that the environment names.
"""

import ipaddress
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

QUESTIONS = Path(__file__).parent / "contract"

# What a developer's shell or a CI server may set, and what would then change a test's outcome.
SURROUNDINGS = (
    # a target
    "BASE_URL",
    "ASSETS_BASE_URL",
    "ACCESS_TOKEN",
    "ENTERPRISE_ID",
    "CONNECTION_ID",
    "SIGNING_KEY",
    "CURRENCY",
    "OTHER_ACCESS_TOKEN",
    "OTHER_ENTERPRISE_ID",
    "OTHER_CONNECTION_ID",
    "OTHER_SIGNING_KEY",
    "READ_ONLY_TOKEN",
    "SECOND_CONNECTION_ID",
    "SCRATCH_CURRENCY",
    "RESPONSE_TIME_LIMIT",
    "IN_FLIGHT",
    "CA_FILE",
    "CLIENT_CERT",
    "CLIENT_KEY",
    "INSECURE",
    # where the output goes: colours, widths, progress
    "CI",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "TTY_COMPATIBLE",
    # how a pytest that a test starts would behave, and which server it would reach
    "PYTEST_ADDOPTS",
    "PYTEST_PLUGINS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
)

# The gate asks the same examples each time, so that a red build is about the change. Fresh ones are asked on
# purpose: pytest --hypothesis-profile thorough. Loaded by name, because Hypothesis picks its own profile under CI.
hypothesis.settings.register_profile("gate", derandomize=True, deadline=None, database=None, max_examples=100)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=2_000, print_blob=True)
hypothesis.settings.load_profile("gate")


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """A process that heeds SIGINT, also where these tests run as a background job of a shell, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.signal(signal.SIGINT, before) is signal.default_int_handler, "who put it off puts it back"


@pytest.fixture(autouse=True)
def clean_room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of the surroundings, no .env of the checkout, and no address but loopback.

    The guard holds in this process: a command that a test starts is kept at home by having no target set.
    """
    if request.path.is_relative_to(QUESTIONS):
        return
    for name in SURROUNDINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket.socket, "connect", loopback_only(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", loopback_only(socket.socket.connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", known_names_only(socket.getaddrinfo))


def loopback_only(connect: Callable[[socket.socket, Any], Any]) -> Callable[[socket.socket, Any], Any]:
    """`connect`, failing the test where the address is another machine's."""

    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(address[0]):
            leaves_the_machine(address)
        return connect(self, address)

    return guarded


def known_names_only(getaddrinfo: Callable[..., Any]) -> Callable[..., Any]:
    """`getaddrinfo`, failing the test where a name server would be asked."""

    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = os.fsdecode(host) if host else "localhost"
        if not is_loopback(name):
            leaves_the_machine(name)
        return getaddrinfo(host, *args, **kwargs)

    return guarded


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def leaves_the_machine(address: object) -> None:
    """Fail past every `except Exception`: a client that reports "unreachable" must not make a test pass."""
    pytest.fail(f"a test reaches for {address!r}: servers in tests are on loopback")
