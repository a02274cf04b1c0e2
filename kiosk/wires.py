"""Every wire on the GPIO header that a configuration uses: one list for the checks, the doctor and `kiosk gate-safe`.

A new thing on pins gets its line in `_keys`. Pure: it looks at settings, never at a pin.
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

    @property
    def name(self) -> str:
        """As the settings call it: "[gate] entry_pin"."""
        return f"[{self.section}] {self.setting}"


def wires(settings: Settings) -> Iterator[Wire]:
    """Yield every wire in use, gate first. What is not wired (pin 0) is left out."""
    for section, key, output, active_high in _keys(settings):
        pin = getattr(getattr(settings, section), key)
        if pin is not None:
            yield Wire(section=section, setting=key, pin=pin, output=output, active_high=active_high)


def _keys(settings: Settings) -> Iterator[tuple[str, str, bool, bool]]:
    gate, lamp = settings.gate, settings.lamp
    if gate.driver == "gpio":
        for key in ("entry_pin", "exit_pin", "shut_pin"):
            yield "gate", key, True, gate.active_high
    if lamp.driver == "gpio":
        for key in ("red_pin", "green_pin", "blue_pin"):
            yield "lamp", key, True, lamp.active_high
