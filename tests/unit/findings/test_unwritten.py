"""What the disk refuses waits in its order, and is told by its reason."""

from collections.abc import Callable

import pytest

from contracts.findings.unwritten import Unwritten, Waiting


class Disk:
    """One that is full as long as it is said to be."""

    def __init__(self) -> None:
        self.full = False
        self.holds: list[str] = []

    def write(self, name: str) -> Callable[[], None]:
        def write() -> None:
            if self.full:
                raise OSError(28, "No space left on device")
            self.holds.append(name)

        return write


def test_what_is_refused_is_written_in_its_order_once_there_is_room() -> None:
    """A finding that is lost with the minute in which the disk was full, or that replaces what came after it."""
    disk, waiting = Disk(), Waiting()
    waiting.write(disk.write("first"))
    disk.full = True
    waiting.write(disk.write("second"))
    waiting.write(disk.write("third"))
    waiting.catch_up()
    assert disk.holds == ["first"]
    disk.full = False
    waiting.catch_up()
    assert disk.holds == ["first", "second", "third"]
    waiting.catch_up()
    assert len(disk.holds) == 3


def test_write_that_breaks_is_in_the_way_of_no_other() -> None:
    """One finding that cannot be told as JSON, and all that are found after it are lost with it."""
    disk, waiting = Disk(), Waiting()

    def broken() -> None:
        raise TypeError

    with pytest.raises(TypeError):
        waiting.write(broken)
    waiting.write(disk.write("next"))
    assert disk.holds == ["next"]


def test_reasons_are_told_with_what_they_keep_from_the_report() -> None:
    """A line as long as the run, or one that names no reason; what was written later and is still called missing."""
    disk, unwritten = Disk(), Unwritten()
    assert not unwritten
    disk.full = True
    for number in range(7):
        with unwritten.noted(f"{number}.json"):
            disk.write("")()
    disk.full = False
    with unwritten.noted("0.json"):
        disk.write("")()
    assert unwritten
    assert unwritten.told() == "No space left on device: 1.json, 2.json, 3.json, 4.json, 5.json, and 1 more"
