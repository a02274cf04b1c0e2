"""A passage with a sensor and people in it, without either: for tests and for the demo.

It obeys the physics of both: a body is deeper than the beams are apart, a hand reaches in and is drawn back, a contact
bounces, dirt stays. Above the pins it is the real driver. It must never be told what to answer.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from gpiozero.pins.mock import MockFactory

from drivers.sensors.passage_sensor import GpioPassageSensor
from kiosk.core.crossings import Sensor
from kiosk.core.events import Passed
from kiosk.core.model import Direction

PINS = (23, 24)
APART_M = 0.08
"""How far the two beams are apart."""
DEEP_M = 0.28
"""How deep a body is, at the height of the hip."""
PACE_M_S = 1.2


class FakePassage:
    """The real driver on mock pins. `walk(ENTRY)`, `walk(ENTRY, behind_m=0.4)`, `reach(ENTRY)`, `block(0)`, `clear(0)`.

    Its clock goes only as people move and by `wait`.
    """

    def __init__(self, sensor: Sensor | str, *, bounce_s: float = 0.02, bounces: int = 2) -> None:
        self.sensor = Sensor(sensor)
        self._lock = threading.Lock()  # of the clock
        self._now = 0.0
        self._bounce_s, self._bounces = bounce_s, bounces
        self._pins = MockFactory()
        self._wires = [self._pins.pin(f"GPIO{number}") for number in PINS[: self.sensor.lines]]
        self._real = GpioPassageSensor(
            self.sensor,
            PINS[: self.sensor.lines],
            bounce_s=bounce_s,
            now=self.now,
            pin_factory=self._pins,
        )

    @property
    def fault(self) -> str:
        """What keeps it from seeing."""
        return self._real.fault

    def now(self) -> float:
        """Seconds of its own clock."""
        with self._lock:
            return self._now

    def wait(self, seconds: float) -> None:
        """Let time go by with nobody there."""
        with self._lock:
            self._now += seconds

    def walk(self, way: Direction, *, deep_m: float = DEEP_M, pace_m_s: float = PACE_M_S) -> None:
        """Let somebody go all the way through, and be gone."""
        if self.sensor in (Sensor.CONTACT, Sensor.CONTACTS):
            line = int(self.sensor is Sensor.CONTACTS and way is Direction.EXIT)
            self._steps([(0.2, line, True), (0.15, line, False)])
        else:
            lines = self._order(way)
            body = [(n * APART_M, line, True) for n, line in enumerate(lines)]
            body += [(n * APART_M + deep_m, line, False) for n, line in enumerate(lines)]
            self._move(body, pace_m_s)
        self.wait(5 * self._bounce_s)

    def reach(self, way: Direction, *, far_m: float = APART_M / 2, pace_m_s: float = PACE_M_S) -> None:
        """Let a hand or a bag go `far_m` past the first beam of that way, and be drawn back."""
        beams = [(n * APART_M, line) for n, line in enumerate(self._order(way)) if n * APART_M <= far_m]
        there = [(at, line, True) for at, line in beams]
        back = [(2 * far_m - at, line, False) for at, line in reversed(beams)]
        self._move([*there, *back], pace_m_s)
        self.wait(5 * self._bounce_s)

    def block(self, line: int) -> None:
        """Put a thing before a beam, or hold a contact."""
        self._edge(line, on=True)

    def clear(self, line: int) -> None:
        """Take it away."""
        self._edge(line, on=False)

    def read(self, wait_s: float) -> Passed | None:
        """Return the next passage, as the real one does."""
        return self._real.read(wait_s)

    def close(self) -> None:
        """Give the pins back."""
        self._real.close()

    def _order(self, way: Direction) -> list[int]:
        lines = list(range(len(self._wires)))
        return lines if way is Direction.ENTRY else lines[::-1]

    def _move(self, points: Iterable[tuple[float, int, bool]], pace_m_s: float) -> None:
        """Edges at their places along the way -> edges after each other."""
        at = 0.0
        steps = []
        for place, line, on in sorted(points, key=lambda point: point[0]):
            steps.append(((place - at) / pace_m_s, line, on))
            at = place
        self._steps([(self._bounce_s * 2, *steps[0][1:]), *steps[1:]] if steps else [])

    def _steps(self, steps: Iterable[tuple[float, int, bool]]) -> None:
        for pause_s, line, on in steps:
            self.wait(pause_s)
            self._edge(line, on=on)

    def _edge(self, line: int, *, on: bool) -> None:
        """Change a level as a contact does: it bounces for less than the driver's time."""
        wire = self._wires[line]
        for _ in range(self._bounces):
            (wire.drive_low if on else wire.drive_high)()
            self.wait(self._bounce_s / (10 * self._bounces))
            (wire.drive_high if on else wire.drive_low)()
            self.wait(self._bounce_s / (10 * self._bounces))
        (wire.drive_low if on else wire.drive_high)()
