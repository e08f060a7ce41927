"""`junit.xml` for CI servers: a suite for each clause family, a case for each clause, and one for the run itself."""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby

from contracts.reporting.cases import Case, Run, Status, cases
from contracts.reporting.visible import visible

# What is told of a case under which element; the servers know no other outcomes.
_ELEMENTS = {Status.FAILED: "failure", Status.BROKEN: "error", Status.SKIPPED: "skipped"}


def as_junit(run: Run) -> str:
    """The run as JUnit XML, as Jenkins' schema has it (junit-10.xsd); any XML parser reads it, whatever a server said."""
    told = cases(run)
    time = _time(run.summary["duration_s"])
    root = ET.Element("testsuites", {"name": "contracts", **_counts(told), "time": time})
    for family, of_family in groupby(told, key=lambda case: case.family):
        _add_suite(root, family, list(of_family), run)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _add_suite(root: ET.Element, family: str, of_family: Sequence[Case], run: Run) -> None:
    skipped = sum(case.status is Status.SKIPPED for case in of_family)
    began = run.ended - timedelta(seconds=run.summary["duration_s"])
    attributes = {
        "name": family,
        **_counts(of_family),
        "skipped": str(skipped),
        "time": _time(sum(case.seconds for case in of_family)),
        "timestamp": began.strftime("%Y-%m-%dT%H:%M:%S"),
    }
    suite = ET.SubElement(root, "testsuite", attributes)
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(run).items():
        ET.SubElement(properties, "property", name=name, value=visible(value))
    for case in of_family:
        _add_case(suite, case)


def _add_case(suite: ET.Element, case: Case) -> None:
    named = {"classname": case.family, "name": f"{case.id} {case.title}"}
    element = ET.SubElement(suite, "testcase", {**named, "time": _time(case.seconds)})
    if case.status in _ELEMENTS:
        outcome = ET.SubElement(element, _ELEMENTS[case.status], type=case.verdict, message=case.message)
        outcome.text = case.told
    elif case.told:
        ET.SubElement(element, "system-out").text = f"{case.verdict}\n{case.told}"


def _counts(told: Iterable[Case]) -> dict[str, str]:
    counted = Counter(case.status for case in told)
    return {
        "tests": str(counted.total()),
        "failures": str(counted[Status.FAILED]),
        "errors": str(counted[Status.BROKEN]),
    }


def _time(seconds: float) -> str:
    return f"{seconds:.3f}"


def _properties(run: Run) -> Mapping[str, str]:
    """What a report of the run must name, so that it can be repeated."""
    summary = run.summary
    return {
        "target": summary["target"]["name"],
        "base_url": summary["target"]["base_url"] or "",
        "profile": summary["profile"],
        "seed": str(summary["seed"]),
        "exit_code": str(summary["exit_code"]),
        **{f"version.{name}": version for name, version in summary["versions"].items()},
        **{f"digest.{name}": digest for name, digest in summary["digests"].items()},
    }
