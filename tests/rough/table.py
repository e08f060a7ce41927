"""The kit's table in PROOF.md: behaviour, verdict, seconds, MB."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.rough.behaviour import Behaviour
from tests.rough.judging import verdict
from tests.rough.running import Ran

BEGIN, END = "<!-- rough: begin -->", "<!-- rough: end -->"


@dataclass(frozen=True)
class Row:
    """A behaviour, a run against it, and what was wrong about the run."""

    behaviour: Behaviour
    ran: Ran
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        mark = "wrong" if self.wrong else "right"
        told = f"{mark}  {self.behaviour.id:26} {self.ran.seconds:5.1f} s {self.ran.megabytes:4.0f} MB  {verdict(self.ran)}"
        return "\n".join([told, *(f"         {line}" for line in self.wrong)])


def as_markdown(rows: Iterable[Row]) -> str:
    """All rows as a table."""
    lines = [
        "| behaviour | what the target does | verdict | s | MB | |",
        "| --- | --- | --- | ---: | ---: | --- |",
    ]
    for row in rows:
        cells = (
            f"`{row.behaviour.id}`",
            row.behaviour.sentence,
            verdict(row.ran).replace("|", "\\|"),
            f"{row.ran.seconds:.1f}",
            f"{row.ran.megabytes:.0f}",
            f"wrong: {'; '.join(row.wrong)}" if row.wrong else "right",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def replace_in(page: Path, table: str) -> None:
    """Put the table between the page's two markers. Raises ValueError where it has none."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")
