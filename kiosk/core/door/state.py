"""Everything that the door knows at one moment: one frozen value, from which the next one is made."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from kiosk.core.door.typed import Typed
from kiosk.core.effects import Effect
from kiosk.core.events import CodeRead, Part, PhoneArrived, StaffIdentified
from kiosk.core.health.faults import numbers
from kiosk.core.hint import Hint
from kiosk.core.inside.occupancy import Occupancy
from kiosk.core.inside.presence import Presence, tag_of
from kiosk.core.model import (
    Decision,
    Direction,
    DoorKind,
    Identifier,
    IdentifierKind,
    Oddity,
    Refusal,
    Source,
    Stamp,
    Status,
    Via,
)
from kiosk.core.rule.knowledge import Freshness, Knowledge
from kiosk.core.rule.policy import Edition, Policy, UnknownRule
from kiosk.core.who.keypad_budget import Budget, Guesses
from kiosk.core.who.passes import FAST_CLOCK, now_for


class State(StrEnum):
    """What the door is doing. One visitor at a time."""

    IDLE = "idle"
    TYPING = "typing"
    CONFIRMING = "confirming"
    ASKING = "asking"
    RECORDING = "recording"
    ADMITTED = "admitted"
    REFUSED = "refused"
    UNCHECKED = "unchecked"
    NOTICE = "notice"
    """A code was read that is nobody's: said so, and no visit."""
    RESTING = "resting"
    """Too many numbers were tried: the keypad rests for a while. A code is read all the same."""
    OUT_OF_ORDER = "out-of-order"
    """Visits cannot be recorded, so nobody is admitted; exits go on."""
    OUT_OF_SERVICE = "out-of-service"
    """The registry withdrew the device, so nobody is admitted; exits go on, and are recorded."""
    ALARM = "alarm"
    """The building's fire alarm rings: nobody is admitted, and whoever presents themselves leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long things last, in seconds (config/kiosk.toml, [times])."""

    ask_s: float = 1.5
    record_s: float = 2.0
    admitted_s: float = 3.0
    refused_s: float = 6.0
    unchecked_s: float = 20.0
    notice_s: float = 3.0
    keypad_idle_s: float = 20.0
    confirm_s: float = 15.0
    least_s: float = 0.8
    """A result is up at least so long before the next visitor's replaces it."""
    repeat_s: float = 5.0
    """The same visitor read again within this time of the decision is the same visit."""
    passage_s: float = 8.0
    recheck_s: float = 300.0
    """How long staff can check a refused visitor again. Where nobody watches it is no longer than `unchecked_s`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What does not change while the kiosk runs."""

    door: str
    kind: DoorKind
    attended: bool
    zone: tzinfo
    presence_key: bytes = field(repr=False)
    camera: bool = True
    """False: there is none at this door, and that is meant."""
    passage_sensor: bool = False
    release_every_s: float | None = None
    """How often the gate is opened outwards in a fire alarm; None: that is left to the building's own hardware alone."""
    scanner: bool = False
    """Whether a scanner stands on the desk beside the camera."""
    times: Times = field(default_factory=Times)
    venue_code_url: str = ""
    venue_code_key: bytes = field(default=b"", repr=False)
    budget: Budget = field(default_factory=Budget)
    """Of an unattended keypad."""
    public_colours: bool = True
    """False: a refusal looks neutral to the hall, and only the lamp shows staff the colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who stands there, and what was decided so far."""

    visit_id: str
    direction: Direction
    via: Via
    identifier: Identifier | None
    status: Status | None
    """What is known without asking: a pass, or a phone that the registry announced."""
    source: Source
    carried: bool = False
    """They showed a printed or saved pass."""
    side_known: bool = True
    """The reader or the door itself tells the direction, not the presence list."""
    subject: str = ""
    decision: Decision | None = None
    decided_mono: float = 0.0
    awaiting: str = ""
    """The record whose commit opens the gate or shows the answer."""
    written: bool = False
    """The visit itself is on its way to the disk, so that any further decision is an amendment."""

    def tags(self, key: bytes) -> frozenset[str]:
        """Return the keyed hashes by which this visitor is known again."""
        known = [self.identifier] if self.identifier else []
        if self.subject:
            known.append(Identifier(kind=IdentifierKind.PASS, value=self.subject))
        return frozenset(tag_of(key, identifier) for identifier in known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A gate that was opened, and nobody seen passing yet."""

    visit_id: str
    direction: Direction
    until: float
    tags: frozenset[str] = frozenset()
    """By which who leaves is known; they are inside until they were seen passing."""


Arrival = CodeRead | PhoneArrived | StaffIdentified


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """Somebody who waits for their turn, since when by the monotonic clock."""

    event: Arrival
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The door at one moment. `since` and `until` are seconds of the monotonic clock."""

    setup: Setup
    state: State = State.IDLE
    since: float = 0.0
    until: float | None = None
    visitor: Visitor | None = None
    """At the door now, or the last one who was: staff may check them again."""
    typed: Typed = field(default_factory=Typed)
    refusal: Refusal | None = None
    queue: tuple[Queued, ...] = ()
    """Came while somebody else's answer was on its way: each one's turn comes by itself."""
    pending: tuple[Pending, ...] = ()
    passed_at: float = float("-inf")
    passed_way: Direction | None = None
    noticed: Oddity | None = None
    """What the passage sensor last saw that nobody was let through for: staff are told for a while."""
    noticed_at: float = float("-inf")
    abandoned: tuple[tuple[str, str], ...] = ()
    """(record, visit) whose commit took too long: the gate stays shut, and a late commit withdraws the visit."""
    presence: Presence = field(default_factory=Presence)
    lingering: Presence = field(default_factory=Presence)
    """Counted as gone at closing time. Until the venue opens, whoever of them is still there leaves as one inside."""
    occupancy: Occupancy = field(default_factory=Occupancy)
    policy: Policy | None = None
    heard_at: datetime | None = None
    """The last good word from the registry by the wall clock: what the disk says of it at the start."""
    heard_mono: float | None = None
    """The same by the monotonic clock, which nobody sets; None: nothing was heard since the start."""
    knowledge: Knowledge | None = None
    """How long the signed documents stand; None before anybody told."""
    latest_signed: datetime | None = None
    """The highest time that the registry has signed into anything that was verified here."""
    least_lead_s: float = float("-inf")
    """At least so far is unix time ahead of the monotonic clock: what was signed has aged since it was seen."""
    trusts_time: bool = False
    """What the clock said of itself last; a door begins without having asked."""
    revoked: bool = False
    """The registry withdrew this device."""
    alarm: bool = False
    """The building's fire alarm rings. An exit that is being recorded ends as it would have."""
    release_at: float = float("-inf")
    """When the gate is next opened outwards in an alarm, where it is at all."""
    guesses: Guesses = field(default_factory=Guesses)
    online: bool = False
    waiting: int = 0
    parked: int = 0
    incidents_waiting: int = 0
    broken: tuple[tuple[Part, str], ...] = ()
    hint: Hint | None = None
    """What would help whoever holds up what is not read, as long as they do; said while nobody is answered."""

    def goes(self, state: State, now: float, lasts_s: float | None = None, **changes: Any) -> Door:
        """Return this door in another state, for `lasts_s` seconds (None: until something happens)."""
        return replace(
            self, state=state, since=now, until=None if lasts_s is None else now + lasts_s, **changes
        )

    @property
    def inside(self) -> int:
        """How many are inside, those on their way through the gate included."""
        return self.occupancy.inside + sum(one.direction is Direction.ENTRY for one in self.pending)

    def edition(self, now: datetime) -> Edition | None:
        """Return the rule in force."""
        return self.policy.at(now) if self.policy else None

    def local(self, now: datetime) -> datetime:
        """Return a UTC moment on the venue's wall clock."""
        return now.astimezone(self.setup.zone)

    def heard(self, stamp: Stamp) -> Door:
        """Return this door having heard a good word from the registry now."""
        return replace(self, heard_at=stamp.wall, heard_mono=stamp.mono)

    def saw_signed(self, moment: datetime, mono: float) -> Door:
        """Return this door knowing that at a monotonic moment it was at least as late as was signed."""
        lead_s = max(self.least_lead_s, moment.timestamp() - mono)
        return replace(self, latest_signed=max(self.latest_signed or moment, moment), least_lead_s=lead_s)

    def signed_by(self, stamp: Stamp) -> datetime | None:
        """Return how late it is at least by all that was signed; None: nothing was."""
        if self.latest_signed is None or self.least_lead_s + stamp.mono <= self.latest_signed.timestamp():
            return self.latest_signed
        return datetime.fromtimestamp(self.least_lead_s + stamp.mono, UTC)

    def now(self, stamp: Stamp) -> datetime:
        """Return the moment (UTC) by which rule and expiry are judged: a clock that is not trusted may be late."""
        return now_for(stamp, self.signed_by(stamp))

    def knowledge_age(self, stamp: Stamp) -> timedelta | None:
        """Return how old the last good word from the registry is; None: there never was one, or nobody knows."""
        if self.online:
            return timedelta(0)
        if self.heard_mono is not None:
            return timedelta(seconds=stamp.mono - self.heard_mono)
        if self.heard_at is None or not stamp.trusted or stamp.wall < self.heard_at - FAST_CLOCK:
            return None
        return max(stamp.wall - self.heard_at, timedelta(0))

    def freshness(self, stamp: Stamp) -> Freshness:
        """Return how good the registry's word is here: the worst of the contact and of every signed document."""
        edition = self.edition(self.now(stamp))
        rule = edition.unknown if edition else UnknownRule()
        return rule.freshness(self.knowledge_age(stamp), expired=self.knowledge_expired(stamp))

    def knowledge_expired(self, stamp: Stamp) -> bool:
        """Whether a signed document is past its time."""
        return self.knowledge is not None and self.knowledge.expired(self.now(stamp))

    @property
    def resting(self) -> State:
        """Where the door waits for the next visitor."""
        if self.alarm:
            return State.ALARM
        if self.revoked:
            return State.OUT_OF_SERVICE
        return State.OUT_OF_ORDER if self.is_broken(Part.STORE) else State.IDLE

    def keypad_rests(self, now: float) -> bool:
        """Whether too many numbers were tried at a keypad that nobody watches."""
        return not self.setup.attended and self.guesses.paused(now)

    @property
    def knows_who_is_inside(self) -> bool:
        """False after a restart with people inside: then a toggle door cannot tell an entry from an exit."""
        return self.occupancy.inside <= len(self.presence.inside)

    @property
    def faults(self) -> tuple[int, ...]:
        """What is broken here, by number, lowest first (docs/doctor.md)."""
        return numbers(self.broken, revoked=self.revoked)

    @property
    def lowest_fault(self) -> int:
        """The number that the lamp blinks; 0: nothing is broken."""
        return min(self.faults, default=0)

    def is_broken(self, part: Part) -> bool:
        """Whether a part is known not to work."""
        return any(broken is part for broken, _why in self.broken)

    def with_part(self, part: Part, why: str | None) -> Door:
        """Return this door with a part broken for a reason, or (None) working again."""
        others = tuple(one for one in self.broken if one[0] is not part)
        return replace(self, broken=others if why is None else (*others, (part, why)))


Step = tuple[Door, tuple[Effect, ...]]
