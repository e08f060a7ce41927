"""The `contracts` command: options in, exit codes out; the work is elsewhere."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import update_wrapper
from pathlib import Path
from typing import Any, NoReturn

import click

from contracts import __version__, streams

# Heavy modules (pytest, pydantic, uvicorn) are imported inside the commands: `--help` and completion stay quick.


class Duration(click.ParamType[float]):
    """A time span such as 90s, 5m, 8h; plain numbers are seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        if isinstance(value, float):
            return value
        text = str(value).strip().lower()
        units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
        unit = next((unit for unit in units if text.endswith(unit)), "")
        try:
            seconds = float(text.removesuffix(unit)) * units.get(unit, 1.0)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < float("inf"):
            self.fail(f"{value!r} is no time span; write 90s, 5m or 8h", param, ctx)
        return seconds


class Rate(click.ParamType[str]):
    """A number of requests for a span, such as 10/s or 300/m."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text, as the setting MAX_RATE has it."""
        from contracts.settings.variables import VARIABLES

        try:
            VARIABLES["MAX_RATE"].parse(str(value))
        except ValueError:
            self.fail(f"{value!r} is no rate; write 10/s or 300/m", param, ctx)
        return str(value)


class ShardOf(click.ParamType[Any]):
    """A part of a run, such as 2/4."""

    name = "shard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The `Shard`."""
        from contracts.plugin.dealing import Shard

        try:
            return Shard.parse(value)
        except ValueError as problem:
            self.fail(str(problem), param, ctx)


INSECURE = "Check no certificate: whoever sits between can read and change everything."
COMPLETION = """\b
Shell completion (bash; zsh and fish in the same way):
  eval "$(_CONTRACTS_COMPLETE=bash_source contracts)"
"""


class _Commands(click.Group):
    """Ends as promised also where click's own code is interrupted: at a prompt, or while it reads the line."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command that the line names, and exit: with 130 where click would say that it was aborted, and exit with 1."""
        streams.open_closed()
        try:
            code = super().main(*arguments, **{**options, "standalone_mode": False})
        except click.Abort:
            _end(INTERRUPTED, "contracts: interrupted")
        except click.ClickException as problem:
            with suppress(OSError):
                problem.show()
            sys.exit(problem.exit_code)
        finally:
            streams.let_go()
        sys.exit(code if isinstance(code, int) else 0)


def _end(code: int, told: str) -> NoReturn:
    """Say why and exit, also where nobody can be told: a window that was closed, a full disk."""
    with suppress(OSError):
        click.echo(told, err=True)
    sys.exit(code)


# As in reporting/ledger.py, which is not loaded for --help.
BROKE, INTERRUPTED = 3, 130


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=COMPLETION)
@click.version_option(__version__, prog_name="contracts")
def main() -> None:
    """Ask a money API whether it keeps its contract, clause by clause.

    Targets are named by environment variables (BASE_URL, ACCESS_TOKEN, ENTERPRISE_ID, CONNECTION_ID, SIGNING_KEY ...),
    by .env or by contracts.toml. Without BASE_URL the embedded mock server is asked.

    Exit codes: 0 the contract holds, 1 violations, 2 could not be carried out, 3 the suite broke, 130 interrupted.
    """


# ---- options of several commands -------------------------------------------------------------------------------

_target = click.option("--target", help="A named target of contracts.toml.")
_clauses = click.option("--clauses", help="Ask these only: families or ids, for example AST,ALC-05.")
_insecure = click.option("--insecure", is_flag=True, help=INSECURE)


def _report_dir(words: str | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--report-dir",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("reports"),
        show_default=True,
        help=words,
    )


_looked_up_in = _report_dir("Where ids are looked up: in its latest run.")


