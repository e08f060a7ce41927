"""What the options of `contracts verify` change, and how it speaks to terminals and to pipes."""

import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from contracts.mock.embedded import Embedded
from tests.fixtures.commands import COMMAND, TIME_LIMIT_S, Contracts, Ran, clean

SMOKE = ("verify", "--profile", "smoke")
ONE = (*SMOKE, "--clauses", "AST-11")


def on_terminal(folder: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    """Run `contracts` on a pseudo-terminal; its exit code and everything that it wrote."""
    ours, theirs = pty.openpty()
    environment = {**clean(folder), "TERM": "xterm-256color", **variables}
    with subprocess.Popen(
        [str(COMMAND), *arguments], cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as run:
        os.close(theirs)
        written = bytearray()
        try:
            while piece := os.read(ours, 4096):
                written += piece
        except OSError:
            pass  # Linux says EIO where the other side of a terminal is closed
        os.close(ours)
        run.wait(TIME_LIMIT_S)
    return run.returncode, written.decode("utf-8")


def test_workers_come_to_the_same_verdicts(green: Ran, contracts: Contracts) -> None:
    """Outcomes of worker processes that get lost, or questions that disturb each other."""
    ran = contracts(*SMOKE, "--clauses", "AST", "-n", "2")
    assert ran.code == 0, ran.text
    assert ran.verdicts == green.verdicts
    assert ran.summary["questions"] == green.summary["questions"]


def test_clauses_select_families_and_letters(contracts: Contracts) -> None:
    """A selection that asks everything, or rows of clauses that nobody asked for."""
    ran = contracts(*SMOKE, "--clauses", "ALC-06,AUT-07")
    assert ran.code == 0, ran.text
    assert set(ran.verdicts) == {f"ALC-06{letter}" for letter in "abcdefg"} | {"AUT-07"}
    assert ran.summary["clauses_asked_for"] == "ALC-06,AUT-07"


def test_seed_is_printed_and_repeats_the_questions(contracts: Contracts, tmp_path: Path) -> None:
    """A violation of last night's run that nobody can bring back."""
    little = "[profiles.verify]\nexamples = 20\nschema_examples = 2\nbetween = 3\n"
    (tmp_path / "contracts.toml").write_text(little, encoding="utf-8")
    generated = ("verify", "--clauses", "AST-12", "--seed", "4242")
    first, again = contracts(*generated), contracts(*generated)
    assert "seed 4242" in first.out
    assert first.summary["seed"] == 4242
    assert first.summary["requests"] > 100
    assert first.summary["requests"] == again.summary["requests"]
    assert first.summary["clauses"] == again.summary["clauses"]


def test_seeds_differ_where_none_is_given(contracts: Contracts) -> None:
    """Every night the same questions."""
    assert contracts(*ONE).summary["seed"] != contracts(*ONE).summary["seed"]


def test_max_time_ends_the_asking(contracts: Contracts) -> None:
    """A budget of time that is read and forgotten; or clauses that count as held for want of time."""
    ran = contracts(*SMOKE, "--max-time", "1ms")
    assert ran.code == 2, ran.text
    assert ran.summary["requests"] == 0
    assert "held" not in ran.verdicts.values()
    assert ran.summary["clauses"]["AST-01"]["reason"] == "the run's time was over"


def test_rate_is_kept(contracts: Contracts) -> None:
    """A limit that was agreed with the target's owner, and holds for each worker process anew."""
    ran = contracts(*ONE, "--rate", "20/s", "-n", "2")
    assert ran.code == 0, ran.text
    # Two workers at 10/s each: the busier one sends at least half of the requests, and its first at once.
    assert ran.summary["duration_s"] > (ran.summary["requests"] / 2 - 1) / 10


def test_report_dir_holds_all_runs_and_latest(contracts: Contracts, tmp_path: Path) -> None:
    """A run that overwrites the last one, or a `latest` that points to the first."""
    for _ in range(2):
        assert contracts(*ONE, "--report-dir", "out/here").code == 0
    runs = sorted(
        path for path in (tmp_path / "out" / "here").iterdir() if path.is_dir() and not path.is_symlink()
    )
    assert len(runs) == 2
    assert (tmp_path / "out" / "here" / "latest").resolve() == runs[-1]
    assert not (tmp_path / "reports").exists()


def test_run_leaves_nothing_but_reports(contracts: Contracts, tmp_path: Path) -> None:
    """Caches of the tools below (.pytest_cache, .hypothesis) in the working folder of a user."""
    contracts(*ONE)
    assert {path.name for path in tmp_path.iterdir()} - {".cache"} == {"reports"}


def test_pipe_gets_plain_lines(red: Ran) -> None:
    """Colours and cursor movements in the log of a CI job."""
    assert "\x1b" not in red.text
    assert "\r" not in red.text
    assert "violated HTP-02  createAsset  status 201" in red.out


def test_reader_that_hangs_up_costs_no_report(tmp_path: Path) -> None:
    """`contracts verify | head -1` breaks the run in the middle, and the report with it."""
    with subprocess.Popen(
        [str(COMMAND), *ONE],
        cwd=tmp_path,
        env=clean(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert b"Traceback" not in run.stderr.read()
        run.wait(TIME_LIMIT_S)
    told = json.loads((tmp_path / "reports" / "latest" / "summary.json").read_text(encoding="utf-8"))
    assert told["complete"] is True
    assert run.returncode == told["exit_code"] == 0


def test_closing_table_fits_80_columns(red: Ran, green: Ran) -> None:
    """A table that an 80 column terminal breaks into pieces."""
    for ran in (red, green):
        lines = ran.out.splitlines()
        (start,) = (number for number, line in enumerate(lines) if line.startswith("family"))
        table = [line for line in lines[start:] if line[:3] in {"fam", "AST", "SIG", "ALC", "AUT", "HTP"}]
        assert len(table) > 1
        assert all(len(line) <= 80 for line in table), table


def test_terminal_gets_a_live_line(tmp_path: Path) -> None:
    """A minute of silence on a terminal."""
    code, written = on_terminal(tmp_path, *ONE)
    assert code == 0, written
    assert re.search(r" of \d+ questions, \d+ requests, 0 findings", written)
    assert "\x1b[32mheld" in written


def test_no_color_is_obeyed_on_a_terminal(tmp_path: Path) -> None:
    """Colours for somebody who cannot use them."""
    code, written = on_terminal(tmp_path, *ONE, NO_COLOR="1")
    assert code == 0, written
    assert "\x1b[32m" not in written
    assert "\x1b[31m" not in written


def test_narrow_terminal_gets_lines_for_a_table(tmp_path: Path, honest: Embedded) -> None:
    """A table that is cut off on the right, where the violations stand."""
    code, written = on_terminal(tmp_path, *SMOKE, "--clauses", "AST-11,HTP-01", COLUMNS="30", NO_COLOR="1")
    assert code == 0, written
    plain = re.sub("\x1b\\[[0-9;]*m", "", written)
    assert "AST create asset\r\n  1 held\r\n" in plain
    assert "HTP protocol\r\n  1 held\r\n" in plain


@pytest.mark.parametrize("workers", ["0", "2"])
def test_plugins_that_are_installed_beside_stay_out(
    contracts: Contracts, tmp_path: Path, workers: str
) -> None:
    """Questions in another order, asked twice or not at all, because some plugin of pytest's happens to be installed."""
    info = tmp_path / "guest-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: guest\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[pytest11]\nguest = guest\n", encoding="utf-8")
    (tmp_path / "guest.py").write_text("raise RuntimeError('loaded')", encoding="utf-8")
    ran = contracts(*ONE, "-n", workers, PYTHONPATH=str(tmp_path))
    assert ran.code == 0, ran.text
