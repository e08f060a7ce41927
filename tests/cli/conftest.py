"""Targets for whole commands, and runs that several tests look at."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.mock.embedded import Embedded
from tests.fixtures.commands import Contracts, Ran, run

# One that every create shows, and the three that put secrets into answers: what would leak, leaks here.
FAULTS = (
    "asset-answers-201",
    "access-header-repeats-token",
    "access-403-repeats-token",
    "access-signature-refusal-shows-key",
)


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> Iterator[None]:
    """Commands that heed SIGINT, also where these tests run as a background job of a shell, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def contracts(tmp_path: Path) -> Contracts:
    """Runs `contracts ARGUMENTS` in this test's folder."""

    def started(*arguments: str, **variables: str) -> Ran:
        return run(tmp_path, *arguments, variables=variables)

    return started


@pytest.fixture(scope="session")
def honest() -> Iterator[Embedded]:
    """A mock without faults, as a target that somebody else runs."""
    with Embedded() as mock:
        yield mock


@pytest.fixture(scope="session")
def faulty() -> Iterator[Embedded]:
    """A mock with the faults of FAULTS."""
    with Embedded(FAULTS) as mock:
        yield mock


@pytest.fixture(scope="session")
def red(faulty: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A whole smoke run against the faulty mock."""
    return run(
        tmp_path_factory.mktemp("red"),
        "verify",
        "--profile",
        "smoke",
        "--seed",
        "7",
        variables=faulty.variables,
    )


@pytest.fixture(scope="session")
def green(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A smoke run of one family against the embedded mock."""
    return run(tmp_path_factory.mktemp("green"), "verify", "--profile", "smoke", "--clauses", "AST")
