"""What the door hears beside its visitors: of the registry, of its own parts and of time. It changes facts, not the visit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from kiosk.core.door.passages import withdrawn
from kiosk.core.door.state import Door, Step
from kiosk.core.effects import Effect, Tell, TrustTime, Write
from kiosk.core.events import (
    DeviceRevoked,
    HealthChanged,
    KnowledgeChanged,
    LinkChanged,
    Part,
    PolicyArrived,
    Recorded,
    VenueCounted,
)
from kiosk.core.ids import derived_id
from kiosk.core.inside.occupancy import LONGEST_STAY
from kiosk.core.inside.presence import Presence
from kiosk.core.model import Closing, Stamp
from kiosk.core.rule.closings import last_closing
from kiosk.core.rule.knowledge import Knowledge
from kiosk.core.rule.policy import Edition

BEHIND_SIGNED = "says that it is right, and is behind what the registry has signed: somebody has set it back"


def link_changed(door: Door, event: LinkChanged, stamp: Stamp) -> Door:
    if event.online or door.word.online:
        door = replace(door, word=door.word.heard(stamp))
    return door.knows(
        online=event.online,
        waiting=event.waiting,
        parked=event.parked,
        incidents_waiting=event.incidents_waiting,
    )


def policy_arrived(door: Door, event: PolicyArrived) -> Door:
    if door.building.revoked:
        return door
    known = door.word.policy
    heard = max((at for at in (door.word.heard_at, event.heard_at) if at), default=None)
    newer = known is None or event.policy.sequence >= known.sequence
    return door.knows(heard_at=heard, policy=event.policy if newer else known)


def knowledge_changed(door: Door, event: KnowledgeChanged, stamp: Stamp) -> Door:
    if door.building.revoked:  # a fetch that was under way when the registry withdrew us
        return door
    knowledge = Knowledge(policy=event.policy, keys=event.keys, revocations=event.revocations)
    return replace(door, word=door.word.learned(knowledge, stamp.mono))


def device_revoked(door: Door, _event: DeviceRevoked) -> Step:
    """Forget the registry's word at once; an answer that is on its way or up ends as it would have."""
    first = () if door.building.revoked else (Tell(what="device-revoked"),)
    return replace(door.stands(revoked=True), word=door.word.forgotten()), first


def health_changed(door: Door, event: HealthChanged) -> Door:
    return door.with_part(event.part, None if event.working else event.why or "no reason given")


def recorded(door: Door, event: Recorded, stamp: Stamp) -> Step:
    """A record is on the disk, so the disk works. An admitted visit whose gate stayed shut meanwhile is withdrawn."""
    door = door.with_part(Part.STORE, None)
    visit_id = door.abandoned.get(event.record_id)
    if visit_id is None:
        return door, ()
    left = {record: visit for record, visit in door.abandoned.items() if record != event.record_id}
    return replace(door, abandoned=left), (withdrawn(visit_id, stamp),)


def clock_looked_at(door: Door, stamp: Stamp) -> Step:
    """Notice when the clock becomes right: what was recorded with a wrong one can be corrected now.

    One that is said to be right and is behind what was signed is broken, and mends by being put right.
    """
    if stamp.doubted is not door.is_broken(Part.CLOCK):
        door = door.with_part(Part.CLOCK, BEHIND_SIGNED if stamp.doubted else None)
    if stamp.trusted is door.building.trusts_time:
        return door, ()
    corrected = (TrustTime(wall=stamp.wall, mono=stamp.mono),) if stamp.trusted else ()
    return door.stands(trusts_time=stamp.trusted), corrected


def venue_counted(door: Door, event: VenueCounted, stamp: Stamp) -> Step:
    """The registry told the number inside. More than there are places is said in the journal, once for each time."""
    now = door.now(stamp)
    after = replace(door, people=door.people.with_number(event.number, stamp.mono))
    begins = after.people_too_many(now) > 0 and door.people_too_many(now) == 0
    return after, (Tell(what="over-full"),) if begins else ()


def _remembered_number_looked_at(door: Door, edition: Edition, stamp: Stamp) -> Door:
    """A number that was told before the start, and before the venue's last closing, or a day ago, is not of today.

    A clock that is not trusted may be put right, and then it is another day: so until then it is looked at again.
    """
    people, now = door.people, door.now(stamp)
    number = people.venue
    if number is None or not people.venue_remembered:
        return door
    then, local = door.local(number.at).replace(tzinfo=None), door.local(now).replace(tzinfo=None)
    closed = last_closing(edition, then, local)
    if closed is not None:
        people = people.venue_closed(closed.replace(tzinfo=door.setup.zone).astimezone(UTC))
    elif now - number.at >= LONGEST_STAY:
        people = people.venue_closed(number.at)
    return replace(door, people=replace(people, venue_remembered=not stamp.trusted))


def hours_looked_at(door: Door, stamp: Stamp) -> Step:
    """Watch for closing time: whoever is still counted inside then has left, as far as anybody will ever know."""
    now = door.now(stamp)
    edition = door.edition(now)
    if edition is None:
        return door, ()
    local = door.local(now)
    door = _remembered_number_looked_at(door, edition, stamp)
    people = door.people
    known = people.occupancy
    if known.last_at is not None:  # a restart: the stretch that the last one passed in
        stretch = known.open_until or edition.open_until(door.local(known.last_at))
        known = replace(known, open_until=stretch, last_at=None)
    closes = known.open_until
    runs_on = closes is not None and edition.open_until(closes) is not None
    occupancy, assumed = known.seen(local, edition.open_until(local), runs_on=runs_on)
    if occupancy == people.occupancy:
        return door, ()
    people = replace(people, occupancy=occupancy)
    if occupancy.open_until is not None:  # who forgot to leave yesterday comes anew today (rule 12)
        people = replace(people, lingering=Presence())
    if assumed is None or closes is None:
        return replace(door, people=people), ()
    # Not the stamp's own id: the next visitor's turn may begin in the same moment, and bears that one.
    own_id = derived_id(stamp.visit_id, "closing")
    if occupancy.open_until is None:  # whoever is under the shower at closing time goes home later (rule 3)
        people = replace(people, lingering=people.presence.with_nameless(assumed, own_id, stamp.mono))
    people = replace(people, presence=Presence(), occupancy=occupancy.emptied(own_id))
    closed_at = closes.replace(tzinfo=door.setup.zone).astimezone(UTC)
    people = people.venue_closed(closed_at)
    closing = Closing(id=own_id, closed_at=closed_at, assumed_exits=assumed, time_trusted=stamp.trusted)
    effects: tuple[Effect, ...] = (Write(record=closing),)
    return replace(door, people=people), effects
