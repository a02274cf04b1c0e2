"""The lamp: one GPIO line for each of its colours, an RGB lamp or a column, that tells from afar what the screen tells.

It plays `drivers/lamp/rhythms.py` in the colours of `drivers/lamp/palettes.py`. It must never keep a colour that nobody stands for: when the kiosk
stops it goes dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drivers.lamp.palettes import LampPalette, Levels, beats_of
from drivers.pins.pins import pins
from drivers.pins.player import Player
from drivers.pins.timing import Timing
from kiosk.core.effects import Signal
from kiosk.core.model import Colour


class GpioLamp:
    """A lamp of some outputs."""

    def __init__(
        self,
        *,
        outputs: Sequence[int],
        palette: LampPalette,
        active_high: bool = True,
        dimmable: bool,
        pin_factory: Any = None,
        timing: Timing | None = None,
    ) -> None:
        """Take the pins (BCM numbers, in the order of the palette) and stay dark until the first signal.

        `active_high` False for a common anode, or a relay board that switches when it is pulled low. `dimmable` False
        where relays switch the lamp: pulse-width modulation would wear them out in a day. `pin_factory` None is
        gpiozero's own choice. Raises DriverError or DriverMissing.
        """
        what = f"the lamp on GPIO{', '.join(map(str, outputs))}"
        self._what = what
        self._palette = palette
        self._dimmable = dimmable
        with pins(what):
            from gpiozero import LEDBoard

            self._leds = LEDBoard(*outputs, pwm=dimmable, active_high=active_high, pin_factory=pin_factory)
        self._player: Player[Levels] = Player(
            what, "lamp", perform=self._light, free=(self._leds.off, self._leds.close), timing=timing
        )

    def show(self, signal: Signal, colour: Colour | None, fault: int = 0) -> None:
        """Change at once and return; the same signal again keeps its rhythm. Raises DriverError where it is gone."""
        self._player.repeat(beats_of(signal, colour, self._palette, dimmable=self._dimmable, fault=fault))

    def close(self) -> None:
        """Go dark and give the pins back."""
        self._player.close()

    def _light(self, levels: Levels) -> None:
        with pins(self._what):
            self._leds.value = levels
