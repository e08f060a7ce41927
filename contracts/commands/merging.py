"""`contracts merge`: the shards of a run become the report that it would have given in one piece; nothing is sent."""

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from contracts.clauses.catalogue import load
from contracts.commands import place
from contracts.commands.parts import EXPECTED, Data, Part, apart, read_part
from contracts.commands.running import conclude, terminable
from contracts.findings import store
from contracts.findings.baseline import read_baselines
from contracts.findings.documents import Unreadable
from contracts.findings.unwritten import Unwritten
from contracts.interruption import too_late
from contracts.plan import BUDGET, CREATED, Plan
from contracts.plugin import questions
from contracts.plugin.dealing import Shard
from contracts.reporting import allure
from contracts.reporting.front import Outlet
from contracts.reporting.keeper import LedgerKeeper
from contracts.reporting.ledger import EXIT_NOT_CARRIED_OUT, Ledger
from contracts.reporting.outcomes import whole_lines
from contracts.settings import PROFILES, Mistake, SettingsProblem
from contracts.settings.caps import Caps
from contracts.settings.model import NAME_VARIABLE
from contracts.transport.budget import Used


def merge(runs: Sequence[Path], report_dir: Path, baselines: Sequence[Path] = ()) -> int:
    """Write the report of these shards as one run, and return its exit code. Raises SettingsProblem."""
    console = Outlet(soft_wrap=True)
    mistakes: list[Mistake] = []
    earlier, accepted = read_baselines(baselines, mistakes)
    parts = sorted(_read(runs, mistakes), key=lambda part: part.shard.number)
    mistakes += apart(parts)
    if mistakes:
        raise SettingsProblem(mistakes)
    told = parts[0].told
    with terminable(), too_late():
        folder = place.made(console, report_dir, told["profile"], told["target"]["name"])
        if folder is None:
            return EXIT_NOT_CARRIED_OUT
        accepted = replace(accepted, functions=questions.functions())
        plan = replace(_plan(parts, folder), baseline=earlier, accepted=accepted)
        return _told_as_one(parts, plan, folder, console)


def _told_as_one(parts: Sequence[Part], plan: Plan, folder: Path, console: Outlet) -> int:
    keeper = LedgerKeeper(Ledger(load(), plan.selected), plan, folder)
    keeper.before_s = max(part.told["duration_s"] for part in parts)
    _gather(parts, folder, keeper.ledger.unwritten)
    for outcome in _side_by_side(parts):
        keeper.take(outcome)
    _note_ends(parts, keeper.ledger)
    conclude(plan, keeper, console)
    return keeper.ledger.exit_code


def _read(runs: Sequence[Path], mistakes: list[Mistake]) -> Iterator[Part]:
    for path in runs:
        if path.is_symlink() and path.resolve() in {other.resolve() for other in runs if other != path}:
            continue  # `latest`, of `merge reports/*`
        try:
            yield read_part(path)
        except Unreadable as problem:
            where = f"command line: {path} line {problem.line}" if problem.line else f"command line: {path}"
            mistakes.append(Mistake(where, problem.what, EXPECTED, problem.hint))


def _plan(parts: Sequence[Part], folder: Path) -> Plan:
    """What the whole run was to do, as far as its report tells."""
    told = parts[0].told
    target = told["target"]
    budgets = _budgets(parts)
    environment = {
        "BASE_URL": target["base_url"],
        "ASSETS_BASE_URL": target["assets_base_url"],
        NAME_VARIABLE: target["name"],
        **(_caps(budgets).as_variables() if budgets else {}),
    }
    return Plan(
        # Nothing is asked any more: of the profile its name counts.
        PROFILES["smoke"].model_copy(update={"name": told["profile"]}),
        environment,
        seed=told["seed"],
        mark=told["mark"],
        corpus=told["digests"].get("corpus", "none"),
        clauses=told["clauses_asked_for"],
        in_flight=max(part.told["in_flight"] for part in parts),
        budget=str(folder / BUDGET) if budgets else None,
        folder=str(folder),
    )


