"""Where in a frame does it look like a card's barcode? Cheap, so that the engine is asked about that part alone.

Bars are many strong edges one way and few the other, side by side over some length. Walls, coats and faces have few edges,
print and QR codes have as many both ways. A wrong answer costs time or one look, never a false reading.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.ports import Grey
from kiosk.reader.motion import Box

COARSE = 2
"""Every 2nd pixel is looked at, both ways."""
EDGE_GREY = 20
"""Grey levels between neighbours that make an edge."""
TILE = 12
"""Looked-at pixels in a tile's side."""
BUSY = 0.22
"""The share of a tile's pixels that are edges across the bars."""
ONE_WAY = 1.5
"""Edges across the bars are so many times those along them, or more: a card is held up to 25 degrees askew."""
TILES = 4
"""So many tiles side by side: less than the shortest code of twelve digits that can be read."""
PAD = 2
"""Tiles around it: the quiet zone, and ends that are less busy."""


def bars_in(frame: Grey) -> list[Box]:
    """Return the parts of the frame that look like bars, upright or lying, the largest first."""
    small = np.ascontiguousarray(frame[::COARSE, ::COARSE])
    if min(small.shape) < 2 * TILE:
        return []
    across = _busy(cv2.absdiff(small[:-1, 1:], small[:-1, :-1]))
    down = _busy(cv2.absdiff(small[1:, :-1], small[:-1, :-1]))
    patches = [
        *_patches((across > BUSY) & (across > ONE_WAY * down), lengthwise=0),
        *_patches((down > BUSY) & (down > ONE_WAY * across), lengthwise=1),
    ]
    cell = COARSE * TILE
    rows, columns = frame.shape
    return [
        Box(
            max(0, (left - PAD) * cell),
            max(0, (top - PAD) * cell),
            min(columns, (left + width + PAD) * cell),
            min(rows, (top + height + PAD) * cell),
        )
        for _area, left, top, width, height in sorted(patches, reverse=True)
    ]


def _busy(differences: Grey) -> NDArray[np.float32]:
    """Return the share of edges in each tile."""
    rows, columns = (side // TILE for side in differences.shape)
    # Whole tiles only: to average over parts of pixels takes seven times as long.
    edges = cv2.threshold(differences[: rows * TILE, : columns * TILE], EDGE_GREY, 255, cv2.THRESH_BINARY)[1]
    tiles = cv2.resize(edges, (columns, rows), interpolation=cv2.INTER_AREA)
    return tiles.astype(np.float32) / np.float32(255)


def _patches(marked: NDArray[np.bool_], *, lengthwise: int) -> list[tuple[int, ...]]:
    """Return area, left, top, width and height, in tiles, of each patch that is long enough."""
    # A row of text on the card, or a thumb's shadow, must not cut the code in two.
    closed = cv2.morphologyEx(marked.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    return [
        (int(area), int(left), int(top), int(width), int(height))
        for left, top, width, height, area in stats[1:count]
        if (width, height)[lengthwise] >= TILES
    ]
