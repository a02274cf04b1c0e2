"""What happened: everything that can reach the door. Names are past participles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kiosk.core.hint import Hint
from kiosk.core.inside.people import VenueNumber
from kiosk.core.model import Credential, Direction, Identifier, Status, Via
from kiosk.core.rule.knowledge import Age
from kiosk.core.rule.policy import Policy

HOLD_S = 0.7
"""A key that is down for so long is held (seconds)."""
HOLD_AGAIN_S = 0.5
"""So often it is told again that a key is still held (seconds)."""


class Key(StrEnum):
    """A key of the keypad, whatever it is made of."""

    D0 = "0"
    D1 = "1"
    D2 = "2"
    D3 = "3"
    D4 = "4"
    D5 = "5"
    D6 = "6"
    D7 = "7"
    D8 = "8"
    D9 = "9"
    ERASE = "erase"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    RECHECK = "recheck"
    """The front desk's one key: check the refused visitor again (rule 11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRead:
    """A code was held before the camera or the scanner, and understood as far as it could be."""

    credential: Credential
    via: Via = Via.CAMERA
    side: Direction | None = None
    """Which way the reader looks, where a door has one on each side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed:
    """A key went down."""

    key: Key = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneArrived:
    """A phone scanned our venue code; the registry says who came (FAQ 4, 9)."""

    identifier: Identifier
    status: Status | None
    direction: Direction | None = None
    """What the phone asked for; None lets the door decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffIdentified:
    """Staff gave the visitor's IIN or passport number (rule 1)."""

    identifier: Identifier
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The registry answered a question. `status` None: it does not know this visitor."""

    visit_id: str
    status: Status | None
    subject: str = ""
    """The registry's pseudonym of the visitor: joins a typed IIN with the same person's pass. May be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFailed:
    """The registry could not be asked in time. Why, is in the journal: the door does the same whatever it was."""

    visit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceAnswered:
    """The registry gave a place in the venue to a visit, or none is free. `taken` None: it gave no answer in time."""

    visit_id: str
    taken: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueCounted:
    """The registry said how many are inside the venue."""

    number: VenueNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHeld:
    """A key has been down for HOLD_S; told after its KeyPressed, and again every HOLD_AGAIN_S seconds until it goes up."""

    key: Key = field(repr=False)
    again: bool = False
    """It was told before: nothing begins by it, so that a key that is jammed does nothing to the next visitor's number."""


@dataclass(frozen=True, slots=True)
class KeyReleased:
    """The key of which KeyHeld was told has gone up, or it cannot be known any more whether it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOpened:
    """The gate took the order to open for a visit. Where no sensor looks, this is the passage."""

    visit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A record is on the disk."""

    record_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFailed:
    """A record could not be written."""

    record_id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """The passage sensor saw one person go through. `direction` None: it cannot tell which way."""

    direction: Direction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFailed:
    """The gate did not do as it was told, or stays silent. The door goes on without it (rule 9)."""

    why: str
    visit_id: str = ""
    """For whom it was to open; empty: for nobody in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmChanged:
    """The building's fire alarm rings, or has stopped."""

    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAdmitted:
    """Staff override the decision on the visitor who stands there: a recorded act with who and why (rule 10)."""

    by: str
    why: str = field(repr=False)
    """Their own words: they may name somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCorrected:
    """Staff counted the people inside, and there are more, or fewer, than the number says: a recorded act with who and why."""

    change: int
    """People: so many more are inside, or fewer (negative)."""
    by: str
    why: str = field(repr=False)
    """Their own words: they may name somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDismissed:
    """Staff send the screen back to idle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyArrived:
    """A newer policy is here, or the one kept on the disk at start."""

    policy: Policy
    heard_at: datetime | None = None
    """When the registry last confirmed it; None where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeChanged:
    """What is kept of the registry's word, and for how long it stands. None: there is no such document here."""

    policy: Age | None
    keys: Age | None
    revocations: Age | None


@dataclass(frozen=True, slots=True)
class DeviceRevoked:
    """The registry withdrew this device: it has no business at any door until it is enrolled anew, which is a new start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged:
    """What the link to the registry is like: for the corner of the screen, and for the policy's ladder."""

    online: bool
    waiting: int
    """Records that the registry does not have yet."""
    parked: int = 0
    incidents_waiting: int = 0


class Part(StrEnum):
    """A part of the kiosk that can fail by itself."""

    CAMERA = "camera"
    KEYPAD = "keypad"
    SCANNER = "scanner"
    PASSAGE = "passage"
    ALARM = "alarm"
    """The fire alarm's input. That it rings is no fault."""
    GATE = "gate"
    LAMP = "lamp"
    SOUND = "sound"
    DISPLAY = "display"
    STORE = "store"
    POWER = "power"
    HEAT = "heat"
    DISK = "disk"
    """The place where visits are kept: too full, or worn out. STORE is that no visit can be written."""
    MEMORY = "memory"
    CLOCK = "clock"
    """It claims to be right, and is behind what the registry has signed. One that claims nothing is no fault."""
    REGISTRY = "registry"
    """Somebody answers in its name what only it may say. That nobody answers is no fault here."""
    VIEW = "view"
    """What the camera sees. CAMERA is that it gives no picture at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChanged:
    """A part stopped working, or works again."""

    part: Part
    working: bool
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HintChanged:
    """The reader knows what would help whoever holds up what it cannot read. None: nothing is to be said any more."""

    hint: Hint | None


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went by."""


Event = (
    CodeRead
    | KeyPressed
    | KeyHeld
    | KeyReleased
    | PhoneArrived
    | StaffIdentified
    | Answered
    | AskFailed
    | PlaceAnswered
    | VenueCounted
    | Recorded
    | RecordFailed
    | Passed
    | GateOpened
    | GateFailed
    | AlarmChanged
    | StaffAdmitted
    | StaffCorrected
    | StaffDismissed
    | PolicyArrived
    | KnowledgeChanged
    | DeviceRevoked
    | LinkChanged
    | HealthChanged
    | HintChanged
    | Tick
)