def _budgets(parts: Iterable[Part]) -> list[Data]:
    return [part.told["budget"] for part in parts if part.told["budget"] is not None]


def _caps(budgets: Sequence[Data]) -> Caps:
    """What all shards together were allowed; how many requests at a time is said of each."""

    def together(name: str) -> Any:  # a number, or None
        caps = [budget["caps"][name] for budget in budgets]
        return None if None in caps else sum(caps)

    parts = {name: together(name) for name in ("rate", "requests", "records", "sum")}
    return Caps(concurrent=budgets[0]["caps"]["concurrent"], **parts)


def _used(budgets: Iterable[Data]) -> Used:
    used = Used()
    for each in budgets:
        used = Used(
            used.requests + each["requests"],
            used.records + each["records"],
            dict(Counter(used.sums) + Counter(each["sums"])),
            dict(Counter(used.left_out) + Counter(each["left_out"])),
        )
    return used


def _gather(parts: Sequence[Part], folder: Path, unwritten: Unwritten) -> None:
    """Bring the files of all parts together: findings, what was spent and made, Allure's results."""
    for finding in (finding for part in parts for finding in part.findings):
        with unwritten.noted("findings"):
            store.keep(folder / "findings", finding)
    if budgets := _budgets(parts):
        with unwritten.noted(BUDGET):
            store.write_text(folder / BUDGET, json.dumps(asdict(_used(budgets))))
    with unwritten.noted(CREATED):
        # Each line begins with its time.
        if made := [line for part in parts for line in whole_lines(part.folder / CREATED)]:
            (folder / CREATED).write_bytes(b"".join(sorted(made)))
    for results in (part.folder / allure.FOLDER for part in parts):
        if results.is_dir():
            with unwritten.noted(allure.FOLDER):
                shutil.copytree(results, folder / allure.FOLDER, dirs_exist_ok=True)


def _side_by_side(parts: Iterable[Part]) -> list[Data]:
    """All outcomes as if the parts had begun at the same moment: each was asked by a clock of its own."""
    outcomes: list[Data] = []
    for part in parts:
        began = min((outcome["began"] for outcome in part.outcomes), default=0.0)
        outcomes += (_moved(outcome, began) for outcome in part.outcomes)
    return sorted(outcomes, key=lambda outcome: float(outcome["began"]))


def _moved(outcome: Data, zero: float) -> Data:
    reds = {clause: {**red, "at": red["at"] - zero} for clause, red in outcome["reds"].items()}
    return {**outcome, "began": outcome["began"] - zero, "reds": reds}


def _note_ends(parts: Sequence[Part], ledger: Ledger) -> None:
    """Note which parts are missing, and which did not come to their ends: what was not asked is not held."""
    there = {part.shard.number for part in parts}
    of = parts[0].shard.of
    why = [f"shard {Shard(n, of)} is missing" for n in range(1, of + 1) if n not in there]
    for part in parts:
        told = part.told
        if told["lost"]:
            why.append(f"{part.name}: {told['lost']}" if of > 1 else told["lost"])
        elif part.was_interrupted and of > 1:
            why.append(f"{part.name} was interrupted")
        ledger.failed = ledger.failed or told["broke"]
        ledger.interrupted |= part.was_interrupted
        ledger.stopped_early |= told["cut_short"]
        ledger.unwritten.why |= _lacking(told["unwritten"])
    ledger.lost = "; ".join(why)
    ledger.notices = tuple(dict.fromkeys(notice for part in parts for notice in part.told["notices"]))


def _lacking(unwritten: Mapping[str, str]) -> dict[str, str]:
    """What the disk refused to a part and cannot be made anew of the rest."""
    return {name: why for name, why in unwritten.items() if name == allure.FOLDER}
