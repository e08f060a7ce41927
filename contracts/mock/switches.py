"""Switches: named changes of the honest server. A fault breaks a clause; a variant is odd and breaks none."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module

from contracts.mock.behaviour import Behaviour

Change = Callable[[Behaviour], None]


class UnknownSwitch(ValueError):
    """No fault or variant has this id; the message names the nearest."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A change of behaviour under an id.

    `sentence` says in one line what the server then does. A fault names the clause that it `breaks`, which must turn red, and
    those that may turn red with it (`falls_with`); a variant has neither. `changes` describes nothing of the run: it is applied
    to a fresh behaviour at every reset.
    """

    id: str
    sentence: str
    change: Change
    breaks: str = ""
    falls_with: tuple[str, ...] = ()

    def apply(self, mock: Behaviour) -> None:
        """Make the behaviour misbehave, or behave oddly, in this one way."""
        self.change(mock)


class Registry:
    """The switches of one kind by id, in the order of their definition."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.switches: dict[str, Switch] = {}

    def add(self, switch: Switch) -> None:
        """Raises `ValueError` where the id is taken or there is no sentence: both would hide a switch from its readers."""
        if switch.id in self.switches or not switch.sentence:
            raise ValueError(f"{self.kind} {switch.id!r} needs an id of its own and a sentence")
        self.switches[switch.id] = switch

    def get(self, id: str) -> Switch:
        """Raises `UnknownSwitch`, which names the nearest id."""
        if id in self.switches:
            return self.switches[id]
        nearest = get_close_matches(id, self.switches, n=1, cutoff=0)
        raise UnknownSwitch(f"unknown {self.kind} {id!r}; the nearest is {', '.join(nearest)!r}")


def sentence_of(change: Change) -> str:
    """The first line of a change's docstring."""
    return (change.__doc__ or "").strip().partition("\n")[0]


FAULTS = Registry("fault")
VARIANTS = Registry("variant")


def fault(id: str, *, breaks: str, falls_with: Iterable[str] = ()) -> Callable[[Change], Change]:
    """Registers a function that makes the server break the clause `breaks`; its docstring becomes the sentence."""

    def register(change: Change) -> Change:
        FAULTS.add(Switch(id, sentence_of(change), change, breaks, tuple(falls_with)))
        return change

    return register


def variant(id: str) -> Callable[[Change], Change]:
    """Registers a function that makes the server legal but odd; its docstring becomes the sentence."""

    def register(change: Change) -> Change:
        VARIANTS.add(Switch(id, sentence_of(change), change))
        return change

    return register


def all_faults() -> dict[str, Switch]:
    """Every fault by id. Faults are imported only when asked for: the honest server starts without them."""
    import_module("contracts.mock.faults")  # registers them
    return dict(FAULTS.switches)


def all_variants() -> dict[str, Switch]:
    """Every variant by id, imported when asked for."""
    import_module("contracts.mock.variants")  # registers them
    return dict(VARIANTS.switches)


def select(faults: Iterable[str] = (), variants: Iterable[str] = ()) -> list[Switch]:
    """The switches of these ids, faults first. Raises `UnknownSwitch`."""
    switches: list[Switch] = []
    for ids, load, registry in ((faults, all_faults, FAULTS), (variants, all_variants, VARIANTS)):
        wanted = list(ids)
        if wanted:
            load()
            switches += [registry.get(id) for id in wanted]
    return switches
