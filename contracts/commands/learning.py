"""`contracts corpus`: recipes out of findings, each tried on an honest server first, and what recipes there are."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from contracts.asking.record import Record
from contracts.findings.documents import shown
from contracts.findings.knowing import NoRecipe, known_bug
from contracts.findings.replayable import Replayable, replayables
from contracts.findings.store import write_text
from contracts.plan import Plan
from contracts.plugin.target import Target
from contracts.recipes import corpus
from contracts.recipes.known import KnownBug
from contracts.recipes.known_text import write
from contracts.recipes.putting import put
from contracts.reporting.ledger import EXIT_HOLDS, EXIT_NOT_CARRIED_OUT
from contracts.settings import PROFILES, Mistake, Settings, SettingsProblem, load_settings, mock_settings
from contracts.violation import Unaskable


def listed(directory: Path) -> Iterator[str]:
    """The recipes that a run asks, a line each. Raises SettingsProblem."""
    known = corpus.known_bugs(directory)
    width = max((len(each.name) for each in known), default=0)
    for each in known:
        yield f"{each.name:{width}}  {each.what}"


def add(
    named: Sequence[str], name: str, into: Path, reports: Path, *, environ: Mapping[str, str]
) -> tuple[int, list[str]]:
    """Write a recipe for each finding; the exit code (2 where one cannot be a recipe), and what was done.

    Raises SettingsProblem, and then has written nothing.
    """
    mistakes: list[Mistake] = []
    kept = replayables(named, reports, mistakes)
    if name and len(kept) > 1:
        mistakes.append(Mistake("command line: --name", f"names {len(kept)} findings", "a single one"))
    shelf = _Shelf(into, name, corpus.known_in(into.absolute(), mistakes))
    if into.resolve() != corpus.shipped().resolve():
        shelf.elsewhere = corpus.known_in(corpus.shipped(), mistakes)
    settings = _settings(environ, mistakes)
    told, code = [], EXIT_HOLDS
    with _honest_server(settings) as honest:
        for each in kept:
            try:
                told.append(shelf.add(each, settings.currency, honest))
            except NoRecipe as reason:
                told.append(f"refused  {each.id}: {reason}")
                code = EXIT_NOT_CARRIED_OUT
    return code, told or ["no findings: nothing to add"]


@dataclass
class _Shelf:
    """The folder that recipes go into: those that are there, and those that are asked beside them."""

    folder: Path
    name: str
    """What people call the recipe to add; empty where they say nothing."""
    here: list[KnownBug]
    elsewhere: list[KnownBug] = field(default_factory=list)

    def add(self, kept: Replayable, currency: str, honest: Target) -> str:
        """Write a finding's recipe, unless it is there; says which. Raises NoRecipe."""
        known = known_bug(kept.finding, kept.recipe, currency=currency, name=self.name)
        for other in (*self.here, *self.elsewhere):
            if (other.clause, other.steps) == (known.clause, known.steps):
                return f"known    {kept.id}: {other.name} asks the same"
        for other in self.here:
            if other.found.startswith(f"{kept.id} ") and not self.name:
                return f"known    {kept.id}: {other.name} is of this finding; --name adds this way to it"
        known = self._by_a_name_of_its_own(known, kept.id)
        _must_be_fair(known, honest)
        file = self.folder / f"{known.name}.yaml"
        try:
            write_text(file, write(known))
        except OSError as problem:
            raise SettingsProblem([Mistake(str(file), f"cannot be written: {problem.strerror}")]) from None
        self.here.append(known)
        return f"added    {shown(file)}: {known.what}"

    def _by_a_name_of_its_own(self, known: KnownBug, id: str) -> KnownBug:
        """The recipe by a name that no other one has. Raises NoRecipe where people have given it another one's."""
        if known.name not in {other.name for other in (*self.here, *self.elsewhere)}:
            return known
        if self.name:
            raise NoRecipe(f"{known.name} is the name of another recipe")
        return replace(known, name=f"{known.name}-{id.rpartition('-')[2]}")


def _settings(environ: Mapping[str, str], mistakes: list[Mistake]) -> Settings:
    """Whose currency the findings' run had. Raises SettingsProblem with all mistakes."""
    try:
        settings = load_settings(cli={}, environ=environ, directory=Path.cwd(), target=None)
    except SettingsProblem as problem:
        raise SettingsProblem([*mistakes, *problem.mistakes]) from None
    if mistakes:
        raise SettingsProblem(mistakes)
    return settings


@contextmanager
def _honest_server(settings: Settings) -> Iterator[Target]:
    from contracts.mock.embedded import Embedded  # listing does without

    with Embedded() as mock:
        plan = Plan(PROFILES["smoke"], mock_settings(settings, mock.variables).environment())
        target = Target(plan, worker="0")
        try:
            yield target
        finally:
            target.close()


def _must_be_fair(known: KnownBug, honest: Target) -> None:
    """Raise NoRecipe where an honest server would be called wrong, or would never be asked the last step."""
    record, why = Record(), ""
    try:
        put(honest.asker(record), known)
    except Unaskable as problem:
        why = str(problem)
    if record.violations:
        raise NoRecipe(f"it calls an honest server wrong: {record.violations[0].kind}")
    if why:
        raise NoRecipe(f"of an honest server it cannot be asked: {why}")
