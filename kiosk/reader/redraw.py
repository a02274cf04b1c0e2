"""Redraws a blurred code from what can be told of its modules, and lets the engine read that: what an engine's own search for edges misses."""

from __future__ import annotations

import dataclasses
import math

import cv2
import numpy as np

from kiosk.ports import Decoder, Grey, Reading
from kiosk.reader import grid
from kiosk.reader.finders import Corners, codes, corner_squares
from kiosk.reader.upright import turned

MOST_PIXELS = 300_000
"""Of the part that is searched: a larger one is made smaller."""
TURNED = 0.1
"""Radians; what is turned by less is searched as it is."""
FAINT = 10.0
"""Grey levels: what is fainter than this says little about how a code is turned."""


def read(engine: Decoder, part: Grey) -> list[Reading]:
    """Return what is read in the part, corners in its pixels."""
    scale = min(1.0, math.sqrt(MOST_PIXELS / part.size))
    if scale < 1:
        size = max(1, int(part.shape[1] * scale)), max(1, int(part.shape[0] * scale))
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    squares = _likeliest(part)
    fit = grid.fit(part, squares) if squares else None
    if fit is None:
        return []
    n = float(fit.modules)
    outline = cv2.perspectiveTransform(np.array([[[0, 0], [n, 0], [n, n], [0, n]]]), fit.there)[0] / scale
    corners = tuple((round(x), round(y)) for x, y in outline.tolist())
    return [
        dataclasses.replace(reading, corners=corners)
        for reading in engine.decode(grid.drawn(grid.modules_seen(part, fit)))
    ]


def _likeliest(part: Grey) -> Corners | None:
    """Return the likeliest code's corner squares. They are looked for upright: the picture is turned as its edges say."""
    angle = _turn(part)
    if abs(angle) < TURNED:
        return next(iter(codes(corner_squares(part))), None)
    upright, back = turned(part, angle, interpolation=cv2.INTER_LINEAR)
    likely = codes(corner_squares(upright))
    if not likely:
        return None
    corner, right, below = (back[:, :2] @ point + back[:, 2] for point in likely[0].at)
    return likely[0]._replace(at=(corner, right, below))


def _turn(part: Grey) -> float:
    """Return by how much the edges are turned from upright and level, in radians, downward from the right; up to an eighth of a circle."""
    half = cv2.resize(
        part, (max(1, part.shape[1] // 2), max(1, part.shape[0] // 2)), interpolation=cv2.INTER_AREA
    )
    x, y = cv2.Sobel(half, cv2.CV_32F, 1, 0), cv2.Sobel(half, cv2.CV_32F, 0, 1)
    # Four times the angle, so that all four sides of a square say the same; each edge counts by its height.
    across, down = x * x - y * y, 2 * x * y
    steep = x * x + y * y + FAINT * FAINT
    weight = 1 / (steep * cv2.sqrt(steep))
    sine = cv2.sumElems(2 * across * down * weight)[0]
    cosine = cv2.sumElems((across * across - down * down) * weight)[0]
    return math.atan2(sine, cosine) / 4
