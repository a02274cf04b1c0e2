"""The venue's rule as data with effective dates: colours by weekday and hour, hours, zone, capacity, the unknown.

Written by the registry, never on the device (rule 10). All times of day are the venue's local time, at minutes; a
window's end is not in it. A window that ends at or before its start runs past midnight into the next day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from kiosk.core.model import Colour
from kiosk.core.rule.knowledge import Freshness

EVERY_DAY = frozenset(range(7))
ALL_DAY = time(0)


class Zone(StrEnum):
    """The epidemiological zone of the region (FAQ, introduction and 5)."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class Resort(StrEnum):
    """What a visitor gets whose status could not be learned (rule 8)."""

    ASK_STAFF = "ask-staff"
    ADMIT = "admit"
    REFUSE = "refuse"


class CarryRule(StrEnum):
    """What an unattended door does with a printed or saved pass, whoever states its colour: it may be somebody else's.

    An attended door always admits it with "compare identity".
    """

    COMPARE = "compare"
    """Admit all the same; the record says that the identity was to be compared."""
    ASK_STAFF = "ask-staff"
    REFUSE = "refuse"


class StaleRevocations(StrEnum):
    """What a pass is worth while the list of revocations is past its time."""

    ADMIT = "admit"
    """As much as ever; staff see since when nobody knows whether it was revoked."""
    ASK_STAFF = "ask-staff"


class UnattendedColours(StrEnum):
    """What the hall sees of a number that was typed, or held up, where nobody watches."""

    DECISION_ONLY = "decision-only"
    """Come in, or not: whoever tries other people's numbers learns no status."""
    FULL = "full"


class CapacityWithoutExit(StrEnum):
    """Whether the capacity holds where no door of the venue is known to count those who leave."""

    IGNORE = "ignore"
    """Nobody is refused: a number that only rises would call the venue full until closing time."""
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Some hours of some weekdays (0 is Monday)."""

    weekdays: frozenset[int] = EVERY_DAY
    start: time = ALL_DAY
    end: time = ALL_DAY
    """Equal to `start`: the whole day."""

    def holds(self, local: datetime) -> bool:
        """Whether a local moment lies in it."""
        return self._begun(local) is not None

    def ends_at(self, local: datetime) -> datetime:
        """When the stretch that holds `local` ends (local, naive). Raises ValueError outside of it."""
        begun = self._begun(local)
        if begun is None:
            raise ValueError("expected a moment inside the window")
        end = datetime.combine(begun.date(), self.end)
        return end if end > begun else end + timedelta(days=1)

    def _begun(self, local: datetime) -> datetime | None:
        """When the stretch that holds `local` began: today, or yesterday where it runs past midnight."""
        naive = local.replace(tzinfo=None)
        for days_ago in (0, 1):
            begun = datetime.combine(naive.date() - timedelta(days=days_ago), self.start)
            end = datetime.combine(begun.date(), self.end)
            if end <= begun:
                end += timedelta(days=1)
            if begun.weekday() in self.weekdays and begun <= naive < end:
                return begun
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Admits:
    """Which colours enter during a window. The first window that holds the moment decides."""

    colours: frozenset[Colour]
    window: Window = field(default_factory=Window)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRule:
    """What a zone changes at this venue."""

    shut: bool = False
    hours: tuple[Window, ...] | None = None
    """Instead of the usual opening hours; None keeps them."""
    capacity_percent: int = 100
    colours: frozenset[Colour] | None = None
    """Only these of the colours that the day admits; None keeps them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRule:
    """The ladder for "could not check", by how old the kiosk's knowledge is (rule 8).

    Knowledge is the last good word from the registry: fresh while it is younger than `stale_after`, stale until
    `expired_after`, expired from then on, while there never was one or nobody knows how old it is (a clock that may
    be wrong), and while a signed document is past its time.
    """

    fresh: Resort = Resort.ASK_STAFF
    stale: Resort = Resort.ASK_STAFF
    expired: Resort = Resort.ASK_STAFF
    stale_after: timedelta = timedelta(minutes=15)
    expired_after: timedelta = timedelta(hours=24)

    def freshness(self, age: timedelta | None, *, expired: bool = False) -> Freshness:
        """Return the rung that a contact of this age stands on; None means there never was any,
        or nobody knows.

        `expired`: a signed document is past its time, whatever the contact is like.
        """
        if expired or age is None or age >= self.expired_after:
            return Freshness.EXPIRED
        return Freshness.STALE if age >= self.stale_after else Freshness.FRESH

    def resort(self, freshness: Freshness) -> Resort:
        """Return what the visitor gets."""
        match freshness:
            case Freshness.FRESH:
                return self.fresh
            case Freshness.STALE:
                return self.stale
            case Freshness.EXPIRED:
                return self.expired


DEFAULT_ADMITS = (Admits(colours=frozenset({Colour.GREEN, Colour.BLUE})),)
"""Green and blue, always (rule 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The rule from one moment on."""

    effective_from: datetime
    zone: Zone = Zone.GREEN
    zones: tuple[tuple[Zone, ZoneRule], ...] = ()
    opening: tuple[Window, ...] = (Window(),)
    admits: tuple[Admits, ...] = DEFAULT_ADMITS
    capacity: int | None = None
    capacity_without_exit: CapacityWithoutExit = CapacityWithoutExit.IGNORE
    unknown: UnknownRule = field(default_factory=UnknownRule)
    carry_pass: CarryRule = CarryRule.COMPARE
    stale_revocations: StaleRevocations = StaleRevocations.ADMIT
    unattended_colours: UnattendedColours = UnattendedColours.DECISION_ONLY
    reentry_after: timedelta = timedelta(minutes=10)
    """A pass that entered less than this ago, and did not leave, is "already inside": a shared screenshot."""

    @property
    def zone_rule(self) -> ZoneRule:
        """What the zone in force changes; nothing where the venue has no rule for it."""
        return dict(self.zones).get(self.zone, ZoneRule())

    @property
    def hours(self) -> tuple[Window, ...]:
        """The opening hours in force, zone included."""
        rule = self.zone_rule
        return self.opening if rule.hours is None else rule.hours

    @property
    def places(self) -> int | None:
        """How many people may be inside, zone included; None is no limit."""
        return None if self.capacity is None else self.capacity * self.zone_rule.capacity_percent // 100

    def colours(self, local: datetime) -> frozenset[Colour]:
        """Which colours enter at a local moment; none where no window holds it."""
        allowed = next(
            (admits.colours for admits in self.admits if admits.window.holds(local)), frozenset[Colour]()
        )
        only = self.zone_rule.colours
        return allowed if only is None else allowed & only

    def open_until(self, local: datetime) -> datetime | None:
        """When the opening that holds `local` ends (local, naive); None while the venue is closed."""
        ends = [window.ends_at(local) for window in self.hours if window.holds(local)]
        return max(ends) if ends and not self.zone_rule.shut else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All editions that are known, past and to come."""

    sequence: int
    """Rises with each change at the registry; an older one never replaces a newer."""
    venue: str
    editions: tuple[Edition, ...]

    def at(self, now: datetime) -> Edition | None:
        """Return the edition in force at `now` (UTC); None before the first."""
        begun = [edition for edition in self.editions if edition.effective_from <= now]
        return max(begun, key=lambda edition: edition.effective_from, default=None)
