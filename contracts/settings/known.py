"""Every secret that lies within reach, whether or not settings can be made of it: so that no message shows it."""

from collections.abc import Mapping
from pathlib import Path

from contracts.settings.problem import Mistake
from contracts.settings.proxies import proxies_in, secrets_of
from contracts.settings.sources import FILE, entries_of, read_dotenv, read_file
from contracts.settings.targets import named_variables
from contracts.settings.variables import VARIABLES


def known_secrets(environ: Mapping[str, str], directory: Path) -> dict[str, str]:
    """The secrets in the environment and in `.env`, by variable, those of all targets in contracts.toml included.

    What cannot be read is left out: that is told elsewhere.
    """
    untold: list[Mistake] = []
    entries = {**read_dotenv(directory / ".env", untold), **entries_of("environment", environ)}
    ours = [name for name, variable in VARIABLES.items() if variable.secret]
    theirs = named_variables(read_file(directory / FILE, untold).targets)
    texts = {name: entries[name].text.strip() for name in (*ours, *sorted(theirs)) if name in entries}
    for name, entry in proxies_in(entries).items():
        texts |= {f"{name} {number}": secret for number, secret in enumerate(secrets_of(entry.text))}
    return texts
