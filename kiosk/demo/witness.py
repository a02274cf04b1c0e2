"""Somebody who stands by the door and remembers everything that it showed: for the terminal line and the last table."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kiosk.core.door.state import Door, State
from kiosk.core.effects import Effect, Open
from kiosk.core.events import Event
from kiosk.core.ids import reference
from kiosk.core.model import Colour, Direction, Outcome, Reason, Via


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One answer on the screen. Knows no visitor."""

    visit_id: str
    at: datetime
    direction: Direction
    via: Via
    outcome: Outcome
    reason: Reason
    colour: Colour | None
    incident: bool
    opened: bool

    @property
    def reference(self) -> str:
        """The short number under a refusal."""
        return reference(self.visit_id)


class Witness:
    """Watches the loop from its own thread's call, and lets another thread wait for what it sees."""

    def __init__(self, now: Callable[[], datetime], tell: Callable[[Shown], None]) -> None:
        self.shown: list[Shown] = []
        self._now = now
        self._tell = tell
        self._door: Door | None = None
        self._changed = threading.Condition()

    def watch(self, door: Door, _event: Event, effects: tuple[Effect, ...]) -> None:
        """Take in what the loop just did (called in the loop's thread)."""
        with self._changed:
            before, self._door = self._door, door
            shown = self._answer(before, door, effects)
            if shown is not None:
                self.shown.append(shown)
                self._tell(shown)  # before anybody who waits for it goes on
            self._changed.notify_all()

    def wait(self, seen: Callable[[Door], bool], within_s: float) -> bool:
        """Wait until the door is as `seen` wants it; False after `within_s` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._door is not None and seen(self._door), within_s)

    def wait_shown(self, count: int, within_s: float) -> Shown | None:
        """Wait for answer number `count`; None after `within_s` seconds."""
        with self._changed:
            there = self._changed.wait_for(lambda: len(self.shown) >= count, within_s)
            return self.shown[count - 1] if there else None

    def _answer(self, before: Door | None, door: Door, effects: tuple[Effect, ...]) -> Shown | None:
        visitor = door.visitor
        decision = visitor.decision if visitor else None
        entered = before is None or before.state is not State.SHOWING or before.visitor is not visitor
        if door.state is not State.SHOWING or not entered or visitor is None or decision is None:
            return None
        return Shown(
            visit_id=visitor.visit_id,
            at=self._now(),
            direction=visitor.direction,
            via=visitor.via,
            outcome=decision.outcome,
            reason=decision.reason,
            colour=decision.colour,
            incident=decision.incident,
            opened=any(isinstance(effect, Open) for effect in effects),
        )
