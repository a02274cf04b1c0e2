"""Where in a frame does it look as if a code were there? Cheap, and only asked after a miss.

It aims and rations the rescue ladder, which costs ten times the first engine; a wrong answer costs time or one chance, never a
false reading.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.ports import Grey
from kiosk.reader.motion import Box

TILE = 24
"""Pixels of the frame in a tile's side: several modules of any code that is near enough to be read."""
FINE = 2
"""Every 2nd pixel is looked at for sharp edges: modules that can be read are at least two pixels wide."""
FINE_GREY = 24
"""Grey levels between such neighbours that make a sharp edge."""
FINE_BUSY = 0.22
"""The share of a tile's pixels that must be sharp edges, across and down alike: stripes and door frames have only one of the two.

Seen in drawn crowds: a tile has 0.21 at most."""
COARSE_GREY = 8
"""Blurred codes have soft edges only: they are looked for in a picture of a quarter of the size, where noise has averaged out."""
FAINT_GREY = 4
"""The same for pictures that are dark, dull or dim. A crowd has as much: worth a guess, no more."""
COARSE_BUSY = 0.38
"""The share over a square of four tiles. Seen: a crowd has 0.36 at most; what stays unread of real photos, 0.47 in nine of ten; codes
before a lens focused elsewhere 0.60 in nine of ten."""

CLOSE_GREY = 16
"""Modules of a code that is too close are wider than a tile is busy: they are looked for in a picture of an eighth of the size."""
CLOSE_BUSY = 0.45
"""The share over a square of nine tiles. Seen: a crowd has 0.29 at most, codes of up to 15 pixels a module 0.64."""
AROUND = 0.5
"""Of what makes a tile busy: its neighbours that have as much belong to the same thing."""

DENSE = 5
"""Tiles a side of the square that is searched for where edges are densest: a code that is near enough is about as large."""
DENSE_GREY = 40
"""Grey levels that an edge counts for at most: a coat's seam is no denser than a code for being darker."""
OF_DENSEST = 0.5
"""Of the densest place's: what has as much about it belongs to it."""

PAD = 2
"""Tiles around what is busy: finder patterns at the edge, and the quiet zone."""


class Like(NamedTuple):
    """What looks like a code."""

    box: Box
    """In the pixels of the part that was asked about."""
    sure: bool
    """Whether no crowd was seen that looks so; otherwise it is worth a guess."""
    weight: float
    """The more, the sooner it is looked at."""


def code_like(part: Grey, weight: Callable[[Box], float] = lambda _: 1.0) -> Like | None:
    """Return what is busy with edges in both directions, as codes are and walls and faces are not.

    Of several the largest and squarest, times `weight`; a guess only where all that is sure has a weight of 0. None where nothing is,
    or the part is too small to tell.
    """
    if min(part.shape) < 2 * TILE:
        return None
    half = np.ascontiguousarray(part[::FINE, ::FINE])
    quarter = _halved(half)
    eighth = _halved(quarter)
    # As many as the smallest picture has whole ones, without the pixel that has no neighbour.
    tiles = (eighth.shape[1] - 1) // (TILE // 8), (eighth.shape[0] - 1) // (TILE // 8)
    fine = _edges(half, FINE_GREY, TILE // 2, tiles) / FINE_BUSY
    close = cv2.blur(_edges(eighth, CLOSE_GREY, TILE // 8, tiles), (3, 3)) / CLOSE_BUSY
    clear = cv2.max(fine, close)
    best: Like | None = None
    for sure, least_grey in ((True, COARSE_GREY), (False, FAINT_GREY)):
        coarse = cv2.blur(_edges(quarter, least_grey, TILE // 4, tiles), (2, 2)) / COARSE_BUSY
        for box in _busy(cv2.max(clear, coarse), part):
            like = Like(box, sure, box.area * _square(box) * weight(box))
            best = like if best is None or like.weight > best.weight else best
        if best is not None and best.weight > 0:
            break
    return best


def densest(part: Grey) -> Box:
    """Return where in a part that looks like a code its edges are densest: the code without the coat behind it, nine times in ten.

    The part itself where it is too small to tell.
    """
    whole = Box.whole(part)
    quarter = _halved(np.ascontiguousarray(part[::FINE, ::FINE]))
    side = TILE // 4
    tiles = (quarter.shape[1] - 1) // side, (quarter.shape[0] - 1) // side
    if min(tiles) < 2:
        return whole
    columns, rows = tiles[0] * side, tiles[1] * side
    across = cv2.absdiff(quarter[:rows, 1 : columns + 1], quarter[:rows, :columns])
    down = cv2.absdiff(quarter[1 : rows + 1, :columns], quarter[:rows, :columns])
    edges = cv2.min(
        *(
            cv2.resize(cv2.min(each, DENSE_GREY), tiles, interpolation=cv2.INTER_AREA)
            for each in (across, down)
        )
    ).astype(np.float32)
    dense = cv2.blur(edges, (DENSE, DENSE))
    _, most, _, (x, y) = cv2.minMaxLoc(dense)
    belongs = cv2.compare(cv2.blur(edges, (2, 2)), OF_DENSEST * most, cv2.CMP_GE)
    belongs[y, x] = 255
    _, labels, stats, _ = cv2.connectedComponentsWithStats(belongs, connectivity=4)
    left, top, width, height = (int(value) * TILE for value in stats[labels[y, x]][:4])
    return Box(
        max(0, left - TILE),
        max(0, top - TILE),
        min(whole.right, left + width + TILE),
        min(whole.bottom, top + height + TILE),
    )


def _busy(busy: NDArray[np.float32], part: Grey) -> list[Box]:
    """Return the boxes of the tiles above 1, with those about them: a blurred code is not equally busy all over."""
    if busy.max() <= 1.0:
        return []
    _, labels, stats, _ = cv2.connectedComponentsWithStats((busy > AROUND).astype(np.uint8), connectivity=8)
    return [_padded(stats[label], part) for label in np.unique(labels[busy > 1.0])]


def _square(box: Box) -> float:
    """Return 1 for a square, as codes are, and less for lines of text and people's coats."""
    return (min(box.width, box.height) / max(box.width, box.height)) ** 2


def _edges(small: Grey, least_grey: int, side: int, tiles: tuple[int, int]) -> NDArray[np.float32]:
    """Return the share of edges in each tile of this side, of the direction that has fewer."""
    across = cv2.absdiff(small[:-1, 1:], small[:-1, :-1])
    down = cv2.absdiff(small[1:, :-1], small[:-1, :-1])
    # Whole pixels a tile: to average over parts of pixels takes seven times as long.
    columns, rows = tiles[0] * side, tiles[1] * side
    shares = (
        cv2.resize(
            cv2.threshold(differences[:rows, :columns], least_grey, 255, cv2.THRESH_BINARY)[1],
            tiles,
            interpolation=cv2.INTER_AREA,
        )
        for differences in (across, down)
    )
    return cv2.min(*shares).astype(np.float32) / 255.0


def _halved(picture: Grey) -> Grey:
    """Return a half as large a picture, whole pixels only."""
    rows, columns = (side // 2 for side in picture.shape)
    return cv2.resize(picture[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA)


def _padded(stats: NDArray[np.int32], part: Grey) -> Box:
    """Return the component's box with PAD tiles around it."""
    left, top, width, height = (int(value) for value in stats[:4])
    rows, columns = part.shape
    return Box(
        max(0, (left - PAD) * TILE),
        max(0, (top - PAD) * TILE),
        min(columns, (left + width + PAD) * TILE),
        min(rows, (top + height + PAD) * TILE),
    )
