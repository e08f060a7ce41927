# ruff: noqa: S608  # table names are put into statements; all of them stand in this file
"""The state as tables of a SQLite file: one row for a symbol, a request, a nonce and a purse, which its primary key sees to."""

import sqlite3
from collections.abc import Callable, Hashable, Iterator, MutableMapping
from dataclasses import asdict
from typing import Any, Final, Generic, TypeVar, cast

from contracts import wire
from contracts.mock.state import Object, Order, Settled, State

SCHEMA: Final = """
CREATE TABLE assets (key TEXT PRIMARY KEY, value TEXT NOT NULL);   -- by symbol
CREATE TABLE settled (key TEXT PRIMARY KEY, value TEXT NOT NULL);  -- by enterprise and clientExternalId
CREATE TABLE nonces (key TEXT PRIMARY KEY, value TEXT NOT NULL);   -- by enterprise, connection and nonce
CREATE TABLE funds (key TEXT PRIMARY KEY, value TEXT NOT NULL);    -- by enterprise and currency; base units, in digits
"""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Table(MutableMapping[K, V], Generic[K, V]):
    """A mapping whose members are rows, in the order of their making: what the rules, faults included, take for a dict.

    Keys are texts, numbers, None, or tuples of them. A key is written once: a second row for it raises `sqlite3.IntegrityError`,
    unless the table `overwrites`.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        name: str,
        dumped: Callable[[V], str],
        loaded: Callable[[str], V],
        *,
        overwrites: bool,
    ) -> None:
        self._run = connection.execute
        self._dumped, self._loaded = dumped, loaded
        self._get = f"SELECT value FROM {name} WHERE key = ?"
        self._put = f"INSERT INTO {name} (key, value) VALUES (?, ?)"
        if overwrites:
            self._put += " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        self._delete = f"DELETE FROM {name} WHERE key = ?"
        self._keys = f"SELECT key FROM {name} ORDER BY rowid"
        self._count = f"SELECT count(*) FROM {name}"
        self._clear = f"DELETE FROM {name}"

    def __contains__(self, key: object) -> bool:
        return self._run(self._get, (_text_of(key),)).fetchone() is not None

    def __getitem__(self, key: K) -> V:
        row = self._run(self._get, (_text_of(key),)).fetchone()
        if row is None:
            raise KeyError(key)
        return self._loaded(row[0])

    def __setitem__(self, key: K, value: V) -> None:
        self._run(self._put, (_text_of(key), self._dumped(value)))

    def __delitem__(self, key: K) -> None:
        if not self._run(self._delete, (_text_of(key),)).rowcount:
            raise KeyError(key)

    def __iter__(self) -> Iterator[K]:
        return (_key_of(text) for (text,) in self._run(self._keys))

    def __len__(self) -> int:
        return int(self._run(self._count).fetchone()[0])

    def clear(self) -> None:
        """Delete all rows at once."""
        self._run(self._clear)


def state_in(connection: sqlite3.Connection, *, overwrites: bool) -> State:
    """The state that the tables hold. Where they do not overwrite, only funds may change once they are written."""

    def table(name: str, dumped: Callable[[V], str], loaded: Callable[[str], V]) -> Table[Any, V]:
        return Table(connection, name, dumped, loaded, overwrites=overwrites or name == "funds")

    return State(
        assets=table("assets", wire.dumps, _object),
        settled=table("settled", _settled_text, _settled),
        nonces=table("nonces", _order_text, _order),
        funds=table("funds", str, int),
    )


# What stands in a row


def _text_of(key: object) -> str:
    return wire.dumps(list(key) if isinstance(key, tuple) else cast("wire.Json", key))


def _key_of(text: str) -> Any:
    key = wire.parse(text)
    return tuple(key) if isinstance(key, list) else key


def _object(text: str) -> Object:
    return cast("Object", wire.parse(text))


def _order_text(order: Order) -> str:
    return wire.dumps(asdict(order))


def _order(text: str) -> Order:
    return Order(**cast("dict[str, Any]", wire.parse(text)))


def _settled_text(settled: Settled) -> str:
    return wire.dumps({"order": asdict(settled.order), "status": settled.status, "body": settled.body})


def _settled(text: str) -> Settled:
    kept = cast("dict[str, Any]", wire.parse(text))
    return Settled(Order(**kept["order"]), kept["status"], kept["body"])
