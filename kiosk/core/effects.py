"""What to do: the door's orders. The loop performs them, in the order in which they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kiosk.core.model import Colour, Direction, Identifier, Oddity, Outcome, Record, TextFault, Via


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Ask the registry for a status, one try within `deadline_s` seconds."""

    visit_id: str
    identifier: Identifier
    direction: Direction
    via: Via
    deadline_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePlace:
    """Ask the registry for a place in a venue that is nearly full, one try within `deadline_s` seconds, then say PlaceAnswered."""

    visit_id: str
    deadline_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Write a record and its outbox row in one transaction, synced to the disk, then say Recorded."""

    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Open the gate for one person. Given only after the visit is Recorded."""

    visit_id: str
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """The last one who was let through this way has passed: a gate that is held open need not wait any longer."""

    direction: Direction


@dataclass(frozen=True, slots=True)
class Release:
    """Open the gate outwards, for nobody in particular: the fire alarm rings. Helps the building's own release, never replaces it."""


class Signal(StrEnum):
    """What lamp and sounder tell: the same three answers as the screen, and the kiosk's own states."""

    IDLE = "idle"
    CHECKING = "checking"
    ADMITTED = "admitted"
    REFUSED = "refused"
    UNCHECKED = "unchecked"
    OUT_OF_ORDER = "out-of-order"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """Set the lamp: the registry's colour where one is known, and a rhythm of its own for each signal."""

    signal: Signal
    colour: Colour | None = None
    fault: int = 0
    """What is broken, by its number (kiosk/core/health/faults.py), where nobody is being answered; 0: nothing."""


class Sound(StrEnum):
    """What is heard. Distinct in rhythm as well as in pitch."""

    ADMITTED = "admitted"
    REFUSED = "refused"
    UNCHECKED = "unchecked"
    KEY = "key"
    MISTAKE = "mistake"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chime:
    """Sound once."""

    sound: Sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """A line for staff and journal: something happened that is no visit. Holds no identifier."""

    what: TextFault | Oddity | str
    visit_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustTime:
    """The clock is right from here on: what this start of the machine recorded with a wrong one can be corrected."""

    wall: datetime
    """UTC."""
    mono: float
    """The same moment in seconds of the monotonic clock."""


Effect = Ask | TakePlace | Write | Open | Shut | Release | Light | Chime | Tell | TrustTime

SOUND_OF = {
    Outcome.ADMITTED: Sound.ADMITTED,
    Outcome.REFUSED: Sound.REFUSED,
    Outcome.UNCHECKED: Sound.UNCHECKED,
}
SIGNAL_OF = {
    Outcome.ADMITTED: Signal.ADMITTED,
    Outcome.REFUSED: Signal.REFUSED,
    Outcome.UNCHECKED: Signal.UNCHECKED,
}
