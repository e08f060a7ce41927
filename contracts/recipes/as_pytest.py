"""A finding as the source of a pytest test that asks the same anew: to paste into a file, and to run."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.recipes.recipe import Recipe, Step

_WIDTH = 100


def as_pytest(finding: Mapping[str, Any], recipe: Recipe) -> str:
    """The test: red as long as the bug is there. It needs pytest, this package, and the target's variables."""
    by = finding["recipe"]["judge"]["by"]
    body = _of_question(finding, recipe) if by == "question" else _of_requests(finding, recipe)
    return "\n".join([*_head(finding), "", *body]) + "\n"


def _head(finding: Mapping[str, Any]) -> Iterator[str]:
    by_question = finding["recipe"]["judge"]["by"] == "question"
    yield f'"""{_plain(finding["clause"])}: {_plain(finding["title"])}. Needs BASE_URL and the target\'s variables."""'
    yield ""
    yield f"from contracts.findings.again import {'asked_again' if by_question else 'Again'}"


def _of_question(finding: Mapping[str, Any], recipe: Recipe) -> Iterator[str]:
    """No answer alone shows this bug: the test asks the whole question."""
    asked = {
        "format": finding["format"],
        **{name: finding[name] for name in ("id", "clause", "operation", "kind", "target")},
    }
    asked["recipe"] = {**recipe.as_data(), "steps": [], "judge": finding["recipe"]["judge"]}
    yield f"FINDING = {_literal(json.dumps(asked))}"
    yield ""
    yield ""
    yield f"def {_name(finding)}() -> None:"
    yield from _docstring(finding)
    yield '    assert asked_again(FINDING) == "fixed"'


def _of_requests(finding: Mapping[str, Any], recipe: Recipe) -> Iterator[str]:
    judge = finding["recipe"]["judge"]
    yield ""
    yield f"def {_name(finding)}() -> None:"
    yield from _docstring(finding)
    yield "    with Again.from_environment() as again:"
    steps, last = list(recipe.steps), len(recipe.steps) - 1
    for number, step in enumerate(steps):
        yield from (f"        {line}" for line in _call(step, is_last=number == last))
    if judge["by"] == "status":
        allowed = "{" + ", ".join(map(str, judge["allowed"])) + "}"
        if len(judge["allowed"]) > 8:  # a refusal, in any of its statuses
            allowed = f"range({min(judge['allowed'])}, {max(judge['allowed']) + 1})"
        yield f"    assert answer.status in {allowed}, again.told(answer)"
    else:
        yield f"    assert again.broken({finding['clause']!r}, answer) == []"


def _docstring(finding: Mapping[str, Any]) -> Iterator[str]:
    told = f"{finding['operation'] or 'the target'}: {finding['kind']}. {finding['promise']}"
    lines = textwrap.wrap(_plain(told), _WIDTH)
    if len(lines) == 1:
        yield f'    """{lines[0]}"""'
        return
    yield f'    """{lines[0]}'
    yield from (f"    {line}" for line in lines[1:])
    yield '    """'


def _call(step: Step, *, is_last: bool) -> Iterator[str]:
    yield f"{'answer = ' if is_last else ''}again.send("
    yield f"    {step.method!r},"
    yield f"    {step.target!r},"
    yield "    ["
    yield from (f"        ({name!r}, {value!r})," for name, value in step.headers)
    yield "    ],"
    if step.body is not None:
        yield f"    {_literal(step.body)},"
    for name, value in _options(step).items():
        yield f"    {name}={value!r},"
    yield ")"


def _options(step: Step) -> dict[str, object]:
    told: dict[str, object] = {"operation": step.operation} if step.operation is not None else {}
    if step.encoding != "utf-8":
        told["encoding"] = step.encoding
    if step.sign is not None:
        told |= {"signed_by": step.sign.key}
        if step.sign.forged is not None:
            told["forged"] = step.sign.forged
    return told | ({"below": True} if step.below else {})


def _literal(text: str) -> str:
    """A Python literal; a long run of one character is written as a product."""
    run = re.search(r"(.)\1{199,}", text, re.DOTALL)
    if run is None:
        return ascii(text)
    before, after = text[: run.start()], text[run.end() :]
    product = f"{run.group(1)!a} * {len(run.group())}"
    return " + ".join(
        piece
        for piece in (ascii(before) if before else "", product, _literal(after) if after else "")
        if piece
    )


def _name(finding: Mapping[str, Any]) -> str:
    return "test_" + str(finding["id"]).lower().replace("-", "_")


def _plain(text: str) -> str:
    """A text that ends no docstring, and that a file can hold."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return shown.replace("\\", "/").replace('"', "'")
