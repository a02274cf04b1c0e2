"""Everything that the door knows at one moment: one frozen value, from which the next one is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any, Self

from kiosk.core.door.building import Building, Standing
from kiosk.core.door.typed import Typed
from kiosk.core.door.word import Word
from kiosk.core.effects import Effect
from kiosk.core.events import CodeRead, Part, PhoneArrived, StaffIdentified
from kiosk.core.hint import Hint
from kiosk.core.inside.people import People
from kiosk.core.inside.presence import tag_of
from kiosk.core.model import (
    Decision,
    Direction,
    DoorKind,
    Identifier,
    IdentifierKind,
    Source,
    Stamp,
    Status,
    TextFault,
    Via,
)
from kiosk.core.rule.policy import CapacityWithoutExit, Edition
from kiosk.core.who.keypad_budget import Guesses, KeypadBudget


class State(StrEnum):
    """What the door does with one visit. What the building is like (`Standing`) and whether the keypad rests are no states."""

    IDLE = "idle"
    TYPING = "typing"
    CONFIRMING = "confirming"
    ASKING = "asking"
    RECORDING = "recording"
    SHOWING = "showing"
    """The decision is up: admitted, refused, or could not check."""
    NOTICE = "notice"
    """Something is said that is no visit: a code is nobody's, or the keypad rests."""


ANSWERING = (State.ASKING, State.RECORDING)
"""An answer is on its way: nobody else's turn begins before it was shown."""
WITH_DIGITS = (State.TYPING, State.CONFIRMING)
"""Somebody's number is on the screen: whoever else wants in waits until they are done."""


class KeypadRests(StrEnum):
    """What a notice says where too many numbers were tried."""

    RESTS = "keypad-rests"


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
    stands_there_s: float = 20.0
    """So long after a refusal its visitor still stands there: the key *check again* is theirs, and then nobody's."""
    staff_s: float = 300.0
    """How long staff can come back to the last refusal."""
    turn_round_s: float = 10.0
    """How long somebody who was taken for leaving at a toggle door can say that they come in."""


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
    keypad: bool = True
    """Whether there are keys to press, on a keypad or on the screen."""
    scanner: bool = False
    """Whether a scanner stands on the desk beside the camera."""
    times: Times = field(default_factory=Times)
    venue_code_url: str = ""
    venue_code_key: bytes = field(default=b"", repr=False)
    budget: KeypadBudget = field(default_factory=KeypadBudget)
    attended_factor: int = 8
    """So many times this budget is allowed where somebody watches."""
    """Of an unattended keypad."""
    public_colours: bool = True
    """False: a refusal looks neutral to the hall, and only the lamp shows staff the colour."""


class Place(StrEnum):
    """Whether a place in the venue was taken for a visitor at the registry, where few are left."""

    NOT_ASKED = "not-asked"
    ASKED = "asked"
    TAKEN = "taken"
    NONE_FREE = "none-free"
    NO_ANSWER = "no-answer"
    """The number that is known decides, and the record says as of when it was."""


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
    place: Place = Place.NOT_ASKED
    counted_at: datetime | None = None
    """As of when the number inside was by which they were let in; None: the registry gave them a place, or none was needed."""
    awaiting: str | None = None
    """The record whose commit opens the gate or shows the answer."""
    written: bool = False
    """The visit itself is on its way to the disk, so that any further decision is an amendment."""

    def tags(self, key: bytes) -> frozenset[str]:
        """Return the keyed hashes by which this visitor is known again."""
        known = [self.identifier] if self.identifier else []
        if self.subject:
            known.append(Identifier(kind=IdentifierKind.PASS, value=self.subject))
        return frozenset(tag_of(key, identifier) for identifier in known)


