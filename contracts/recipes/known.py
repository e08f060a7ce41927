"""A known bug: what once broke a clause, as the few requests that show it and the answers that are promised."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from contracts.asking.assets import JSON, PATH, USUAL
from contracts.asking.network import Caller
from contracts.exchange import Headers
from contracts.recipes.names import NAME, RUN
from contracts.recipes.recipe import Step
from contracts.settings.variables import VARIABLES

# A fresh name of a recipe: the run's mark in either case, and the name's number.
FRESH = re.compile(rf"\$\{{{RUN}(\|lower)?\}}(\d{{7}})")
TOKEN = ("Authorization", "Bearer ${ACCESS_TOKEN}")
"""How whoever may do something says so."""


@dataclass(frozen=True)
class KnownStep:
    """A request, and the statuses of which one is its answer; none where no matter which."""

    step: Step
    answers: tuple[int, ...] = ()


@dataclass(frozen=True)
class KnownBug:
    """What is asked again. The answer to the last step keeps `clause`, or breaks it; those before it must be as told.

    `because` is the promise in the words of the finding, so that both are told as one; `found` says where it was met.
    """

    name: str
    what: str
    clause: str
    because: str
    found: str
    steps: tuple[KnownStep, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables without which it cannot be asked, beside those that its clause needs."""
        names = {name for known in self.steps for name in _variables(known.step)}
        return tuple(name for name in VARIABLES if name in names - {"CURRENCY"})


def _variables(step: Step) -> Iterator[str]:
    # A token goes with create asset where there is one; its guide names none.
    headers = [pair for pair in step.headers if step.operation != "createAsset" or pair != TOKEN]
    for text in (step.target, step.body or "", *(value for _, value in headers)):
        yield from (found.group(1) for found in NAME.finditer(text))
    if step.sign is not None:
        yield step.sign.key


def anew(step: Step, fresh: Callable[[str], str], *, token: bool) -> Step:
    """The step under fresh names: `fresh` gives one for each number. Without `token` create asset goes without one."""

    def named(text: str) -> str:
        return FRESH.sub(lambda found: _in_case(fresh(found[2]), lower=bool(found[1])), text)

    headers = tuple((name, named(value)) for name, value in step.headers)
    if step.operation == "createAsset" and not token:
        headers = tuple(pair for pair in headers if pair != TOKEN)
    body = named(step.body) if step.body is not None else None
    return replace(step, target=named(step.target), headers=headers, body=body)


def _in_case(name: str, *, lower: bool) -> str:
    return name.lower() if lower else name


_OWN = Caller("${ACCESS_TOKEN}", "${ENTERPRISE_ID}", "${CONNECTION_ID}")
_HEADERS: Headers = (*USUAL, *JSON, TOKEN)
USUALLY = {
    step.operation: step
    for step in (
        Step("asset-pricing", "POST", PATH, _HEADERS, operation="createAsset"),
        Step("go-network", "POST", f"{_OWN.path}/signing", _HEADERS, operation="signingPayload"),
        Step("go-network", "GET", f"{_OWN.path}/signing", _HEADERS, operation="signingPayloadByGet"),
        Step("go-network", "POST", _OWN.path, _HEADERS, operation="createAllocation"),
    )
}
"""How a usual client asks for each operation: what a recipe does not say is as here."""
