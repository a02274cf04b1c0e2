"""The only mutable centre: takes an event, lets the core decide, performs the effects, paints the screen.

Runs in the main thread (SDL wants it). It must never wait for anything but its inbox: every slow thing has a worker.
"""

from __future__ import annotations

import logging
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
from kiosk.core.events import (
    AskFailed,
    Event,
    GateFailed,
    GateOpened,
    HealthChanged,
    Key,
    Part,
    PlaceAnswered,
    RecordFailed,
    Tick,
)
from kiosk.core.model import Amendment, Direction, Record, Stamp, Visit
from kiosk.core.screen.present import present
from kiosk.core.screen.view import View
from kiosk.core.strokes import Holding
from kiosk.errors import DriverBroken, KioskError
from kiosk.ports import Clock, Gate, Grey, Lamp, Screen, Sounder
from kiosk.threads.inbox import Inbox

log = logging.getLogger(__name__)

ROUND_EVENTS = 32
"""So many events are worked off before time goes on and the screen is painted: no flood of them may stop either."""
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
    trust_time: Callable[[TrustTime], None] = lambda _effect: None
    """The clock became right: correct what was recorded before."""
    remember: Callable[[Door], None] = lambda _door: None
    """Who or how many are inside has changed. Called after the gate was told, never before."""


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
        self._holding = Holding()

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
        """Work off what is there, ROUND_EVENTS at most, waiting `wait_s` seconds for the first; then let time go on, and paint.

        Facts come first (kiosk/threads/inbox.py), also those that come while this round works off what visitors did.
        """
        event = self.inbox.take(wait_s)
        for typed in self._typed():
            self.inbox.put(typed)
        for _ in range(ROUND_EVENTS):
            event = event or self.inbox.take(0)
            if event is None:
                break
            self._dare(event)
            event = None
        self._dare(Tick())
        self.paint()

    def handle(self, event: Event) -> None:
        """Let the core decide, then do what it says. A broken hand never stops the loop, nor the orders behind it."""
        before = self.door
        self.door, effects = step(before, event, self.stamp())
        for effect in effects:
            self._perform(effect)
        if not _same_people(before, self.door):
            self._try("presence", lambda: self._hands.remember(self.door))
        if self._watch is not None:
            watch = self._watch
            self._try("watch", lambda: watch(self.door, event, effects))

    def paint(self) -> None:
        """Show what the door looks like now."""
        view = present(self.door, self.stamp())
        self.view = view

        def show() -> None:
            self._hands.screen.show(view, self._hands.preview() if view.preview else None)
            self.painted = True

        self._order(Part.DISPLAY, show)

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

    def _dare(self, event: Event) -> None:
        """Handle an event; one that makes us stumble must not keep the next ones waiting, or time from going on."""
        try:
            self.handle(event)
        except Exception:
            log.exception(
                "the loop stumbled over %s in state %s and goes on", type(event).__name__, self.door.state
            )

    def _typed(self) -> list[Event]:
        """Return what is to be said of the keys of the screen: typed, held, and not held any more."""
        keys, down, screen = list[Key](), list[Key | None](), self._hands.screen
        self._try("screen", lambda: keys.extend(screen.poll()))
        self._try(
            "screen", lambda: down.append(screen.down)
        )  # a screen that fails is none that a finger is on
        now = self._clock.mono()
        said = [event for key in keys for event in self._holding.press(key, now)]
        return said + self._holding.see(down[0] if down else None, now)

    def _perform(self, effect: Effect) -> None:
        hands = self._hands
        match effect:
            case Write(record=record):
                _journal(record)
                if why := self._try(Part.STORE, lambda: hands.write(record)):
                    self.inbox.put(RecordFailed(record_id=record.id, why=why))
            case Open(direction=direction, visit_id=visit_id):
                if self._gate(lambda: hands.gate.open(direction), visit_id):
                    self.inbox.put(GateOpened(visit_id=visit_id))
            case Release():
                self._gate(lambda: hands.gate.open(Direction.EXIT))
            case Shut(direction=direction):
                # One that is obeyed proves nothing: there may have been nothing to shut.
                if why := self._try(Part.GATE, lambda: hands.gate.shut(direction)):
                    self.inbox.put(GateFailed(why=why))
            case Ask(visit_id=visit_id):
                if self._try("question", lambda: hands.ask(effect)):
                    self.inbox.put(AskFailed(visit_id=visit_id))
            case TakePlace(visit_id=visit_id):
                if self._try("place", lambda: hands.take_place(effect)):
                    self.inbox.put(PlaceAnswered(visit_id=visit_id, taken=None))
            case Light(signal=signal, colour=colour, fault=fault):
                self._order(Part.LAMP, lambda: hands.lamp.show(signal, colour, fault))
            case Chime(sound=sound):
                self._order(Part.SOUND, lambda: hands.sounder.play(sound))
            case TrustTime():
                self._try("time", lambda: hands.trust_time(effect))
            case Tell(what=what, visit_id=visit_id):
                log.warning("door: %s%s", what, f" (visit {visit_id})" if visit_id else "")

    def _gate(self, do: Callable[[], None], visit_id: str = "") -> bool:
        """Have the gate open, and return whether it did. The core hears of each failure: it may be somebody's passage."""
        why = self._try(Part.GATE, do)
        if why:
            self.inbox.put(GateFailed(why=why, visit_id=visit_id))
        else:
            self._mended(Part.GATE)
        return not why

    def _order(self, part: Part, do: Callable[[], None]) -> None:
        """Give a part an order. One that fails is told broken, one that obeys again is told mended: whoever breaks it mends it.

        Both against what the door knows, not against what was said last: word that was lost is given anew with the next order.
        """
        known = self.door.building.broken.get(part)
        why = self._try(part, do, known=known)
        if not why:
            self._mended(part)
        elif why != known:
            self.inbox.put(HealthChanged(part=part, working=False, why=why))

    def _mended(self, part: Part) -> None:
        if self.door.is_broken(part):
            log.info("%s: works again", part)
            self.inbox.put(HealthChanged(part=part, working=True))

    def _try(self, what: str, do: Callable[[], None], *, known: str | None = None) -> str:
        """Do something that must not stop the rest, and return why it failed; "" where it did not.

        What is `known` already is not told to the journal again: the screen is painted many times a second.
        """
        try:
            do()
        except KioskError as failure:
            why = str(failure)
            trace = None
        except Exception as failure:  # whatever a library raises: only its kind and place are told, its words may be anybody's
            why = str(DriverBroken(what, failure))
            trace = failure
        else:
            return ""
        if why != known:
            self._failures[what] += 1
            log.error("%s: %s (time %d)", what, why, self._failures[what], exc_info=trace)
        return why


def _same_people(door: Door, other: Door) -> bool:
    """Whether nothing changed of what is to be remembered. The values are frozen, so most looks are at one object."""
    before, after = door.people, other.people
    return door.guesses is other.guesses and (
        before is after
        or (
            (before.presence is after.presence or before.presence == after.presence)
            and before.occupancy == after.occupancy
            and before.pending == after.pending
        )
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