def _baselines(words: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    path = click.Path(path_type=Path)
    return click.option("--baseline", "baselines", type=path, metavar="FILE", multiple=True, help=words)


def _caps(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how much a run may do; `_said` has them as settings."""
    said = {
        "--max-concurrent": ("N", "Have no more than so many requests under way at once."),
        "--max-sum": ("UNITS", "Lock no more than so many base units of a currency but SCRATCH_CURRENCY."),
        "--max-records": ("N", "Make no more than so many assets and allocations."),
        "--max-requests": ("N", "Send no more than so many requests in all; or none for no limit."),
    }
    for name, (metavar, words) in said.items():
        command = click.option(name, metavar=metavar, help=words)(command)
    return command


def _said(options: dict[str, Any]) -> dict[str, str | None]:
    """Takes caps, rate and --insecure out of a command's options: settings, by their variables."""
    caps = ("max_requests", "max_records", "max_sum", "max_concurrent")
    variables = {name.upper(): options.pop(name) for name in caps}
    insecure = "true" if options.pop("insecure") else None
    return {**variables, "MAX_RATE": options.pop("rate"), "INSECURE": insecure}


def _exit_codes(command: Callable[..., Any]) -> Callable[..., Any]:
    """Exit with 2 and all of the user's mistakes (no traceback), with 130 when interrupted, with 3 on a bug of ours."""

    def wrapped(*args: Any, **options: Any) -> Any:
        from contracts.clauses.catalogue import UnknownClause
        from contracts.settings import SettingsProblem

        try:
            return command(*args, **options)
        except (SettingsProblem, UnknownClause) as problem:
            _end(2, f"contracts: {problem}")
        except BrokenPipeError:  # whoever read the list has seen enough
            sys.exit(0)
        except KeyboardInterrupt:
            _end(INTERRUPTED, "contracts: interrupted")
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as problem:  # noqa: BLE001  # ours to correct, so with its traceback; and no violation, which is 1
            from contracts.commands import crash

            _end(BROKE, f"contracts broke; this is a bug of its own:\n{crash.told(problem)}")

    return update_wrapper(wrapped, command)


@main.command()
@click.option(
    "--profile",
    default="verify",
    show_default=True,
    help="smoke (seconds), verify (half a minute), nightly (hours).",
)
@_target
@_clauses
@click.option("--seed", type=click.IntRange(0), help="Repeat a run's generated questions.")
@click.option("--max-time", type=Duration(), help="Ask nothing new after this time, for example 90s.")
@_report_dir()
@click.option(
    "--baseline",
    "baselines",
    type=click.Path(path_type=Path),
    metavar="FILE",
    multiple=True,
    help="A file of accepted findings, which then fail no run (see `contracts baseline`); or an earlier run (its report"
    " folder or summary.json): tell what the target does otherwise where it is free to. May be given several times.",
)
@click.option(
    "--shard",
    type=ShardOf(),
    metavar="K/N",
    help="Ask the K-th of N parts of the questions, for `contracts merge`; $CI_NODE_INDEX/$CI_NODE_TOTAL in GitLab."
    " Each shard has an N-th of what a target may be asked for (rate, requests, records, sums).",
)
@click.option("--rate", type=Rate(), help="At most so many requests, for example 10/s.")
@click.option("-n", "workers", type=click.IntRange(0, 64), default=0, help="Worker processes.")
@click.option(
    "--in-flight",
    type=click.IntRange(1, 64),
    help="Questions under way at once in one process. By itself 1, and up to 8 where the target takes 10 ms and more to"
    " answer and --rate leaves room. Not with -n: each worker asks one at a time.",
)
@_caps
@click.option(
    "--dry-run", is_flag=True, help="Say what would be asked and what it would cost, and send nothing."
)
@click.option(
    "--allow-production",
    is_flag=True,
    help="Ask a host that looks like production, for what changes nothing.",
)
@click.option(
    "--confirm", "confirmed", metavar="HOST", multiple=True, help="Instead of typing the host's name in."
)
@click.option("--with-changes", is_flag=True, help="Make assets and allocations in production, too.")
@_insecure
@click.option("-x", "stop_at_first", is_flag=True, help="Stop at the first violation.")
@_exit_codes
def verify(target: str | None, **options: Any) -> None:
    """Run the suite and say, clause by clause, what holds.

    A target on another machine is asked at 10/s, with at most 10 requests at the same time and 20,000 in all, for at most 5,000
    records and 10,000 base units of each currency, unless options or settings (MAX_RATE, MAX_SUM ...) say otherwise.
    """
    if options["workers"] and options["in_flight"]:
        raise click.UsageError("-n and --in-flight are two ways to the same end; give one of them")
    from contracts.commands.permission import Permission
    from contracts.commands.verify import Wish
    from contracts.commands.verify import verify as verified

    in_flight = options.pop("in_flight")
    variables = {**_said(options), "IN_FLIGHT": str(in_flight) if in_flight else None}
    names = ("allow_production", "confirmed", "with_changes")
    permission = Permission(*(options.pop(name) for name in names))
    wish = Wish(variables=variables, permission=permission, **options)
    sys.exit(verified(wish, target, environ=os.environ))


@main.command()
@_target
@click.option("--max-time", type=Duration(), help="For example 8h; without it, until Ctrl-C.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes of this machine that ask.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Have the workers of a dask cluster ask instead: tcp://host:8786, or tls://.",
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Go on with the campaign in this report folder; --max-time then counts from now on.",
)
@click.option(
    "--serve", metavar="[HOST:]PORT", help="Show it on a page that refreshes itself; 0 takes a free port."
)
@_clauses
@click.option("--seed", type=click.IntRange(0), help="Of which each shard's own is made.")
@_report_dir()
@_baselines("As of verify: accepted findings, or an earlier run. May be given several times.")
@click.option(
    "--rate", type=Rate(), help="At most so many requests, for example 10/s, of all workers together."
)
@_caps
@_insecure
@_exit_codes
def fuzz(serve: str | None, **options: Any) -> None:
    """Ask with fresh seeds for hours, where something new is found most, on one machine or on many.

    Ctrl-C, a kill or a crash costs nothing: --resume goes on. Caps are as of verify, and hold for all workers together. In the
    end there is one report, and exit codes are as of verify.
    """
    if options["resume"] is not None and any(
        options[name] is not None for name in ("clauses", "target", "seed")
    ):
        raise click.UsageError(
            "a campaign that goes on has its target, clauses and seed; leave --target, --clauses and --seed out"
        )
    if options["scheduler"] is not None and options["workers"] > 1:
        raise click.UsageError("--workers and --scheduler are two ways to the same end; give one of them")
    from contracts.commands.fuzz import Wish
    from contracts.commands.fuzz import fuzz as fuzzed
    from contracts.transport.showing import listening_on

    try:
        place = listening_on(serve) if serve is not None else None
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--serve") from None
    variables = _said(options)
    sys.exit(fuzzed(Wish(serve=place, variables=variables, **options), environ=os.environ))


@main.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...", type=click.Path(path_type=Path))
@_report_dir()
@_baselines("As of verify: accepted findings, or an earlier run. May be given several times.")
@_exit_codes
def merge(runs: tuple[Path, ...], report_dir: Path, baselines: tuple[Path, ...]) -> None:
    """Make of a run's shards the report that it would have given in one piece; nothing is sent.

    RUN is the report folder of a shard (see verify --shard). Exit codes as of verify: it is 2 as well where a shard is
    missing, and 130 where one was interrupted, since what was not asked is not held.
    """
    from contracts.commands.merging import merge as merged

    sys.exit(merged(runs, report_dir, baselines))


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen; anywhere but on loopback comes with a warning.",
)
@click.option("--fault", "faults", multiple=True, help="A bug to have (see `contracts faults`); repeatable.")
@click.option("--variant", "variants", multiple=True, help="A legal oddity to have; repeatable.")
@click.option(
    "--latency", type=Duration(), default=None, help="Wait so long before each answer, for example 50ms."
)
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Keep all records in this SQLite file, and go on with those that are in it.",
)
@_exit_codes
def serve(port: int, host: str, latency: float | None, store: Path | None, **switches: Any) -> None:
    """Run the mock server; prints its address and variables as one JSON line when ready."""
    from contracts.mock import server
    from contracts.mock.state import StoreProblem
    from contracts.mock.switches import UnknownSwitch

    try:
        server.run(port=port, host=host, latency_ms=(latency or 0) * 1000, store=store, **switches)
    except (UnknownSwitch, StoreProblem) as problem:
        _end(2, f"contracts serve: {problem}")
    except OSError as problem:
        _end(2, f"contracts serve: {host} port {port}: {problem.strerror}")


