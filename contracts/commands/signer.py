"""Signs what comes on standard input: a payload, or the payload inside the body of create allocation."""

import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from contracts.recipes.names import KEYS
from contracts.recipes.recipe import Signing, forgeries, signed
from contracts.settings import Mistake, SettingsProblem, load_settings
from contracts.signing import KeyProblem, SigningKey


def sign(name: str, *, body: bool, forged: str | None, environ: Mapping[str, str]) -> int:
    """Write the signature, or the signed body, to standard output and return 0. Raises SettingsProblem."""
    mistakes = [*_wrong(name, forged)]
    key = _key(name, environ, mistakes)
    if mistakes or key is None:
        raise SettingsProblem(mistakes)
    how = Signing(name, forged)
    try:
        text = sys.stdin.buffer.read().decode()
        told = signed(text, how, {name: key}) if body else how.made(text, {name: key})
    except UnicodeDecodeError:
        raise SettingsProblem([Mistake("standard input", "is not UTF-8", "a text")]) from None
    except ValueError as problem:
        raise SettingsProblem([Mistake("standard input", str(problem))]) from None
    if not text:
        raise SettingsProblem([Mistake("standard input", "is empty: there is nothing to sign")])
    sys.stdout.buffer.write(told.encode() + (b"" if body else b"\n"))
    return 0


def _key(name: str, environ: Mapping[str, str], mistakes: list[Mistake]) -> SigningKey | None:
    """The key in a variable: a key alone will do in the environment; from .env and contracts.toml it comes as for a run."""
    text = environ.get(name)
    if not text and not mistakes:
        text = _of_settings(name, environ)
    if not text:
        mistakes += [] if mistakes else [Mistake(name, "is not set", "an xprv or 64 hex digits")]
        return None
    try:
        return SigningKey.from_text(text)
    except KeyProblem as problem:
        mistakes.append(Mistake(name, "cannot be used", "an xprv or 64 hex digits", str(problem)))
        return None


def _of_settings(name: str, environ: Mapping[str, str]) -> str | None:
    """The key's text in .env or contracts.toml; what else is wrong there is no matter of a signature."""
    try:
        settings = load_settings(cli={}, environ=environ, directory=Path.cwd(), target=None)
    except SettingsProblem:
        return None
    value = settings.variables.get(name)
    return value.get_secret_value() if value is not None else None


def _wrong(name: str, forged: str | None) -> Iterator[Mistake]:
    if name not in KEYS:
        yield Mistake("command line: --key", f"{name!r} is no variable of a key", " or ".join(KEYS))
    if forged is not None and forged not in forgeries():
        near = get_close_matches(forged, forgeries(), n=1)
        hint = f"the nearest is {near[0]!r}" if near else ""
        yield Mistake(
            "command line: --forged", f"no forgery is called {forged!r}", "one that a finding names", hint
        )
