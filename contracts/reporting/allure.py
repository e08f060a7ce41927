"""What Allure shows of a question: API, family, clause and severity as labels, what was found, one history for all runs."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from contracts.clauses.catalogue import load
from contracts.clauses.clause import Level
from contracts.findings.finding import exchanges_as_data
from contracts.reporting.cases import Data, Run, is_violation
from contracts.reporting.ci import Job
from contracts.reporting.closing import FAMILIES
from contracts.reporting.visible import cut, visible, whole
from contracts.transport.redaction import Redactor
from contracts.violation import Violation

FOLDER = "allure-results"
_APIS = {"AST": "Asset Pricing", "HTP": "Protocol"}
_LONGEST = 4000
_SEVERITY = {Level.MUST: "critical", Level.SHOULD: "normal", Level.OBSERVE: "trivial"}
# By what `_told` says first, for the two engines: Java matches the whole text, JavaScript looks for a part of it.
_REST = r"[\s\S]*$"
_SKIPS = {
    "Not applicable to this target": "not applicable: ",
    "The target was lost": "the target was lost: ",
    "Could not be asked": "not asked: ",
}


def labels(clauses: Sequence[str]) -> list[tuple[str, str]]:
    """The labels of a question: epic is the API, feature the clause family, story the clause."""
    first = load()[clauses[0]]
    return [
        ("epic", _APIS.get(first.family, "Go Network")),
        ("feature", FAMILIES[first.family]),
        ("severity", _SEVERITY[first.level]),
        *(("story", f"{name} {load()[name].title}") for name in clauses),
        *(("tag", name) for name in clauses),
    ]


def history(question: str) -> str:
    """The id under which Allure joins the runs of a question, wherever and however it is asked.

    Allure's own is made from the values of its parameters, in which objects show their addresses, and from the path.
    """
    return hashlib.md5(question.encode(), usedforsecurity=False).hexdigest()


def status(outcome: Data) -> tuple[str, str]:
    """What became of a question, in Allure's words, and what it says: failed is the target's fault, broken ours."""
    found = outcome["violations"]
    broken = [f"{clause}: {why}" for clause, why in outcome["broken"].items()]
    if outcome["ended"] == "broken" or broken:
        return "broken", cut("\n".join([*filter(None, [outcome["reason"]]), *broken]), _LONGEST)
    violations = [finding for finding in found if is_violation(finding)]
    if violations:
        # Its own clauses first: Allure sorts a question by the beginning of what it says.
        return "failed", _told(sorted(violations, key=lambda each: each["clause"] not in outcome["clauses"]))
    if outcome["ended"] in {"unasked", "inapplicable"}:
        return "skipped", visible(_why_skipped(outcome))
    return "passed", f"warned: {_told(found)}" if found else ""


def _told(found: Iterable[Data]) -> str:
    return "\n".join(
        f"{finding['clause']} {cut(finding['kind'], _LONGEST)}\n"
        f"  expected: {cut(finding['expected'], _LONGEST)}\n"
        f"  received: {cut(finding['received'], _LONGEST)}"
        for finding in found
    )


def _why_skipped(outcome: Data) -> str:
    if outcome["ended"] == "inapplicable":
        return f"not applicable: {outcome['reason']}"
    return f"the target was lost: {outcome['lost']}" if outcome["lost"] else f"not asked: {outcome['reason']}"


def stories(violations: Iterable[Violation], redactor: Redactor) -> Iterator[tuple[str, str]]:
    """What is attached to a result: each violation's exchanges, a name and a JSON text each, without secrets."""
    for violation in violations:
        story = exchanges_as_data(violation.exchanges, redactor.beside(*violation.exchanges))
        for number, exchange in enumerate(story, 1):
            name = f"{violation.clause} request and response {number}"
            yield name, whole(json.dumps(exchange, indent=2, ensure_ascii=False))


def result(question: str, outcome: Data, findings: Mapping[str, Data]) -> dict[str, Any]:
    """A question's result, made of its outcome alone: of a campaign, in which it was asked again and again.

    `findings` are those that have a story, by id; each is attached as it is kept.
    """
    what, message = status(outcome)
    told = [finding["id"] for finding in outcome["violations"] if finding["id"] in findings]
    return {
        "uuid": str(uuid5(NAMESPACE_URL, question)),
        "name": question.partition("::")[2],
        "fullName": question,
        "titlePath": [question.partition("::")[0]],
        "historyId": history(question),
        "testCaseId": history(question),
        "status": what,
        "statusDetails": {"message": message} if message else {},
        "stage": "finished",
        "labels": [{"name": name, "value": value} for name, value in labels(outcome["clauses"])],
        "attachments": [
            {"name": id, "source": f"{id}-attachment.json", "type": "application/json"}
            for id in dict.fromkeys(told)
        ],
    }


def environment(run: Run) -> str:
    """`environment.properties`, which Allure shows beside the results."""
    summary = run.summary
    lines = {
        "target": summary["target"]["name"],
        "base_url": summary["target"]["base_url"] or "",
        "profile": summary["profile"],
        "seed": str(summary["seed"]),
        "verdict": summary["verdict"],
        **{f"version.{name}": text for name, text in summary["versions"].items()},
        **{f"digest.{name}": text for name, text in summary["digests"].items()},
    }
    return "".join(f"{key}={_property(value)}\n" for key, value in lines.items())


def _property(text: str) -> str:
    """A value as Java reads it: a backslash and a line feed are escaped, what is not ASCII becomes its number."""
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    units = escaped.encode("utf-16-be", "surrogatepass")
    numbers = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    return "".join(chr(number) if number < 0x80 else f"\\u{number:04x}" for number in numbers)


def executor(job: Job) -> dict[str, Any]:
    """`executor.json`: the build that Allure links to, and by whose number it orders the runs."""
    return {
        "type": job.server,
        "name": job.server,
        "url": job.url,
        "buildOrder": job.number,
        "buildName": f"{job.name} #{job.number}",
        "buildUrl": job.build_url,
        "reportName": "contracts",
    }


def categories() -> list[Mapping[str, Any]]:
    """`categories.json`: what is the target's fault, by clause family; what is a convention; what is ours."""
    violated = [
        _category(f"Violated: {family} {name}", "failed", f"^{family}-{_REST}")
        for family, name in FAMILIES.items()
    ]
    skipped = [_category(name, "skipped", f"^{start}{_REST}") for name, start in _SKIPS.items()]
    return [
        *violated,
        _category("Convention broken (warned)", "passed", f"^warned: {_REST}"),
        {"name": "The suite itself broke", "matchedStatuses": ["broken"]},
        *skipped,
    ]


def _category(name: str, matched: str, regex: str) -> Mapping[str, Any]:
    return {"name": name, "matchedStatuses": [matched], "messageRegex": regex}
