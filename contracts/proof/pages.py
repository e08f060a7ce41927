"""The matrix as Markdown: a table for each family of faults, then the legal variants; and its place in a page."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from contracts.findings.store import write_text
from contracts.mock.switches import all_faults, all_variants
from contracts.proof.matrix import Line, caught, profiles_of, silent, usual_effort
from contracts.proof.mocks import HONEST
from contracts.proof.verdict import Proof

BEGIN, END = "<!-- proof: begin -->", "<!-- proof: end -->"


class NoPlace(ValueError):
    """The page has no place for the matrix: the two comments that enclose it are not there."""


def as_markdown(matrix: Sequence[Line], families: Mapping[str, str]) -> str:
    """The whole matrix."""
    return "\n".join([*_overview(matrix, families), *_faults(matrix, families), *_variants(matrix)]) + "\n"


def check(page: Path) -> None:
    """Raises NoPlace where the page cannot take a matrix: better before an hour of trials than behind it."""
    _parts(page)


def replace_in(page: Path, markdown: str) -> None:
    """Put the matrix in the place of the one that the page has. Raises NoPlace."""
    before, after = _parts(page)
    write_text(page, f"{before}{BEGIN}\n\n{markdown}\n{END}{after}")


def _parts(page: Path) -> tuple[str, str]:
    """What stands before the matrix and behind it."""
    try:
        before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    except OSError as problem:
        raise NoPlace(f"{page}: {problem.strerror}") from None
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise NoPlace(f"{page} has no lines {BEGIN} and {END} for the matrix to stand between")
    return before, after


def _overview(matrix: Sequence[Line], families: Mapping[str, str]) -> Iterator[str]:
    profiles = profiles_of(matrix)
    yield from _head("", *(f"at {profile}" for profile in profiles))
    for family, name in families.items():
        faults = [line for line in matrix if line.family == family]
        if faults:
            yield _row(f"{family} {name}: faults caught", *(str(caught(faults, name)) for name in profiles))
    if any(line.breaks for line in matrix):
        yield _row("**all faults caught**", *(f"**{caught(matrix, name)}**" for name in profiles))
    if any(not line.breaks for line in matrix):
        yield _row("**variants silent**", *(f"**{silent(matrix, name)}**" for name in profiles))
    requests, seconds = usual_effort(matrix)
    yield f"\nMedian effort up to the first violation of the broken clause: {requests:g} requests, {seconds:.2f} s."


def _faults(matrix: Sequence[Line], families: Mapping[str, str]) -> Iterator[str]:
    for family, name in families.items():
        faults = [line for line in matrix if line.family == family]
        if faults:
            yield f"\n### Faults in {family}: {name}\n"
            yield from _head("fault", "what the server does", "breaks", "at", "requests", "s", "seen by")
            yield from (_fault(line) for line in faults)


def _fault(line: Line) -> str:
    proof = line.deciding
    at = proof.profile if proof.word == "caught" else f"**{_word(proof)}**"
    requests = "" if proof.requests is None else f"{proof.requests:,}"
    seconds = "" if proof.seconds is None else f"{proof.seconds:.2f}"
    sentence = all_faults()[line.switch].sentence
    return _row(f"`{line.switch}`", sentence, line.breaks, at, requests, seconds, _short(proof.question))


def _variants(matrix: Sequence[Line]) -> Iterator[str]:
    variants = [line for line in matrix if not line.breaks]
    if not variants:
        return
    profiles = profiles_of(variants)
    yield "\n### Legal variants\n"
    yield from _head("variant", "what is odd about the server", *profiles)
    for line in variants:
        words = {proof.profile: _word(proof) for proof in line.proofs}
        sentence = "nothing" if line.switch == HONEST else all_variants()[line.switch].sentence
        yield _row(f"`{line.switch}`", sentence, *(words.get(profile, "") for profile in profiles))


def _word(proof: Proof) -> str:
    named = {"false alarm": proof.red, "unforeseen": proof.unforeseen}.get(proof.word, ())
    return f"{proof.word}: {', '.join(named)}" if named else proof.word


def _short(question: str) -> str:
    """A question without its case, whose name may be anything: the place to look at is the function."""
    return f"`{question.partition('[')[0].replace('.py::', '::')}`" if question else ""


def _head(*cells: str) -> Iterator[str]:
    yield _row(*cells)
    yield _row(*("---" for _ in cells))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
