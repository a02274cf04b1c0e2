"""From a visitor to an answer: decide, record, then show and open, in that order (rule 2).

The gate opens in one function only, `answer`, and that is reached by a commit; the one exception is an exit whose
record failed, because nobody is held inside (rule 3, docs/decisions.md).
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

from kiosk.core.door.building import Standing
from kiosk.core.door.passages import await_passage
from kiosk.core.door.state import Door, Place, State, Step, Visitor
from kiosk.core.door.typed import Typed
from kiosk.core.door.whose import may_be_inside
from kiosk.core.effects import (
    SIGNAL_OF,
    SOUND_OF,
    Ask,
    Chime,
    Effect,
    Light,
    Open,
    Signal,
    TakePlace,
    Tell,
    Write,
)
from kiosk.core.events import Answered, AskFailed, Part, PlaceAnswered, Recorded, RecordFailed, Tick
from kiosk.core.inside.presence import Entered
from kiosk.core.model import Amendment, Decision, Direction, Outcome, Reason, Source, Stamp, Via, Visit
from kiosk.core.rule import rules
from kiosk.core.rule.policy import UnattendedColours


def begin(door: Door, visitor: Visitor, stamp: Stamp) -> Step:
    """Begin the visit of somebody who presents themselves, or look at a refused one again."""
    if _stays_out(door, visitor) and not may_be_inside(door, visitor):
        return not_now(door, stamp)
    if visitor.direction is Direction.EXIT or visitor.source is Source.REGISTRY:
        return settle(door, visitor, stamp)
    if visitor.source is Source.LIVE_PASS and not _stays_out(door, visitor):
        door, effects = settle(door, visitor, stamp)
        beside: tuple[Effect, ...] = question(door, visitor)
        return door, (*effects, *beside)
    return ask(door, visitor, stamp)


def _stays_out(door: Door, visitor: Visitor) -> bool:
    """Whether this is somebody who wants in while nobody enters."""
    return visitor.direction is Direction.ENTRY and door.standing is not Standing.OPEN


def not_now(door: Door, stamp: Stamp) -> Step:
    """Nobody enters now, and the door's page says why: this one is not recorded, and what is up for somebody else stays."""
    theirs = door.state in (State.CONFIRMING, State.ASKING)
    return rest(door, stamp) if theirs else (door, ())


def ask(door: Door, visitor: Visitor, stamp: Stamp) -> Step:
    """Put the question to the registry and wait for the answer, within the deadline."""
    door = door.goes(State.ASKING, stamp.mono, door.setup.times.ask_s, visitor=visitor)
    return door, (Light(signal=Signal.CHECKING), *question(door, visitor))


def question(door: Door, visitor: Visitor) -> tuple[Effect, ...]:
    """Return the question itself; none for a visitor without an identifier."""
    if visitor.identifier is None:
        return ()
    return (
        Ask(
            visit_id=visitor.visit_id,
            identifier=visitor.identifier,
            direction=visitor.direction,
            via=visitor.via,
            deadline_s=door.setup.times.ask_s,
        ),
    )


def decide(door: Door, visitor: Visitor, stamp: Stamp) -> Decision:
    """Return the door's answer to this visitor as things stand."""
    now = door.now(stamp)
    edition = door.edition(now)
    known = door.people.presence.find(visitor.tags(door.setup.presence_key))
    lately = (
        known is not None
        and edition is not None
        and stamp.mono - known.since < edition.reentry_after.total_seconds()
    )
    decision = rules.decide(
        rules.Case(
            direction=visitor.direction,
            status=visitor.status,
            source=visitor.source,
            now=now,
            local=door.local(now),
            edition=edition,
            full=_is_full(door, visitor, now),
            attended=door.setup.attended,
            knowledge_age=door.word.age(stamp),
            knowledge_expired=door.word.expired(stamp),
            unrevoked_since=_unrevoked_since(door, visitor, now),
            carried=visitor.carried,
            entered_lately=lately,
        )
    )
    if decision.opens or not may_be_inside(door, visitor):
        return decision
    if decision.outcome is Outcome.REFUSED:
        return replace(decision, outcome=Outcome.UNCHECKED, reason=Reason.WHICH_WAY, calls_staff=True)
    return replace(decision, calls_staff=True)


