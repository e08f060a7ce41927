"""Leave to ask a target that looks like production: given by name, and then only for what changes nothing."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import click

from contracts.settings import Mistake, Profile, Settings, SettingsProblem

# What a look around may leave behind.
_NOTHING = {"MAX_RECORDS": "0", "MAX_SUM": "0"}

Settled = tuple[Settings, Profile]


@dataclass(frozen=True)
class Permission:
    """What the command line allows: to ask production at all, its hosts by name, and to make records and lock funds there."""

    allowed: bool = False
    confirmed: tuple[str, ...] = ()
    changes: bool = False


def permitted(permission: Permission, settle: Callable[[dict[str, str | None]], Settled]) -> Settled:
    """What is settled, confirmed where it looks like production; raises SettingsProblem where that is not done.

    `settle` is given the variables that come before all others.
    """
    settled = settle({})
    hosts = settled[0].production
    if not hosts:
        return settled
    confirmed = {host.lower() for host in permission.confirmed}
    _confirm([host for host in hosts if host not in confirmed])
    click.secho(f"PRODUCTION: {', '.join(hosts)}", fg="red", bold=True, err=True)
    if permission.changes:
        return settled
    click.secho("only what changes nothing is asked; --with-changes asks all", fg="red", err=True)
    return settle(dict(_NOTHING))


def _confirm(hosts: list[str]) -> None:
    """Have each host's name typed in; raises SettingsProblem where nobody is there to do so, or another is typed."""
    for host in hosts:
        typed = None
        if sys.stdin.isatty():
            typed = click.prompt(f"{host} looks like production. Its name, to go on", err=True)
        if typed != host:
            what = "looks like production, and nobody has confirmed it by its name"
            raise SettingsProblem([Mistake(host, what, f"--confirm {host}, or its name typed in")])