@main.command()
@click.argument("selection", required=False)
@_exit_codes
def clauses(selection: str | None) -> None:
    """List the clauses with their questions and the faults that prove them."""
    from contracts.commands.listing import clause_lines

    for line in clause_lines(selection):
        click.echo(line)


@main.command()
@click.option("--variants", is_flag=True, help="List the legal oddities instead.")
@_exit_codes
def faults(*, variants: bool) -> None:
    """List the mock's faults and the clauses that they break."""
    from contracts.commands.listing import fault_lines, variant_lines

    for line in variant_lines() if variants else fault_lines():
        click.echo(line)


@main.command()
@_target
@_report_dir("Where a run's report would be written.")
@click.option("--no-changes", is_flag=True, help="Allocate nothing: key and funds are not tried.")
@_insecure
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
@click.option(
    "--allow-production",
    is_flag=True,
    help="Look at a host that looks like production; nothing is made there.",
)
@_exit_codes
def doctor(target: str | None, *, no_changes: bool, **options: Any) -> None:
    """Name what would spoil a run: of this machine, of the settings, of the way to the target, of keys and funds.

    To try key and funds it signs and allocates 1 base unit of CURRENCY, and 1 of SCRATCH_CURRENCY where that is set; in
    production nothing. Exit codes: 0 all in order, 2 something is not.
    """
    try:
        from contracts.commands.doctor import Wish, diagnose
    except (ImportError, AttributeError):  # a library that lacks what it is to have
        from contracts.commands.libraries import PINNED, unmet

        if not (wrong := "; ".join(unmet())):
            raise
        _end(2, f"contracts: libraries: {wrong}\n  {PINNED}")
    sys.exit(diagnose(Wish(changes=not no_changes, **options), target, environ=os.environ))


