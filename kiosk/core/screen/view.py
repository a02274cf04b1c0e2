"""All that the screen needs, and nothing it could decide. `kiosk/core/screen/present.py` makes it, `ui/` paints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.core.events import Part
from kiosk.core.health.camera_view import ViewTrouble
from kiosk.core.hint import Hint
from kiosk.core.model import Oddity
from kiosk.core.rule.knowledge import Known
from kiosk.core.rule.todays_rule import TodaysRule

BAR_STEPS = 100


class Page(StrEnum):
    """Which layout is up."""

    IDLE = "idle"
    CHECKING = "checking"
    RESULT = "result"
    KEYPAD = "keypad"
    CONFIRM = "confirm"
    OUT_OF_ORDER = "out-of-order"
    """Nobody is admitted here: what is broken can be mended on the spot, or (out of service) only at the registry."""
    ALARM = "alarm"
    """The building's fire alarm rings: leave."""
    ENROL = "enrol"
    """The device is being made this door's. With `preview` the code is looked for; with `lines` what it says is shown in
    full, and with `time_left` it is asked about: CONFIRM or CANCEL. `hint` says what was wrong with the last code, or what would help to read it."""


class Field(StrEnum):
    """What fills the screen: a status colour, or one that is no status (could not check must not borrow one)."""

    GREEN = "green"
    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"
    NEUTRAL = "neutral"
    NIGHT = "night"


class Sign(StrEnum):
    """Our decision as a shape: disc and tick, octagon and cross with a frame, triangle and mark with a frame."""

    NONE = "none"
    ENTER = "enter"
    LEAVE = "leave"
    STOP = "stop"
    WAIT = "wait"


class Phrase(StrEnum):
    """What can be said to a visitor. The words, in three languages, are in `ui/phrases.toml` under these keys."""

    SHOW_CODE = "show-code"
    """Idle: show your QR code to the camera."""
    USE_SCANNER = "use-scanner"
    """Idle where only the desk scanner reads codes."""
    USE_KEYPAD = "use-keypad"
    """Idle where the camera is gone: type the IIN."""
    COME_IN = "come-in"
    WELCOME = "welcome"
    SHOW_ID = "show-id"
    """Come in, and show staff a document: the pass was printed or saved."""
    GOOD_BYE = "good-bye"
    COMING_IN = "coming-in"
    """On the goodbye page of a toggle door: who forgot to be read on their last way out says so with one key."""
    THANK_YOU = "thank-you"
    NO_ENTRY = "no-entry"
    SPEAK_TO_RECEPTION = "speak-to-reception"
    """The one note of every refusal: a public screen gives no reason (docs/facts.md#a-public-screen, rule 4)."""
    PLEASE_WAIT = "please-wait"
    CHECKING = "checking"
    NO_CONNECTION = "no-connection"
    """Could not check: please call reception."""
    STAFF_COMING = "staff-coming"
    """Could not check, for another reason than the network."""
    VENUE_CLOSED = "venue-closed"
    VENUE_FULL = "venue-full"
    ALREADY_INSIDE = "already-inside"
    CODE_UNKNOWN = "code-unknown"
    """That code is not a pass."""
    CODE_EXPIRED = "code-expired"
    """The pass ran out: open it anew on the phone."""
    CODE_DAMAGED = "code-damaged"
    CODE_ELSEWHERE = "code-elsewhere"
    """The pass is for another door."""
    TYPE_IIN = "type-iin"
    IIN_MISTYPED = "iin-mistyped"
    """Check the number (never which digit)."""
    IIN_COMPANY = "iin-company"
    IIN_UNUSUAL = "iin-unusual"
    """This looks like a company number (BIN)."""
    CONFIRM_IIN = "confirm-iin"
    """Is this right? The digits are shown in groups, most of them masked."""
    OUT_OF_ORDER = "out-of-order"
    GO_TO_RECEPTION = "go-to-reception"
    FIRE_ALARM = "fire-alarm"
    """Fire alarm: go out."""
    NO_ENTRY_NOW = "no-entry-now"
    """Under the fire alarm: do not come in, the way out is free."""
    OUT_OF_SERVICE = "out-of-service"
    """The registry withdrew this device."""
    KEYPAD_PAUSED = "keypad-paused"
    """Too many numbers were tried: the keypad rests, a pass still works."""
    COME_NEARER = "come-nearer"
    """This one and the next four: to somebody whose code is seen and not read (core/hint.py)."""
    MOVE_AWAY = "move-away"
    BRIGHTER = "brighter"
    TURN_FROM_GLARE = "turn-from-glare"
    HOLD_STILL = "hold-still"
    SHOW_ENROLMENT_CODE = "show-enrolment-code"
    CHECK_THESE = "check-these"
    ENROL_AGAIN = "enrol-again"
    """Enrolment: is this what the technician meant?"""
    ENROLLING = "enrolling"
    ENROLLED = "enrolled"
    ENROL_NEWER = "enrol-newer"
    """Made for a newer kiosk."""
    ENROL_EXPIRED = "enrol-expired"
    ENROL_USED = "enrol-used"
    ENROL_DAMAGED = "enrol-damaged"
    """No enrolment code, or a part of it is wrong."""
    ENROL_OTHER_DEVICE = "enrol-other-device"
    ENROL_UNKNOWN = "enrol-unknown"
    """The registry does not know this code."""
    ENROL_REFUSED = "enrol-refused"
    ENROL_UNSAFE = "enrol-unsafe"
    """The address in the code is not safe."""
    ENROL_NO_NETWORK = "enrol-no-network"
    ENROL_NO_WIFI = "enrol-no-wifi"
    ENROL_CONFIRM = "enrol-confirm"
    """Like ENROL_AGAIN, on a device that was somebody's before: only a key confirms."""
    ENROL_OTHER_REGISTRY = "enrol-other-registry"
    """This device belongs to another registry."""
    ENROL_OTHER_ROOT = "enrol-other-root"
    """The configuration names another root key."""


