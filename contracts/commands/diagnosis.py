"""What a look at one thing before a run came to."""

from dataclasses import dataclass, replace
from typing import Self

from contracts.transport.redaction import Redactor


@dataclass(frozen=True)
class Diagnosis:
    """One thing looked at: whether it is in order, what was seen, and what to do if not."""

    subject: str
    ok: bool
    seen: str
    advice: str = ""
    spoils: bool = False
    """No verdict of a run would mean anything: the target cannot be reached, or does not know a credential."""
    took_ms: float | None = None
    """How long the answer took, where there was one; the first on its connection takes the connecting as well."""

    def without_secrets(self, redactor: Redactor) -> Self:
        """The same as it may be shown: what a target answers may repeat what it was asked with."""
        return replace(self, seen=redactor.text(self.seen))