def _is_full(door: Door, visitor: Visitor, now: datetime) -> bool:
    """Whether no place is free: as the registry said of this visitor, else by the number that is known here."""
    if visitor.place in (Place.TAKEN, Place.NONE_FREE):
        return visitor.place is Place.NONE_FREE
    places = door.places(door.edition(now))
    return places is not None and door.people.inside >= places


def _unrevoked_since(door: Door, visitor: Visitor, now: datetime) -> datetime | None:
    """Return since when the visitor's pass may have been revoked unheard; None where that cannot be, or was asked."""
    by_pass = visitor.source in (Source.LIVE_PASS, Source.CARRY_PASS)
    if not by_pass or visitor.status is None or door.word.knowledge is None:
        return None
    return door.word.knowledge.unrevoked_since(visitor.status.established_at, now)


def settle(door: Door, visitor: Visitor, stamp: Stamp) -> Step:
    """Decide, and put the decision on the disk; it is shown when it is there. Near a full venue a place is taken first."""
    if _stays_out(door, visitor):
        return not_now(door, stamp)
    if _wants_a_place(door, visitor, stamp):
        if visitor.place is Place.NOT_ASKED:
            return _take_place(door, visitor, stamp)
        return replace(door, visitor=visitor), ()  # it is on its way
    visitor = replace(visitor, counted_at=_counted_at(door, visitor, stamp))
    decision = decide(door, visitor, stamp)
    if visitor.written and visitor.decision is not None and _same(decision, visitor.decision):
        return show(door, visitor, stamp)
    return write(door, visitor, decision, stamp)


def _wants_a_place(door: Door, visitor: Visitor, stamp: Stamp) -> bool:
    """Whether this visitor's last hurdle is a place that another door may be giving away right now."""
    places = door.places(door.edition(door.now(stamp)))
    return (
        visitor.direction is Direction.ENTRY
        and visitor.place in (Place.NOT_ASKED, Place.ASKED)
        and door.word.online
        and places is not None
        and door.people.is_nearly_full(places, stamp.mono)
        and decide(door, replace(visitor, place=Place.TAKEN), stamp).opens
    )


def _take_place(door: Door, visitor: Visitor, stamp: Stamp) -> Step:
    """Ask the registry for a place, in what is left of the time for questions."""
    asked_already = door.state is State.ASKING and door.until is not None
    left_s = (door.until or 0.0) - stamp.mono if asked_already else door.setup.times.ask_s
    if left_s <= 0:
        return settle(door, replace(visitor, place=Place.NO_ANSWER), stamp)
    door = door.goes(State.ASKING, stamp.mono, left_s, visitor=replace(visitor, place=Place.ASKED))
    return door, (Light(signal=Signal.CHECKING), TakePlace(visit_id=visitor.visit_id, deadline_s=left_s))


def _counted_at(door: Door, visitor: Visitor, stamp: Stamp) -> datetime | None:
    """Return as of when the number was that decides, where nobody could be asked for a place though few may be left."""
    venue = door.people.venue
    places = door.places(door.edition(door.now(stamp)))
    if venue is None or places is None or visitor.place in (Place.TAKEN, Place.NONE_FREE):
        return None
    near = door.people.is_nearly_full(places, stamp.mono)
    return venue.at if visitor.direction is Direction.ENTRY and near else None


def place_answered(door: Door, event: PlaceAnswered, stamp: Stamp) -> Step:
    """The registry's word on a place; None: it gave none in time."""
    visitor = door.visitor
    if visitor is None or visitor.visit_id != event.visit_id or visitor.place is not Place.ASKED:
        return door, ()
    place = {True: Place.TAKEN, False: Place.NONE_FREE, None: Place.NO_ANSWER}[event.taken]
    return settle(door, replace(visitor, place=place), stamp)


