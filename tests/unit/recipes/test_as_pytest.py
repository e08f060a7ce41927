"""The test that a finding carries: Python reads it, whatever stands in a finding."""

import ast
from typing import Any

import pytest

from contracts.exchange import Request
from contracts.recipes.as_pytest import as_pytest
from contracts.recipes.names import Names
from contracts.recipes.recipe import Recipe, steps_of
from tests.fixtures.exchanges import answered, below, create_asset


def source(*requests: Request, judge: dict[str, Any] | None = None, **changes: Any) -> str:
    finding = {
        "format": 2,
        "id": "AST-06-0123456789",
        "clause": "AST-06",
        "title": "a used symbol conflicts",
        "promise": "A used symbol is answered 409.",
        "operation": "createAsset",
        "kind": "the symbol exists: 200",
        "target": {"name": "staging", "base_url": "https://api.example"},
        "recipe": {"judge": judge or {"by": "status", "allowed": [409]}},
        **changes,
    }
    steps = steps_of(
        [answered(request, 200) for request in requests or [create_asset()]], Names("CT1NG2Y3JHA")
    )
    return as_pytest(finding, Recipe("test_x.py::test_y[a]", "smoke", 1, steps, None, None))


def test_the_last_answer_is_judged() -> None:
    """A test that looks at the answer to its first request, or at none."""
    told = source(create_asset(), create_asset())
    assert told.count("again.send(") == 2
    assert told.count("answer = again.send(") == 1
    assert told.rstrip().endswith("assert answer.status in {409}, again.told(answer)")


def test_checks_judge_what_no_status_shows() -> None:
    """A wrong body that a test calls right because its status is."""
    assert "assert again.broken('AST-06', answer) == []" in source(judge={"by": "checks"})


def test_a_question_judges_what_no_answer_shows() -> None:
    """A race or a sum, asked as a single request."""
    told = source(judge={"by": "question"})
    assert 'assert asked_again(FINDING) == "fixed"' in told
    assert "again.send" not in told


@pytest.mark.parametrize(
    "text", ['"""', "\\", "'", "\n", "\0", "\ud800", "💰", "{x}", "a" * 100_000, 'end with "', "\\N{BULLET}"]
)
def test_any_text_is_python(text: str) -> None:
    """A finding whose test is no Python: quotes that end its docstring, a lone surrogate, a NUL."""
    told = source(create_asset(text.encode("utf-8", "surrogatepass")), kind=f"kind {text}", promise=text * 2)
    (test,) = [node for node in ast.parse(told).body if isinstance(node, ast.FunctionDef)]
    assert test.name == "test_ast_06_0123456789"


def test_a_long_run_is_written_as_a_product() -> None:
    """A test of a megabyte."""
    told = source(create_asset(b'{"a":"' + b"x" * 1_000_000 + b'"}'))
    assert len(told) < 2000
    assert "'x' * 1000000" in told


def test_what_is_meant_for_the_server_itself_stays_so() -> None:
    """A method that no application sees, judged as if it had been asked."""
    assert "below=True" in source(below(create_asset()))
