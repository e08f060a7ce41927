"""What `contracts prove` does: carries out the trials, tells each as it comes, and writes the matrix."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from contracts.commands.running import terminable
from contracts.findings.store import write_json, write_text
from contracts.mock.switches import Switch
from contracts.proof import agenda, evidence, matrix, pages, store
from contracts.proof.verdict import Proof
from contracts.reporting.closing import FAMILIES
from contracts.reporting.ledger import EXIT_HOLDS, EXIT_VIOLATED


@dataclass(frozen=True)
class Written:
    """Where a proof goes: `out` is a JSON file or a folder, `resume` the folder of a proof that was broken off."""

    out: Path | None = None
    resume: Path | None = None
    page: Path | None = None

    @property
    def folder(self) -> Path | None:
        """Where each proof is kept the moment it is there."""
        into_file = self.out is not None and self.out.suffix == ".json"
        return self.resume or (None if into_file else self.out)


def prove(
    switches: Sequence[Switch],
    *,
    profile: str = "smoke",
    full: bool = False,
    seed: int = 0,
    workers: int = 2,
    written: Written = Written(),
) -> int:
    """Prove the switches, print and write what came of it; 0 where the suite judged rightly, else 1."""
    if written.page is not None:
        pages.check(written.page)
    known = {proof.key: proof for proof in _taken_up(written).proofs}
    trials = agenda.prove(switches, profile, full=full, workers=workers, seed=seed, known=known)
    found: list[Proof] = []
    with terminable(), closing(trials), _resumable(written):
        for proof in trials:
            found.append(proof)
            if proof.key not in known:
                _tell(proof, written.folder)
    order = {switch.id: place for place, switch in enumerate(switches)}
    found.sort(key=lambda proof: (order[proof.switch], proof.profile != "smoke"))
    _write(found, written)
    lines = matrix.lines(found)
    for text in matrix.closing(lines, FAMILIES):
        click.echo(text)
    return EXIT_VIOLATED if any(line.wrong for line in lines) else EXIT_HOLDS


def prove_questions(file: Path, *, workers: int) -> int:
    """Write to `file` which fault proves each question; 0 where each has one, else 1."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    proven: dict[str, str] = {}
    with terminable(), closing(evidence.evidence(known, workers=workers)) as found:
        for question, proof in found:
            click.echo(f"{question}: {proof.switch if proof else 'NO FAULT turns it red'}")
            if proof is not None:
                proven[question] = proof.switch
    write_json(file, dict(sorted(proven.items())))
    total = len(evidence.promises())
    click.echo(f"{matrix.Share(len(proven), total)} of the questions are proven: {file}")
    return EXIT_HOLDS if len(proven) == total else EXIT_VIOLATED


@contextmanager
def _resumable(written: Written) -> Iterator[None]:
    """Say how to go on with what is broken off."""
    try:
        yield
    except KeyboardInterrupt:
        if written.folder is not None:
            click.echo(
                f"go on with: contracts prove --resume {written.folder}, and the other options as before"
            )
        raise


def _taken_up(written: Written) -> store.TakenUp:
    """The proofs that need not be made again; without `--resume` a folder begins anew."""
    if written.resume is None:
        if written.folder is not None:
            store.clear(written.folder)
        return store.TakenUp()
    found = store.read(written.resume)
    if found.outdated:
        click.echo(
            f"note: the suite has changed since {found.outdated} of the proofs in {written.resume} were made"
        )
    return found


def _tell(proof: Proof, folder: Path | None) -> None:
    if folder is not None:
        store.append(folder, proof)
    click.echo(line(proof))


def _write(proofs: Iterable[Proof], written: Written) -> None:
    proofs = list(proofs)
    markdown = pages.as_markdown(matrix.lines(proofs), FAMILIES)
    if written.out is not None and written.folder != written.out:
        store.write_matrix(written.out, proofs)
    if written.folder is not None:
        store.write_matrix(written.folder / "proof.json", proofs)
        write_text(written.folder / "proof.md", markdown)
    if written.page is not None:
        pages.replace_in(written.page, markdown)


def line(proof: Proof) -> str:
    """One proof for people."""
    word = proof.word if proof.right or proof.word == "unasked" else proof.word.upper()
    return f"{word} {' '.join(filter(None, (proof.switch, proof.breaks)))} at {proof.profile}: {'; '.join(_details(proof))}"


def _details(proof: Proof) -> Iterator[str]:
    if proof.question:
        requests = "1 request" if proof.requests == 1 else f"{proof.requests:,} requests"
        yield f"{requests}, {proof.seconds:.2f} s, {proof.question}"
    red = ", ".join((*proof.red, *(f"({clause})" for clause in proof.warned)))
    yield f"red {red}" if red else "nothing red"
    if proof.unforeseen:
        yield f"unforeseen {', '.join(proof.unforeseen)}"
    if proof.trouble:
        yield proof.trouble.strip().splitlines()[-1]
    yield f"took {proof.took_s:.1f} s"
