"""Where figures come from: processor, cores, Python, the versions of everything that is compared."""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from bench.stubs import PEERS
from contracts.wire import parse

_PACKAGES = (
    "contracts",
    "schemathesis",
    "hypothesis",
    "pytest",
    "pytest-xdist",
    "uvicorn",
    "uvloop",
    "coincurve",
)
_PEERS = {"Mockoon": "@mockoon/cli", "WireMock": "wiremock", "Specmatic": "specmatic"}


def facts() -> dict[str, str]:
    """Each by its name, in the order in which they are shown."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{os.cpu_count()} cores, {_processor()}, {platform.system()}",
        "load before": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
        "Python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in _PACKAGES},
        **{name: version for name, package in _PEERS.items() if (version := _version(package))},
        **{name: told for name in ("wrk", "node", "java") if (told := _program(name))},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _version(package: str) -> str:
    path = PEERS / "node_modules" / package / "package.json"
    if not path.exists():
        return ""
    told = parse(path.read_bytes())
    return str(told["version"]) if isinstance(told, dict) else ""


def _program(name: str) -> str:
    """A program's version; each tells it in its own way, on its first line or in its usage."""
    path = shutil.which(name)
    if path is None:
        return ""
    option = {"java": "-version"}.get(name, "--version")
    told = subprocess.run([path, option], capture_output=True, text=True, check=False)
    found = re.search(r"\d[\w.+-]*", told.stdout or told.stderr)
    return found[0] if found else ""
