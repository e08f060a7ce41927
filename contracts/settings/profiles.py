"""Profiles: how hard to ask. They change the effort of a run, never what it judges."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from contracts.settings.problem import Mistake, SettingsProblem
from contracts.settings.sources import FILE, read_file


class Profile(BaseModel):
    """How hard a run asks; zero leaves that way of asking out."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    name: str
    examples: int = Field(ge=0)
    """Examples of each generated property, each of 1 to 16 cases."""
    schema_examples: int = Field(ge=0)
    """Cases that schemathesis draws for each operation."""
    stateful_scenarios: int = Field(ge=0)
    """Runs of each state machine."""
    stateful_steps: int = Field(ge=1)
    """Steps at most of one such run."""
    burst_width: int = Field(ge=2, le=64)
    """Requests that are released at the same moment."""
    burst_repeats: int = Field(ge=0)
    """Bursts for each race."""
    between: int = Field(ge=0)
    """Assets made between two creates of one symbol (AST-07), and allocations between two of one nonce."""
    repeat: bool = False
    """Ask again with fresh seeds until `max_time_s` is over."""
    max_time_s: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """Seconds after which nothing new is asked; None for no limit."""

    @model_validator(mode="after")
    def _repeats_within_a_limit(self) -> Self:
        if self.repeat and self.max_time_s is None:
            raise ValueError("repeat without max_time_s would never end")
        return self


# Bursts: of width 8, a check-then-insert window of 1 ms was caught in 60 of 60, one of 0.3 ms in 53 to 58 of 60; a nonce that
# is used up 1 ms late in 45 of 60, so that 20 bursts miss it in a run out of 10^12. A machine with much else to do takes its part.
PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            name="smoke",
            examples=0,
            schema_examples=0,
            stateful_scenarios=0,
            stateful_steps=1,
            burst_width=8,
            burst_repeats=2,
            between=120,
            max_time_s=300.0,
        ),
        Profile(
            name="verify",
            examples=50,
            schema_examples=20,
            stateful_scenarios=80,
            stateful_steps=30,
            burst_width=8,
            burst_repeats=20,
            between=1100,
            max_time_s=900.0,
        ),
        Profile(
            name="nightly",
            examples=250,
            schema_examples=100,
            stateful_scenarios=300,
            stateful_steps=50,
            burst_width=16,
            burst_repeats=40,
            between=5000,
            repeat=True,
            max_time_s=3600.0,
        ),
    )
}


def load_profile(name: str, directory: Path) -> Profile:
    """The profile of this name, with what contracts.toml in `directory` changes. Raises SettingsProblem."""
    mistakes: list[Mistake] = []
    profiles = read_profiles(read_file(directory / FILE, mistakes).profiles, mistakes)
    if name not in PROFILES:
        mistakes.append(_unknown("command line: --profile", name))
    if mistakes:
        raise SettingsProblem(mistakes)
    return profiles[name]


def read_profiles(tables: Mapping[str, Any], mistakes: list[Mistake]) -> Mapping[str, Profile]:
    """All profiles: the defaults, changed as the [profiles.NAME] tables say."""
    profiles = dict(PROFILES)
    for name, table in tables.items():
        where = f"{FILE} [profiles.{name}]"
        if name not in PROFILES:
            mistakes.append(_unknown(where, name))
        elif not isinstance(table, dict):
            mistakes.append(Mistake(where, "is no table", f"[profiles.{name}]"))
        else:
            profiles[name] = _changed(PROFILES[name], table, where, mistakes)
    return profiles


def _changed(default: Profile, table: Mapping[str, Any], where: str, mistakes: list[Mistake]) -> Profile:
    mistakes += [_unknown_key(where, key) for key in table if key not in _keys()]
    known = {key: value for key, value in table.items() if key in _keys()}
    try:
        return Profile.model_validate({**default.model_dump(), **known})
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            key = ".".join(map(str, detail["loc"]))
            what = detail["msg"].removeprefix("Value error, ")
            mistakes.append(Mistake(f"{where}: {key}" if key else where, what[0].lower() + what[1:]))
        return default


def _keys() -> list[str]:
    return [key for key in Profile.model_fields if key != "name"]


def _unknown(where: str, name: str) -> Mistake:
    return Mistake(
        where, f"no profile is called {name!r}", " or ".join(PROFILES), _nearest(name, list(PROFILES))
    )


def _unknown_key(where: str, key: str) -> Mistake:
    return Mistake(f"{where}: {key}", "unknown key", "an effort of a profile", _nearest(key, _keys()))


def _nearest(name: str, existing: list[str]) -> str:
    near = get_close_matches(name, existing, n=1)
    return f"the nearest is {near[0]}" if near else ""
