"""A 4x3 or 4x4 matrix keypad on GPIO: rows are pulled to ground one after the other, columns are looked at.

At rest every row is low, so that any key pulls its column down and wakes the driver: nothing is scanned while nobody types.
It must never drive a row high: with two keys of a column held that would be a short circuit between two outputs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from drivers.keypad.matrix_keys import KEYS, Fingers, KeyPlace
from drivers.pins.pins import pins
from drivers.pins.timing import RealTime, Timing
from kiosk.core.strokes import Stroke
from kiosk.errors import DriverError

SCAN_S = 0.008
"""Between two looks while a key is down: three of them within the bounce time."""


class MatrixKeypad:
    """A keypad of four rows and three or four columns."""

    def __init__(
        self,
        *,
        rows: Sequence[int],
        columns: Sequence[int],
        bounce_s: float = 0.02,
        pin_factory: Any = None,
        timing: Timing | None = None,
    ) -> None:
        """Take the pins (BCM numbers): rows from the top, columns from the left.

        `bounce_s`: a key is down when it was for so long. Raises DriverError or DriverMissing.
        """
        if len(rows) != 4 or len(columns) not in (3, 4):
            raise DriverError(
                f"expected 4 rows and 3 or 4 columns, found {len(rows)} and {len(columns)}: "
                "see [keypad] row_pins and column_pins"
            )
        numbers = ", ".join(f"GPIO{number}" for number in (*rows, *columns))
        self._what = f"the matrix keypad on {numbers}"
        self._fingers = Fingers(bounce_s)
        self._strokes: deque[Stroke] = deque()
        self._timing = timing or RealTime()
        self._alarm = self._timing.alarm()
        self._rows: list[Any] = []
        self._columns: list[Any] = []
        self._closed = False
        try:
            with pins(self._what):
                from gpiozero import DigitalInputDevice, InputDevice

                for number in rows:
                    self._rows.append(
                        InputDevice(number, pull_up=None, active_state=True, pin_factory=pin_factory)
                    )
                for number in columns:
                    self._columns.append(DigitalInputDevice(number, pull_up=True, pin_factory=pin_factory))
                for column in self._columns:
                    column.when_activated = self._wake
                self._rest()
        except BaseException:
            self.close()
            raise

    def read(self, wait_s: float) -> Stroke | None:
        """Return the next key that went down or up, or None after `wait_s` seconds. Raises DriverError when the pins are gone."""
        deadline = self._timing.now() + wait_s
        while True:
            if self._closed:
                raise DriverError("the keypad is closed: it was read after the kiosk's stop")
            if self._strokes:
                return self._strokes.popleft()
            now = self._timing.now()
            with pins(self._what):
                awake = not self._fingers.idle or any(column.value for column in self._columns)
                moved = self._fingers.see(self._scan(), now) if awake else []
            self._strokes += [Stroke(KEYS[place], down=down) for place, down in moved]
            if self._strokes:
                continue
            if now >= deadline:
                return None
            self._alarm.wait(deadline if self._fingers.idle else min(deadline, now + SCAN_S))

    def close(self) -> None:
        """Give the pins back. May be called twice."""
        self._closed = True
        for device in (*self._rows, *self._columns):
            with suppress(Exception):
                device.close()
        self._rows.clear()
        self._columns.clear()
        self._alarm.ring()

    def _wake(self) -> None:
        self._alarm.ring()

    def _scan(self) -> frozenset[KeyPlace]:
        """Return the keys that are down: each row alone is pulled to ground, the others float."""
        down = set()
        for row in self._rows:
            row.pin.function = "input"
        for number, row in enumerate(self._rows):
            row.pin.output_with_state(0)
            down |= {(number, column) for column, wire in enumerate(self._columns) if wire.value}
            row.pin.function = "input"
        self._rest()
        return frozenset(down)

    def _rest(self) -> None:
        for row in self._rows:
            row.pin.output_with_state(0)
