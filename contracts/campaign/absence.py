"""A target that is away: for how long it is waited for, and which machines alone have no way to it."""

from dataclasses import dataclass, field

# It is asked again after so long, and so many times in a row before a campaign ends.
AWAY_S, AWAY_TIMES = 10.0, 6


@dataclass
class Absence:
    """What shards have said of the target. All times are the campaign's own, in seconds.

    A night is long, and a target may be deployed in it. Shards that were out when it went are one try of it. A machine that had no
    answer, though another one had since that shard began, is cut off: it holds up nobody else.
    """

    why: str = ""
    """Why the target cannot be asked at the moment; empty where it can."""
    met_by: str = ""
    """The machine that met it so."""
    cut_off: dict[str, str] = field(default_factory=dict)
    """Machines that have had no answer while others had, each with the reason."""
    _tries: int = 0
    _noticed: float = -1.0
    _back_at: float = 0.0
    _heard: dict[str, float] = field(default_factory=dict)
    """When each machine last had answers."""

    @property
    def is_final(self) -> bool:
        """Whether it has been waited for long enough."""
        return self._tries >= AWAY_TIMES

    def may_be_asked(self, now: float) -> bool:
        """Whether nobody waits for it."""
        return now >= self._back_at

    def answered(self, machine: str, now: float) -> None:
        """A shard came back that had answers. Whoever waits for the target waits no longer."""
        self._heard[machine] = now
        self.cut_off.pop(machine, None)
        self._tries, self.why, self._back_at = 0, "", 0.0

    def missed(self, machine: str, why: str, *, began: float, now: float) -> None:
        """A shard that was handed out at `began` came back without the target."""
        if any(at > began for other, at in self._heard.items() if other != machine):
            self.cut_off[machine] = why
        elif began >= self._noticed:
            self._noticed, self._back_at = now, now + AWAY_S
            self._tries += 1
            self.why, self.met_by = why, machine
