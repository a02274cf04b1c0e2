"""The field's words as types: who came, what the registry knows, what the door decided.

Everything here is frozen. An identifier never prints itself: its repr is masked, so that neither a log line
nor an exception can carry it (rule 7; the rules are in docs/rules.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Colour(StrEnum):
    """The four statuses of Ashyq (FAQ 11)."""

    GREEN = "green"
    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"


class Direction(StrEnum):
    """Which way a visit goes."""

    ENTRY = "entry"
    EXIT = "exit"


class DoorKind(StrEnum):
    """What stands here. A toggle door takes who is known to be inside as leaving, anybody else as entering."""

    ENTRY = "entry"
    EXIT = "exit"
    TOGGLE = "toggle"


class Via(StrEnum):
    """How the visitor was identified (rule 1)."""

    CAMERA = "camera"
    SCANNER = "scanner"
    KEYPAD = "keypad"
    PHONE = "phone"
    STAFF = "staff"


class IdentifierKind(StrEnum):
    """What kind of identifier a visitor gave."""

    IIN = "iin"
    PASSPORT = "passport"
    PASS = "pass"
    """A random pass id: names nobody without the registry."""
    CHECKIN = "checkin"
    """The registry's own handle for a phone that scanned the venue code: names nobody without the registry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """Who stands there. `value` is 12 digits, a passport number, or a random id in hexadecimal."""

    kind: IdentifierKind
    value: str = field(repr=False)
    country: str = ""
    """ISO 3166-1 alpha-3 of a passport, else empty."""

    @property
    def personal(self) -> bool:
        """Whether it names a person, so that it may leave memory only sealed."""
        return self.kind in (IdentifierKind.IIN, IdentifierKind.PASSPORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the registry states of a visitor at one moment. `valid_until` None: until something is known (blue, FAQ 13)."""

    colour: Colour
    established_at: datetime
    valid_until: datetime | None

    def at(self, now: datetime) -> Status | None:
        """Return what this status is worth at `now`; None when it says nothing any more.

        A green that has run out is blue; a red or yellow stays until the registry says otherwise; a blue that has
        run out is not known (docs/rules.md#status).
        """
        if self.valid_until is None or now < self.valid_until:
            return self
        match self.colour:
            case Colour.GREEN:
                return Status(colour=Colour.BLUE, established_at=self.valid_until, valid_until=None)
            case Colour.BLUE:
                return None
            case Colour.YELLOW | Colour.RED:
                return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """A pass whose signature the kiosk has verified itself. Times are UTC."""

    pass_id: str
    """24 hexadecimal digits: 96 random bits, the same through all renewals of one visitor's status."""
    colour: Colour
    issued_at: datetime
    expires_at: datetime
    key_id: str
    door: str | None = None
    """Where it is bound to one door (`aud`): the pass that answers a venue code."""
    revoked: bool = False
    """The registry took it back. It still names its visitor: on the way out the door has to know who came in."""

    @property
    def identifier(self) -> Identifier:
        """The pass id as an identifier."""
        return Identifier(kind=IdentifierKind.PASS, value=self.pass_id)


class TextFault(StrEnum):
    """Why a text that was read is nobody's credential. Each has its line on the staff side."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    CONTROL_BYTES = "control-bytes"
    HALF_SCAN = "half-scan"
    NOT_OURS = "not-ours"
    BAD_IIN = "bad-iin"
    NEWER_PASS = "newer-pass"
    DAMAGED_PASS = "damaged-pass"
    UNKNOWN_KEY = "unknown-key"
    WRONG_SIGNATURE = "wrong-signature"
    EXPIRED = "expired"
    FROM_THE_FUTURE = "from-the-future"
    OTHER_DOOR = "other-door"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotACredential:
    """A text that identifies nobody, and why. Never holds the text itself."""

    reason: TextFault


@dataclass(frozen=True, slots=True)
class OwnVenueCode:
    """Our own idle screen, read back through a mirror or a phone: nobody came."""


Credential = Identifier | Pass | NotACredential | OwnVenueCode


class Source(StrEnum):
    """Where the status behind a decision came from."""

    REGISTRY = "registry"
    LIVE_PASS = "live-pass"
    CARRY_PASS = "carry-pass"
    NOBODY = "nobody"


class Outcome(StrEnum):
    """The three answers of the door. "Could not check" is one of its own, never a colour and never "no" (rule 8)."""

    ADMITTED = "admitted"
    REFUSED = "refused"
    UNCHECKED = "unchecked"


class Reason(StrEnum):
    """Why the door decided so: for the record, the staff and the statistics."""

    STATUS_ADMITTED = "status-admitted"
    EXIT_FREE = "exit-free"
    STATUS_NOT_ADMITTED = "status-not-admitted"
    RED_STATUS = "red-status"
    VENUE_CLOSED = "venue-closed"
    ZONE_SHUT = "zone-shut"
    VENUE_FULL = "venue-full"
    ALREADY_INSIDE = "already-inside"
    CARRY_PASS_ALONE = "carry-pass-alone"
    """A printed or saved pass, and nobody there to compare the person with it."""
    REVOCATIONS_EXPIRED = "revocations-expired"
    """A pass, a list of revocations past its time, and a policy that lets staff decide then."""
    COULD_NOT_CHECK = "could-not-check"
    UNKNOWN_TO_REGISTRY = "unknown-to-registry"
    NO_POLICY = "no-policy"
    WHICH_WAY = "which-way"
    """A toggle door that no longer knows who is inside does not refuse what may be an exit."""
    STAFF_OVERRIDE = "staff-override"


_BY_STATUS = frozenset({Reason.STATUS_ADMITTED, Reason.STATUS_NOT_ADMITTED, Reason.RED_STATUS})
_OF_RED = frozenset({Reason.RED_STATUS, Reason.EXIT_FREE, Reason.WHICH_WAY})
OUTCOMES: Mapping[Reason, frozenset[Outcome]] = MappingProxyType(
    {
        Reason.STATUS_ADMITTED: frozenset({Outcome.ADMITTED}),
        Reason.EXIT_FREE: frozenset({Outcome.ADMITTED}),
        Reason.STAFF_OVERRIDE: frozenset({Outcome.ADMITTED}),
        Reason.STATUS_NOT_ADMITTED: frozenset({Outcome.REFUSED}),
        Reason.RED_STATUS: frozenset({Outcome.REFUSED}),
        Reason.VENUE_CLOSED: frozenset({Outcome.REFUSED}),
        Reason.ZONE_SHUT: frozenset({Outcome.REFUSED}),
        Reason.VENUE_FULL: frozenset({Outcome.REFUSED}),
        Reason.ALREADY_INSIDE: frozenset({Outcome.REFUSED}),
        Reason.CARRY_PASS_ALONE: frozenset({Outcome.REFUSED, Outcome.UNCHECKED}),  # as the policy says
        Reason.REVOCATIONS_EXPIRED: frozenset({Outcome.UNCHECKED}),
        Reason.COULD_NOT_CHECK: frozenset({Outcome.UNCHECKED}),
        Reason.UNKNOWN_TO_REGISTRY: frozenset({Outcome.UNCHECKED}),
        Reason.NO_POLICY: frozenset({Outcome.UNCHECKED}),
        Reason.WHICH_WAY: frozenset({Outcome.UNCHECKED}),
    }
)
"""Which answers each reason can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the door answers to one visitor. One that contradicts itself cannot be made: raises ValueError."""

    outcome: Outcome
    reason: Reason
    opens: bool
    colour: Colour | None = None
    source: Source = Source.NOBODY
    calls_staff: bool = False
    """Staff are to come: the door waits for them."""
    compare_identity: bool = False
    """Staff compare the person with the pass: it was printed or saved, and may be somebody else's."""
    incident: bool = False
    """A red visitor at the door: reported ahead of everything else (rule 6)."""
    unrevoked_since: datetime | None = None
    """Admitted by a pass that may have been revoked since then: the list of revocations is past its time. For staff."""

    def __post_init__(self) -> None:
        wrong = [says for says, holds in self._rules() if not holds]
        if wrong:
            raise ValueError(f"expected a decision in itself, found {self.reason}: {'; '.join(wrong)}")

    def _rules(self) -> Iterator[tuple[str, bool]]:
        """Yield what is true of every decision, and whether it is true of this one."""
        admitted, by_status = self.outcome is Outcome.ADMITTED, self.reason is Reason.STATUS_ADMITTED
        yield "its reason has this outcome", self.outcome in OUTCOMES[self.reason]
        yield "an admission opens", self.opens or not admitted
        yield "a refusal never opens", not (self.opens and self.outcome is Outcome.REFUSED)
        yield "what opens needs no staff", not (self.opens and self.calls_staff)
        # A colour that is known stays with a question of direction only: it tells that a red one was there (rule 6).
        unchecked = self.outcome is Outcome.UNCHECKED and self.reason is not Reason.WHICH_WAY
        yield "what could not be checked has no colour", not (unchecked and self.colour is not None)
        yield "a status that decided is known", self.colour is not None or self.reason not in _BY_STATUS
        yield "red, and red alone, is an incident", self.incident is (self.colour is Colour.RED)
        yield "red opens an exit only", self.colour is not Colour.RED or self.reason in _OF_RED
        yield "which way is for staff to see", self.calls_staff or self.reason is not Reason.WHICH_WAY
        yield "a red status is red", self.colour is Colour.RED or self.reason is not Reason.RED_STATUS
        yield (
            "a document is compared with who is admitted by a status",
            by_status or not self.compare_identity,
        )
        yield "a pass may be revoked unheard that admitted", by_status or self.unrevoked_since is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """One moment, as the loop hands it to the core: both clocks, and an id for the visit that may begin in it."""

    wall: datetime
    """UTC."""
    mono: float
    """Seconds of the monotonic clock: for deadlines only."""
    visit_id: str
    """A fresh UUIDv7 in its canonical form."""
    trusted: bool = True
    """Whether the wall clock is known to be right. The loop hands on the kernel's word; a door judges it by what is signed."""
    doubted: bool = False
    """The wall clock is said to be right, and is behind what was signed: it is wrong, and somebody has to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An entry or an exit at this door, admitted or not. `id` is the idempotency key to the very end."""

    id: str
    direction: Direction
    via: Via
    identifier: Identifier | None
    """None only for an exit: nobody is held inside because a code cannot be read (rule 3)."""
    decision: Decision
    decided_at: datetime
    counted_at: datetime | None = None
    """Admitted near a full venue by a number that was told then, because nobody could be asked; None: not so."""
    time_trusted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A later decision on the same visit: turned by the registry, checked again, or overridden by staff."""

    id: str
    visit_id: str
    decision: Decision
    decided_at: datetime
    by: str = ""
    why: str = field(default="", repr=False)
    """What staff wrote: it may name somebody."""
    time_trusted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What became of an admitted visit. `passed` False withdraws it: nobody is counted inside (rule 9)."""

    id: str
    visit_id: str
    passed: bool
    ended_at: datetime
    sensed: bool
    """Seen by a passage sensor; False where there is none and the passage is assumed."""
    time_trusted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Exits that nobody made, assumed at closing time: a number, no person (rule 12)."""

    id: str
    closed_at: datetime
    """The hour at which the venue closed by its policy, whenever that was noticed."""
    assumed_exits: int
    time_trusted: bool = True


class Oddity(StrEnum):
    """What happened at the door beyond its visitors: seen by a passage sensor (rule 9), or heard of the fire alarm."""

    WRONG_WAY = "wrong-way"
    TAILGATE = "tailgate"
    UNCALLED = "uncalled"
    FIRE_ALARM = "fire-alarm"
    FIRE_ALARM_OVER = "fire-alarm-over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """What belongs to no decision: counted and told to staff."""

    id: str
    what: Oddity
    direction: Direction | None
    """Which way somebody went; None: nobody knows, or nobody went."""
    seen_at: datetime
    time_trusted: bool = True


MOST_CORRECTED = 1000
"""People, in or out, in one correction (docs/contract.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What staff say of the number inside: so many people more, or fewer, are there. With who and why."""

    id: str
    change: int
    """People: 1 to MOST_CORRECTED more, or as many fewer (negative); never 0."""
    corrected_at: datetime
    by: str
    why: str = field(repr=False)
    """What staff wrote: it may name somebody."""
    time_trusted: bool = True


Record = Visit | Amendment | Passage | Closing | Anomaly | Correction
