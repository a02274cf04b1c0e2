"""From a visitor to an answer: decide, record, then show and open, in that order (rule 2).

The gate opens in one function only, `answer`, and that is reached by a commit; the one exception is an exit whose
record failed, because nobody is held inside (rule 3, docs/decisions.md).
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

from kiosk.core.door.passages import await_passage, withdrawn
from kiosk.core.door.state import Door, State, Step, Visitor
from kiosk.core.door.typed import Typed
from kiosk.core.door.whose import may_be_inside, went_in
from kiosk.core.effects import SIGNAL_OF, SOUND_OF, Ask, Chime, Effect, Light, Open, Signal, Tell, Write
from kiosk.core.events import Answered, AskFailed, Part, Recorded, RecordFailed, Tick
from kiosk.core.inside.presence import Entered
from kiosk.core.model import (
    Amendment,
    Decision,
    Direction,
    Outcome,
    Reason,
    Source,
    Stamp,
    Via,
    Visit,
)
from kiosk.core.rule import rules
from kiosk.core.rule.policy import UnattendedColours

STATE_OF = {
    Outcome.ADMITTED: State.ADMITTED,
    Outcome.REFUSED: State.REFUSED,
    Outcome.UNCHECKED: State.UNCHECKED,
}


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
    known = door.presence.find(visitor.tags(door.setup.presence_key))
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
            inside=door.inside,
            attended=door.setup.attended,
            knowledge_age=door.knowledge_age(stamp),
            knowledge_expired=door.knowledge_expired(stamp),
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


def _unrevoked_since(door: Door, visitor: Visitor, now: datetime) -> datetime | None:
    """Return since when the visitor's pass may have been revoked unheard; None where that cannot be, or was asked."""
    by_pass = visitor.source in (Source.LIVE_PASS, Source.CARRY_PASS)
    if not by_pass or visitor.status is None or door.knowledge is None:
        return None
    return door.knowledge.unrevoked_since(visitor.status.established_at, now)


def settle(door: Door, visitor: Visitor, stamp: Stamp) -> Step:
    """Decide, and put the decision on the disk; it is shown when it is there."""
    decision = decide(door, visitor, stamp)
    if visitor.written and visitor.decision is not None and _same(decision, visitor.decision):
        return show(door, visitor, stamp)
    return write(door, visitor, decision, stamp)


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
            time_trusted=stamp.trusted,
        )
    visitor = replace(visitor, decision=decision, decided_mono=stamp.mono, awaiting=record.id, written=True)
    door = door.goes(State.RECORDING, stamp.mono, door.setup.times.record_s, visitor=visitor)
    return door, (Write(record=record),)


def answered(door: Door, event: Answered, stamp: Stamp) -> Step:
    """The registry's word. While recording, it may still turn what a live pass said; later it changes nothing."""
    door = door.heard(stamp)
    visitor = door.visitor
    if visitor is None or visitor.visit_id != event.visit_id:
        return door, ()
    asked = replace(visitor, status=event.status, source=Source.REGISTRY, subject=event.subject)
    leaving = _turned_round(door, asked, stamp)
    if door.state is State.ASKING:
        return settle(door, leaving or asked, stamp)
    if visitor.source is not Source.LIVE_PASS or event.status is None or visitor.decision is None:
        return door, ()
    if leaving and not visitor.decision.opens:  # else the gate that is about to open lets them out as well
        return settle(door, leaving, stamp)
    decision = decide(door, asked, stamp)
    if leaving or _same(decision, visitor.decision):
        return replace(door, visitor=replace(visitor, subject=event.subject)), ()
    return write(door, asked, decision, stamp)


def _turned_round(door: Door, visitor: Visitor, stamp: Stamp) -> Visitor | None:
    """Return the visitor as leaving, where the registry's word tells a toggle door that they are inside (rule 3).

    They came in by pass, say, and go out by number. A visit that was written as an entry stays one: this is another.
    """
    if visitor.side_known or visitor.direction is Direction.EXIT:
        return None
    if not went_in(door, visitor.tags(door.setup.presence_key)):
        return None
    visit_id = stamp.visit_id if visitor.written else visitor.visit_id
    return replace(visitor, visit_id=visit_id, direction=Direction.EXIT, decision=None, written=False)


def heard_late(door: Door, _event: Answered, stamp: Stamp) -> Step:
    """An answer that nobody waits for: it says only that the registry is there."""
    return door.heard(stamp), ()


