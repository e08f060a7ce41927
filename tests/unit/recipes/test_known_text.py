"""Known bugs as people write them: read as they were meant, written as they are read, and every mistake has its line."""

import re
from pathlib import Path

import pytest

from contracts.recipes import corpus
from contracts.recipes.known import USUALLY, KnownBug
from contracts.recipes.known_text import read, write
from contracts.recipes.names import SIGNATURE
from contracts.recipes.recipe import Signing
from contracts.settings import Mistake

TEXT = """\
what: A symbol could be created twice.
clause: AST-07
because: the symbol exists
found: by hand
steps:
- operation: createAsset
  body:
    symbol: "${RUN}0000001\\u00AD"
    display_name: '0'
    type: COIN
    entity_status: ACTIVE
  answer: 200
- operation: createAsset
  headers:
    Content-Type: application/json; charset=utf-8
    Authorization: null
  body: '{ "symbol": "${RUN|lower}0000001" }'
  answer: [409, 400]
"""
SIGNED = """\
what: Anything was taken for a signature.
clause: ALC-05
because: the signature does not verify
found: by hand
steps:
- operation: createAllocation
  body:
    nonce: ${RUN}0000001
    payload: '{}'
    signature: ${SIGNATURE}
  signed_by: OTHER_SIGNING_KEY
  forged: of a text with a space more
  answer: 4xx
"""


def known(text: str) -> KnownBug:
    mistakes: list[Mistake] = []
    found = read(text, "AST-07-x", "x.yaml", mistakes)
    assert mistakes == []
    assert found is not None
    return found


def mistakes_in(text: str) -> list[str]:
    mistakes: list[Mistake] = []
    read(text, "x", "corpus/x.yaml", mistakes)
    return [str(mistake) for mistake in mistakes]


def test_what_is_not_said_is_as_usual() -> None:
    """A recipe that asks otherwise than the question that found the bug: another path, no media type."""
    first, second = known(TEXT).steps
    usual = USUALLY["createAsset"]
    assert (first.step.method, first.step.target, first.step.headers) == (
        usual.method,
        usual.target,
        usual.headers,
    )
    assert first.step.body == (
        '{"symbol":"${RUN}0000001\xad","display_name":"0","type":"COIN","entity_status":"ACTIVE"}'
    )
    assert dict(second.step.headers) == {
        "Accept": "application/json",
        "Accept-Encoding": "gzip, deflate",
        "Content-Type": "application/json; charset=utf-8",
    }
    assert second.step.body == '{ "symbol": "${RUN|lower}0000001" }'
    assert (first.answers, second.answers) == ((200,), (400, 409))


def test_a_signature_is_made_when_it_is_asked() -> None:
    """A forgery that comes back as a true signature."""
    (asked,) = known(SIGNED).steps
    assert asked.step.sign == Signing("OTHER_SIGNING_KEY", "of a text with a space more")
    assert SIGNATURE in str(asked.step.body)
    assert asked.answers == tuple(range(400, 500))


@pytest.mark.parametrize("text", [TEXT, SIGNED])
def test_what_is_written_is_read_as_it_was(text: str) -> None:
    """A recipe that asks for something else once it was written by a program."""
    assert known(write(known(text))) == known(text)


def test_what_cannot_be_seen_is_escaped() -> None:
    """A review of two symbols that look the same, one with a soft hyphen in it."""
    assert write(known(TEXT)).isascii()
    assert "\\xAD" in write(known(TEXT))


@pytest.mark.parametrize("path", sorted(corpus.shipped().glob("*.yaml")), ids=lambda path: str(path.stem))
def test_those_that_come_with_contracts_are_written_as_by_the_command(path: Path) -> None:
    """A recipe that grows its own style, so that each change of it is a page of noise."""
    text = path.read_text(encoding="utf-8")
    assert write(known(text)) == text
    assert path.name.startswith(f"{known(text).clause}-")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("clause: AST-07", "clause: AST-77"), "corpus/x.yaml line 2: clause: no clause is called 'AST-77'"),
        (("because: the symbol exists\n", ""), "corpus/x.yaml line 1: because: is missing"),
        (("answer: 200", "answer: 2xx"), "corpus/x.yaml line 12: steps.1.answer: is no status"),
        (("  answer: 200", "  status: 200"), "corpus/x.yaml line 12: steps.1.status: no recipe has this"),
        (("'0'", "2026-11-21"), "corpus/x.yaml line 7: steps.1.body: YAML reads 2026-11-21 as a date"),
        (("'0'", "1.50"), "corpus/x.yaml line 7: steps.1.body: YAML reads 1.5 as a float"),
        (
            ("- operation: createAsset\n  body", "- operation: create\n  body"),
            "steps.1.operation: input should",
        ),
        (("found: by hand", "found: [by hand"), "corpus/x.yaml line 5: is no YAML"),
        (("'0'", "2026-13-45"), "corpus/x.yaml: cannot be read: month must be in 1..12"),
        (("${RUN}0000001", "${RUN}"), "corpus/x.yaml line 6: steps.1: ${RUN} is no name"),
        (("${RUN}0000001", "${NONSENSE}"), "corpus/x.yaml line 6: steps.1: ${NONSENSE} is no name"),
        (("${RUN}0000001", "BTC"), "corpus/x.yaml line 6: steps.1: what it makes will exist the next time"),
        (("'0'", SIGNATURE), "corpus/x.yaml line 6: steps.1: signed_by and ${SIGNATURE} go together"),
    ],
)
def test_a_mistake_is_told_with_its_place(change: tuple[str, str], expected: str) -> None:
    """A file of thirty lines, "invalid", and a run that does not start."""
    told = mistakes_in(TEXT.replace(*change, 1))
    assert len(told) == 1
    assert expected in told[0]


@pytest.mark.parametrize("text", ["", "- 1", "what", "\x00", "[" * 5000, "a: &a [*a]", "a: !!python/none b"])
def test_what_is_no_recipe_at_all_is_told(text: str) -> None:
    """A traceback over a file that somebody put there for another purpose."""
    assert mistakes_in(text)[0].startswith("corpus/x.yaml")


@pytest.mark.parametrize("body", ["body: ${SIGNATURE}", "body: {payload: 1, signature: '${SIGNATURE}'}"])
def test_what_cannot_be_signed_is_told(body: str) -> None:
    """A typing error that is told as a crash of the suite."""
    text = re.sub(r"  body:.*SIGNATURE}", f"  {body}", SIGNED, flags=re.DOTALL)
    (told,) = mistakes_in(text)
    assert "the body is no JSON object with the text of a payload" in told


def test_no_status_is_promised_of_what_need_not_be_offered() -> None:
    """A service without the GET variant of the signing payload, which is called wrong for it."""
    text = re.sub("operation: .*", "operation: signingPayloadByGet", SIGNED).replace("ALC-05", "SIG-07")
    (told,) = mistakes_in(text)
    assert "no service has to offer" in told
