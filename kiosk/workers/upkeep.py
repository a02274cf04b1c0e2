"""What is done every so often: tell the registry how the kiosk is, and try a disk that failed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from kiosk import __version__
from kiosk.core.door.state import Door
from kiosk.core.model import Stamp
from kiosk.errors import RegistryRefused, RegistryUnreachable
from kiosk.ports import Clock

log = logging.getLogger(__name__)

LOOK_S = 5.0
UPKEEP_SILENCE_S = 60.0
"""Half of it may go into a disk that is tried again (kiosk/store/recorder.py)."""


class HeartbeatCall(Protocol):
    """The registry's heartbeat call."""

    def __call__(
        self, *, version: str, waiting: int, parked: int, inside: int, health: dict[str, str]
    ) -> datetime:
        """Tell how the kiosk is; returns the registry's time."""
        ...


class Upkeep:
    """The body of the worker that looks after things."""

    def __init__(
        self,
        *,
        door: Callable[[], Door],
        beat: HeartbeatCall,
        mend: Callable[[], None],
        heard: Callable[[bool], None],
        every_s: float,
        clock: Clock,
        tell: Callable[[Door], None] = lambda _door: None,
    ) -> None:
        """`tell` is told every few seconds how the door is, for whoever asks on this machine."""
        self._door = door
        self._beat = beat
        self._mend = mend
        self._heard = heard
        self._every_s = every_s
        self._clock = clock
        self._tell = tell

    def body(self, stop: threading.Event) -> None:
        """Work until stopped."""
        due = self._clock.mono()
        self._tell(self._door())
        while not stop.wait(min(LOOK_S, self._every_s)):
            self._mend()
            self._tell(self._door())
            if self._clock.mono() >= due:
                due = self._clock.mono() + self._every_s
                self.tell()

    def tell(self) -> None:
        """Send one heartbeat: counts and faults, no person."""
        door = self._door()
        try:
            self._beat(
                version=__version__,
                waiting=door.word.waiting,
                parked=door.word.parked,
                inside=door.people.inside,
                health=_health(door, self._clock),
            )
        except (RegistryUnreachable, RegistryRefused) as failure:
            log.warning("no heartbeat: %s", failure)
            self._heard(isinstance(failure, RegistryRefused))
        else:
            self._heard(True)


def _health(door: Door, clock: Clock) -> dict[str, str]:
    """What is broken, and what somebody should come for, by part."""
    said = {part.value: why for part, why in door.building.broken.items()}
    if door.building.alarm:
        said["fire"] = "rings"
    if door.guesses.alerts:
        said["guessing"] = f"the keypad rested {door.guesses.alerts} times since the start: numbers are tried"
    too_many = door.people_too_many(
        door.now(Stamp(wall=clock.wall(), mono=clock.mono(), visit_id="", trusted=clock.trusted()))
    )
    if too_many:
        said["over-full"] = f"{too_many} more are inside than there are places"
    return said
