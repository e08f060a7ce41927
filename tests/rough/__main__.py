"""`python -m tests.rough [ID...]`: a run against each rough target, one after the other, and a table of them all."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from contracts.mock.embedded import Embedded
from tests.rough import table
from tests.rough.behaviour import Behaviour
from tests.rough.behaviours import BEHAVIOURS
from tests.rough.judging import complaints
from tests.rough.running import tried


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the named behaviours, or all of them; returns 1 where a row is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.rough", description=__doc__)
    parser.add_argument("ids", nargs="*", metavar="ID", help="a behaviour (all of them, where none is named)")
    parser.add_argument("--whole", action="store_true", help="ask the whole of smoke, not a few clauses")
    parser.add_argument("--keep", type=Path, help="a folder that keeps what the runs leave")
    parser.add_argument("--page", type=Path, help="a page, such as PROOF.md, that takes the table")
    given = parser.parse_args(arguments)
    if unknown := set(given.ids) - BEHAVIOURS.keys():
        parser.error(
            f"no behaviour is called {', '.join(sorted(unknown))}; there are: {', '.join(BEHAVIOURS)}"
        )
    chosen = [BEHAVIOURS[id] for id in given.ids] or list(BEHAVIOURS.values())
    with TemporaryDirectory() as scratch, Embedded() as behind:
        folder = given.keep or Path(scratch)
        rows = [_row(behaviour, behind, folder, whole=given.whole) for behaviour in chosen]
    if given.page is not None:
        table.replace_in(given.page, table.as_markdown(rows))
    return 1 if any(row.wrong for row in rows) else 0


def _row(behaviour: Behaviour, behind: Embedded, folder: Path, *, whole: bool) -> table.Row:
    own = folder / behaviour.id
    own.mkdir(parents=True)
    ran = asyncio.run(tried(behaviour, behind, own, whole=whole))
    row = table.Row(behaviour, ran, tuple(complaints(behaviour, ran)))
    print(row, flush=True)  # noqa: T201  # a command's output
    return row


if __name__ == "__main__":
    sys.exit(main())
