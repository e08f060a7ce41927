"""How long one waits before anything is asked: whole processes, fresh each time, beside an interpreter that does nothing.

`pytest -h` loads every installed plugin, as plain pytest does here: what `contracts` has to beat. The first request's time is
that of the server's clock: when the first question's first request came, less when the process was started. "empty HOME" has no cache of
any kind but Python's own compiled modules.
"""

import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.measuring import Claim, Part, Scale, in_turn
from bench.processes import BIN, ROOT, python, run
from bench.servers import Server, hosted, times

HELP, SMOKE = "contracts --help", "smoke, all in, empty HOME"


def measure(scale: Scale) -> Part:
    """Each of them in turn."""
    part = Part("e", "Start-up", (__doc__ or "").partition("\n\n")[2].strip())
    with tempfile.TemporaryDirectory(prefix="contracts-bench-") as name, hosted("clocked") as server:
        things = _things(Path(name), server)
        part.add(in_turn(scale.of(7, 2), things))
    by_name = {series.name: series for series in part.series}
    part.claims += [
        Claim(HELP, by_name[HELP].median, 0.3, at_least=False, unit="s"),
        Claim(SMOKE, by_name[SMOKE].median, 6, at_least=False, unit="s"),
    ]
    return part


def _things(place: Path, server: Server) -> dict[str, tuple[str, Callable[[], float]]]:
    def program(*arguments: str | Path) -> float:
        ended = run(arguments, place)
        if ended.code:
            raise RuntimeError(f"{arguments} ended with {ended.code}: {ended.errors[-2000:]}")
        return ended.seconds

    interpreter = partial(python, directory=place)
    return {
        "python -c pass": ("s", lambda: interpreter("-c", "pass").seconds),
        "python -c 'import contracts.cli'": ("s", lambda: interpreter("-c", "import contracts.cli").seconds),
        HELP: ("s", partial(program, BIN / "contracts", "--help")),
        "pytest -h, all plugins": (
            "s",
            partial(program, BIN / "pytest", "-h", "--rootdir", ROOT, "-c", ROOT / "pyproject.toml"),
        ),
        "first request of smoke": ("s", partial(_first_request, place, server, "smoke")),
        "first request of verify": ("s", partial(_first_request, place, server, "verify")),
        SMOKE: ("s", partial(_smoke, place)),
    }


def _first_request(place: Path, server: Server, profile: str) -> float:
    """Seconds from the start of the process to the first request of its first question; those before it are preflight's."""
    with tempfile.TemporaryDirectory(dir=place) as reports:
        asked = ("--profile", profile, "--clauses", "AST-01", "--max-time", "2s", "--report-dir", reports)
        before = len(times(server))
        ended = run([BIN / "contracts", "verify", *asked], place, server.variables)
        summary = json.loads((Path(reports) / "latest" / "summary.json").read_text(encoding="utf-8"))
        arrived = times(server)[before:]
        return float(arrived[-summary["requests"]] - ended.began)


def _smoke(place: Path) -> float:
    """The run of a new user: no target named, so the mock is started, too."""
    with tempfile.TemporaryDirectory(dir=place) as home:
        ended = run([BIN / "contracts", "verify", "--profile", "smoke"], Path(home), {"HOME": home})
        if ended.code:
            raise RuntimeError(f"smoke ended with {ended.code}: {ended.output[-2000:]}")
        return ended.seconds
