"""What there is: clauses with their questions and proofs, faults with what they break; as lines of text."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from contracts.clauses.catalogue import load
from contracts.commands import questions


def clause_lines(selection: str | None = None) -> Iterator[str]:
    """The clauses, each with its questions and the faults that prove it. Raises UnknownClause."""
    asked, proven = questions_by_clause(), faults_by_clause()
    for clause in load().select(selection) if selection else load().values():
        yield f"{clause.id:8} {clause.level.value:8} {clause.title}"
        yield f"{'':18}{clause.sentence}"
        yield f"{'':18}questions: {', '.join(asked[clause.id]) or 'none'}"
        if clause.needs:
            yield f"{'':18}needs: {', '.join(clause.needs)}"
        yield f"{'':18}faults: {', '.join(proven[clause.id]) or 'none'}"


def fault_lines() -> Iterator[str]:
    """The mock's faults, each with the clause that it breaks."""
    from contracts.mock.switches import all_faults  # the mock is loaded only when asked for

    for switch in all_faults().values():
        with_it = f" (and may break {', '.join(switch.falls_with)})" if switch.falls_with else ""
        yield f"{switch.breaks:8} {switch.id}: {switch.sentence}{with_it}"


def variant_lines() -> Iterator[str]:
    """The mock's legal oddities."""
    from contracts.mock.switches import all_variants

    for switch in all_variants().values():
        yield f"{switch.id}: {switch.sentence}"


def questions_by_clause() -> dict[str, list[str]]:
    """The test functions that name each clause in their mark, read from their source."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted(questions.folder().glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for clause in _marked(node):
                    found[clause].append(f"{file.stem}::{node.name}")
    return found


def _marked(node: ast.FunctionDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.asks":
            yield from (str(ast.literal_eval(argument)) for argument in decorator.args)


def faults_by_clause() -> dict[str, list[str]]:
    """The ids of the mock's faults by the clause that each breaks."""
    from contracts.mock.switches import all_faults

    found: dict[str, list[str]] = defaultdict(list)
    for switch in all_faults().values():
        found[switch.breaks].append(switch.id)
    return found
