"""Ids and times of records."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest

from contracts.mock.rules import records


def test_ids_are_uuids_of_version_4_in_their_own_spelling() -> None:
    """A variant or version in the wrong digit, or an id that comes twice."""
    ids = [records.new_id() for _ in range(1000)]
    assert all(str(UUID(id)) == id for id in ids)
    assert {(UUID(id).version, UUID(id).variant) for id in ids} == {(4, RFC_4122)}
    assert len(set(ids)) == 1000


@pytest.mark.parametrize("moment", [0.0, 1.9995, 1795271069.001, 1795271069.999])
def test_now_is_written_as_any_moment_is(monkeypatch: pytest.MonkeyPatch, moment: float) -> None:
    """Two ways to write a time that differ: a zero that is missing, a second that is rounded up."""
    monkeypatch.setattr("time.time_ns", lambda: round(moment * 1000) * 1_000_000)
    assert records.now() == records.iso(datetime.fromtimestamp(round(moment * 1000) / 1000, UTC))


def test_now_may_be_ahead() -> None:
    """A clock that is ahead and is told without it."""
    told = datetime.fromisoformat(records.now(timedelta(minutes=2)))
    assert timedelta(seconds=110) < told - datetime.now(UTC) < timedelta(seconds=130)
