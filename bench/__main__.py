"""`python -m bench [PART...]`: measure all parts, or those named (a to f); `--quick` measures less of each, for a look."""

import argparse
import importlib
import shlex
import sys
import time

from bench.machine import facts
from bench.measuring import Part, Scale
from bench.writing import lines_of, write

PARTS = {
    "a": "lane",
    "b": "detection",
    "c": "throughput",
    "d": "latency",
    "e": "startup",
    "f": "growth",
}


def main() -> int:
    """Measure, print each part as it is done, and write both files unless told not to; 1 where a promise does not hold."""
    asked = _arguments()
    scale = Scale(quick=asked.quick, sample=asked.sample)
    known, command = facts(), shlex.join(["python", "-m", "bench", *sys.argv[1:]])
    holds = True
    for key in asked.parts or PARTS:
        began = time.monotonic()
        part: Part = importlib.import_module(f"bench.{PARTS[key]}").measure(scale)
        print(
            f"({key}) {part.title}, in {time.monotonic() - began:.0f} s",
            *lines_of(part),
            sep="\n",
            flush=True,
        )
        holds = holds and all(claim.holds for claim in part.claims)
        if not asked.dry:
            write({key: part}, known, command)
    return 0 if holds else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="a to f; all of them if none is named")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, smaller sizes")
    parser.add_argument("--sample", type=int, metavar="N", help="faults in part b (30; 8 with --quick)")
    parser.add_argument("--dry", action="store_true", help="print the figures and write no file")
    asked = parser.parse_args()
    for key in asked.parts:
        if key not in PARTS:
            parser.error(
                f"there is no part {key!r}: {', '.join(f'{key} ({name})' for key, name in PARTS.items())}"
            )
    return asked


if __name__ == "__main__":
    sys.exit(main())
