"""Where the questions are: tests/contract of a checkout, or their copy in an installed wheel."""

import re
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
_PLACES = (_PACKAGE.parent / "tests" / "contract", _PACKAGE / "_questions")


def folder() -> Path:
    """The folder of the questions. Raises FileNotFoundError where the installation is damaged."""
    for place in _PLACES:
        if (place / "test_assets.py").is_file():
            return place
    message = f"the questions are missing: neither {_PLACES[0]} nor {_PLACES[1]} holds them; install contracts again"
    raise FileNotFoundError(message)


_FUNCTION = re.compile(r"^def (test_\w+)", re.MULTILINE)


def functions() -> frozenset[str]:
    """Every question that exists, without its cases: `test_assets.py::test_name`. Read, not imported: that takes a second."""
    return frozenset(
        f"{file.name}::{name}"
        for file in folder().glob("test_*.py")
        for name in _FUNCTION.findall(file.read_text(encoding="utf-8"))
    )