@main.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="TRAFFIC.har...",
    type=click.Path(path_type=Path, dir_okay=False),
)
@_report_dir()
@_baselines("A file of accepted findings, which then fail no check. May be given several times.")
@_exit_codes
def check(files: tuple[Path, ...], report_dir: Path, baselines: tuple[Path, ...]) -> None:
    """Hold recorded traffic to every promise that one exchange can break; nothing is sent.

    HTTP archives of any browser, proxy or tool; what is not for an operation under contract is passed over. Exit codes
    as of verify; 2 also where the rest of an archive that cannot be read in full shows no violation.
    """
    from contracts.commands.checking import check as checked

    sys.exit(checked(files, report_dir, environ=os.environ, baselines=baselines))


@main.command()
@click.argument("findings", nargs=-1, required=True, metavar="FINDING...")
@_target
@_looked_up_in
@click.option(
    "--times",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Ask so often before a finding is called fixed.",
)
@click.option("--rate", type=Rate(), help="At most so many requests, for example 10/s.")
@_insecure
@_exit_codes
def replay(findings: tuple[str, ...], target: str | None, report_dir: Path, **options: Any) -> None:
    """Ask findings again, with fresh names and signatures: fixed, failed or error.

    FINDING is findings/<id>.json, an id of the latest run, a run's report folder for all of its findings, or - for one on
    standard input. Exit codes: 0 all fixed, 1 one failed, 2 one could not be asked.
    """
    from contracts.commands.replaying import replay as replayed

    sys.exit(replayed(findings, target, report_dir, environ=os.environ, **options))


@main.command()
@click.option("--key", default="SIGNING_KEY", show_default=True, help="The variable that holds the key.")
@click.option(
    "--body",
    is_flag=True,
    help="Read the body of create allocation, and put the signature of its payload in the place of ${SIGNATURE}.",
)
@click.option("--forged", metavar="LABEL", help="Forge the signature in a way that a finding names.")
@_exit_codes
def sign(key: str, forged: str | None, *, body: bool) -> None:
    """Sign the payload on standard input, byte for byte, as the account's user does."""
    from contracts.commands.signer import sign as signed

    sys.exit(signed(key, body=body, forged=forged, environ=os.environ))


@main.group()
def baseline() -> None:
    """Keep the file of accepted findings: what people decided to live with for a while, why, and until when."""


@baseline.command("add")
@click.argument("findings", nargs=-1, required=True, metavar="FINDING...")
@click.option("--reason", required=True, help="Why it is accepted, for whoever reads it in a year.")
@click.option("--owner", default="", help="Who looks after it.")
@click.option("--ticket", default="", help="Where its repair is planned.")
@click.option("--expires", metavar="DATE", help="Until when: 2026-12-31, or 30d from now.")
@click.option("--sometimes", is_flag=True, help="It does not always show: its absence is no reason to fail.")
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("accepted.toml"),
    show_default=True,
)
@_looked_up_in
@_exit_codes
def baseline_add(
    findings: tuple[str, ...], expires: str | None, file: Path, report_dir: Path, **options: Any
) -> None:
    """Accept findings: an entry each, at the end of the file.

    FINDING is findings/<id>.json, an id of the latest run, or a run's report folder for all of its violations.
    """
    from datetime import UTC, datetime

    from contracts.commands.accepting import Decision, add, until

    try:
        day = until(expires, datetime.now(UTC).date()) if expires is not None else None
    except (ValueError, OverflowError) as problem:
        raise click.BadParameter(f"{problem}; write 2026-12-31 or 30d", param_hint="--expires") from None
    for line in add(findings, Decision(expires=day, **options), file, report_dir):
        click.echo(line)


