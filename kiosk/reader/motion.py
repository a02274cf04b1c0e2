"""The motion gate: is anything before the camera that was not there before, and where?

It decides in about 0.1 ms whether a frame is worth 2 ms, on every 8th pixel. It must never decide that nothing is there for
ever: what it takes for background is learned slowly, and the pipeline looks at a full frame once a second all the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.ports import Grey

STEP = 8
"""Pixels from one looked-at pixel to the next, both ways."""
PAD = 5
"""Cells around what moved: the quiet zone, and the edge of a phone that is as bright as the wall behind it."""
CELLS = 4
"""Fewer changed cells than this are noise: a code that can be read covers hundreds."""
STEP_GREY = 10.0
"""Grey levels of change that always count as noise in a lit hall; the measured noise comes on top."""
DARK_STEP_GREY = 4.0
"""The same in a dark one, where a sheet of paper is hardly brighter than the wall."""
STEP_SHARE = 0.2
"""What counts as noise is no more than this share of the hall's brightness, between the two."""
NOISES = 6.0
"""How many times the median change a change must be."""
MOST_NOISE = 4.0
"""Grey levels: a larger median is no noise but a visitor who fills the picture, and must not put the gate to sleep."""
STILL_TAU_S = 1.0
"""How fast a still cell follows the light."""
MOVED_TAU_S = 6.0
"""How fast a moved cell becomes background: a phone held quite still must be looked at for as long as its owner is patient."""
LONGEST_STEP_S = 1.0
"""Time between two frames counts for no more: after a pause the background is old, not right."""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a frame, in pixels; `right` and `bottom` are outside."""

    left: int
    top: int
    right: int
    bottom: int

    def of(self, frame: Grey) -> Grey:
        """Return that part as a view."""
        return frame[self.top : self.bottom, self.left : self.right]

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """In pixels."""
        return self.width * self.height

    def moved(self, x: int, y: int) -> Box:
        """Return the box so many pixels further right and down."""
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def overlap(self, other: Box) -> int:
        """Return how many pixels both have."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0, width) * max(0, height)

    @classmethod
    def whole(cls, frame: Grey) -> Box:
        """Return the box of the entire frame."""
        height, width = frame.shape
        return cls(0, 0, width, height)


class MotionGate:
    """Remembers the hall as it is when nobody is there. Starts anew when the frame's size changes."""

    def __init__(self) -> None:
        self._hall: NDArray[np.float32] | None = None
        self._seen_at = 0.0
        self._moved: NDArray[np.uint8] | None = None

    def look(self, frame: Grey, mono: float) -> Box | None:
        """Return the padded box of what changed, or None. `mono` is in seconds; the first frame is all change."""
        cells = cv2.blur(np.ascontiguousarray(frame[::STEP, ::STEP]), (3, 3)).astype(np.float32)
        if self._hall is None or self._hall.shape != cells.shape:
            self._hall, self._seen_at, self._moved = cells, mono, None
            return Box.whole(frame)
        step_s = min(max(mono - self._seen_at, 0.0), LONGEST_STEP_S)
        self._seen_at = mono
        change = cv2.subtract(cells, self._hall)
        # Medians of every 4th cell each way: lamps that flicker and an exposure that settles move all cells alike.
        sample = change[::4, ::4]
        light = float(np.median(sample))
        noise = min(float(np.median(np.abs(sample - light))), MOST_NOISE)
        step = min(STEP_GREY, max(DARK_STEP_GREY, STEP_SHARE * float(np.mean(self._hall[::4, ::4]))))
        moved = cv2.compare(cv2.absdiff(change, light), step + NOISES * noise, cv2.CMP_GT)
        self._learn(cells, moved, step_s)
        self._moved = moved
        if cv2.countNonZero(moved) < CELLS:
            return None
        return _padded(moved, frame)

    def share(self, box: Box) -> float:
        """Return how much of this part of the last frame was not there before, from 0 to 1; all of it in the first frame."""
        if self._moved is None:
            return 1.0
        part = self._moved[box.top // STEP : -(-box.bottom // STEP), box.left // STEP : -(-box.right // STEP)]
        return cv2.countNonZero(part) / part.size if part.size else 0.0

    def _learn(self, cells: NDArray[np.float32], moved: NDArray[np.uint8], step_s: float) -> None:
        still = cv2.bitwise_not(moved)
        cv2.accumulateWeighted(cells, self._hall, -math.expm1(-step_s / STILL_TAU_S), mask=still)
        cv2.accumulateWeighted(cells, self._hall, -math.expm1(-step_s / MOVED_TAU_S), mask=moved)


def _padded(moved: NDArray[np.uint8], frame: Grey) -> Box:
    left, top, width, height = cv2.boundingRect(moved)
    rows, columns = frame.shape
    return Box(
        max(0, (left - PAD) * STEP),
        max(0, (top - PAD) * STEP),
        min(columns, (left + width + PAD) * STEP),
        min(rows, (top + height + PAD) * STEP),
    )
