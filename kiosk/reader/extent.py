"""How large a code-like thing is and where its middle is, to a few pixels: from where its edges are, not from tiles.

Advice hangs on it: a box that grows or jumps by a tile says "hold still" to a still hand and "nearer" to nobody. Pure.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from kiosk.ports import Grey

BUSY = 0.4
"""The share of the busiest place's edges that still belongs to it: a code is busy all over, the text about it in lines."""
SMOOTH = 26
"""The part's smaller side in squares over which edges are averaged: wider than a module, narrower than the quiet zone."""
LEAST_PX = 7
"""No square, and nothing that is returned, is smaller."""


class Extent(NamedTuple):
    """In pixels of the part that was asked about."""

    x: float
    """Of the middle."""
    y: float
    width: float
    height: float


def extent(part: Grey) -> Extent:
    """Return where the part is busy with edges in both directions; the whole part where it is busy nowhere."""
    rows, columns = part.shape
    side = max(LEAST_PX, min(rows, columns) // SMOOTH)
    edges = cv2.min(
        cv2.blur(cv2.absdiff(part[:-2, 2:], part[:-2, :-2]), (side, side)),
        cv2.blur(cv2.absdiff(part[2:, :-2], part[:-2, :-2]), (side, side)),
    )
    least = BUSY * float(np.quantile(edges[::3, ::3], 0.97))
    busy = cv2.threshold(edges, least, 255, cv2.THRESH_BINARY)[1]
    _, _, stats, _ = cv2.connectedComponentsWithStats(busy, connectivity=8)
    if len(stats) < 2:
        return Extent(columns / 2, rows / 2, columns, rows)
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    left, top, width, height = (int(value) for value in stats[largest][:4])
    return Extent(left + width / 2, top + height / 2, max(width, LEAST_PX), max(height, LEAST_PX))
