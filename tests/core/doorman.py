"""A doorman for tests: lets events happen at a door one by one, plays disk and clock, and keeps what the door ordered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeVar

from kiosk.core.door.building import Standing
from kiosk.core.door.state import Door, KeypadRests, State
from kiosk.core.door.table import step, wake_at
from kiosk.core.effects import Ask, Effect, Open, TakePlace, Write
from kiosk.core.events import (
    Answered,
    AskFailed,
    CodeRead,
    Event,
    GateFailed,
    GateOpened,
    Key,
    KeyPressed,
    Passed,
    PlaceAnswered,
    Recorded,
    RecordFailed,
    StaffAdmitted,
    Tick,
)
from kiosk.core.model import (
    Amendment,
    Colour,
    Credential,
    Direction,
    Outcome,
    Record,
    Stamp,
    Status,
    Via,
    Visit,
)
from kiosk.core.screen.present import present
from kiosk.core.screen.view import View
from tests.factories import Stamps, make_door, make_id, make_status, with_fields

_T = TypeVar("_T")


class Doorman:
    """Feeds a door with events and keeps what it ordered.

    `disk` says what becomes of a record: "prompt" commits it at once, "held" waits for `commit()`, "failing" refuses it;
    `gate` what an order to open does: it is obeyed, it fails, or nobody hears of it.
    """

    def __init__(
        self,
        door: Door | None = None,
        *,
        stamps: Stamps | None = None,
        disk: Literal["prompt", "held", "failing"] = "prompt",
        gate: Literal["obeys", "jams", "silent"] = "obeys",
    ) -> None:
        self.door = door or make_door()
        self.stamps = stamps or Stamps()
        self.disk = disk
        self.gate = gate
        self.effects: list[Effect] = []
        self.held: list[str] = []

    def tell(self, *events: Event) -> tuple[Effect, ...]:
        """Let events happen now, one after the other; return what they led to, what the disk says included."""
        before = len(self.effects)
        for event in events:
            self.door, ordered = step(self.door, event, self.stamps.now())
            self.effects += ordered
            for effect in ordered:
                if isinstance(effect, Write):
                    self._write(effect.record)
                elif isinstance(effect, Open) and self.gate == "obeys":
                    self.tell(GateOpened(visit_id=effect.visit_id))
                elif isinstance(effect, Open) and self.gate == "jams":
                    self.tell(GateFailed(why="did not turn", visit_id=effect.visit_id))
        return tuple(self.effects[before:])

    def _write(self, record: Record) -> None:
        match self.disk:
            case "prompt":
                self.tell(Recorded(record_id=record.id))
            case "failing":
                self.tell(RecordFailed(record_id=record.id, why="no space left"))
            case "held":
                self.held.append(record.id)

    def commit(self) -> tuple[Effect, ...]:
        """Let the disk finish what it holds, oldest first."""
        held, self.held = self.held, []
        return self.tell(*(Recorded(record_id=record_id) for record_id in held))

    @property
    def doing(self) -> State | Outcome | KeypadRests | Standing:
        """What the door does in one word: its answer, the pause of its keypad, or why nobody enters."""
        door = self.door
        if door.state is State.SHOWING and door.visitor and door.visitor.decision:
            return door.visitor.decision.outcome
        if door.state is State.NOTICE and door.notice is KeypadRests.RESTS:
            return KeypadRests.RESTS
        shut = door.state is State.IDLE and door.standing is not Standing.OPEN
        return door.standing if shut else door.state

    def wait(self, seconds: float) -> tuple[Effect, ...]:
        """Let time go by, waking the door whenever it wants to be woken."""
        before = len(self.effects)
        end = self.stamps.mono + seconds
        while (wake := wake_at(self.door)) is not None and self.stamps.mono < wake < end:
            self.stamps.advance(wake - self.stamps.mono + 1e-6)
            self.tell(Tick())
        self.stamps.advance(end - self.stamps.mono)
        self.tell(Tick())
        return tuple(self.effects[before:])

    def reads(
        self, credential: Credential, *, via: Via = Via.CAMERA, side: Direction | None = None
    ) -> tuple[Effect, ...]:
        """Hold a code before the reader."""
        return self.tell(CodeRead(credential=credential, via=via, side=side))

    def is_given_a_place(self, taken: bool | None) -> tuple[Effect, ...]:
        """Let the registry answer the newest request for a place; None: it does not."""
        return self.tell(PlaceAnswered(visit_id=self.every(TakePlace)[-1].visit_id, taken=taken))

    def types(self, keys: str, *more: Key) -> tuple[Effect, ...]:
        """Press digits, then other keys."""
        return self.tell(*(KeyPressed(key=key) for key in [*map(Key, keys), *more]))

    def answers(
        self, status: Status | Colour | None, *, to: str = "", subject: str = ""
    ) -> tuple[Effect, ...]:
        """Let the registry answer the newest question, or the one about visit `to`."""
        if isinstance(status, Colour):
            status = make_status(status, since=self.stamps.wall)
        visit_id = to or self.every(Ask)[-1].visit_id
        return self.tell(Answered(visit_id=visit_id, status=status, subject=subject))

    def hears_nothing(self) -> tuple[Effect, ...]:
        """Let the newest question fail."""
        return self.tell(AskFailed(visit_id=self.every(Ask)[-1].visit_id))

    def passes(self, direction: Direction | None) -> tuple[Effect, ...]:
        """Let the sensor see somebody."""
        return self.tell(Passed(direction=direction))

    def overrides(self) -> tuple[Effect, ...]:
        """Let staff admit whoever stands there."""
        return self.tell(StaffAdmitted(by="aigul", why="paper result seen"))

    def replaces(self, **changes: Any) -> None:
        """Change fields of the door, as another event would have."""
        self.door = with_fields(self.door, changes)

    def every(self, kind: type[_T], among: Iterable[Effect] | None = None) -> list[_T]:
        """Return all effects of a kind, so far or among some."""
        return [effect for effect in (self.effects if among is None else among) if isinstance(effect, kind)]

    def records(self, kind: type[_T]) -> list[_T]:
        """Return all records of a kind that were ordered so far."""
        return [write.record for write in self.every(Write) if isinstance(write.record, kind)]

    @property
    def visits(self) -> list[Visit]:
        return self.records(Visit)

    @property
    def amendments(self) -> list[Amendment]:
        return self.records(Amendment)

    @property
    def opened(self) -> list[str]:
        """The visits for which the gate was opened."""
        return [order.visit_id for order in self.every(Open)]

    @property
    def view(self) -> View:
        """What the screen shows now. Looking at it makes no visit."""
        stamps = self.stamps
        stamp = Stamp(wall=stamps.wall, mono=stamps.mono, visit_id=make_id(0), trusted=stamps.trusted)
        return present(self.door, stamp)
