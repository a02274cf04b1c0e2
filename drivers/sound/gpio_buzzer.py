"""A buzzer on a GPIO line, for a door without a loudspeaker: the same sounds in the same rhythms.

An *active* one has its own tone and knows on and off. A *passive* one is a small loudspeaker that is given the pitch
by pulse-width modulation. It must never make the loop wait, and never go on sounding when the kiosk stops.
"""

from __future__ import annotations

import atexit
import math
from enum import StrEnum
from typing import Any

from drivers.pins.pins import pins
from drivers.pins.player import STEADY, Beat, Player
from drivers.pins.timing import Timing
from drivers.sound.melodies import MELODIES, Note
from kiosk.core.effects import Sound
from kiosk.errors import DriverError, SettingsError

SILENT = Note(0.0, STEADY, 0.0)
SHORTEST_S = 0.04
"""The membrane of an active buzzer needs so long to be heard at all: a click of 20 ms would be none."""


class BuzzerKind(StrEnum):
    """What kind of buzzer it is: 3.3 V from a battery make an active one sound, and a passive one click."""

    ACTIVE = "active"
    PASSIVE = "passive"


class GpioBuzzer:
    """A buzzer on one line."""

    def __init__(
        self,
        *,
        pin: int,
        kind: BuzzerKind | str,
        volume: float = 1.0,
        active_high: bool = True,
        pin_factory: Any = None,
        timing: Timing | None = None,
    ) -> None:
        """Take the pin (a BCM number) and stay silent.

        `volume` from 0 to 1; an active buzzer knows only nought and full. `active_high` False for a module that
        sounds when its input is pulled low. Raises SettingsError, DriverError or DriverMissing.
        """
        if not 0 <= volume <= 1:
            raise SettingsError(f"sound: expected a volume from 0 (silent) to 1 (full), got {volume:g}")
        self._what = f"the buzzer on GPIO{pin}"
        self._volume = volume
        self._passive = BuzzerKind(kind) is BuzzerKind.PASSIVE
        self._sound: Sound | None = None
        with pins(self._what):
            from gpiozero import OutputDevice, PWMOutputDevice

            make = PWMOutputDevice if self._passive else OutputDevice
            self._device: Any = make(pin, active_high=active_high, pin_factory=pin_factory)
        self._player: Player[Note] = Player(
            self._what,
            "buzzer",
            perform=self._sing,
            free=(self._device.off, self._device.close),
            timing=timing,
        )
        # A stop that forgot close() must not leave it sounding: see drivers/gate/line.py.
        atexit.register(self.close)

    @property
    def playing(self) -> Sound | None:
        """What is heard now; for `doctor` and the tests."""
        return self._sound if self._player.waits else None

    def play(self, sound: Sound) -> None:
        """Start it and return at once; a newer sound ends an older one. Raises DriverError after close()."""
        shortest = 0.0 if self._passive else SHORTEST_S
        notes = [Beat(note, max(note.s, shortest) if note.level else note.s) for note in MELODIES[sound]]
        try:
            self._player.once([*notes, Beat(SILENT, STEADY)])
        except DriverError:
            self._sound = None
            raise
        self._sound = sound

    def close(self) -> None:
        """Fall silent and give the pin back."""
        atexit.unregister(self.close)
        self._player.close()

    def _sing(self, note: Note) -> None:
        loud = note.level * self._volume
        with pins(self._what):
            if not self._passive:
                self._device.value = loud > 0
                return
            if loud > 0:
                self._device.frequency = note.hz
            # The base tone of a square wave is as loud as the sine of its duty cycle: half on is loudest.
            self._device.value = math.asin(loud) / math.pi
