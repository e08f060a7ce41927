"""`contracts serve` as people start it: with a file, with a file that is none, and for others than this machine."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fixtures.commands import COMMAND, Contracts, clean

ASSET = {"symbol": "S", "display_name": "S", "type": "COIN", "entity_status": "ACTIVE"}
PATH = "/api/assetpricing/v1/internal/assets"


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """A server in a folder, and what it said of itself; ended as people end it."""
    with subprocess.Popen(
        [str(COMMAND), "serve", *options],
        cwd=folder,
        env=clean(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        try:
            yield json.loads(server.stdout.readline()), server
        finally:
            server.terminate()


def test_a_store_goes_on_for_the_clients_of_yesterday(tmp_path: Path) -> None:
    """Other tokens or ids after a restart, records that are gone, or half of the store in a second file."""
    described, statuses = [], []
    for _ in range(2):
        with serving(tmp_path, "--store", "mock.db") as (ready, _):
            statuses.append(httpx.post(ready["BASE_URL"] + PATH, json=ASSET).status_code)
        described.append(
            {name: value for name, value in ready.items() if name.isupper() and name != "BASE_URL"}
        )
        assert [path.name for path in tmp_path.glob("mock.db*")] == ["mock.db"]
    assert statuses == [200, 409]
    assert described[0] == described[1]


def test_a_store_serves_one_mock(contracts: Contracts, tmp_path: Path) -> None:
    """Two servers that write into one file, or a traceback of the second."""
    with serving(tmp_path, "--store", "mock.db"):
        ran = contracts("serve", "--store", str(tmp_path / "mock.db"))
    assert (ran.code, ran.out) == (2, "")
    assert "mock.db: is in use, by another mock perhaps" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("name", "why"),
    [("notes.txt", "file is not a database"), ("nowhere/mock.db", "unable to open database file")],
)
def test_a_store_that_cannot_be_had_is_named(
    contracts: Contracts, tmp_path: Path, name: str, why: str
) -> None:
    """A traceback of SQLite, or a server that keeps nothing."""
    (tmp_path / "notes.txt").write_text("no database, but longer than its header would be: " * 10)
    ran = contracts("serve", "--store", str(tmp_path / name))
    assert (ran.code, ran.out) == (2, "")
    assert f"contracts serve: {tmp_path / name}: cannot be a store ({why})" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(("host", "warns"), [("::1", False), ("0.0.0.0", True)])  # noqa: S104  # what is warned of
def test_who_serves_others_is_warned(tmp_path: Path, host: str, *, warns: bool) -> None:
    """A mock with known tokens that a whole network reaches, and nobody knows."""
    with serving(tmp_path, "--host", host) as (ready, server):
        assert (f"//[{host}]:" if ":" in host else "//") in ready["BASE_URL"]
        server.terminate()
        assert server.stderr is not None
        assert ("WARNING: this mock listens on 0.0.0.0" in server.stderr.read()) == warns