@baseline.command("prune")
@click.argument("run", type=click.Path(path_type=Path), default=Path("reports", "latest"))
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("accepted.toml"),
    show_default=True,
)
@_exit_codes
def baseline_prune(run: Path, file: Path) -> None:
    """Take outdated entries out of the file.

    Outdated is what RUN (a report folder, by default the latest) shows as expired, stale or matching nothing.
    """
    from contracts.commands.accepting import prune

    for line in prune(file, run):
        click.echo(line)


@main.group(invoke_without_command=True)
@click.pass_context
@_exit_codes
def corpus(ctx: click.Context) -> None:
    """List the recipes of what was found once, which every run asks first; or add some (docs/corpus.md)."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(corpus_list)


@corpus.command("list")
@_exit_codes
def corpus_list() -> None:
    """List the recipes: those that come with contracts, and those in `corpus/`."""
    from contracts.commands.learning import listed

    for line in listed(Path.cwd()):
        click.echo(line)


@corpus.command("add")
@click.argument("findings", nargs=-1, required=True, metavar="FINDING...")
@click.option("--name", default="", help="A few words for the file's name; keeps another way to a known bug.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("corpus"),
    show_default=True,
    help="Where recipes are written; a run asks those in corpus/.",
)
@_looked_up_in
@_exit_codes
def corpus_add(findings: tuple[str, ...], name: str, into: Path, report_dir: Path) -> None:
    """Write recipes of findings: their requests under fresh names, and what is promised of the last answer.

    FINDING is findings/<id>.json, an id of the latest run, or a run's report folder for all of its findings. Each recipe is
    first put to an honest server. Exit codes: 0 all are there, 2 one cannot be a recipe.
    """
    from contracts.commands.learning import add

    code, lines = add(findings, name, into, report_dir, environ=os.environ)
    for line in lines:
        click.echo(line)
    sys.exit(code)


@main.command()
@click.argument("before", type=click.Path(path_type=Path), metavar="RUN")
@click.argument("after", type=click.Path(path_type=Path), metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@_exit_codes
def compare(before: Path, after: Path, *, as_json: bool) -> None:
    """Hold two kept runs against each other: verdicts, findings, observed behaviour and times of two releases.

    RUN is a report folder or its summary.json, the earlier one first. Exit codes: 0 nothing got worse, 1 a clause
    regressed or a violation is new, 2 a file cannot be used.
    """
    from contracts.commands.comparing import compare as compared

    sys.exit(compared(before, after, as_json=as_json))


@main.command()
@click.argument("names", nargs=-1, metavar="[FAULT|VARIANT]...")
@click.option(
    "--profile",
    type=click.Choice(["smoke", "verify", "nightly"]),
    default="smoke",
    show_default=True,
    help="How deep to ask; what smoke catches is not asked again.",
)
@click.option("--full", is_flag=True, help="Ask everything, to see that no other clause turns red.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of generated questions.")
@click.option(
    "-n", "workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Trials at a time."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write proof.jsonl, proof.json and proof.md there; a FILE.json gets the matrix alone.",
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Go on with what was written there, skipping what is proven.",
)
@click.option(
    "--page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Put the matrix into this Markdown page.",
)
@click.option(
    "--questions",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Instead, find a fault that turns each question red, and write them to this JSON file.",
)
@_exit_codes
def prove(
    names: tuple[str, ...],
    out: Path | None,
    resume: Path | None,
    page: Path | None,
    *,
    questions: Path | None,
    workers: int,
    **options: Any,
) -> None:
    """Put the suite on trial: each fault of the mock must turn its clause red, each legal variant none.

    All faults and variants, unless some are named; `honest` is the server without any.
    """
    from contracts.mock.switches import UnknownSwitch
    from contracts.proof import agenda, command
    from contracts.proof.pages import NoPlace

    if questions is not None:
        sys.exit(command.prove_questions(questions, workers=workers))
    try:
        written = command.Written(out, resume, page)
        code = command.prove(agenda.chosen(names), written=written, workers=workers, **options)
    except (UnknownSwitch, NoPlace) as problem:
        _end(2, f"contracts prove: {problem}")
    sys.exit(code)
