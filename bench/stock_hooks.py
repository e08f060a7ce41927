"""The signing hook of stock schemathesis: fresh keys, a truthful payload and its signature in every case that has them.

Loaded by `st` itself (SCHEMATHESIS_HOOKS). What a negative case is about is left as drawn: only non-empty texts are replaced.
"""

import itertools
import os
import secrets
from typing import Any

import schemathesis

from contracts import signing
from contracts.asking.network import vendor_layout

_KEY = signing.SigningKey.from_text(os.environ["SIGNING_KEY"])
_RUN = secrets.token_hex(4)
_NUMBERS = itertools.count()
_UNIQUE = ("symbol", "clientExternalId", "nonce")


@schemathesis.hook
def before_call(ctx: Any, case: Any, kwargs: Any) -> None:
    """Make a drawn body one that nobody has sent before, and sign what it says."""
    body = case.body
    if not isinstance(body, dict):
        return
    for name in _UNIQUE:
        if _says(body, name):
            body[name] = f"{_RUN}{next(_NUMBERS)}{body[name]}"[:64]
    amount = body.get("amount")
    if isinstance(amount, dict) and _says(amount, "currency") and _says(amount, "quantity"):
        amount["currency"] = os.environ["CURRENCY"]
    if _says(body, "payload") and _says(body, "signature"):
        body["payload"] = vendor_layout(body, case.path_parameters.get("connectionId", ""))
        body["signature"] = signing.sign(body["payload"], _KEY)


def _says(body: dict[str, Any], name: str) -> bool:
    return isinstance(body.get(name), str) and body[name] != ""
