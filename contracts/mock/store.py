"""A file that remembers: a request is answered when its changes are on the disk, and one commit serves all that have arrived."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from contracts.mock.state import StoreProblem
from contracts.mock.tables import SCHEMA, state_in

APPLICATION: Final = int.from_bytes(b"mock")  # in the file's header: SQLite's way to tell whose a file is
VERSION: Final = 1


class Store:
    """The state in a SQLite file, which no other process opens meanwhile. Raises `StoreProblem`.

    Operations run on the event loop, as they do without a store: a statement takes some microseconds. What waits for the disk is
    the commit, in a thread of its own. Who comes while it is under way is held up, and shares the next one. `overwrites` lets
    faults write a key twice; the honest server never does.
    """

    def __init__(self, path: Path, *, overwrites: bool = False) -> None:
        self._connection = opened(path)
        self.state = state_in(self._connection, overwrites=overwrites)
        self._writer = ThreadPoolExecutor(1, "store")
        self._open = asyncio.Event()
        self._open.set()
        self._commit: asyncio.Task[None] | None = None
        self._failure: sqlite3.Error | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """A block that is left when what it changed is on the disk, and so is all that it may have seen.

        Raises `sqlite3.Error` where that fails: then nothing of it has happened, nor of what shared its commit.
        """
        await self._open.wait()
        try:
            yield
        except sqlite3.Error as failure:
            self._failure = failure  # SQLite may have undone all that is not committed yet
            raise
        finally:
            # Who pauses in the block, as some faults do, may leave it in the middle of a commit.
            await self._open.wait()
            if self._connection.in_transaction or self._failure:
                await asyncio.shield(self._next_commit())

    def close(self) -> None:
        """Leave the file as one, with nothing beside it."""
        self._writer.shutdown()
        self._connection.close()

    def _next_commit(self) -> asyncio.Task[None]:
        if self._commit is None:
            self._commit = asyncio.get_running_loop().create_task(self._commit_soon())
        return self._commit

    async def _commit_soon(self) -> None:
        await asyncio.sleep(0)  # all that has arrived by now takes part
        self._open.clear()
        try:
            await asyncio.get_running_loop().run_in_executor(self._writer, self._end_transaction)
        finally:
            self._commit = self._failure = None
            self._open.set()

    def _end_transaction(self) -> None:
        try:
            if self._failure:
                raise self._failure
            self._connection.commit()
        except sqlite3.Error:
            self._connection.rollback()
            raise


def opened(path: Path) -> sqlite3.Connection:
    """A connection to the file, whole and ours alone, made where there is none. Raises `StoreProblem`."""
    try:
        connection = sqlite3.connect(path.absolute(), timeout=0, check_same_thread=False)
        try:
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, _Foreign) as problem:
        raise StoreProblem(f"{path}: {_reason(problem)}") from None
    return connection


class _Foreign(Exception):
    """The file is somebody else's, of another version, or damaged."""


def _prepare(connection: sqlite3.Connection) -> None:
    """Nothing is written before the file is known to be ours, or empty."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and application != APPLICATION:
        raise _Foreign("is a database, but no store of this mock")
    if tables and version != VERSION:
        raise _Foreign(f"is a store of version {version}; this mock writes version {VERSION}")
    (health,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if health != "ok":
        raise _Foreign(f"is damaged ({health.splitlines()[-1]})")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # what was answered survives a power cut as well
    if not tables:
        _make(connection)


def _make(connection: sqlite3.Connection) -> None:
    """All of it or nothing: a file that was left half made is empty."""
    mark = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
    connection.executescript(f"BEGIN; {mark} {SCHEMA}")
    state_in(connection, overwrites=False).reset()
    connection.commit()


def _reason(problem: sqlite3.Error | _Foreign) -> str:
    if isinstance(problem, _Foreign):
        return f"{problem}; name another file"
    if problem.sqlite_errorcode == sqlite3.SQLITE_BUSY:
        return "is in use, by another mock perhaps; end that, or name another file"
    return f"cannot be a store ({problem}): it must be SQLite's, or new, and it and its folder open to be written"
