"""summary.md: what people in CI read, in which a server's text is nothing but text."""

from collections.abc import Iterator
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from contracts.reporting.cases import Run
from contracts.reporting.markdown import TOLD, as_markdown
from tests.fixtures import runs
from tests.fixtures.reports import MIXED, accepting, run

# Each ends what it may stand in, and begins what GitHub would show or load.
ATTACKS = [
    "```\n# x\n<script>alert(1)</script>",
    "`` ` ``` | a | b |\n| - | - |\n",
    "<img src=https://evil.example/x>",
    "](https://evil.example) ![x](https://evil.example/y)",
    "</details>\n\n- [ ] done\n\n@team #1",
    "\\` \\| ~~~\n$x$ $$y$$ :smile:",
    "\u202e\x1b[31m\ud800\r\n\u2028# x",
    "`",
    " ",
]
MEMORY = runs.memory(
    new=["AST-06-c4865c58c7"],
    fixed=[{"id": "ALC-01-0000000009", "clause": "ALC-01"}],
    regressed=["AST-06"],
    drift=[{"operation": "createAsset", "before_p95_ms": 1.5, "p95_ms": 9.0, "ratio": 6.0}],
)
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def tokens(text: str) -> Iterator[Token]:
    for token in MARKDOWN.parse(text):
        yield token
        yield from token.children or ()


def shape(of: Run) -> list[str]:
    """What the page is made of, without its words."""
    return [
        f"{token.type} {token.tag} {token.info}" for token in tokens(as_markdown(of)) if token.type != "text"
    ]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("where", ["kind", "expected", "received", "operation"])
def test_finding_means_nothing_to_markdown(attack: str, where: str) -> None:
    """A body that puts a link, a picture or a heading of its own on the page of a build."""
    assert shape(run(runs.story(**{where: f"x{attack}x"}))) == shape(run(runs.story(**{where: "x"})))


@pytest.mark.parametrize("attack", ATTACKS)
def test_reasons_mean_nothing_to_markdown(attack: str) -> None:
    """An exception's text, a target's name or somebody's reason that breaks the page."""

    def page(text: str) -> list[str]:
        rows = {
            "AST-05": {"verdict": "broken", "reason": text},
            "AST-07": {"verdict": "unknown", "reason": text},
        }
        target = {"name": text, "base_url": text, "assets_base_url": text}
        memory = runs.memory(new=[text], flaky=[text])
        return shape(run(rows=rows, target=target, lost=text, exit_code=2, memory=memory))

    assert page(f"x{attack}x") == page("x")


def test_verdict_comes_first() -> None:
    """A page that says how many requests there were before it says whether the contract holds."""
    assert as_markdown(run(runs.story())).startswith("## contracts: violated (exit code 1)\n")
    assert "**`nothing was tested`**" in as_markdown(run(exit_code=2))


def test_table_counts_by_family() -> None:
    """A clause that no column counts."""
    lines = as_markdown(MIXED).splitlines()
    heads, _, row, *_ = (line.strip("| ").split("|") for line in lines if line.startswith("|"))
    counts = dict(zip((head.strip() for head in heads), (cell.strip() for cell in row), strict=True))
    assert counts["family"] == "AST create asset"
    assert (counts["violated"], counts["warned"], counts["broken"], counts["held"]) == ("1", "1", "1", "17")


def test_finding_says_how_to_ask_again() -> None:
    """A page that tells what, and not what to do next."""
    text = as_markdown(run(runs.story()))
    assert "```sh\ncontracts replay reports/" in text
    assert "- 409, because the symbol exists\n+ 200" in text
    assert "met `4 times: under another type (3)`" in text


def test_the_rest_is_counted() -> None:
    """The eleventh finding, of which nobody knows."""
    of = run(*runs.many(33))
    text = as_markdown(of)
    assert text.count("```sh") == TOLD
    assert f"And {33 - TOLD} more" in text


def test_accepted_findings_come_last_and_say_why() -> None:
    """A known bug that hides the new one."""
    text = as_markdown(accepting(runs.story()))
    assert "accepted: `known (ann, T-1, until 2026-12-31)`" in text


def test_memory_is_told() -> None:
    """A new finding among a hundred old ones."""
    text = as_markdown(run(runs.story(), memory=MEMORY))
    assert (
        "- New: `AST-06-c4865c58c7`\n- Fixed: `ALC-01-0000000009`\n- Clauses that held before: `AST-06`"
        in text
    )
    assert "Since the last run" not in as_markdown(run(runs.story(), memory=runs.memory(runs=0)))


def test_slower_and_changed_are_told() -> None:
    """A release that answers otherwise where it is free to, and six times as slowly, on a page that is all green."""
    change = {"clause": "AST-20", "what": "other case", "before": 200, "after": [200, 409]}
    text = as_markdown(run(memory=MEMORY, behaviour_changes=[change] * 30))
    assert "- Slower: `createAsset`, p95 1.5 ms before, 9.0 ms now" in text
    assert "- AST-20 `other case`: `200` before, `200 or 409` now" in text
    assert "- and 10 more" in text


def test_what_was_not_judged_is_told_with_its_reason() -> None:
    """A green page of a run that could ask next to nothing."""
    text = as_markdown(MIXED)
    assert "- AUT-05: `not applicable: READ_ONLY_TOKEN not set`" in text
    assert "- AST-05: `KeyError: 'x'`" in text


def test_page_stays_under_what_github_takes() -> None:
    """A page of 1 MiB or more, of which GitHub shows nothing at all."""
    huge = "\U0001f600" * 1_000_000
    ids = [f"AST-06-{number:010x}" for number in range(5000)]
    changes: dict[str, Any] = {"received": huge, "expected": huge, "kind": huge, "forms": {huge: 2}}
    found = [runs.story(id=id, **changes) for id in ids[:500]]
    rows = {id: {"verdict": "unknown", "reason": huge} for id in runs.summary()["clauses"]}
    text = as_markdown(run(*found, rows=rows, memory=runs.memory(new=ids), lost=huge, exit_code=2))
    assert len(text.encode()) < 1024 * 1024
