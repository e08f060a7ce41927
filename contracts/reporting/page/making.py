"""How a page of ours is made: its templates, what they may print, and a policy under which it runs its own script and style."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from contracts.reporting.page.texts import shown


def environment(*folders: Path) -> Environment:
    """For the templates in these folders: whatever they print is escaped, and each of its characters can be seen."""
    made = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    )
    made.filters |= {"commas": "{:,}".format}
    return made


def _seen(value: Any) -> Any:
    """Texts so that each character can be seen, our own markup as it is."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def own(style: str, script: str, *more: str) -> dict[str, Markup | str]:
    """Our own style and script for a template, and the policy that lets nothing else run, nor reach anything but `more` says."""
    sources = {"style-src": style, "script-src": script}
    allowed = [f"{name} 'sha256-{_digest(text)}'" for name, text in sources.items()]
    rules = ["default-src 'none'", *allowed, *more, "img-src data:", "base-uri 'none'", "form-action 'none'"]
    return {
        "style": Markup(style),  # noqa: S704  # our own file
        "script": Markup(script),  # noqa: S704  # our own file
        "policy": "; ".join(rules),
    }


def source(file: Path) -> str:
    """The text of a style or a script."""
    return file.read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
