"""Asks a finding's requests again, outside of any run: for the tests that people paste, and for recorded traffic."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from contracts.asking.fresh import run_mark
from contracts.checks.registry import CheckBroke, Context, judge
from contracts.exchange import Exchange
from contracts.oracle.keys import UsedKeys
from contracts.recipes.names import Names, names_of
from contracts.recipes.recipe import Recipe, Signing, Step
from contracts.settings import Settings, load_settings
from contracts.transport.burst import burst
from contracts.transport.client import Client
from contracts.transport.pace import Pace
from contracts.transport.redaction import Redactor
from contracts.transport.route import Origin, Route
from contracts.violation import Violation


class Again:
    """A target that is asked again, under a mark of its own: names that were fresh then are fresh now."""

    def __init__(self, settings: Settings, *, pace: Pace | None = None) -> None:
        if settings.base_url is None or settings.assets_base_url is None:
            message = "BASE_URL is not set: it names the target to ask"
            raise ValueError(message)
        self._context = Context(settings.response_time_limit, settings.secrets())
        self._names: Names = names_of(settings, run_mark())
        self._used = UsedKeys()
        self._redactor = Redactor.of(settings)
        origins = {"asset-pricing": settings.assets_base_url, "go-network": settings.base_url}
        self._clients = {
            api: Client(
                Origin.parse(url), settings.response_time_limit, pace or Pace(), route=Route.to(url, settings)
            )
            for api, url in origins.items()
        }

    @classmethod
    def from_environment(cls) -> Self:
        """The target that the environment, `.env` or contracts.toml names. Raises SettingsProblem, or ValueError without one."""
        return cls(load_settings(cli={}, environ=os.environ, directory=Path.cwd(), target=None))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            client.close()

    def send(
        self,
        method: str,
        target: str,
        headers: Sequence[tuple[str, str]] = (),
        body: str | None = None,
        *,
        operation: str | None = None,
        encoding: str = "utf-8",
        signed_by: str | None = None,
        forged: str | None = None,
        below: bool = False,
    ) -> Exchange:
        """Send one request; `${RUN}`, `${CONNECTION_ID}` and the like stand for this run's own texts.

        `signed_by` names the variable whose key signs the payload in the body, in the place of `${SIGNATURE}`. Raises
        ValueError for a variable that is not set.
        """
        sign = Signing(signed_by, forged) if signed_by is not None else None
        api = "asset-pricing" if "/assetpricing/" in target.lower() else "go-network"
        return self.ask(
            Step(api, method, target, tuple(headers), body, encoding, sign, operation, below=below)
        )

    def ask(self, step: Step) -> Exchange:
        """Send one step of a recipe. Raises ValueError for a variable that is not set."""
        return self._clients[step.api].ask(*self._used.marked(self._request(step)))

    def burst(self, steps: Sequence[Step]) -> list[Exchange]:
        """Release steps of one service at the same moment. Raises ValueError for a variable that is not set."""
        requests = self._used.marked(*(self._request(step) for step in steps))
        return burst(self._clients[steps[0].api], requests)

    def broken(self, clause: str, exchange: Exchange) -> list[Violation]:
        """What an answer breaks of a clause, by itself."""
        return [
            violation
            for judged, found in judge(exchange, self._context)
            if judged == clause and not isinstance(found, CheckBroke)
            for violation in found
        ]

    def told(self, exchange: Exchange) -> str:
        """An answer for people, without secrets."""
        response = exchange.response
        answer = f"{response.status} {response.text(2000)}" if response is not None else str(exchange.lost)
        return self._redactor.text(answer)

    def _request(self, step: Step) -> Any:
        try:
            return step.request(self._names)
        except KeyError as missing:
            message = f"{missing.args[0]} is not set"
            raise ValueError(message) from None


def story(again: Again, recipe: Recipe) -> list[Exchange]:
    """Ask all of a recipe's steps, bursts as bursts."""
    answers: list[Exchange] = []
    steps = list(recipe.steps)
    while steps:
        together = [step for step in steps if step.burst is not None and step.burst == steps[0].burst]
        if together:
            answers += again.burst(together)
            del steps[: len(together)]
        else:
            answers.append(again.ask(steps.pop(0)))
    return answers


def asked_again(finding: str) -> str:
    """What `contracts replay` says of a finding, told as JSON: "fixed" or "failed". Raises RuntimeError where it cannot ask."""
    command = [sys.executable, "-m", "contracts", "replay", "-"]
    done = subprocess.run(command, input=finding, capture_output=True, text=True, check=False)  # our own
    words: Mapping[int, str] = {0: "fixed", 1: "failed"}
    if done.returncode not in words:
        raise RuntimeError(f"{json.loads(finding)['id']} was not asked: {done.stdout}{done.stderr}")
    return words[done.returncode]
