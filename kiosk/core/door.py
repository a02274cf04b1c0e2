"""The state machine of the door: `step(door, event, stamp)` gives the next door and what to do.

Theory of operation. One visitor at a time walks IDLE -> (TYPING -> CONFIRMING ->) ASKING -> RECORDING -> one of
ADMITTED, REFUSED, UNCHECKED -> IDLE. The visit id is made on leaving IDLE and stays the same to the very end. A decision
is put on the disk in RECORDING, and only its commit leads on: so whatever was shown was recorded (rule 2).

Rule 1: every transition is in TABLE; a pair that is not there changes nothing, and that is meant.
Rule 2: `to` names every state that a handler may lead to; the tests hold it to that, and the diagram in docs is drawn
from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from kiosk.core import arrivals, passages, verdicts
from kiosk.core.derived import derived_id
from kiosk.core.effects import Effect, Tell, Write
from kiosk.core.events import (
    Answered,
    AskFailed,
    CodeRead,
    Event,
    GateFailed,
    HealthChanged,
    KeyPressed,
    LinkChanged,
    Part,
    Passed,
    PhoneArrived,
    PolicyArrived,
    Recorded,
    RecordFailed,
    StaffAdmitted,
    StaffDismissed,
    StaffIdentified,
    Tick,
)
from kiosk.core.model import Closing, Stamp
from kiosk.core.situation import Door, State, Step

EVENTS: tuple[type[Any], ...] = get_args(Event)
Handler = Callable[[Door, Any, Stamp], Step]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a state does with an event, and where that may lead."""

    handler: Handler
    to: tuple[State, ...] = ()
    """Besides staying."""


def _dismissed(door: Door, _event: StaffDismissed | Tick, stamp: Stamp) -> Step:
    return verdicts.rest(door, stamp)


def _link_changed(door: Door, event: LinkChanged, stamp: Stamp) -> Step:
    return replace(
        door,
        online=event.online,
        waiting=event.waiting,
        parked=event.parked,
        incidents_waiting=event.incidents_waiting,
        heard_at=stamp.wall if event.online or door.online else door.heard_at,
    ), ()


def _policy_arrived(door: Door, event: PolicyArrived, _stamp: Stamp) -> Step:
    heard = max((at for at in (door.heard_at, event.heard_at) if at), default=None)
    newer = door.policy is None or event.policy.sequence >= door.policy.sequence
    return replace(door, heard_at=heard, policy=event.policy if newer else door.policy), ()


def _health_changed(door: Door, event: HealthChanged, stamp: Stamp) -> Step:
    door = door.with_part(event.part, None if event.working else event.why or "no reason given")
    resting = State.OUT_OF_ORDER if door.is_broken(Part.STORE) else State.IDLE
    if door.state in (State.IDLE, State.OUT_OF_ORDER) and door.state is not resting:
        return verdicts.rest(door, stamp)
    return door, ()


def _store_failed(door: Door, event: RecordFailed, stamp: Stamp) -> Step:
    """Something that happened could not be written: the next visitor's visit could not be either."""
    return _health_changed(door, HealthChanged(part=Part.STORE, working=False, why=event.why), stamp)


def _gate_failed(door: Door, event: GateFailed, _stamp: Stamp) -> Step:
    return door.with_part(Part.GATE, event.why), (Tell(what="gate-failed"),)


_ENDS = (State.ADMITTED, State.REFUSED, State.UNCHECKED)
_STAYED_OUT = (State.REFUSED, State.UNCHECKED)
"""Where a visitor stands who was checked again for nothing."""
_REST = (State.IDLE, State.OUT_OF_ORDER)


def _arrivals(handler: Handler) -> dict[type[Any], Rule]:
    """Return the rules for everybody who presents themselves to a door that is free for them."""
    return {
        CodeRead: Rule(handler, (State.ASKING, State.RECORDING, State.NOTICE)),
        PhoneArrived: Rule(handler, (State.RECORDING,)),
        StaffIdentified: Rule(handler, (State.ASKING, State.RECORDING)),
    }


_ARRIVES = _arrivals(arrivals.arrived)
_NEXT = _arrivals(arrivals.arrived_meanwhile)
_WHILE_TYPING = _arrivals(arrivals.arrived_while_typing)
_WAITS = dict.fromkeys(_NEXT, Rule(arrivals.arrived_meanwhile))
_LEAVES_ONLY = dict.fromkeys(_NEXT, Rule(arrivals.arrived_out_of_order, (State.RECORDING,)))
_OVER_RESULT = Rule(arrivals.key_over_result, (State.TYPING, State.ASKING, *_REST))
_OVERRIDE = Rule(verdicts.staff_admitted, (State.RECORDING,))
_DISMISS = Rule(_dismissed, _REST)
_LATE = Rule(verdicts.recorded_late)

ANYWHERE: Mapping[type[Any], Rule] = {
    LinkChanged: Rule(_link_changed),
    PolicyArrived: Rule(_policy_arrived),
    HealthChanged: Rule(_health_changed),
    GateFailed: Rule(_gate_failed),
    Passed: Rule(passages.passed),
    Answered: Rule(verdicts.heard_late),
    Recorded: _LATE,
    RecordFailed: Rule(_store_failed),
}

_RESULT: Mapping[type[Any], Rule] = {
    **_NEXT,
    KeyPressed: _OVER_RESULT,
    StaffDismissed: _DISMISS,
    Tick: _DISMISS,
}

