"""The wire that shuts a gate: the "stop" of a turnstile, the "close" of a barrier, on a relay of its own.

It pulses once nobody is on the way any more. It must never shut the gate on somebody else who is still on the way, and
it is no safety: a kiosk that died shuts nothing, so the gate's own timer has to be set as well (docs/wiring).
"""

from __future__ import annotations

import logging
import threading

from drivers.gate.line import GateLine
from drivers.pins.player import STEADY, Beat, Player
from drivers.pins.timing import Timing
from kiosk.core.model import Direction
from kiosk.errors import DriverError

LOG = logging.getLogger(__name__)

_WAIT, _SHUT = False, True


class Shutter:
    """The shutting line, and who is on the way through the gate."""

    def __init__(self, line: GateLine, *, hold_s: float, timing: Timing) -> None:
        """Take over `line`; `hold_s` is how many seconds one person has."""
        self._line = line
        self._hold_s = hold_s
        self._timing = timing
        self._lock = threading.Lock()  # protects _until
        self._until: dict[Direction, float] = {}
        """Until when who goes this way may pass."""
        self._player: Player[bool] = Player(
            "the gate's shutter", "gate-shutter", perform=self._time_is_up, free=(line.close,), timing=timing
        )

    def expect(self, way: Direction) -> None:
        """Somebody was let through that way, from now on for `hold_s`. A shutting pulse that still runs ends."""
        with self._lock:
            self._player.once([Beat(_WAIT, self._hold_s), Beat(_SHUT, STEADY)])
            self._until[way] = self._timing.now() + self._hold_s
            self._line.rest()

    def passed(self, way: Direction) -> None:
        """They have passed: shut, unless the other way is still waited for. Raises DriverError."""
        with self._lock:
            now = self._timing.now()
            self._until = {each: until for each, until in self._until.items() if until > now}
            if self._until.pop(way, None) is None or self._until:
                return
            self._player.once([Beat(_WAIT, STEADY)])
            self._line.pulse()

    def close(self) -> None:
        """Wait for nobody any more, and leave the line without power."""
        with self._lock:
            self._until.clear()
        self._player.close()

    def _time_is_up(self, shut: bool) -> None:
        """Shut, on the player's thread: the last one's time is the latest, so nobody is waited for."""
        if not shut:
            return
        try:
            self._line.pulse()
        except DriverError as error:
            LOG.error("the gate was not shut: %s", error)
