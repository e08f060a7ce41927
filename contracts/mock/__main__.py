"""`python -m contracts.mock`: the mock on its own."""

import argparse
import sys
from pathlib import Path

from contracts.mock.server import run
from contracts.mock.state import StoreProblem
from contracts.mock.switches import UnknownSwitch


def milliseconds(text: str) -> float:
    """`50ms`, `0.2s` or a plain number of milliseconds."""
    for unit, factor in (("ms", 1), ("s", 1000)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    return float(text)


def main() -> int:
    """Serve as the arguments say. Exit 2 for an unknown switch, a file that cannot be the store, a port that cannot be had."""
    parser = argparse.ArgumentParser(
        prog="python -m contracts.mock", description="The mock server of both APIs."
    )
    parser.add_argument("--port", type=int, default=0, help="port on the loopback interface; 0: a free one")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="ID", help="a bug to have; may be repeated"
    )
    parser.add_argument(
        "--variant", action="append", default=[], metavar="ID", help="a legal oddity to have; may be repeated"
    )
    parser.add_argument(
        "--latency", type=milliseconds, default=0, metavar="50ms", help="time added to every answer"
    )
    parser.add_argument("--store", type=Path, metavar="FILE", help="keep all records in a SQLite file")
    parser.add_argument("--parent-pipe", action="store_true", help="end when stdin does")
    asked = parser.parse_args()
    try:
        run(
            port=asked.port,
            faults=asked.fault,
            variants=asked.variant,
            latency_ms=asked.latency,
            store=asked.store,
            parent_pipe=asked.parent_pipe,
        )
    except (UnknownSwitch, StoreProblem, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
