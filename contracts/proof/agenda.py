"""What to put on trial: the switches that were named, at smoke first, and deeper where smoke could not see enough."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from difflib import get_close_matches

from contracts.mock.switches import Switch, UnknownSwitch, all_faults, all_variants
from contracts.proof.children import TIME_LIMIT_S, prove_each
from contracts.proof.mocks import HONEST
from contracts.proof.verdict import Proof, Trial

Key = tuple[str, str, bool, int]


def chosen(names: Sequence[str]) -> list[Switch]:
    """The faults and variants of these ids, the honest server among the latter; all when there are none.

    Raises UnknownSwitch, which names every unknown id and what is nearest to it.
    """
    honest = Switch(HONEST, "the honest server", lambda mock: None)
    known = {HONEST: honest, **all_variants(), **all_faults()}
    unknown = [name for name in names if name not in known]
    if unknown:
        nearest = ", ".join(f"{name} (the nearest is {_nearest(name, known)})" for name in unknown)
        raise UnknownSwitch(f"no fault or variant is called {nearest}")
    return [known[name] for name in names or (*all_faults(), HONEST, *all_variants())]


def _nearest(name: str, known: Iterable[str]) -> str:
    return get_close_matches(name, known, n=1, cutoff=0)[0]


def profiles(deepest: str) -> tuple[str, ...]:
    """The profiles that a switch is put on trial at, one after the other."""
    return ("smoke",) if deepest == "smoke" else ("smoke", deepest)


def prove(
    switches: Iterable[Switch],
    profile: str,
    *,
    full: bool = False,
    workers: int = 2,
    seed: int = 0,
    known: Mapping[Key, Proof] | None = None,
    time_limit: float = TIME_LIMIT_S,
) -> Generator[Proof]:
    """Put the suite on trial with each switch on; yields proofs as they come, those that are `known` without asking.

    A fault that smoke has caught is not asked again at a deeper profile, which asks the same questions and more; a
    variant, and with `full` everything, is asked at both.
    """
    left = list(switches)
    for depth in profiles(profile):
        trials = [trial_of(switch, depth, full=full, seed=seed) for switch in left]
        found = {trial.key: known[trial.key] for trial in trials if known and trial.key in known}
        yield from found.values()
        asked = [trial for trial in trials if trial.key not in found]
        for trial, proof in prove_each(asked, workers=workers, time_limit=time_limit):
            found[trial.key] = proof
            yield proof
        left = [
            switch
            for switch, trial in zip(left, trials, strict=True)
            if trial.everything or found[trial.key].word in {"missed", "unasked"}
        ]


def trial_of(
    switch: Switch, profile: str, *, full: bool = False, seed: int = 0, question: str | None = None
) -> Trial:
    """The trial of a switch."""
    return Trial(
        switch.id,
        profile,
        breaks=switch.breaks,
        falls_with=switch.falls_with,
        full=full,
        seed=seed,
        question=question,
    )
