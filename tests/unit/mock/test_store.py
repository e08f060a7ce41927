"""The file that remembers: what is answered is on the disk, and what cannot be kept was never answered."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from contracts.mock.app import Mock
from contracts.mock.identities import BALANCES, FIRST, SECOND
from contracts.mock.server import run
from contracts.mock.state import StoreProblem
from contracts.mock.store import APPLICATION, Store, opened
from contracts.mock.tables import state_in
from tests.unit.mock.transcripts.asking import transcript

ASSETS = "/api/assetpricing/v1/internal/assets"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Callable[..., Store]]:
    """Opens the one file of a test."""
    with ExitStack() as opened:

        def open_store(**options: bool) -> Store:
            store = Store(tmp_path / "store.db", **options)
            opened.callback(store.close)
            return store

        yield open_store


# What is kept


def test_a_restart_goes_on(serve: Any, store: Any) -> None:
    """A record that is not in the file, or is read back as another one."""
    first = store()
    server = serve(store=first)
    symbol, notes = "Ünï \u2028 'quoted'", "a\u2029b"
    created = server.create(symbol=symbol)
    order = server.order(amount={"currency": "tscratch", "quantity": "13"}, notes=notes)
    allocated, refused = (
        server.allocate(order),
        server.order(amount={"currency": "tbtc", "quantity": "9" * 30}),
    )
    released = server.allocate(refused)
    assert [created.status_code, allocated.status_code, released.status_code] == [200, 200, 422]
    first.close()

    server = serve(store=store())
    assert server.create(symbol=symbol).status_code == 409
    assert server.allocate(order).text == allocated.text
    assert server.allocate(refused).text == released.text
    assert server.allocate(server.order(nonce=order["nonce"])).status_code == 409
    assert server.allocate(server.order(clientExternalId=order["clientExternalId"])).status_code == 409
    for quantity, status in (("1001", 422), ("1000", 200), ("1", 422)):
        amount = {"currency": "tscratch", "quantity": quantity}
        assert server.allocate(server.order(amount=amount)).status_code == status


def test_funds_of_30_digits_are_exact(serve: Any, store: Any) -> None:
    """An amount that becomes a float or a 64-bit integer on its way into the file."""
    kept = store()
    server = serve(store=kept)
    purse, plenty = (FIRST.enterprise_id, "hteth"), 10**30 + 3
    kept.state.funds[purse] = plenty
    for quantity, status in ((10**30 + 4, 422), (10**30 + 2, 200), (2, 422), (1, 200), (1, 422)):
        amount = {"currency": "hteth", "quantity": str(quantity)}
        assert server.allocate(server.order(amount=amount)).status_code == status
    assert kept.state.funds[purse] == 0


def test_answers_are_the_same_as_without_a_file(store: Any) -> None:
    """A rule that reads its records from the file otherwise than it wrote them, or a reset that leaves some."""
    kept = store()
    kept._connection.execute("PRAGMA synchronous = OFF")  # a thousand answers, one after the other
    assert transcript(Mock(state=kept.state, transaction=kept.transaction)) == transcript(Mock())


def test_a_new_file_and_a_reset_hold_the_same(serve: Any, store: Any) -> None:
    """Funds that a reset does not restore, or records that it leaves."""
    kept = store()
    server = serve(store=kept)
    new = {
        (tenant.enterprise_id, name): units for tenant in (FIRST, SECOND) for name, units in BALANCES.items()
    }
    assert dict(kept.state.funds) == new
    server.allocate(server.order())
    assert dict(kept.state.funds) != new
    server.create(symbol="S")
    assert server.send("POST", "/_mock/reset").status_code == 204
    assert dict(kept.state.funds) == new
    assert [*kept.state.assets, *kept.state.settled, *kept.state.nonces] == []


@pytest.mark.parametrize("name", ["assets", "settled", "nonces"])
def test_the_file_takes_no_key_twice(store: Any, name: str) -> None:
    """A check of ours that is overlooked, with nothing behind it."""
    kept = store()
    table = getattr(kept.state, name)
    table._run(table._put, ('"a"', "{}"))
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        table._run(table._put, ('"a"', "{}"))


def test_a_fault_may_write_a_key_twice(serve: Any, store: Any) -> None:
    """A constraint that mends the fault which the mock was told to have."""
    server = serve(faults=["asset-conflict-never"], store=store(overwrites=True))
    assert [server.create(symbol="S").status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("key", ["text", "", 'a"b', "\ud800", 7, None, ("a", None, "ä")])
def test_keys_come_back_as_they_were(store: Any, key: Any) -> None:
    """A key that a fault makes, and that another form of it would stand for."""
    assets = store(overwrites=True).state.assets
    assets[key] = {"n": 1}
    assert list(assets) == [key]
    assert key in assets
    assert len(assets) == 1
    assert assets.pop(key) == {"n": 1}
    with pytest.raises(KeyError):
        del assets[key]


# When it is on the disk


class Held:
    """A store whose commits wait until they are let go."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.commits = 0
        self.entered, self.free = threading.Event(), threading.Event()
        commit = store._end_transaction

        def held() -> None:
            self.commits += 1
            self.entered.set()
            assert self.free.wait(10)
            commit()

        monkeypatch.setattr(store, "_end_transaction", held)


