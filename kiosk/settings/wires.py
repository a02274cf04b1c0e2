"""Every wire on the GPIO header that a configuration uses: one list for the checks, the doctor and `kiosk gate-safe`.

A new thing on pins gets its line in `_outputs` or `_inputs`. Pure: it looks at settings, never at a pin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One pin with what hangs on it."""

    section: str
    setting: str
    pin: int
    """BCM."""
    output: bool
    """Whether the kiosk drives it."""
    active_high: bool = True
    polarity: str = ""
    """The key that says so, in the same section; empty for what the kiosk only reads."""

    @property
    def name(self) -> str:
        """As the settings call it: "[gate] entry_pin"."""
        return f"[{self.section}] {self.setting}"


def wires(settings: Settings) -> Iterator[Wire]:
    """Yield every wire in use, gate first. What is not wired (pin 0) is left out."""
    for section, key, polarity in _outputs(settings):
        values = getattr(settings, section)
        pin = getattr(values, key)
        if pin is not None:
            high = getattr(values, polarity)
            yield Wire(
                section=section, setting=key, pin=pin, output=True, active_high=high, polarity=polarity
            )
    for section, key in _inputs(settings):
        pins = getattr(getattr(settings, section), key)
        for pin in pins if isinstance(pins, tuple) else (pins,):
            if pin is not None:
                yield Wire(section=section, setting=key, pin=pin, output=False)


def _inputs(settings: Settings) -> Iterator[tuple[str, str]]:
    for key in ("first_pin", "second_pin")[: settings.passage.driver.lines]:
        yield "passage", key
    if (
        settings.keypad.driver == "matrix"
    ):  # its rows are driven too, and harmless: they are no outputs to put to rest
        yield "keypad", "row_pins"
        yield "keypad", "column_pins"
    if settings.alarm.driver == "gpio":
        yield "alarm", "alarm_pin"


def _outputs(settings: Settings) -> Iterator[tuple[str, str, str]]:
    if settings.gate.driver == "gpio":
        for key in ("entry_pin", "exit_pin", "shut_pin"):
            yield "gate", key, "active_high"
    for key in lamp_keys(settings):
        yield "lamp", key, "active_high"
    if settings.sound.driver == "buzzer":
        yield "sound", "buzzer_pin", "buzzer_active_high"


def lamp_keys(settings: Settings) -> tuple[str, ...]:
    """Return the keys of the lamp's outputs, in the order of its colours."""
    lights = {"rgb": ("red", "green", "blue"), "traffic-light": settings.lamp.lights}
    return tuple(f"{light}_pin" for light in lights.get(settings.lamp.driver, ()))