def unanswered(door: Door, event: AskFailed | Tick, stamp: Stamp) -> Step:
    """The registry could not be asked in time: what was proven without it stands alone, anything else is unchecked.

    Who is checked again is decided by what is still known of them, for a place may be free by now (rule 11).
    """
    visitor = door.visitor
    if visitor is None or (isinstance(event, AskFailed) and event.visit_id != visitor.visit_id):
        return door, ()
    known = visitor.decision.colour if visitor.decision else None
    if known is not None and decide(door, visitor, stamp).colour is None:
        return show(
            door, visitor, stamp
        )  # checked again without the network: the earlier answer stands if the pass has run out since
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
        opens = visitor.decision is not None and visitor.decision.opens
        late = ((visitor.awaiting, visitor.visit_id),) if opens else ()
        door = replace(door, abandoned=(*door.abandoned, *late)[-16:])
    why = event.why if isinstance(event, RecordFailed) else "the disk is too slow"
    door = door.with_part(Part.STORE, why)
    door = door.goes(door.resting, stamp.mono, visitor=None)
    return door, (waiting_light(door), Tell(what="not-recorded", visit_id=visitor.visit_id))


def recorded_late(door: Door, event: Recorded, stamp: Stamp) -> Step:
    """A commit that nobody waits for: an admitted visit whose gate stayed shut is withdrawn."""
    door = door.with_part(Part.STORE, None)
    door, effects = rest(door, stamp) if door.state is State.OUT_OF_ORDER else (door, ())
    visit_id = dict(door.abandoned).get(event.record_id)
    if visit_id is None:
        return door, effects
    door = replace(door, abandoned=tuple(pair for pair in door.abandoned if pair[0] != event.record_id))
    return door, (*effects, withdrawn(visit_id, stamp))


def answer(door: Door, visitor: Visitor, stamp: Stamp) -> Step:
    """Show the decision, and open the gate if it says so."""
    door, effects = show(door, visitor, stamp)
    decision = visitor.decision
    if decision is None or not decision.opens:
        return door, effects
    tags = visitor.tags(door.setup.presence_key)
    if visitor.direction is Direction.ENTRY and tags:
        entered = Entered(visit_id=visitor.visit_id, since=stamp.mono, tags=tags)
        door = replace(door, presence=door.presence.enter(entered))
    door, passage = await_passage(door, visitor.visit_id, visitor.direction, tags, stamp)
    return door, (Open(visit_id=visitor.visit_id, direction=visitor.direction), *effects, *passage)


def show(door: Door, visitor: Visitor, stamp: Stamp) -> Step:
    """Put a decision on screen and lamp; no gate."""
    decision = visitor.decision
    if decision is None:
        return door, ()
    visitor = replace(visitor, awaiting="")
    if door.alarm:  # somebody leaves while it burns: the screen goes on saying what everybody has to know
        return door.goes(State.ALARM, stamp.mono, visitor=visitor), (Chime(sound=SOUND_OF[decision.outcome]),)
    times = door.setup.times
    if decision.opens:
        lasts = times.admitted_s
    else:
        lasts = times.unchecked_s if decision.calls_staff else times.refused_s
    seen = decision.outcome is not Outcome.UNCHECKED and visitor.direction is Direction.ENTRY
    seen = seen and not hides_colour(door, visitor, door.now(stamp))
    door = door.goes(STATE_OF[decision.outcome], stamp.mono, lasts, visitor=visitor)
    return door, (
        Light(signal=SIGNAL_OF[decision.outcome], colour=decision.colour if seen else None),
        Chime(sound=SOUND_OF[decision.outcome]),
    )


def hides_colour(door: Door, visitor: Visitor, now: datetime) -> bool:
    """Whether the hall sees no colour: a number was given where nobody watches, and it may be somebody else's."""
    given = visitor.identifier is not None and visitor.identifier.personal and visitor.via is not Via.STAFF
    if door.setup.attended or not given:
        return False
    edition = door.edition(now)
    return edition is None or edition.unattended_colours is UnattendedColours.DECISION_ONLY


def rest(door: Door, stamp: Stamp) -> Step:
    """Go back to waiting for the next visitor; a number that was typed is forgotten."""
    door = door.goes(door.resting, stamp.mono, typed=Typed(), refusal=None)
    return door, (waiting_light(door),)


def waiting_light(door: Door) -> Light:
    """Return what the lamp shows while nobody is being answered: that all is well, or what is not."""
    if door.state is State.ALARM:
        return Light(signal=Signal.ALARM)
    signal = Signal.IDLE if door.state is State.IDLE else Signal.OUT_OF_ORDER
    return Light(signal=signal, fault=door.lowest_fault)


def _same(one: Decision, other: Decision) -> bool:
    """Whether two decisions are the same answer, wherever they were learned."""
    elsewhere = {"source", "compare_identity"}
    return all(
        getattr(one, each.name) == getattr(other, each.name)
        for each in fields(Decision)
        if each.name not in elsewhere
    )