def test_many_share_a_commit_and_none_is_answered_before_it(
    serve: Any, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that a power cut takes back; a commit for each request; an event loop that waits for the disk."""
    kept = store()
    server = serve(store=kept)
    held = Held(kept, monkeypatch)
    requests = [("POST", ASSETS, server.asset(symbol=f"S{number % 10}"), None) for number in range(20)]
    answers: list[Any] = []
    client = threading.Thread(target=lambda: answers.extend(asyncio.run(server.send_all(requests))))
    client.start()
    assert held.entered.wait(10)
    assert server.send("POST", "/nowhere").status_code == 404  # the loop goes on
    assert answers == []
    held.free.set()
    client.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 10 + [409] * 10
    assert held.commits < 10


def test_who_waits_in_a_transaction_and_leaves_it_during_a_commit_shares_the_next_one(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault with a pause in it, whose answer leaves with a commit that its changes are not in."""
    kept, committed, free = store(overwrites=True), threading.Event(), threading.Event()
    commit = kept._end_transaction

    def slow_commit() -> None:
        commit()
        committed.set()
        assert free.wait(10)

    async def write(key: str, pause: Callable[[], Any]) -> bool:
        async with kept.transaction():
            await pause()
            kept.state.assets[key] = {}
        return bool(kept._connection.in_transaction)

    async def until_committed() -> None:
        await asyncio.to_thread(committed.wait, 10)
        asyncio.get_running_loop().call_soon(free.set)

    async def both() -> bool:
        paused, _ = await asyncio.gather(
            write("paused", until_committed), write("quick", lambda: asyncio.sleep(0))
        )
        return paused

    monkeypatch.setattr(kept, "_end_transaction", slow_commit)
    assert not asyncio.run(both())


def test_what_changes_nothing_waits_for_no_disk(
    serve: Any, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit for every question."""
    kept = store()
    server = serve(store=kept)
    held = Held(kept, monkeypatch)
    assert server.ask(server.request()).status_code == 200
    assert server.create("symbol").status_code == 400
    assert held.commits == 0


def test_a_full_disk_takes_nothing_back(serve: Any, store: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A record that was answered and is gone, or one that was refused and is there."""
    kept = store()
    server = serve(store=kept)
    order = server.order(notes="x" * 20_000)
    pages = kept._connection.execute("PRAGMA page_count").fetchone()[0]
    kept._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    names = [f"{number}-{'x' * 900}" for number in range(20)]
    statuses = {name: server.create(symbol=name).status_code for name in names}
    assert set(statuses.values()) == {200, 500}
    assert server.allocate(order).status_code == 500
    assert "database or disk is full" in capsys.readouterr().err
    kept._connection.execute("PRAGMA max_page_count = 1000000")
    for name, status in statuses.items():
        assert server.create(symbol=name).status_code == (409 if status == 200 else 200)
    assert server.allocate(order).status_code == 200


# Files that are none of ours


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE people (name TEXT)")
    connection.close()


def newer(path: Path) -> None:
    foreign(path)
    connection = sqlite3.connect(path)
    connection.executescript(f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = 2")
    connection.close()


def torn(path: Path) -> None:
    connection = opened(path)
    assets = state_in(connection, overwrites=False).assets
    for number in range(2000):
        assets[f"S{number}"] = {"name": "x" * 50}
    connection.commit()
    connection.close()
    content = bytearray(path.read_bytes())
    content[20_000:40_000] = bytes(20_000)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (foreign, "is a database, but no store of this mock; name another file"),
        (newer, "is a store of version 2; this mock writes version 1; name another file"),
        (torn, "is damaged"),
        (lambda path: path.write_text("a text, and a long one at that" * 100), "file is not a database"),
        (lambda path: path.mkdir(), "unable to open database file"),
        (Store, "is in use"),
    ],
    ids=["foreign", "newer", "torn", "text", "folder", "in use"],
)
def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], Any], why: str
) -> None:
    """Somebody's database that the mock writes into, or two mocks with one file."""
    path = tmp_path / "store.db"
    made = make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(StoreProblem) as problem:
        run(store=path)
    assert str(problem.value).startswith(f"{path}: ")
    assert why in str(problem.value)
    assert (path.read_bytes() if path.is_file() else b"") == before
    if isinstance(made, Store):
        made.close()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A traceback in the place of a reason."""
    with pytest.raises(StoreProblem, match=r"nowhere/store\.db: cannot be a store .* its folder"):
        run(store=tmp_path / "nowhere" / "store.db")


def test_a_file_that_was_never_finished_is_made_anew(tmp_path: Path, serve: Any) -> None:
    """A kill in the first moment, after which nothing can be stored any more."""
    path = tmp_path / "store.db"
    path.touch()
    store = Store(path)
    assert serve(store=store).create().status_code == 200
    store.close()
    assert [file.name for file in tmp_path.iterdir()] == ["store.db"]