class Fact(StrEnum):
    """What an enrolment code says. The names, in three languages, are in `ui/phrases.toml` under these keys."""

    REGISTRY = "registry"
    VENUE = "venue"
    DOOR = "door"
    VALID_UNTIL = "valid-until"
    ROOT_KEY = "root-key"
    """Its fingerprint: everything that the registry signs hangs on it."""
    WIFI = "wifi"
    SERIAL = "serial"
    DEVICE = "device"


class Unit(StrEnum):
    """In which an age is told."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """How old a part of the registry's word is, in the largest unit that makes it at least 1."""

    known: Known
    amount: int | None
    """None: nobody knows, or there is no such document at all."""
    unit: Unit = Unit.MINUTES
    there: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedNumber:
    """The number as far as it is typed. `cells` has 12 characters: a digit, "•" for a masked one, " " for none."""

    cells: str = field(repr=False)
    groups: tuple[int, ...]
    """How many cells stand together: (4, 4, 4) while typing, (6, 1, 4, 1) to confirm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corner:
    """The strip at the top: what the front desk trusts at a glance."""

    venue: str
    clock: str
    """Local time as HH:MM, or empty while the time is not trusted: then a badge says so."""
    inside: int | None
    capacity: int | None
    online: bool
    waiting: int
    """Records not yet at the registry."""
    incidents_waiting: int
    today: TodaysRule | None
    """Today's rule (rule 10); None while there is none."""
    counted: str = ""
    """As of when `inside` is, in local time: HH:MM, of another day with its date; empty while it is of now."""
    too_many: int = 0
    """How many more are inside than there are places."""
    aged: Aged | None = None
    """What of the registry's word is stale or past its time; None while all is fresh."""
    noticed: Oddity | None = None
    """Somebody just went through whom nobody let through."""
    who_unknown: bool = False
    """People are inside of whom nobody knows any more who they are: the power was gone."""
    faults: tuple[int, ...] = ()
    """What is broken here, as the numbers of `kiosk doctor` (kiosk/core/health/faults.py), lowest first."""
    ailing: Part | ViewTrouble | None = None
    """What is wrong with the camera's view, or else the most urgent of what the board itself suffers from: told in words, since the door works and nobody would ask."""


NO_CORNER = Corner(
    venue="", clock="", inside=None, capacity=None, online=True, waiting=0, incidents_waiting=0, today=None
)
"""For a page that shows no strip."""


HINT_WORDS: Mapping[Hint, Phrase] = {
    Hint.COME_NEARER: Phrase.COME_NEARER,
    Hint.MOVE_AWAY: Phrase.MOVE_AWAY,
    Hint.BRIGHTER: Phrase.BRIGHTER,
    Hint.TURN_FROM_GLARE: Phrase.TURN_FROM_GLARE,
    Hint.HOLD_STILL: Phrase.HOLD_STILL,
}
"""How the screen says it, at a door and before there is one."""


def share_left(since: float, until: float, mono: float) -> float:
    """Return how much of a screen's time is left, from 1 down to 0 in steps of 1/100: equal views look the same.

    >>> share_left(10.0, 20.0, 12.5), share_left(10.0, 20.0, 25.0)
    (0.75, 0.0)
    """
    share = (until - mono) / (until - since)
    return round(min(1.0, max(0.0, share)) * BAR_STEPS) / BAR_STEPS


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One picture, in words. Equal views look the same."""

    page: Page
    field: Field
    sign: Sign
    headline: Phrase
    note: Phrase | None
    corner: Corner
    time_left: float | None = None
    """From 1 down to 0: the bar that tells how long this screen stays. None: it stays. In steps of 1/100."""
    reference: str = ""
    """Short number under a refusal, by which staff and registry find it (rule 11); where nobody is admitted, what is broken."""
    offline_since: str = ""
    """Local time from which on nobody knows whether the pass that came in was revoked; empty where that is known."""
    keypad: TypedNumber | None = None
    """None on the keypad's page: it rests, and no key does anything but to leave."""
    venue_code: str | None = None
    """The text of the QR code on the idle screen; None while it is hidden."""
    hint: Phrase | None = None
    """A line over the preview, such as "come nearer"."""
    preview: bool = False
    """Whether the camera's picture is shown, mirrored."""
    lines: tuple[tuple[Fact, str], ...] = ()
    """What an enrolment code says, shown in full before it is applied. Never a token or a passphrase."""
