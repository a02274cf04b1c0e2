"""Looks at the picture once a second, as a whole, and knows when something is wrong with it. For the scanner's own thread.

It must cost next to nothing: a histogram of every 8th pixel once a second, edges every five seconds and only while nothing moves. It
knows the time as an argument, and the disk not at all.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.core.health.camera_view import UNLIKE, Glance, ViewTrouble, ViewVigil
from kiosk.ports import Grey
from kiosk.reader.scenery import Scenery, edge_map

EVERY_S = 1.0
SCENERY_S = 5.0
"""How often the edges are looked at."""
STILL_S = 2.0
"""So long nothing has moved before the hall is taken for empty."""
STEP = 8
"""Every 8th pixel both ways."""
WHITE = 250
NEAR_PX, FAR_PX = 3, 24
"""An edge's height within so many pixels: of a sharp one most is within the first, of a blurred one only within the second."""
SOME_EDGE = 12
"""Grey levels: what is lower than this over FAR_PX is no edge to judge by."""


class Lookout:
    """One camera's picture over time. `vigil.known` is what is wrong with it; `scenery` is what it has learned."""

    def __init__(self, scenery: Scenery | None = None, trouble: ViewTrouble | None = None) -> None:
        """`trouble`: what was wrong with the picture before, as far as anybody knows."""
        self.vigil = ViewVigil.of(trouble)
        self.scenery = scenery or Scenery()
        self._before: NDArray[np.uint8] | None = None
        """Of the last frame, where this one is to be looked at."""
        self._edges: tuple[NDArray[np.float32], float, float] | None = None
        """Of the last look, where edges were looked at."""
        self._due = self._scenery_due = float("-inf")
        self._unlike = False

    def look(
        self, frame: Grey, mono: float, *, moved_at: float, read: int, is_open: bool
    ) -> ViewTrouble | None:
        """Return what is wrong with the picture after one more frame, at `mono` seconds.

        `moved_at`: when something last moved; `read`: how many new codes were read in it; `is_open`: visitors may come now.
        """
        if read and self._unlike:
            self.scenery = self.scenery.read_elsewhere(read)
            if not self.scenery.known:
                self._unlike, self.vigil = False, ViewVigil()
        if self._before is not None:
            glance = self.glance(frame, mono, still=mono - moved_at >= STILL_S)
            self.vigil = self.vigil.after(glance, is_open=is_open)
            self._learn(glance, is_open=is_open)
        elif mono >= self._due:
            self._due = mono + EVERY_S
            self.begin(frame)
        return self.vigil.known

    def begin(self, frame: Grey) -> None:
        """Take the frame before the one that is looked at."""
        if min(frame.shape) > 2 * FAR_PX:
            self._before = _cells(frame)

    def glance(self, frame: Grey, mono: float = 0.0, *, still: bool = True) -> Glance:
        """Return what can be seen of the frame after the one that was taken."""
        cells, before, self._before = _cells(frame), self._before, None
        counts = np.cumsum(cv2.calcHist([cells], [0], None, [256], [0, 256]).ravel()) / cells.size
        bright, burnt = float(np.searchsorted(counts, 0.95)), float(1.0 - counts[WHITE - 1])
        # What is all black or all white is the same again and again without being frozen.
        same = 2 < bright < WHITE and before is not None and np.array_equal(cells, before)
        self._edges = None
        if not still or mono < self._scenery_due:
            return Glance(bright=bright, burnt=burnt, same=same, still=still)
        self._scenery_due = mono + SCENERY_S
        edges, structure = edge_map(cells)
        sharp = _sharpness(frame)
        self._edges = edges, structure, sharp
        usual = self.scenery if self.scenery.known else None
        return Glance(
            bright=bright,
            burnt=burnt,
            same=same,
            still=still,
            structure=structure,
            sharpness=sharp,
            likeness=self.scenery.likeness(edges),
            usual_structure=usual.structure if usual else None,
            usual_sharpness=usual.sharpness if usual else None,
        )

    def _learn(self, glance: Glance, *, is_open: bool) -> None:
        """Learn the hall while nothing is wrong with it, and nothing begins to be."""
        if self._edges is None:
            return
        self._unlike = glance.likeness is not None and glance.likeness < UNLIKE
        if is_open and not self._unlike and not any(self.vigil.looks.values()):
            self.scenery = self.scenery.learn(*self._edges)


def _cells(frame: Grey) -> NDArray[np.uint8]:
    return np.ascontiguousarray(frame[::STEP, ::STEP])


def _sharpness(frame: Grey) -> float:
    """Return how much of the steepest edges' height lies within NEAR_PX, from every 32nd row."""
    rows = np.ascontiguousarray(frame[STEP :: 4 * STEP])
    near, far = (_steepest(cv2.absdiff(rows[:, px:], rows[:, :-px])) for px in (NEAR_PX, FAR_PX))
    return near / max(far, SOME_EDGE)


def _steepest(differences: Grey) -> float:
    counts = np.cumsum(cv2.calcHist([differences], [0], None, [256], [0, 256]).ravel())
    return float(np.searchsorted(counts, 0.995 * counts[-1]))
