"""The only mutable centre: takes an event, lets the core decide, performs the effects, paints the screen.

Runs in the main thread (SDL wants it). It must never wait for anything but its inbox: every slow thing has a worker.
"""

from __future__ import annotations

import logging
import queue
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.core.door.state import Door, State
from kiosk.core.door.table import step, wake_at
from kiosk.core.effects import (
    Ask,
    Chime,
    Effect,
    Light,
    Open,
    Release,
    Shut,
    TakePlace,
    Tell,
    TrustTime,
    Write,
)
from kiosk.core.events import Event, GateFailed, GateOpened, HealthChanged, KeyPressed, Part, Tick
from kiosk.core.model import Amendment, Direction, Record, Stamp, Visit
from kiosk.core.screen.present import present
from kiosk.core.screen.view import View
from kiosk.errors import DriverError
from kiosk.ports import Clock, Gate, Grey, Lamp, Screen, Sounder

log = logging.getLogger(__name__)

INBOX_EVENTS = 256
"""More than a door sees in a minute; a full inbox is itself an event for the journal."""
IDLE_TICK_S = 1.0
"""The clock on the screen and the opening hours are looked at so often when nothing happens."""
LOOP_SILENCE_S = 10.0
"""Nothing here waits for longer than a second; a screen that is plugged in takes a few to be set up."""
FRAME_S = 1 / 15
"""How often keys of the window, the preview and the bar of time left are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Who performs which effect. None of them may block."""

    gate: Gate
    lamp: Lamp
    sounder: Sounder
    screen: Screen
    ask: Callable[[Ask], None]
    take_place: Callable[[TakePlace], None] = lambda _place: None
    """Where nobody can be asked, the door decides by what it knows when the time for an answer is over."""
    write: Callable[[Record], None]
    preview: Callable[[], Grey | None]
    trust_time: Callable[[TrustTime], None] = lambda _found: None
    """The clock became right: correct what was recorded before."""
    remember: Callable[[Door], None] = lambda _door: None
    """Who or how many are inside has changed. Called after the gate was told, never before."""


class Inbox:
    """Where every worker puts what happened. Bounded: what does not fit is counted, never waited for."""

    def __init__(self, size: int = INBOX_EVENTS) -> None:
        self._events: queue.Queue[Event] = queue.Queue(size)
        self.dropped = 0

    def put(self, event: Event) -> None:
        """Hand an event to the loop, from any thread."""
        try:
            self._events.put_nowait(event)
        except queue.Full:
            self.dropped += 1
            log.error("the inbox is full: %s dropped, %d so far", type(event).__name__, self.dropped)

    def take(self, wait_s: float) -> Event | None:
        """Return the next event, or None after `wait_s` seconds."""
        try:
            return self._events.get(timeout=max(wait_s, 0.0)) if wait_s > 0 else self._events.get_nowait()
        except queue.Empty:
            return None


