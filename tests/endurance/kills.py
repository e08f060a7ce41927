"""`python -m tests.endurance.kills`: the mock is killed under load, again and again, and asked for all that it ever answered."""

import argparse
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from contracts.mock.embedded import Embedded
from tests.endurance.clients import Client, rest_is_exact


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: requests that were sent, those whose answer was lost, and all that was wrong."""

    kills: int
    requests: int
    lost: int
    wrong: list[str]


def endure(store: Path, kills: int, clients: int = 8, seconds: float = 1) -> Outcome:
    """Kill the mock so many times, each after some of `seconds`; look at everything after each kill, and at the funds at the end."""
    moments = random.Random(kills)
    asking = [Client(f"client{number}") for number in range(clients)]
    lost, wrong = 0, list[str]()
    for _ in range(kills):
        _kill_under_load(store, asking, moments.uniform(seconds / 3, seconds))
        lost += sum(client.asked[-1].status is None for client in asking if client.asked)
        with Embedded(store=store) as mock:
            wrong += [complaint for client in asking for complaint in client.again(mock.address)]
    with Embedded(store=store) as mock:
        for currency in ("tbtc", "hteth"):
            allocated = sum(client.allocated(currency) for client in asking)
            if not rest_is_exact(mock.address, currency, allocated):
                wrong.append(f"{currency}: {allocated} was allocated, and the rest is not what is left")
    return Outcome(kills, sum(len(client.asked) for client in asking), lost, wrong)


def _kill_under_load(store: Path, asking: Sequence[Client], seconds: float) -> None:
    with Embedded(store=store) as mock:
        working = [threading.Thread(target=client.work, args=(mock.address,)) for client in asking]
        for thread in working:
            thread.start()
        time.sleep(seconds)
        os.kill(mock.pid, signal.SIGKILL)
        for thread in working:
            thread.join()


def main() -> int:
    """Print what came of it; 1 where something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=1, help="of load before each kill, at most")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        outcome = endure(Path(folder) / "store.db", asked.kills, asked.clients, asked.seconds)
    print(f"{outcome.kills} kills, {outcome.requests} requests, {outcome.lost} answers lost")
    print(*outcome.wrong, sep="\n", end="\n" if outcome.wrong else "nothing is wrong\n")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