def write(
    door: Door, visitor: Visitor, decision: Decision, stamp: Stamp, *, by: str = "", why: str = ""
) -> Step:
    """Order the record of a decision: the visit itself, or an amendment of one that was ordered before."""
    if visitor.written:
        record: Visit | Amendment = Amendment(
            id=stamp.visit_id,
            visit_id=visitor.visit_id,
            decision=decision,
            decided_at=stamp.wall,
            by=by,
            why=why,
            time_trusted=stamp.trusted,
        )
    else:
        record = Visit(
            id=visitor.visit_id,
            direction=visitor.direction,
            via=visitor.via,
            identifier=visitor.identifier,
            decision=decision,
            decided_at=stamp.wall,
            counted_at=visitor.counted_at if decision.opens else None,
            time_trusted=stamp.trusted,
        )
    visitor = replace(visitor, decision=decision, decided_mono=stamp.mono, awaiting=record.id, written=True)
    door = door.goes(State.RECORDING, stamp.mono, door.setup.times.record_s, visitor=visitor)
    return door, (Write(record=record),)


def answered(door: Door, event: Answered, stamp: Stamp) -> Step:
    """The registry's word. While recording, it may still turn what a live pass said; later it changes nothing."""
    visitor = door.visitor
    if visitor is None or visitor.visit_id != event.visit_id:
        return door, ()
    asked = replace(visitor, status=event.status, source=Source.REGISTRY, subject=event.subject)
    leaving = _turned_out(door, asked, stamp)
    if door.state is State.ASKING:
        if visitor.place is Place.ASKED and visitor.source is Source.LIVE_PASS and event.status is None:
            return door, ()  # the question beside it: the pass says more than the registry knows
        return settle(door, leaving or asked, stamp)
    if visitor.source is not Source.LIVE_PASS or event.status is None or visitor.decision is None:
        return door, ()
    if leaving and not visitor.decision.opens:  # else the gate that is about to open lets them out as well
        return settle(door, leaving, stamp)
    decision = decide(door, asked, stamp)
    if leaving or _same(decision, visitor.decision):
        return replace(door, visitor=replace(visitor, subject=event.subject)), ()
    return write(door, asked, decision, stamp)


def _turned_out(door: Door, visitor: Visitor, stamp: Stamp) -> Visitor | None:
    """Return the visitor as leaving, where the registry's word tells a toggle door that they are inside (rule 3).

    They came in by pass, say, and go out by number. A visit that was written as an entry stays one: this is another.
    """
    if visitor.side_known or visitor.direction is Direction.EXIT:
        return None
    if not door.people.went_in(visitor.tags(door.setup.presence_key)):
        return None
    visit_id = stamp.visit_id if visitor.written else visitor.visit_id
    return replace(visitor, visit_id=visit_id, direction=Direction.EXIT, decision=None, written=False)


def unanswered(door: Door, event: AskFailed | Tick, stamp: Stamp) -> Step:
    """The registry could not be asked in time: what was proven without it stands alone, anything else is unchecked.

    Who is checked again is decided by what is still known of them, for a place may be free by now (rule 11).
    """
    visitor = door.visitor
    if visitor is None or (isinstance(event, AskFailed) and event.visit_id != visitor.visit_id):
        return door, ()
    if visitor.place is Place.ASKED:
        if isinstance(event, AskFailed):  # the question beside it; the place is still asked for
            return door, ()
        visitor = replace(visitor, place=Place.NO_ANSWER)
    known = visitor.decision.colour if visitor.decision else None
    if known is not None and decide(door, visitor, stamp).colour is None:
        return show(
            door, visitor, stamp
        )  # checked again offline: the pass has expired since, the answer stays
    return settle(door, visitor, stamp)


def recorded(door: Door, event: Recorded, stamp: Stamp) -> Step:
    """The decision is on the disk: now it is shown, and now the gate may open."""
    visitor = door.visitor
    if visitor is None or visitor.awaiting != event.record_id:
        return door, ()
    return answer(door, visitor, stamp)


def not_recorded(door: Door, event: RecordFailed | Tick, stamp: Stamp) -> Step:
    """The disk did not take the decision, or not in time: an exit goes on, an entry does not."""
    visitor = door.visitor
    if visitor is None or (isinstance(event, RecordFailed) and event.record_id != visitor.awaiting):
        return door, ()
    if visitor.direction is Direction.EXIT:
        door, effects = answer(door, visitor, stamp)
        return door, (*effects, Tell(what="exit-not-recorded", visit_id=visitor.visit_id))
    if isinstance(event, Tick):
        door = abandoned(door).with_part(Part.STORE, "the disk is too slow")
    door, effects = rest(replace(door, visitor=None), stamp)
    return door, (*effects, Tell(what="not-recorded", visit_id=visitor.visit_id))


