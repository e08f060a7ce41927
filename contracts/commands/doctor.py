"""`contracts doctor`: all that would spoil a run, each with its cause; for people, or as JSON for pipelines."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.text import Text

from contracts.commands import access, preflight, surroundings
from contracts.commands.diagnosis import Diagnosis
from contracts.commands.notices import tell
from contracts.commands.round_trip import round_trip
from contracts.commands.running import terminable
from contracts.plan import BUDGET, production_mistake
from contracts.plugin import target_or_mock
from contracts.reporting.front import Outlet
from contracts.reporting.ledger import EXIT_HOLDS, EXIT_NOT_CARRIED_OUT
from contracts.settings import Settings, SettingsProblem, load_settings
from contracts.transport.client import TargetLost
from contracts.transport.pace import Pace

_SHOWN = ("subject", "ok", "seen", "advice", "spoils")


@dataclass(frozen=True)
class Wish:
    """What the command line asks of a doctor, beside the target."""

    report_dir: Path = Path("reports")
    changes: bool = True
    """Whether 1 base unit may be allocated, to try key and funds."""
    insecure: bool = False
    allow_production: bool = False
    as_json: bool = False


def diagnose(wish: Wish, target: str | None, *, environ: Mapping[str, str]) -> int:
    """Look at everything that would spoil a run, tell it, and return 0 or 2.

    Raises SettingsProblem where the settings are wrong already; as JSON each mistake is a check of its own.
    """
    console = Outlet(soft_wrap=True)
    try:
        settings = _settled(wish, target, environ)
    except SettingsProblem as problem:
        if not wish.as_json:
            raise
        return _told_as_json(console, list(_mistakes(problem)), None)
    if not wish.as_json:
        tell(console, settings)
    found = []
    with terminable(), TemporaryDirectory() as scratch, target_or_mock(settings) as known:
        pace = Pace.of(known, str(Path(scratch, BUDGET)) if known.caps.are_counted else None)
        if settings.base_url is None and not wish.as_json:
            console.print(Text("note: BASE_URL is not set: this is the embedded mock", style="yellow"))
        for diagnosis in _looked_at(known, wish, pace):
            found.append(diagnosis)
            if not wish.as_json:
                _show(console, diagnosis)
    return _told_as_json(console, found, known) if wish.as_json else _code(found)


def _settled(wish: Wish, target: str | None, environ: Mapping[str, str]) -> Settings:
    line = {"INSECURE": "true" if wish.insecure else None}
    settings = load_settings(cli=line, environ=environ, directory=Path.cwd(), target=target)
    if settings.production and not wish.allow_production:
        raise SettingsProblem(list(map(production_mistake, settings.production)))
    return settings


def _looked_at(settings: Settings, wish: Wish, pace: Pace) -> Iterator[Diagnosis]:
    yield surroundings.libraries()
    yield surroundings.report_folder(wish.report_dir)
    reached = list(preflight.reachable(settings, pace))
    yield from reached
    if all(diagnosis.ok for diagnosis in reached):
        yield from preflight.clock(settings, pace)
        try:
            yield from _asked(settings, pace, changes=wish.changes and _may_change(settings))
        except TargetLost as problem:
            yield Diagnosis("target", ok=False, seen=str(problem), spoils=True)


def _may_change(settings: Settings) -> bool:
    """Whether anything may be made: not in production, nor by a budget of nothing."""
    return not settings.production and 0 not in {settings.caps.records, settings.caps.sum}


def _asked(settings: Settings, pace: Pace, *, changes: bool) -> Iterator[Diagnosis]:
    with access.network_of(settings, pace) as network:
        found = list(access.credentials(network))
        yield from found
        if network is not None and found[0].ok:
            yield from access.boundaries(network)
            yield from round_trip(network, changes=changes)


def _mistakes(problem: SettingsProblem) -> Iterator[Diagnosis]:
    for mistake in problem.mistakes:
        advice = "; ".join(
            filter(None, (f"expected {mistake.expected}" if mistake.expected else "", mistake.hint))
        )
        yield Diagnosis(mistake.where, ok=False, seen=mistake.what, advice=advice, spoils=True)


def _show(console: Console, diagnosis: Diagnosis) -> None:
    mark = Text.assemble(("ok    ", "green") if diagnosis.ok else ("wrong ", "bold red"))
    console.print(mark + Text(f"{diagnosis.subject}: {diagnosis.seen}"))
    if diagnosis.advice:
        console.print(Text(f"      {diagnosis.advice}"))


def _told_as_json(console: Console, found: list[Diagnosis], settings: Settings | None) -> int:
    told: dict[str, Any] = {
        "ok": _code(found) == EXIT_HOLDS,
        "target": None,
        "notices": [],
        "checks": [{name: getattr(diagnosis, name) for name in _SHOWN} for diagnosis in found],
    }
    if settings is not None:
        told["target"] = {
            "name": settings.target_name,
            "base_url": settings.base_url,
            "assets_base_url": settings.assets_base_url,
        }
        told["notices"] = [*settings.notices, *settings.warnings]
    console.out(json.dumps(told, indent=2), highlight=False)
    return _code(found)


def _code(found: list[Diagnosis]) -> int:
    return EXIT_HOLDS if all(diagnosis.ok for diagnosis in found) else EXIT_NOT_CARRIED_OUT