TABLE: Mapping[State, Mapping[type[Any], Rule]] = {
    State.IDLE: {
        **_ARRIVES,
        KeyPressed: Rule(arrivals.first_key, (State.TYPING, State.RECORDING, State.ASKING)),
        StaffAdmitted: _OVERRIDE,
        HealthChanged: Rule(_health_changed, (State.OUT_OF_ORDER,)),
        RecordFailed: Rule(_store_failed, (State.OUT_OF_ORDER,)),
    },
    State.TYPING: {
        **_WHILE_TYPING,
        KeyPressed: Rule(arrivals.typed, (State.CONFIRMING, State.RECORDING, *_REST)),
        StaffDismissed: _DISMISS,
        Tick: _DISMISS,
    },
    State.CONFIRMING: {
        **_WHILE_TYPING,
        KeyPressed: Rule(arrivals.confirmed, (State.TYPING, State.ASKING, State.RECORDING, *_REST)),
        StaffDismissed: _DISMISS,
        Tick: _DISMISS,
    },
    State.ASKING: {
        **_WAITS,
        Answered: Rule(verdicts.answered, (State.RECORDING, *_STAYED_OUT)),
        AskFailed: Rule(verdicts.unanswered, (State.RECORDING, *_STAYED_OUT)),
        Tick: Rule(verdicts.unanswered, (State.RECORDING, *_STAYED_OUT)),
    },
    State.RECORDING: {
        **_WAITS,
        Answered: Rule(verdicts.answered),
        Recorded: Rule(verdicts.recorded, _ENDS),
        RecordFailed: Rule(verdicts.not_recorded, (State.ADMITTED, State.OUT_OF_ORDER)),
        Tick: Rule(verdicts.not_recorded, (State.ADMITTED, State.OUT_OF_ORDER)),
    },
    State.ADMITTED: {
        **_RESULT,
        KeyPressed: Rule(arrivals.key_over_result, (State.TYPING, State.RECORDING, *_REST)),
    },
    State.REFUSED: {**_RESULT, StaffAdmitted: _OVERRIDE},
    State.UNCHECKED: {**_RESULT, StaffAdmitted: _OVERRIDE},
    State.NOTICE: {
        **_ARRIVES,
        KeyPressed: _OVER_RESULT,
        StaffDismissed: _DISMISS,
        Tick: _DISMISS,
    },
    State.OUT_OF_ORDER: {
        **_LEAVES_ONLY,
        KeyPressed: Rule(arrivals.first_key, (State.RECORDING,)),
        Recorded: Rule(verdicts.recorded_late, (State.IDLE,)),
        HealthChanged: Rule(_health_changed, (State.IDLE,)),
    },
}


def rule_for(state: State, event: type[Any]) -> Rule | None:
    """Return what a state does with a kind of event; None: nothing, and that is meant."""
    return TABLE[state].get(event) or ANYWHERE.get(event)


def step(door: Door, event: Event, stamp: Stamp) -> Step:
    """Return the next door, and what is to be done, in order."""
    if isinstance(event, Tick):
        return _tick(door, event, stamp)
    rule = rule_for(door.state, type(event))
    return rule.handler(door, event, stamp) if rule else (door, ())


def wake_at(door: Door) -> float | None:
    """Return when the door wants its next Tick, in seconds of the monotonic clock; None: not before something happens.

    Opening hours are looked at on any Tick: send one at least every few seconds.
    """
    moments = [one.until for one in door.pending]
    if door.until is not None:
        moments.append(door.until)
    if door.next_arrival is not None and not _answering(door):
        moments.append(door.since + door.setup.times.least_s)
    return min(moments, default=None)


def _tick(door: Door, event: Tick, stamp: Stamp) -> Step:
    """Let time do its work: passages that did not come, closing time, the next visitor's turn, the end of a screen."""
    door, effects = passages.expire(door, stamp)
    door, closing = _hours(door, stamp)
    effects += closing
    seen = not _answering(door) and stamp.mono - door.since >= door.setup.times.least_s
    if door.next_arrival is not None and seen:
        door, begun = step(replace(door, next_arrival=None), door.next_arrival, stamp)
        return door, effects + begun
    rule = rule_for(door.state, Tick)
    if rule is None or door.until is None or stamp.mono < door.until:
        return door, effects
    door, done = rule.handler(door, event, stamp)
    return door, effects + done


def _answering(door: Door) -> bool:
    """Whether an answer is on its way: nobody else's turn begins before it was shown."""
    return door.state in (State.ASKING, State.RECORDING)


def _hours(door: Door, stamp: Stamp) -> tuple[Door, tuple[Effect, ...]]:
    """Watch for closing time: whoever is still counted inside then has left, as far as anybody will ever know."""
    edition = door.edition(stamp.wall)
    if edition is None:
        return door, ()
    local = door.local(stamp.wall)
    known = door.occupancy
    if (
        known.open_until is None and known.last_at is not None
    ):  # a restart: the stretch that the last one passed in
        known = replace(known, open_until=edition.open_until(door.local(known.last_at)), last_at=None)
    runs_on = known.open_until is not None and edition.open_until(known.open_until) is not None
    occupancy, assumed = known.seen(local, edition.open_until(local), runs_on=runs_on)
    if occupancy == door.occupancy:
        return door, ()
    door = replace(door, occupancy=occupancy)
    if assumed is None:
        return door, ()
    door = replace(door, presence=type(door.presence)())
    # Not the stamp's own id: the next visitor's turn may begin in the same moment, and bears that one.
    own_id = derived_id(stamp.visit_id, "closing")
    return door, (Write(record=Closing(id=own_id, closed_at=stamp.wall, assumed_exits=assumed)),)
