"""Whether a run was right about a rough target: its verdict, its time, its memory, and a report folder that is whole."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.rough.behaviour import TIME_LIMIT_S, Behaviour, Right
from tests.rough.running import Ran

MEMORY_LIMIT_MB = 300.0
_ADDRESS = re.compile(r"https?://(127\.0\.0\.1|\[::1\]):\d+")
NOT_ASKED_SO_HARD = "no question of this profile asks it"


def complaints(behaviour: Behaviour, ran: Ran) -> Iterator[str]:
    """Everything that is wrong about a run, a line each."""
    if ran.code < 0:
        yield f"killed after {ran.seconds:.0f} s"
    elif ran.seconds > TIME_LIMIT_S:
        yield f"took {ran.seconds:.0f} s"
    if ran.megabytes > MEMORY_LIMIT_MB:
        yield f"took {ran.megabytes:.0f} MB"
    if ran.visits_elsewhere:
        yield f"{ran.visits_elsewhere} connections to an origin that was not to be asked"
    if "Traceback" in ran.text:
        yield "a traceback in the output"
    if ran.code >= 0 and not any(_fits(right, ran) for right in behaviour.right):
        yield f"wrong verdict: {verdict(ran)}"
    yield from _about_the_report(ran)


def verdict(ran: Ran) -> str:
    """What the run said, in few words."""
    red = violated(ran)
    more = f" and {len(red) - 6} more" if len(red) > 6 else ""
    told = f": {', '.join(red[:6])}{more}" if red else f": {cause(ran)}" if ran.code in {2, 3} else ""
    return f"exit {ran.code}{told}"


def violated(ran: Ran) -> list[str]:
    """The clauses that the run calls violated."""
    return [id for id, row in _rows(ran).items() if row["verdict"] == "violated"]


def cause(ran: Ran) -> str:
    """The line of the output that names the cause; the target's port would differ in each table."""
    told = _summary(ran).get("lost") or next(
        (line for line in ran.text.splitlines() if line.startswith(("contracts: ", "not exercised"))),
        "no cause",
    )
    return _ADDRESS.sub("the target", str(told).removeprefix("contracts: "))


def _fits(right: Right, ran: Ran) -> bool:
    if ran.code != right.exits:
        return False
    if right.clauses:
        red = set(violated(ran))
        return bool(right.clauses & red) and not right.innocent & red
    if right.says:
        return any(words in ran.text for words in right.says)
    return not list(_unheld(ran))


def _unheld(ran: Ran) -> Iterator[str]:
    """Clauses that an honest target should have been seen to hold."""
    for id, row in _rows(ran).items():
        if row["level"] == "must" and row["verdict"] != "held" and row.get("reason") != NOT_ASKED_SO_HARD:
            yield id


def _about_the_report(ran: Ran) -> Iterator[str]:
    """What is missing or cannot be read."""
    if ran.report is None:
        yield "no report folder"
        return
    for name, read in (
        ("summary.json", _json),
        ("junit.xml", _xml),
        ("report.html", _page),
        ("traffic.har", _json),
    ):
        try:
            read(ran.report / name)
        except (OSError, ValueError, ET.ParseError) as problem:
            yield f"{name}: {problem.strerror if isinstance(problem, OSError) else problem}"
    for path in ran.report.rglob("*"):
        if path.is_file() and path.suffix != ".html" and b"Traceback" in path.read_bytes():
            yield f"a traceback in {path.relative_to(ran.report)}"
        if path.suffix == ".json":
            try:
                _json(path)
            except ValueError as problem:
                yield f"{path.relative_to(ran.report)}: {problem}"
    if ran.code == 2 and "<error" not in _text(ran.report / "junit.xml"):
        yield "junit.xml: no error, though the run could not be carried out"
    told = _summary(ran)
    if not told.get("complete") or told.get("exit_code") != ran.code:
        yield f"summary.json: complete is {told.get('complete')}, exit_code {told.get('exit_code')}"
    written = {path.stem for path in (ran.report / "findings").glob("*.json")}
    if missing := {finding["id"] for finding in told.get("findings", [])} - written:
        yield f"findings without a file: {', '.join(sorted(missing))}"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _xml(path: Path) -> object:
    return ET.fromstring(path.read_bytes())  # noqa: S314  # written by ourselves


def _page(path: Path) -> None:
    if not path.read_text(encoding="utf-8").rstrip().endswith("</html>"):
        raise ValueError("is cut off")


def _summary(ran: Ran) -> dict[str, Any]:
    try:
        told: dict[str, Any] = _json(ran.report / "summary.json") if ran.report else {}
    except (OSError, ValueError):
        return {}
    return told


def _rows(ran: Ran) -> dict[str, Any]:
    rows: dict[str, Any] = _summary(ran).get("clauses", {})
    return rows
