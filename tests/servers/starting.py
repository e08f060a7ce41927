"""Start a server of another make as a child process, and end it by its process id."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def started(make: str, *arguments: str) -> Iterator[dict[str, str]]:
    """Yield the variables that describe the server `make` (a module of this package) while it runs.

    Raises RuntimeError when the server says nothing: it could not start.
    """
    command = [sys.executable, "-m", f"tests.servers.{make}", *arguments]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    with subprocess.Popen(command, cwd=ROOT, env=clean, stdout=subprocess.PIPE, text=True) as server:
        try:
            line = server.stdout.readline() if server.stdout else ""
            if not line:
                raise RuntimeError(f"{' '.join(command)} did not start")
            yield json.loads(line)
        finally:
            server.terminate()
