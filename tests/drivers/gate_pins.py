"""Mock pins as wires are, whole and broken, and gates on them."""

from contextlib import contextmanager

from gpiozero.pins.mock import MockPin

from drivers.gate.gpio_gate import GpioGate
from tests.drivers.gate_contract import MAX_ON_S, PULSE_S

ENTRY, EXIT, SHUT = 17, 27, 22


class RecordingPin(MockPin):
    """Remembers every level that the wire was given, the last thing it was as an output included."""

    def __init__(self, factory, info):
        super().__init__(factory, info)
        self.levels = []

    def _set_state(self, value):
        super()._set_state(value)
        if self.levels[-1:] != [bool(value)]:
            self.levels.append(bool(value))


class DeadPin(RecordingPin):
    """A wire that the kernel will not drive."""

    def _set_state(self, value):
        if value:
            raise OSError(5, "Input/output error")
        super()._set_state(value)


class ShortedPin(RecordingPin):
    """A wire that is tied to ground: it takes every order and stays low."""

    def _get_state(self):
        return False


class StickingPin(RecordingPin):
    """A wire that goes high and will not come down by being told."""

    def _set_state(self, value):
        if not value and self.levels[-1:] == [True]:
            raise OSError(5, "Input/output error")
        super()._set_state(value)


@contextmanager
def gates(pins, time, **always):
    """Yield a function that makes a gate; every one that was made is closed at the end."""
    made = []

    def build(**options):
        defaults = {
            "entry_pin": ENTRY,
            "pulse_s": PULSE_S,
            "max_on_s": MAX_ON_S,
            "pin_factory": pins,
            "timing": time,
        }
        made.append(GpioGate(**(defaults | always | options)))
        return made[-1]

    yield build
    for gate in made:
        gate.close()
