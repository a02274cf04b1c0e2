"""Does this part of a frame look as if a code were in it? Cheap, and only asked after a miss.

It rations the second engine, which costs ten times the first; a wrong answer costs time or one chance, never a false reading.
"""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.ports import Grey

COARSE = 2
"""Every 2nd pixel is looked at: modules that can be read are at least two pixels wide."""
EDGE_GREY = 24
"""Grey levels between neighbours that make an edge."""
TILE = 12
"""Looked-at pixels in a tile's side: several modules of any code that is near enough to be read."""
BUSY = 0.22
"""The share of a tile's pixels that must be edges, across and down alike: stripes and door frames have only one of the two.

Seen in drawn halls: the busiest tile of a crowd has 0.18 at most in nine frames of ten, that of a code 0.35 at least."""


def looks_like_code(part: Grey) -> bool:
    """Whether some tile of the part is busy with edges in both directions, as codes are and walls, coats and faces are not."""
    small = np.ascontiguousarray(part[::COARSE, ::COARSE])
    if min(small.shape) < 2 * TILE:
        return False
    across = cv2.absdiff(small[:-1, 1:], small[:-1, :-1])
    down = cv2.absdiff(small[1:, :-1], small[:-1, :-1])
    return bool(np.any((_busy(across) > BUSY) & (_busy(down) > BUSY)))


def _busy(differences: Grey) -> np.ndarray:
    """Return the share of edges in each tile."""
    edges = cv2.threshold(differences, EDGE_GREY, 255, cv2.THRESH_BINARY)[1]
    rows, columns = edges.shape
    tiles = cv2.resize(edges, (columns // TILE, rows // TILE), interpolation=cv2.INTER_AREA)
    return tiles.astype(np.float32) / 255.0
