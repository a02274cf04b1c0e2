"""The wire that shuts a gate: the "stop" of a turnstile, the "close" of a barrier, on a relay of its own.

It pulses once nobody is on the way any more. It must never shut the gate on somebody else who is still on the way, and
it is no safety: a kiosk that died shuts nothing, so the gate's own timer has to be set as well (docs/wiring).
"""

from __future__ import annotations

import logging
import threading

from drivers.gate_line import Line
from drivers.timing import Timing
from kiosk.core.model import Direction
from kiosk.errors import DriverError

LOG = logging.getLogger(__name__)

_STOP_S = 2.0


class Shutter:
    """The shutting line, and who is on the way through the gate."""

    def __init__(self, line: Line, *, hold_s: float, timing: Timing) -> None:
        """Take over `line`; `hold_s` is how many seconds one person has."""
        self._line = line
        self._hold_s = hold_s
        self._timing = timing
        self._lock = threading.Lock()  # protects _until and _closed
        self._until: dict[Direction, float] = {}
        """Until when who goes this way may pass."""
        self._closed = False
        self._alarm = timing.alarm()
        self._worker = threading.Thread(target=self._work, name="gate-shutter", daemon=True)
        self._worker.start()

    def expect(self, way: Direction) -> None:
        """Somebody was let through that way, from now on for `hold_s`. A shutting pulse that still runs ends."""
        with self._lock:
            self._until[way] = self._timing.now() + self._hold_s
            self._line.rest()
            self._alarm.ring()

    def passed(self, way: Direction) -> None:
        """They have passed: shut, unless the other way is still waited for. Raises DriverError."""
        with self._lock:
            if self._until.pop(way, None) is None or self._until:
                return
            self._alarm.ring()
            self._line.pulse()

    def close(self) -> None:
        """Wait for nobody any more, and leave the line without power."""
        with self._lock:
            self._closed = True
            self._until.clear()
        self._alarm.ring()
        self._line.close()
        if threading.current_thread() is not self._worker:
            self._worker.join(_STOP_S)

    def _work(self) -> None:
        with self._alarm:
            try:
                while not self._closed:
                    self._alarm.wait(self._end_of_time())
            except Exception:
                LOG.exception("the gate's shutter broke; from now on it shuts only after who passed")

    def _end_of_time(self) -> float | None:
        """Shut where the last one's time is up; return when to look again."""
        with self._lock:
            now = self._timing.now()
            waited_for = bool(self._until)
            self._until = {way: until for way, until in self._until.items() if until > now}
            if waited_for and not self._until:
                try:
                    self._line.pulse()
                except DriverError as error:
                    LOG.error("the gate was not shut: %s", error)
            return min(self._until.values(), default=None)
