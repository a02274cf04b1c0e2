"""How long a gate's line may be on: one pulse from now, and no more than its coil can bear.

Pure arithmetic, shared by the real gate and its fake. It must never touch a pin, a clock or a thread.
"""

from __future__ import annotations

from kiosk.errors import DriverError, SettingsError


class Duty:
    """The pulses of one line.

    A coil that is on warms up second by second, and cools down as fast while it is off. `max_on_s` is how many
    seconds of being on it bears: so it is never on for longer in one go, and in the long run at most half of the
    time, however fast people follow each other. A limit on one pulse alone would not do: pulses that follow each
    other after a gap of a millisecond burn a coil as well.
    """

    def __init__(self, *, pulse_s: float, max_on_s: float) -> None:
        """Raise SettingsError unless 0 < pulse_s <= max_on_s (seconds; infinite for a coil that may stay on)."""
        if not 0 < pulse_s <= max_on_s:
            raise SettingsError(
                f"gate: expected a pulse_s above 0 and at most max_on_s, got pulse_s = {pulse_s:g} and "
                f"max_on_s = {max_on_s:g}: shorten the pulse or raise the limit"
            )
        self.pulse_s = pulse_s
        """Seconds of one pulse."""
        self._max_on_s = max_on_s
        self._since = 0.0
        self._warmth_s = 0.0  # at `_since`
        self.until: float | None = None
        """When the line goes off, on the clock of the `now` that was given; None: it never was on."""

    def on(self, now: float) -> bool:
        """Return whether the line is to be on."""
        return self.until is not None and now < self.until

    def pulse(self, now: float) -> None:
        """Let the line be on for one pulse from `now`. Raises DriverError, and changes nothing, beyond the limit."""
        warmth = self._warmth(now)
        # A nanosecond of grace: sums of floats must not refuse a pulse that is exactly as long as the limit.
        over = warmth + self.pulse_s - self._max_on_s
        if over > 1e-9:
            left = self.until - now if self.until is not None and self.on(now) else 0.0
            raise DriverError(
                f"the gate has been on for {warmth:.1f} s with too little pause, its limit is {self._max_on_s:g} s: "
                f"it takes the next pulse in {left + max(0.0, over + left):.1f} s. If people do pass that fast, "
                "raise max_on_s to what the lock's data sheet allows"
            )
        self._warmth_s = warmth
        self._since = now
        self.until = now + self.pulse_s

    def cut(self, now: float) -> None:
        """End the pulse here."""
        if self.until is not None and self.on(now):
            self.until = now

    def _warmth(self, now: float) -> float:
        if self.until is None:
            return 0.0
        on = min(now, self.until) - self._since
        off = max(0.0, now - self.until)
        return max(0.0, self._warmth_s + on - off)
