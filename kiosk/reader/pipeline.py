"""The order in which a frame is looked at: gate, first engine where something moved, second engine sparingly.

It knows the engines only as ports and the time only as an argument. It must never cost more than the door can pay: an empty
hall is the gate alone, a crowd is the first engine on the moving box.
"""

from __future__ import annotations

import dataclasses
import itertools

import cv2

from kiosk.ports import Decoder, Grey, Reading
from kiosk.reader.likeness import looks_like_code
from kiosk.reader.motion import Box, MotionGate

HEARTBEAT_S = 1.0
"""A full frame is decoded this often whatever the gate says: a code that was there at start, a phone held quite still."""
RATION = 3
"""The second engine gets at most one in this many frames that moved and were missed."""
SHRINK = 0.7
"""The second engine's scale: ZBar reads photographed screens at a reduced size that it misses at full (facts-reader.md 3)."""
SMALLEST = 40
"""Pixels: a part that is smaller on either side holds no code."""


class Reader:
    """Finds the codes in a camera's frames. Not for two threads at once: it remembers what the hall looks like."""

    def __init__(self, first: Decoder, second: Decoder | None = None) -> None:
        self._first = first
        self._second = second
        self._gate = MotionGate()
        self._whole_at: float | None = None
        self.moved_at = float("-inf")
        """When something last moved before the camera, in seconds of the monotonic clock."""
        self.moved: Box | None = None
        """What moved in the last frame that was read."""
        self._misses = itertools.count(1)

    def read(self, frame: Grey, mono: float) -> list[Reading]:
        """Return the codes in the frame, the one nearest the middle first; corners are in pixels of `frame`.

        `mono` is the monotonic time of the frame in seconds. A code that is held still is not seen in every frame, but at
        least once in HEARTBEAT_S.
        """
        moved = self.moved = self._gate.look(frame, mono)
        if moved is not None:
            self.moved_at = mono
        if self._whole_at is None or mono - self._whole_at >= HEARTBEAT_S:
            self._whole_at = mono
            found = self._first.decode(frame)
        elif moved is not None:
            found = _shifted(self._first.decode(moved.of(frame)), moved)
        else:
            return []
        if not found and moved is not None:
            found = self._second_opinion(frame, moved)
        return sorted(found, key=lambda reading: _off_centre(reading, frame))

    def _second_opinion(self, frame: Grey, moved: Box) -> list[Reading]:
        part = moved.of(frame)
        if self._second is None or min(part.shape) < SMALLEST or next(self._misses) % RATION:
            return []
        if not looks_like_code(part):
            return []
        small = cv2.resize(part, None, fx=SHRINK, fy=SHRINK, interpolation=cv2.INTER_AREA)
        return _shifted(self._second.decode(small), moved, scale=1 / SHRINK)


def _shifted(found: list[Reading], box: Box, scale: float = 1.0) -> list[Reading]:
    """Return the readings with corners in pixels of the frame instead of the box."""
    return [
        dataclasses.replace(
            reading,
            corners=tuple(
                (round(x * scale) + box.left, round(y * scale) + box.top) for x, y in reading.corners
            ),
        )
        for reading in found
    ]


def _off_centre(reading: Reading, frame: Grey) -> float:
    """Return the squared distance in pixels from the middle of the frame; one without corners comes last."""
    if not reading.corners:
        return float("inf")
    height, width = frame.shape
    x = sum(x for x, _ in reading.corners) / len(reading.corners) - width / 2
    y = sum(y for _, y in reading.corners) / len(reading.corners) - height / 2
    return x * x + y * y