Arrival = CodeRead | PhoneArrived | StaffIdentified


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """Somebody who waits for their turn, since when by the monotonic clock."""

    event: Arrival
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The door at one moment. `since` and `until` are seconds of the monotonic clock.

    The visit is `state`, `visitor`, `typed`, `notice` and `queue`; all else is in parts that go on whatever the visit does.
    """

    setup: Setup
    state: State = State.IDLE
    since: float = 0.0
    until: float | None = None
    visitor: Visitor | None = None
    """At the door now, or the last one who was: they may be checked again."""
    typed: Typed = field(default_factory=Typed)
    notice: TextFault | KeypadRests | None = None
    queue: tuple[Queued, ...] = ()
    """Came while somebody else was being answered: each one's turn comes by itself."""
    abandoned: Mapping[str, str] = field(default_factory=dict)
    """Record -> visit, whose commit took too long: the gate stays shut, and a late commit withdraws the visit."""
    guesses: Guesses = field(default_factory=Guesses)
    hint: Hint | None = None
    """What would help whoever holds up what is not read, as long as they do; said while nobody is answered."""
    word: Word = field(default_factory=Word)
    building: Building = field(default_factory=Building)
    people: People = field(default_factory=People)

    def goes(
        self,
        state: State,
        now: float,
        lasts_s: float | None = None,
        *,
        visitor: Visitor | None = None,
        typed: Typed | None = None,
        notice: TextFault | KeypadRests | None = None,
    ) -> Self:
        """Return this door in another state, for `lasts_s` seconds (None: until something happens).

        `visitor` and `typed` stay where none are given; a notice is up in its own state only.
        """
        return replace(
            self,
            state=state,
            since=now,
            until=None if lasts_s is None else now + lasts_s,
            visitor=visitor or self.visitor,
            typed=self.typed if typed is None else typed,
            notice=notice,
        )

    def knows(self, **changes: Any) -> Self:
        """Return this door with another word of the registry."""
        return replace(self, word=replace(self.word, **changes))

    def counts(self, **changes: Any) -> Self:
        """Return this door with other people inside."""
        return replace(self, people=replace(self.people, **changes))

    def stands(self, **changes: Any) -> Self:
        """Return this door with another building around it."""
        return replace(self, building=replace(self.building, **changes))

    def with_part(self, part: Part, why: str | None) -> Self:
        """Return this door with a part broken for a reason, or (None) working again."""
        return replace(self, building=self.building.with_part(part, why))

    @property
    def standing(self) -> Standing:
        """Whether the door admits at all, and why it does not."""
        return self.building.standing

    @property
    def ways(self) -> frozenset[Direction]:
        """Which ways people may go through now."""
        return self.building.ways(self.setup.kind)

    @property
    def doing(self) -> str:
        """What the door does in one word, for a file and a journal: while nobody is answered, how it stands."""
        shut = self.state is State.IDLE and self.standing is not Standing.OPEN
        return self.standing.value if shut else self.state.value

    def is_broken(self, part: Part) -> bool:
        """Whether a part is known not to work."""
        return part in self.building.broken

    def now(self, stamp: Stamp) -> datetime:
        """Return the moment (UTC) by which rule and expiry are judged."""
        return self.word.now(stamp)

    def edition(self, now: datetime) -> Edition | None:
        """Return the rule in force."""
        return self.word.edition(now)

    def local(self, now: datetime) -> datetime:
        """Return a UTC moment on the venue's wall clock."""
        return now.astimezone(self.setup.zone)

    def places(self, edition: Edition | None) -> int | None:
        """Return how many may be inside; None: no limit holds here.

        Where nobody who leaves is counted, the number only rises and would call the venue full until closing time: then
        the limit holds only if the policy says so.
        """
        return None if edition is None or self.ignores_capacity(edition) else edition.places

    def ignores_capacity(self, edition: Edition | None) -> bool:
        """Whether the rule has a capacity which holds for nobody, because no door is known that counts who leaves."""
        if edition is None or edition.places is None:
            return False
        venue = self.people.venue
        exits = self.setup.kind is not DoorKind.ENTRY or (venue is not None and venue.exits)
        return not exits and edition.capacity_without_exit is not CapacityWithoutExit.ENFORCE

    def people_too_many(self, now: datetime) -> int:
        """Return how many more are inside than there are places: two doors that were offline, or a smaller capacity."""
        places = self.places(self.edition(now))
        return 0 if places is None else max(0, self.people.inside - places)

    def counted(self, stamp: Stamp) -> str:
        """Return as of when the number inside is, for staff: HH:MM, of another day with its date; empty while it is of now."""
        at = self.people.as_of(online=self.word.online, mono=stamp.mono)
        if at is None:
            return ""
        as_of, today = self.local(at), self.local(self.now(stamp))
        return f"{as_of:%H:%M}" if as_of.date() == today.date() else f"{as_of:%d.%m %H:%M}"

    def keypad_rests(self, now: float) -> bool:
        """Whether too many numbers were tried at the keypad."""
        return self.guesses.paused(now)


Step = tuple[Door, tuple[Effect, ...]]
