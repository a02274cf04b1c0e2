"""By which clock of which boot a record's time was read, so that it can be put right when the time becomes known.

A Pi has no clock battery: after a power cut without a network its wall clock is late until somebody tells it the time,
but its monotonic clock goes well. Every row bears both.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from kiosk.ports import Clock

_BOOT_ID = re.compile(
    r"(?!00000000-0000-)[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RowTimes:
    """Writes boot and monotonic time on rows. The wall clock may be set in between: each `at` is read by its own."""

    def __init__(self, clock: Clock, boot_id: str | None) -> None:
        self._clock = clock
        # A strange one must not cost a record: it is only not put right.
        self._boot_id = boot_id if boot_id and _BOOT_ID.fullmatch(boot_id) else None
        self._untrusted_s = self._offset_s()

    def on(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the row with `boot_id` and `mono_s`; `time_trusted` says by which clock its `at` was read."""
        offset_s = self._offset_s()
        if not self._clock.trusted():
            self._untrusted_s = offset_s
        unix_s = (datetime.fromisoformat(row["at"]) - _EPOCH).total_seconds()
        # A clock that the kernel trusts and the door does not (it is behind what was signed) is read as it stands now.
        offsets_s = (offset_s,) if row["time_trusted"] else (self._untrusted_s, offset_s)
        written = self._clock.mono() + 1
        could_be = [mono_s for each in offsets_s if 0 <= (mono_s := round(unix_s - each, 3)) <= written]
        if self._boot_id is None or not could_be:
            return row
        return {**row, "boot_id": self._boot_id, "mono_s": max(could_be)}

    def _offset_s(self) -> float:
        """Unix time minus monotonic time."""
        return (self._clock.wall() - _EPOCH).total_seconds() - self._clock.mono()


def offset_ms_of(wall: datetime, mono: float) -> int:
    """Return by how many milliseconds a wall clock is ahead of the monotonic one."""
    return round(((wall - _EPOCH).total_seconds() - mono) * 1000)


def moment_of(mono_s: float, mono_to_wall_offset_ms: int) -> datetime:
    """Return the moment of a monotonic time, once it is known how far the wall clock is ahead of it."""
    return _EPOCH + timedelta(seconds=mono_s, milliseconds=mono_to_wall_offset_ms)