class Loop:
    """One door, its inbox and its hands."""

    def __init__(
        self,
        *,
        door: Door,
        inbox: Inbox,
        hands: Hands,
        clock: Clock,
        new_id: Callable[[], str],
        watch: Callable[[Door, Event, tuple[Effect, ...]], None] | None = None,
    ) -> None:
        self.door = door
        self.inbox = inbox
        self.view: View | None = None
        self.painted = False
        """Whether the screen took any picture yet."""
        self._hands = hands
        self._clock = clock
        self._new_id = new_id
        self._watch = watch
        self._failures: Counter[str] = Counter()

    def run(self, stopped: Callable[[], bool], beat: Callable[[], None] = lambda: None) -> None:
        """Work until `stopped` says so. A mistake of ours is told to the journal, and the door goes on.

        `beat` is called whenever what has happened was worked off and painted, at least every LOOP_SILENCE_S seconds.
        """
        if not self.door.people.everybody_is_known:
            log.warning("who is inside is not known since the start: %d are counted", self.door.people.inside)
        while not stopped():
            try:
                self.once(self._patience())
            except Exception:
                log.exception("the loop stumbled in state %s and goes on", self.door.state)
            beat()

    def once(self, wait_s: float) -> None:
        """Take the events that are there, waiting at most `wait_s` seconds for the first, and paint what came of them."""
        event = self.inbox.take(wait_s)
        while event is not None:
            self.handle(event)
            event = self.inbox.take(0)
        for key in self._hands.screen.poll():
            self.handle(KeyPressed(key=key))
        self.handle(Tick())
        self.paint()

    def handle(self, event: Event) -> None:
        """Let the core decide, then do what it says. A broken hand never stops the loop."""
        before = self.door
        self.door, effects = step(before, event, self.stamp())
        for effect in effects:
            self._perform(effect)
        if not _same_people(before, self.door):
            self._hands.remember(self.door)
        if self._watch is not None:
            self._watch(self.door, event, effects)

    def paint(self) -> None:
        """Show what the door looks like now."""
        view = present(self.door, self.stamp())
        self.view = view
        try:
            self._hands.screen.show(view, self._hands.preview() if view.preview else None)
            self.painted = True
        except DriverError as failure:
            if self.door.building.broken.get(Part.DISPLAY) != str(
                failure
            ):  # painted many times a second, told once
                self._complain("screen", failure)
                self.inbox.put(HealthChanged(part=Part.DISPLAY, working=False, why=str(failure)))
        else:
            if self.door.is_broken(Part.DISPLAY):
                log.info("screen: works again")
                self.inbox.put(HealthChanged(part=Part.DISPLAY, working=True))

    def stamp(self) -> Stamp:
        """Return this moment, with an id for the visit that may begin in it."""
        clock = self._clock
        return Stamp(wall=clock.wall(), mono=clock.mono(), visit_id=self._new_id(), trusted=clock.trusted())

    def _patience(self) -> float:
        """How long the loop may sleep: until the door wants to be woken, or the screen a new picture."""
        wake = wake_at(self.door)
        moving = self.view is not None and (self.view.preview or self.view.time_left is not None)
        typing = self.door.state in (State.TYPING, State.CONFIRMING)
        sleep = FRAME_S if moving or typing else min(IDLE_TICK_S, FRAME_S * 2)
        return sleep if wake is None else max(0.001, min(sleep, wake - self._clock.mono()))

    def _perform(self, effect: Effect) -> None:
        hands = self._hands
        match effect:
            case Write(record=record):
                _journal(record)
                hands.write(record)
            case Open(visit_id=visit_id, direction=direction):
                if self._gate(lambda: hands.gate.open(direction), visit_id):
                    self.inbox.put(GateOpened(visit_id=visit_id))
            case Shut(direction=direction):
                self._gate(lambda: hands.gate.shut(direction))
            case Release():
                self._gate(lambda: hands.gate.open(Direction.EXIT))
            case TakePlace():
                hands.take_place(effect)
            case Ask():
                hands.ask(effect)
            case Light(signal=signal, colour=colour, fault=fault):
                self._try(Part.LAMP, lambda: hands.lamp.show(signal, colour, fault))
            case Chime(sound=sound):
                self._try(None, lambda: hands.sounder.play(sound))
            case TrustTime():
                hands.trust_time(effect)
            case Tell(what=what, visit_id=visit_id):
                log.warning("door: %s%s", what, f" (visit {visit_id})" if visit_id else "")

    def _gate(self, order: Callable[[], None], visit_id: str = "") -> bool:
        """Give the gate an order, and return whether it obeyed."""
        try:
            order()
        except DriverError as failure:
            self._complain("gate", failure)
            self.inbox.put(GateFailed(why=str(failure), visit_id=visit_id))
            return False
        return True

    def _try(self, part: Part | None, do: Callable[[], None]) -> None:
        try:
            do()
        except DriverError as failure:
            self._complain(part or "sound", failure)
            if part is not None:
                self.inbox.put(HealthChanged(part=part, working=False, why=str(failure)))

    def _complain(self, part: str, failure: DriverError) -> None:
        self._failures[part] += 1
        log.error("%s: %s (time %d)", part, failure, self._failures[part])


def _same_people(one: Door, other: Door) -> bool:
    """Whether nothing changed of what is to be remembered. The values are frozen, so most looks are at one object."""
    before, after = one.people, other.people
    return before is after or (
        (before.presence is after.presence or before.presence == after.presence)
        and before.occupancy == after.occupancy
        and before.pending == after.pending
    )


def _journal(record: Record) -> None:
    """One line a visit: its id and what was decided, never who it was."""
    match record:
        case Visit() | Amendment():
            decision = record.decision
            log.info(
                "%s %s: %s, %s, colour %s from %s",
                type(record).__name__.lower(),
                record.id if isinstance(record, Visit) else record.visit_id,
                decision.outcome,
                decision.reason,
                decision.colour or "none",
                decision.source,
            )
        case _:
            log.info("%s", record)
