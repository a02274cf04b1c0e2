"""What the board says of itself, and what staff are told of it: power, heat, disk and memory.

Before a Pi dies of a weak supply or a worn card it says so for weeks. A trouble is told once, when it has lasted, and
taken back when it has been gone for a while: a reading at the edge must never make staff hear of it again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from kiosk.core.events import HealthChanged, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """One look at the board. None: this machine does not tell."""

    undervolted: bool | None = None
    """The supply fell below what the board needs (4.63 V), now or a moment ago."""
    slowed: bool | None = None
    """The firmware has slowed the processor down to protect it."""
    celsius: float | None = None
    """Temperature of the processor."""
    free_bytes: float | None = None
    """Room where the visits are kept."""
    read_only: bool | None = None
    """Whether that place cannot be written."""
    disk_errors: int | None = None
    """Errors that the file system there has counted since it was made or checked."""
    memory_share: float | None = None
    """How much of the memory is free, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Ailment:
    """Something that is wrong with the board."""

    says: str
    remedy: str

    @property
    def why(self) -> str:
        """Both in one line, for journal and heartbeat."""
        return f"{self.says}: {self.remedy}"


HOT_C, COOL_C = 80.0, 75.0
"""The firmware slows a Pi down from 80 degrees on."""
FULL_BYTES, ROOMY_BYTES = 200e6, 300e6
"""A day of a busy door is about 2 MB; below this the system itself begins to fail."""
SHORT_SHARE, AMPLE_SHARE = 0.06, 0.10
FIRM_S: Mapping[Part, float] = MappingProxyType({Part.HEAT: 10.0, Part.MEMORY: 10.0})
"""How long it has to last before it is told; else at once: a dip of the supply is over before it could last."""
CALM_S = 120.0
"""How long it has to be gone before it is taken back."""


def power(vitals: Vitals, *, known: bool = False) -> Ailment | None:  # noqa: ARG001 - like the other ones
    """Return what is wrong with the supply."""
    if not vitals.undervolted:
        return None
    return Ailment(
        "the power supply is too weak, it fell below 4.63 V",
        "use the Pi's own supply and a short thick cable, and feed relays and lamps from another one",
    )


def heat(vitals: Vitals, *, known: bool = False) -> Ailment | None:
    """Return what is wrong with the temperature. `known`: whether staff know already, and it has to be well below."""
    celsius, remedy = vitals.celsius, "give the case air, shade, or a heat sink with a fan"
    if celsius is not None and celsius >= (COOL_C if known else HOT_C):
        return Ailment(f"the processor is at {celsius:.0f} degrees", remedy)
    if vitals.slowed and not vitals.undervolted:  # a weak supply slows it down as well, and is told as that
        return Ailment("the processor was slowed down to protect it from heat", remedy)
    return None


def disk(vitals: Vitals, *, known: bool = False) -> Ailment | None:
    """Return what is wrong with the place where the visits are kept."""
    if vitals.read_only:
        return Ailment("the card cannot be written", "change it: a card that turns read-only is dying")
    if vitals.disk_errors:
        return Ailment(
            f"the file system has counted {vitals.disk_errors} errors",
            "change the card soon, it is wearing out; a restart with a file system check clears the count",
        )
    if vitals.free_bytes is not None and vitals.free_bytes < (ROOMY_BYTES if known else FULL_BYTES):
        return Ailment(
            f"only {vitals.free_bytes / 1e6:.0f} MB are free",
            "sudo journalctl --vacuum-size=50M; sudo apt clean",
        )
    return None


def memory(vitals: Vitals, *, known: bool = False) -> Ailment | None:
    """Return what is wrong with the memory."""
    share = vitals.memory_share
    if share is not None and share < (AMPLE_SHARE if known else SHORT_SHARE):
        return Ailment(
            f"only {share:.0%} of the memory is free",
            "see what else runs here: ps aux --sort -rss | head",
        )
    return None


AILMENTS: Mapping[Part, Callable[..., Ailment | None]] = MappingProxyType(
    {Part.POWER: power, Part.HEAT: heat, Part.DISK: disk, Part.MEMORY: memory}
)
URGENT = (Part.DISK, Part.POWER, Part.HEAT, Part.MEMORY)
"""What is told first where there is room for one: a card that dies takes visits with it."""


@dataclass(frozen=True, slots=True)
class _Watched:
    """One part of the board."""

    since: float | None = None
    """When it began to be wrong without a break (seconds); None: it is not."""
    wrong_at: float = float("-inf")
    """When it last was."""
    known: bool = False


@dataclass(frozen=True, slots=True)
class BoardVigil:
    """What is known of the board over time."""

    parts: Mapping[Part, _Watched] = field(default_factory=lambda: {part: _Watched() for part in AILMENTS})

    def look(self, vitals: Vitals, mono: float) -> tuple[BoardVigil, tuple[HealthChanged, ...]]:
        """Take in one look at the board, `mono` seconds after some moment; return what is to be told of it."""
        parts, changes = dict(self.parts), list[HealthChanged]()
        for part, find in AILMENTS.items():
            was = parts[part]
            ailment = find(vitals, known=was.known)
            if ailment is None:
                calm = was.known and mono - was.wrong_at >= CALM_S
                parts[part] = replace(was, since=None, known=was.known and not calm)
                if calm:
                    changes.append(HealthChanged(part=part, working=True))
                continue
            since = mono if was.since is None else was.since
            lasted = mono - since >= FIRM_S.get(part, 0.0)
            parts[part] = _Watched(since=since, wrong_at=mono, known=was.known or lasted)
            if lasted and not was.known:
                changes.append(HealthChanged(part=part, working=False, why=ailment.why))
        return BoardVigil(parts), tuple(changes)

    def wrong(self, mono: float) -> tuple[Part, ...]:
        """Return the parts that were wrong at the look of this moment."""
        return tuple(part for part, watched in self.parts.items() if watched.wrong_at == mono)
