"""The regression corpus: the known bugs that come with contracts, and those in the user's own `corpus/`."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from contracts.recipes.known import KnownBug
from contracts.recipes.known_text import read
from contracts.settings import Mistake, SettingsProblem

FOLDER = "corpus"
"""In the working directory: the user's own."""
_FILES = "*.y*ml"
_PACKAGE = Path(__file__).parent.parent
_PLACES = (_PACKAGE.parent / "tests" / FOLDER, _PACKAGE / "_corpus")


def shipped() -> Path:
    """The folder of those that come with contracts: tests/corpus of a checkout, or its copy in an installed wheel."""
    return next((place for place in _PLACES if place.is_dir()), _PLACES[0])


def folders(directory: Path) -> tuple[Path, ...]:
    """Whatever is asked from in this working directory."""
    own = directory / FOLDER
    return (shipped(), own) if own.is_dir() and own.resolve() != shipped().resolve() else (shipped(),)


def own_digest(directory: Path) -> str:
    """SHA-256 in hex over the user's own, by which shards of one run know that they asked the same; "none" where there are none."""
    paths = [path for folder in folders(directory)[1:] for path in sorted(folder.glob(_FILES))]
    if not paths:
        return "none"
    told = hashlib.sha256()
    for path in paths:
        told.update(b"%b\0%b\0" % (path.name.encode(), path.read_bytes()))
    return told.hexdigest()


def known_bugs(directory: Path) -> tuple[KnownBug, ...]:
    """All known bugs, those that come with contracts first. Raises SettingsProblem."""
    mistakes: list[Mistake] = []
    found = [known for folder in folders(directory) for known in known_in(folder, mistakes)]
    mistakes += _named_twice(found)
    if mistakes:
        raise SettingsProblem(mistakes)
    return tuple(found)


def mistakes_in(directory: Path) -> Sequence[Mistake]:
    """What is wrong with the user's own; nothing is read where there is none."""
    if len(folders(directory)) == 1:
        return ()
    try:
        known_bugs(directory)
    except SettingsProblem as problem:
        return problem.mistakes
    return ()


def known_in(folder: Path, mistakes: list[Mistake]) -> list[KnownBug]:
    """The known bugs of one folder, by name; a file that is none goes to `mistakes`."""
    found = []
    for path in sorted(folder.glob(_FILES)):
        where = str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
        try:
            known = read(path.read_text(encoding="utf-8"), path.stem, where, mistakes)
        except OSError as error:
            mistakes.append(Mistake(where, f"cannot be read: {error.strerror}"))
        except UnicodeDecodeError:
            mistakes.append(Mistake(where, "is not UTF-8"))
        else:
            found += [known] if known is not None else []
    return found


def _named_twice(known: Sequence[KnownBug]) -> Iterator[Mistake]:
    names = [each.name for each in known]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        where = str(Path(FOLDER, f"{name}.yaml"))
        yield Mistake(where, "has the name of one that comes with contracts", "a name of its own")
