"""What a bug of our own leaves on the terminal: its traceback, without a secret in it."""

import os
import traceback
from pathlib import Path


def told(problem: BaseException) -> str:
    """The traceback; where even that breaks, where it came from: a secret may stand in the message."""
    try:
        from contracts.transport.redaction import Redactor

        return Redactor.of_sources(os.environ, Path.cwd()).text("".join(traceback.format_exception(problem)))
    except Exception as second:  # noqa: BLE001  # whatever keeps the secrets from being taken out
        frames = "".join(traceback.format_tb(problem.__traceback__))
        return f"{frames}{type(problem).__name__} (its message is left out: {type(second).__name__} while it was redacted)\n"
