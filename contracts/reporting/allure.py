"""What Allure shows of a question: API, family, clause and severity as labels, the exchanges of what it found."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from contracts.clauses.catalogue import load
from contracts.clauses.clause import Level
from contracts.findings.finding import as_data
from contracts.plan import Plan
from contracts.reporting.closing import FAMILIES
from contracts.reporting.summary import versions
from contracts.transport.redaction import Redactor
from contracts.violation import Violation

_APIS = {"AST": "Asset Pricing", "HTP": "Protocol"}
_SEVERITY = {Level.MUST: "critical", Level.SHOULD: "normal", Level.OBSERVE: "trivial"}


def is_on(config: pytest.Config) -> bool:
    """Whether this run writes Allure results."""
    return bool(config.getoption("allure_report_dir", None))


def label(clauses: Sequence[str]) -> None:
    """Label the running question: epic is the API, feature the clause family, story the clause."""
    import allure  # runs without Allure results do without

    first = load()[clauses[0]]
    allure.dynamic.epic(_APIS.get(first.family, "Go Network"))  # type: ignore[no-untyped-call]
    allure.dynamic.feature(FAMILIES[first.family])  # type: ignore[no-untyped-call]
    allure.dynamic.severity(_SEVERITY[first.level])  # type: ignore[no-untyped-call]
    for name in clauses:
        allure.dynamic.story(f"{name} {load()[name].title}")  # type: ignore[no-untyped-call]
        allure.dynamic.tag(name)  # type: ignore[no-untyped-call]


def attach(violations: Iterable[Violation], redactor: Redactor) -> None:
    """Attach each violation's exchanges, without secrets."""
    import allure

    for violation in violations:
        for number, exchange in enumerate(violation.exchanges, 1):
            text = json.dumps(as_data(exchange, redactor), indent=2, ensure_ascii=False)
            name = f"{violation.clause} request and response {number}"
            allure.attach(text, name, allure.attachment_type.JSON)


def write_environment(folder: Path, plan: Plan) -> None:
    """Write environment.properties, which Allure shows beside the results."""
    settings = plan.settings
    lines = {
        "target": settings.target_name,
        "base_url": settings.base_url or "",
        "profile": plan.profile.name,
        "seed": str(plan.seed),
        **{f"version.{name}": text for name, text in versions().items()},
    }
    folder.mkdir(exist_ok=True)
    text = "".join(f"{key}={value}\n" for key, value in lines.items())
    (folder / "environment.properties").write_text(text, encoding="utf-8")
