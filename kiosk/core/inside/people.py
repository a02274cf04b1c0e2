"""Who and how many are inside, as far as one door knows: its own count, its own list, and the venue's number.

The number inside belongs to the venue, which may have other doors: the registry keeps it from all doors' records and tells
it now and then (docs/contract.md). A door adds what has gone through itself since. Numbers are signed, because records come
in any order: an exit may be counted before its entry. They are floored where they are shown or decided by, never in between.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from kiosk.core.inside.occupancy import Occupancy
from kiosk.core.inside.presence import Entered, Presence
from kiosk.core.model import Direction, Oddity

PERSON_S = 2.0
"""A gate lets one person through in so many seconds: no number that is told can be further off than that."""
OVERTAKEN_S = 60.0
"""No answer is on its way for so long: the longest poll ends after half of it."""
LATE_S = 180.0
"""A number that is older is told to staff with its moment, online as well: two heartbeats in a row brought none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueNumber:
    """What the registry said of the number inside."""

    inside: int
    """Signed: the sum of all doors since the venue's last closing, places that are held included."""
    own: int
    """Signed: the part of it that came from this door."""
    at: datetime
    """UTC, by the registry's clock."""
    doors: int
    """How many doors the venue has."""
    exits: bool
    """Whether one of them is known to count those who leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A visit for which the gate was ordered to open, and nobody seen passing yet."""

    visit_id: str
    direction: Direction
    until: float
    tags: frozenset[str] = frozenset()
    """By which who leaves is known; they are inside until they were seen passing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The people of the venue at one moment. Moments are seconds of the monotonic clock."""

    presence: Presence = field(default_factory=Presence)
    lingering: Presence = field(default_factory=Presence)
    """Counted as gone at closing time. Until the venue opens, whoever of them is still there leaves as one inside."""
    occupancy: Occupancy = field(default_factory=Occupancy)
    """Of this door alone."""
    venue: VenueNumber | None = None
    """None: the registry never told a number, so this door's own is all there is."""
    venue_mono: float = float("-inf")
    """When it was told; long ago where it was told before the start."""
    venue_remembered: bool = False
    """It was told before the start: whether the venue closed since has to be looked at."""
    pending: tuple[Pending, ...] = ()
    passed_at: float = float("-inf")
    passed_way: Direction | None = None
    noticed: Oddity | None = None
    """What the passage sensor last saw that nobody was let through for: staff are told for a while."""
    noticed_at: float = float("-inf")

    @property
    def others(self) -> int:
        """Signed: what the other doors make of the number, as last told. Which of this door's own records the registry
        had by then does not matter: `own` is what it had.
        """
        return self.venue.inside - self.venue.own if self.venue else 0

    @property
    def inside(self) -> int:
        """How many are inside the venue, those on their way in through this gate included."""
        coming = sum(pending.direction is Direction.ENTRY for pending in self.pending)
        return max(0, self.others + self.occupancy.inside + coming)

    @property
    def everybody_is_known(self) -> bool:
        """False where somebody is inside whom this door cannot name: after a restart, or by another door."""
        return self.others + self.occupancy.inside <= len(self.presence.inside)

    def with_number(self, number: VenueNumber, mono: float) -> Self:
        """Return this with a newer number of the registry.

        Answers overtake one another, so one that is older than what is known changes nothing; but not for longer than an
        answer can be on its way: a registry whose clock was ahead and was put right must be believed again.
        """
        overtaken = self.venue is not None and number.at < self.venue.at
        if overtaken and mono - self.venue_mono < OVERTAKEN_S:
            return self
        return replace(self, venue=number, venue_mono=mono, venue_remembered=False)

    def remembers(self, number: VenueNumber) -> Self:
        """Return this with the number that was told last before the start."""
        return replace(self, venue=number, venue_remembered=True)

    def venue_closed(self, at: datetime) -> Self:
        """Return this after the venue closed: what the other doors counted is of another day. `at`: the hour, UTC."""
        if self.venue is None:
            return self
        return replace(self, venue=replace(self.venue, inside=0, own=0, at=max(at, self.venue.at)))

    def as_of(self, *, online: bool, mono: float) -> datetime | None:
        """Return the moment (UTC) that is to be told beside the number: it is as old as that. None: it is of now."""
        if self.venue is None or (online and mono - self.venue_mono <= LATE_S):
            return None
        return self.venue.at

    def is_nearly_full(self, places: int, mono: float) -> bool:
        """Whether other doors may have taken the last places since the number was told.

        Each door lets in one person in two seconds at most, so while more places are free than that there is no need to ask.
        """
        if self.venue is None:
            return False
        age_s = mono - self.venue_mono
        return places - self.inside <= self.venue.doors * (2 + age_s / PERSON_S)

    def went_in(self, tags: Collection[str]) -> bool:
        """Whether somebody under one of these tags went in and was not seen leaving, by closing time or after."""
        return bool(self.presence.find(tags) or self.lingering.find(tags))

    def entered(self, entered: Entered) -> Self:
        """Return this with one more who was let in under a name."""
        return replace(self, presence=self.presence.enter(entered))

    def left(self, tags: frozenset[str]) -> Self:
        """Return this without whoever bears one of these tags."""
        return replace(self, presence=self.presence.leave(tags), lingering=self.lingering.leave(tags))

    def without(self, visit_id: str) -> Self:
        """Return this without the person of a visit: let through, and did not pass."""
        return replace(
            self,
            presence=self.presence.withdraw(visit_id),
            lingering=self.lingering.withdraw(visit_id),
            pending=tuple(pending for pending in self.pending if pending.visit_id != visit_id),
        )

    def moved(self, direction: Direction, record_id: str) -> Self:
        """Return this after somebody passed, as a record tells."""
        return replace(self, occupancy=self.occupancy.moved(direction, record_id))

    def corrected(self, change: int, record_id: str) -> Self:
        """Return this after staff said, as a record tells, that so many more are inside, or fewer (negative).

        It counts as this door's own, so that the registry's next number, which has it in `inside` and in `own`, changes
        nothing more. Who is inside stays as it is known: staff counted heads and named nobody.
        """
        return replace(self, occupancy=self.occupancy.changed(change, record_id))

    def waiting_for(self, visit_id: str) -> Pending | None:
        """Return the passage that a visit still owes."""
        return next((pending for pending in self.pending if pending.visit_id == visit_id), None)
