"""The state machine of the door: `step(door, event, stamp)` gives the next door and what to do.

Theory of operation. A door is three things that go on side by side. *The building* (open, out of order, out of service,
alarm) and *the keypad's budget* are facts, kept in parts of the door; `always` changes them, first and for every event,
whatever the visit is doing. *The visit* is the only machine: one visitor at a time walks
IDLE -> (TYPING -> CONFIRMING ->) ASKING -> RECORDING -> SHOWING -> IDLE. The visit id is made on leaving IDLE and stays the
same to the very end. A decision is put on the disk in RECORDING, and only its commit leads on: so whatever was shown was
recorded (rule 2).

Rule 1: every transition of the visit is in TABLE; a pair that is not there changes nothing, and that is meant.
Rule 2: `to` names every state that a handler may lead to; the tests hold it to that, and the diagram in docs is drawn
from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from kiosk.core.door import alarm, arrivals, staff, verdicts, waiting_line
from kiosk.core.door.always import always
from kiosk.core.door.state import Door, State, Step
from kiosk.core.effects import Light
from kiosk.core.events import (
    AlarmChanged,
    Answered,
    AskFailed,
    CodeRead,
    Event,
    KeyHeld,
    KeyPressed,
    KeyReleased,
    PhoneArrived,
    PlaceAnswered,
    Recorded,
    RecordFailed,
    StaffAdmitted,
    StaffDismissed,
    StaffIdentified,
    Tick,
)
from kiosk.core.model import Stamp

EVENTS: tuple[type[Any], ...] = get_args(Event)
Handler = Callable[[Door, Any, Stamp], Step]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a state does with an event, and where that may lead."""

    handler: Handler
    to: tuple[State, ...] = ()
    """Besides staying."""


def _over(door: Door, _event: StaffDismissed | Tick, stamp: Stamp) -> Step:
    return verdicts.rest(door, stamp)


def _arrivals(
    handler: Handler, code: tuple[State, ...] = (), other: tuple[State, ...] = ()
) -> dict[type[Any], Rule]:
    """Return the rules for everybody who presents themselves, with where a code leads and where anything else does."""
    return {
        CodeRead: Rule(handler, code),
        PhoneArrived: Rule(handler, other),
        StaffIdentified: Rule(handler, other),
    }


_BEGUN = (State.ASKING, State.RECORDING)
_WAITS = _arrivals(arrivals.arrived_meanwhile)
_INTERRUPTED = Rule(alarm.interrupted, (State.IDLE,))
_OVER = Rule(_over, (State.IDLE,))
_WITH_DIGITS: Mapping[type[Any], Rule] = {
    **_arrivals(arrivals.arrived_while_typing, (State.RECORDING,), (State.RECORDING,)),
    StaffDismissed: _OVER,
    Tick: _OVER,
    AlarmChanged: _INTERRUPTED,
}

TABLE: Mapping[State, Mapping[type[Any], Rule]] = {
    State.IDLE: {
        **_arrivals(arrivals.arrived, (*_BEGUN, State.NOTICE), _BEGUN),
        KeyPressed: Rule(arrivals.first_key, (State.TYPING, State.NOTICE, *_BEGUN)),
        StaffAdmitted: Rule(staff.staff_admitted, (State.RECORDING,)),
    },
    State.TYPING: {
        **_WITH_DIGITS,
        KeyPressed: Rule(arrivals.typed, (State.CONFIRMING, State.NOTICE, State.RECORDING, State.IDLE)),
        KeyHeld: Rule(arrivals.key_held),
    },
    State.CONFIRMING: {
        **_WITH_DIGITS,
        KeyPressed: Rule(
            arrivals.confirmed, (State.TYPING, State.NOTICE, *_BEGUN, State.SHOWING, State.IDLE)
        ),
        KeyHeld: Rule(arrivals.key_held, (State.TYPING,)),
        KeyReleased: Rule(arrivals.key_released),
    },
    State.ASKING: {
        **_WAITS,
        Answered: Rule(verdicts.answered, (State.RECORDING, State.SHOWING, State.IDLE)),
        AskFailed: Rule(verdicts.unanswered, (State.RECORDING, State.SHOWING, State.IDLE)),
        PlaceAnswered: Rule(verdicts.place_answered, (State.RECORDING, State.SHOWING, State.IDLE)),
        Tick: Rule(verdicts.unanswered, (State.RECORDING, State.SHOWING, State.IDLE)),
        AlarmChanged: _INTERRUPTED,
    },
    State.RECORDING: {
        **_WAITS,
        Answered: Rule(verdicts.answered),
        Recorded: Rule(verdicts.recorded, (State.SHOWING, State.IDLE)),
        RecordFailed: Rule(verdicts.not_recorded, (State.SHOWING, State.IDLE)),
        Tick: Rule(verdicts.not_recorded, (State.SHOWING, State.IDLE)),
        AlarmChanged: _INTERRUPTED,
    },
    State.SHOWING: {
        **_arrivals(arrivals.arrived_meanwhile, (*_BEGUN, State.NOTICE), _BEGUN),
        KeyPressed: Rule(arrivals.key_over_result, (State.TYPING, State.NOTICE, *_BEGUN, State.IDLE)),
        StaffAdmitted: Rule(staff.staff_admitted, (State.RECORDING,)),
        StaffDismissed: Rule(_over, (State.IDLE, State.TYPING)),
        Tick: Rule(_over, (State.IDLE, State.TYPING)),
        AlarmChanged: _INTERRUPTED,
    },
    State.NOTICE: {
        **_arrivals(arrivals.arrived, _BEGUN, _BEGUN),
        KeyPressed: Rule(arrivals.key_over_notice, (State.TYPING, *_BEGUN, State.IDLE)),
        StaffDismissed: _OVER,
        Tick: _OVER,
        AlarmChanged: _INTERRUPTED,
    },
}


def rule_for(state: State, event: type[Any]) -> Rule | None:
    """Return what the visit does with a kind of event in a state; None: nothing, and that is meant."""
    return TABLE[state].get(event)


def step(door: Door, event: Event, stamp: Stamp) -> Step:
    """Return the next door, and what is to be done, in order."""
    stamp = door.word.judged(stamp)
    after, effects = always(door, event, stamp)
    after, more = _visit(after, event, stamp)
    effects += more
    lit = any(isinstance(effect, Light) for effect in effects)
    if (
        door.state is after.state is State.IDLE and not lit
    ):  # nobody is answered: the lamp says how the door stands
        light = verdicts.waiting_light(after)
        effects += (light,) if light != verdicts.waiting_light(door) else ()
    return after, effects


def wake_at(door: Door) -> float | None:
    """Return when the door wants its next Tick, in seconds of the monotonic clock; None: not before something happens.

    Opening hours are looked at on any Tick: send one at least every few seconds.
    """
    moments = [pending.until for pending in door.people.pending]
    if door.building.alarm and door.setup.release_every_s is not None:
        moments.append(door.building.release_at)
    moments += [moment for moment in (door.until, waiting_line.wakes_at(door)) if moment is not None]
    return min(moments, default=None)


def _visit(door: Door, event: Event, stamp: Stamp) -> Step:
    """Let the visit go on. Time ends what is up, and begins the turn of whoever waits."""
    effects: tuple[Any, ...] = ()
    if isinstance(event, Tick):
        door, came, effects = waiting_line.next_turn(door, stamp)
        if came is None and (door.until is None or stamp.mono < door.until):
            return door, effects
        event = event if came is None else came
    rule = rule_for(door.state, type(event))
    if rule is None:
        return door, effects
    door, more = rule.handler(door, event, stamp)
    return door, (*effects, *more)
