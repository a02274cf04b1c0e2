"""How closely a frame is looked at: not at all, at half its size, or pixel by pixel.

Half the size takes a tenth of the time, because the sensor's noise has averaged out, and reads all but the smallest codes. It must
never be all that a visitor gets: what is surely like a code is looked at pixel by pixel in every frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from kiosk.ports import Decoder, Grey, Reading
from kiosk.reader.motion import Box
from kiosk.reader.places import in_frame

HEARTBEAT_S = 1.0
"""The whole frame is looked at this often whatever the gate says: a code that was there at start, a phone held quite still."""
CLOSE_EVERY = 3
"""Of the looks at what is not surely like a code, every third is pixel by pixel; and so are so many heartbeats after a movement."""


@dataclass(frozen=True, slots=True)
class Look:
    """What of a frame is looked at."""

    box: Box
    close: bool
    """Pixel by pixel, not at half the size."""

    def decode(self, engine: Decoder, frame: Grey) -> list[Reading]:
        """Return what the engine reads there, corners in pixels of the frame."""
        part = self.box.of(frame)
        if self.close or min(part.shape) < 2:
            return in_frame(engine.decode(part), left=self.box.left, top=self.box.top)
        rows, columns = (side // 2 for side in part.shape)
        half = cv2.resize(part[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA)
        return in_frame(engine.decode(half), left=self.box.left, top=self.box.top, scale=2)


class Looks:
    """Chooses the look at each frame. Time comes in, in seconds."""

    def __init__(self) -> None:
        self._beat_at: float | None = None
        self._close_beats = CLOSE_EVERY
        self._passed = 0
        """Looks since the last close one."""

    def choose(self, frame: Grey, moved: Box | None, mono: float, *, sure: bool) -> Look | None:
        """Return the look at this frame; None for an empty hall between heartbeats. `sure`: something is surely like a code."""
        beat = self._beat_at is None or mono - self._beat_at >= HEARTBEAT_S
        if moved is not None:
            self._close_beats = CLOSE_EVERY
        elif not beat:
            return None
        self._passed += 1
        close = sure or self._passed >= CLOSE_EVERY
        if beat:
            self._beat_at = mono
            close = close or self._close_beats > 0
            self._close_beats -= self._close_beats > 0
        if close:
            self._passed = 0
        return Look(Box.whole(frame) if beat or moved is None else moved, close)

    def note_reading(self) -> None:
        """Something was read: where it is held quite still, the next heartbeats must not miss it."""
        self._close_beats = CLOSE_EVERY
