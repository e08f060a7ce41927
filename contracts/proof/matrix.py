"""All proofs together: what was caught at which profile, by family, how soon; and what the suite got wrong."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from contracts.clauses.catalogue import load
from contracts.proof.verdict import Proof


@dataclass(frozen=True)
class Line:
    """The proofs of one switch, the shallowest first."""

    switch: str
    proofs: tuple[Proof, ...]

    @property
    def breaks(self) -> str:
        """The clause that a fault breaks; empty for a variant."""
        return self.proofs[0].breaks

    @property
    def family(self) -> str:
        """The clause family of a fault; empty for a variant."""
        return load()[self.breaks].family if self.breaks else ""

    @property
    def deciding(self) -> Proof:
        """The proof that counts: what went wrong, else what caught the fault, else the deepest."""
        wrong = [proof for proof in self.proofs if proof.word in {"trouble", "unforeseen", "false alarm"}]
        caught = [proof for proof in self.proofs if proof.right]
        return wrong[0] if wrong else caught[0] if caught and self.breaks else self.proofs[-1]

    @property
    def wrong(self) -> bool:
        """Whether the suite judged wrongly. That no question of the profile asks for the clause is not known to be."""
        return not self.deciding.right and self.deciding.word != "unasked"

    def caught_at(self, profile: str) -> bool:
        """Whether the fault is caught at this profile, which asks what the shallower ones ask, too."""
        names = [proof.profile for proof in self.proofs]
        depth = names.index(profile) if profile in names else len(names)
        return any(proof.word == "caught" for proof in self.proofs[: depth + 1])


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    of: int

    def __str__(self) -> str:
        percent = f" ({100 * self.part / self.of:.1f} %)" if self.of else ""
        return f"{self.part} of {self.of}{percent}"


def lines(proofs: Iterable[Proof]) -> list[Line]:
    """A line for each switch, in the order in which they were first met."""
    found: dict[str, list[Proof]] = {}
    for proof in proofs:
        found.setdefault(proof.switch, []).append(proof)
    return [
        Line(switch, tuple(sorted(each, key=lambda proof: proof.profile != "smoke")))
        for switch, each in found.items()
    ]


def profiles_of(matrix: Sequence[Line]) -> list[str]:
    """The profiles that anything was asked at, smoke first."""
    met = {proof.profile for line in matrix for proof in line.proofs}
    return sorted(met, key=lambda profile: (profile != "smoke", profile))


def caught(matrix: Iterable[Line], profile: str) -> Share:
    """The faults caught at a profile."""
    faults = [line for line in matrix if line.breaks]
    return Share(sum(line.caught_at(profile) for line in faults), len(faults))


def silent(matrix: Iterable[Line], profile: str) -> Share:
    """The variants that stayed green at a profile."""
    proofs = [proof for line in matrix for proof in line.proofs if not line.breaks]
    of_profile = [proof for proof in proofs if proof.profile == profile]
    return Share(sum(proof.word == "silent" for proof in of_profile), len(of_profile))


def usual_effort(matrix: Iterable[Line]) -> tuple[float, float]:
    """The median requests and seconds up to the first violation of the broken clause."""
    first = [line.deciding for line in matrix if line.breaks and line.deciding.word == "caught"]
    requests = [proof.requests for proof in first if proof.requests is not None]
    seconds = [proof.seconds for proof in first if proof.seconds is not None]
    return (median(requests) if requests else 0.0, median(seconds) if seconds else 0.0)


def closing(matrix: Sequence[Line], families: Iterable[str]) -> Iterator[str]:
    """The last words on the terminal."""
    faults = [line for line in matrix if line.breaks]
    for profile in profiles_of(matrix):
        if faults:
            each = [
                f"{family} {caught(of_family, profile)}"
                for family in families
                if (of_family := [line for line in faults if line.family == family])
            ]
            yield f"{profile}: caught {caught(faults, profile)}: {', '.join(each)}"
        if silent(matrix, profile).of:
            yield f"{profile}: variants silent {silent(matrix, profile)}"
    if faults:
        requests, seconds = usual_effort(matrix)
        yield f"first violation of the broken clause: median {requests:g} requests, {seconds:.2f} s"
    unasked = [line.switch for line in matrix if line.deciding.word == "unasked"]
    if unasked:
        yield f"not asked at this profile: {', '.join(unasked)}"
    wrong = [line.switch for line in matrix if line.wrong]
    yield f"wrong: {', '.join(wrong)}" if wrong else "nothing wrong"