def abandoned(door: Door) -> Door:
    """Remember that a record which would open the gate is not waited for: if it is committed all the same, it is withdrawn."""
    visitor = door.visitor
    if visitor is None or visitor.awaiting is None or visitor.decision is None or not visitor.decision.opens:
        return door
    return replace(door, abandoned={**door.abandoned, visitor.awaiting: visitor.visit_id})


def answer(door: Door, visitor: Visitor, stamp: Stamp) -> Step:
    """Show the decision, and open the gate if it says so."""
    door, effects = show(door, visitor, stamp)
    decision = visitor.decision
    if decision is None or not decision.opens:
        return door, effects
    tags = visitor.tags(door.setup.presence_key)
    if visitor.direction is Direction.ENTRY and tags:
        entered = Entered(visit_id=visitor.visit_id, since=stamp.mono, tags=tags)
        door = replace(door, people=door.people.entered(entered))
    door = await_passage(door, visitor.visit_id, visitor.direction, tags, stamp)
    return door, (Open(visit_id=visitor.visit_id, direction=visitor.direction), *effects)


def show(door: Door, visitor: Visitor, stamp: Stamp) -> Step:
    """Put a decision on screen and lamp; no gate."""
    decision = visitor.decision
    if decision is None:
        return door, ()
    visitor = replace(visitor, awaiting=None)
    if (
        door.building.alarm
    ):  # somebody leaves while it burns: the screen goes on saying what everybody has to know
        return door.goes(State.IDLE, stamp.mono, visitor=visitor), (Chime(sound=SOUND_OF[decision.outcome]),)
    seen = decision.outcome is not Outcome.UNCHECKED and visitor.direction is Direction.ENTRY
    seen = seen and not hides_colour(door, visitor, door.now(stamp))
    door = door.goes(State.SHOWING, stamp.mono, _up_for_s(door, decision), visitor=visitor)
    return door, (
        Light(signal=SIGNAL_OF[decision.outcome], colour=decision.colour if seen else None),
        Chime(sound=SOUND_OF[decision.outcome]),
    )


def _up_for_s(door: Door, decision: Decision) -> float:
    times = door.setup.times
    if decision.opens:
        return times.admitted_s
    return times.unchecked_s if decision.calls_staff else times.refused_s


def hides_colour(door: Door, visitor: Visitor, now: datetime) -> bool:
    """Whether the hall sees no colour: a number was given where nobody watches, and it may be somebody else's."""
    given = visitor.identifier is not None and visitor.identifier.personal and visitor.via is not Via.STAFF
    if door.setup.attended or not given:
        return False
    edition = door.edition(now)
    return edition is None or edition.unattended_colours is UnattendedColours.DECISION_ONLY


def rest(door: Door, stamp: Stamp) -> Step:
    """Go back to whoever was typing when somebody left past them, else to waiting for the next visitor."""
    left_s = door.typed.last_at + door.setup.times.keypad_idle_s - stamp.mono
    if door.typed.digits and left_s > 0 and door.state is State.SHOWING:
        number = replace(door.typed, shown_until=None)
        return door.goes(State.TYPING, stamp.mono, left_s, typed=number), (waiting_light(door),)
    door = door.goes(State.IDLE, stamp.mono, typed=Typed())
    return door, (waiting_light(door),)


def waiting_light(door: Door) -> Light:
    """Return what the lamp shows while nobody is being answered: that all is well, or what is not."""
    if door.building.alarm:
        return Light(signal=Signal.ALARM)
    signal = Signal.IDLE if door.standing is Standing.OPEN else Signal.OUT_OF_ORDER
    return Light(signal=signal, fault=door.building.lowest_fault)


def _same(decision: Decision, other: Decision) -> bool:
    """Whether two decisions are the same answer, wherever they were learned."""
    elsewhere = {"source", "compare_identity"}
    return all(
        getattr(decision, each.name) == getattr(other, each.name)
        for each in fields(Decision)
        if each.name not in elsewhere
    )
