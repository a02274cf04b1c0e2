"""The real clock and the real ids. Whoever begins something (a door, a command, the demo) makes one;
everything below is handed it, or a moment."""

from __future__ import annotations

import ctypes
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from kiosk.core.ids import REST_BYTES, TIME_BYTES, uuid7

HAS_PASSED = datetime(2026, 11, 1, tzinfo=UTC)
"""This release was made later: a clock before this is wrong, whoever set it."""
_FIRST_MS, _LAST_MS = (
    int(moment.timestamp() * 1000) for moment in (HAS_PASSED, datetime(2100, 1, 1, tzinfo=UTC))
)
TRUST_LOOK_S = 5.0
"""How often the kernel is asked whether the clock is synchronised."""
_TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""


def synchronised() -> bool:
    """Whether the kernel holds the clock for synchronised, by whatever daemon (timesyncd, chrony, ntpd, PTP).

    A Pi has no clock battery: after a power cut without network it is late, never early (docs/facts.md#a-late-clock).
    """
    timex = ctypes.create_string_buffer(512)  # struct timex, zeroed: modes 0 only reads
    try:
        return int(ctypes.CDLL(None).adjtimex(timex)) not in (_TIME_ERROR, -1)
    except (OSError, AttributeError):
        return False


class SystemClock:
    """Port `Clock`, from the machine."""

    def __init__(self) -> None:
        self._trusted = False
        self._looked_at = float("-inf")

    def wall(self) -> datetime:
        """UTC."""
        return datetime.now(UTC)

    def mono(self) -> float:
        """Seconds, never backwards."""
        return time.monotonic()

    def trusted(self) -> bool:
        """Whether the wall clock is known to be right; looked up every few seconds."""
        now = time.monotonic()
        if now - self._looked_at >= TRUST_LOOK_S:
            self._looked_at = now
            self._trusted = synchronised()
        return self._trusted


def new_id(unix_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> str:
    """Return a UUIDv7 (RFC 9562): sorts by the time at which it was made, to the millisecond.

    By a clock that is certainly wrong it is made of this release's own time: the store takes an id of our years only, and a
    clock of 1970 must not keep a visit from being recorded.
    """
    ms = unix_ms()
    if not _FIRST_MS <= ms <= _LAST_MS:
        ms = _FIRST_MS
    return uuid7(ms.to_bytes(TIME_BYTES), secrets.token_bytes(REST_BYTES))


def boot_id() -> str | None:
    """Return the kernel's id of this start of the machine, a UUIDv4; None where it has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return None
