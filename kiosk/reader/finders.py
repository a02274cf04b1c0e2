"""Where the three corner squares (finder patterns) of a blurred QR code are: by how well the picture fits one, not by its edges.

An engine follows runs of dark and light, which a blur of half a module has washed away; the square as a whole, nine modules wide with
its light border, is still there. It costs five box sums for each size that a module may have, and must never say more than "perhaps".
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.ports import Grey

PER_MODULE = 2
"""Pixels of a module in the picture that is searched: each size of module has a picture of its own."""
MODULES_PX = tuple(2.0 * 1.22**size for size in range(8))
"""The sizes that are searched, in pixels: 2 to 8. A square is found at the next size too, a little less well."""
LIKE = 0.42
"""The least correlation with a square; the squares of codes that can be told at all have 0.5 and more."""
MOST = 10
"""So many of the best are put together by threes."""
PEAKS = 40
"""So many of each size are compared at most: a picture full of squares costs no more."""
EVEN = 4.0
"""Grey levels squared: a spread below this is noise."""
ACROSS = 9
"""Modules that are looked at: the square's seven, and the light around it."""
LEAST_APART, MOST_APART = 12, 75
"""Modules between the middles of two squares: 14 in the smallest code, 74 in version 16."""
UNEVEN = 1.45
"""How many times as large one square, or one side, may look as another: a sheet that is held aslant."""
ASLANT = 0.42
"""The cosine of the angle between the sides, at most."""

ImagePoint = NDArray[np.float64]


class Finder(NamedTuple):
    """One that may be a corner square, in pixels of the part."""

    like: float
    """Its correlation with one, up to 1."""
    x: float
    y: float
    module_px: float
    inverted: bool


class Corners(NamedTuple):
    """Three squares that may belong to one code: the one at the right angle first, then clockwise as printed (mirrored is not)."""

    like: float
    at: tuple[ImagePoint, ImagePoint, ImagePoint]
    """The middles of the squares upper left, upper right and lower left; (2,) each, pixels of the part."""
    module_px: float
    inverted: bool


def corner_squares(part: Grey) -> list[Finder]:
    """Return what looks most like a corner square, the likest first; at most MOST."""
    finders: list[Finder] = []
    for module_px in MODULES_PX:
        scale = PER_MODULE / module_px
        size = round(part.shape[1] * scale), round(part.shape[0] * scale)
        if min(size) < PER_MODULE * (LEAST_APART + ACROSS):
            break
        small = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        finders += _peaks(_likeness(small), part.shape[1] / size[0], part.shape[0] / size[1], module_px)
    finders.sort(reverse=True)
    kept: list[Finder] = []
    for finder in finders:
        if all(_apart(finder, other) for other in kept):
            kept.append(finder)
            if len(kept) == MOST:
                break
    return kept


def codes(squares: list[Finder]) -> list[Corners]:
    """Return which three of them may be a code's, the likest first."""
    likely = []
    for three in itertools.combinations(squares, 3):
        sizes = [square.module_px for square in three]
        if len({square.inverted for square in three}) > 1 or max(sizes) > UNEVEN * min(sizes):
            continue
        # The right angle is opposite the longest side.
        points = [np.array((square.x, square.y)) for square in three]
        sides = [math.dist(points[index - 2], points[index - 1]) for index in range(3)]
        first = sides.index(max(sides))
        corner, right, below = points[first], points[first - 2], points[first - 1]
        across, down = right - corner, below - corner
        turn = float(across[0] * down[1] - across[1] * down[0])
        if turn < 0:
            right, below, across, down = below, right, down, across
        lengths = float(np.hypot(*across)), float(np.hypot(*down))
        module_px = sum(sizes) / 3
        if min(lengths) < LEAST_APART * module_px or max(lengths) > MOST_APART * module_px:
            continue
        slant = abs(float(across @ down)) / (lengths[0] * lengths[1])
        if max(lengths) > UNEVEN * min(lengths) or slant > ASLANT:
            continue
        like = (
            sum(square.like for square in three)
            - 0.5 * slant
            - 0.3 * math.log(max(lengths) / min(lengths))
            - 0.4 * math.log(max(sizes) / min(sizes))
        )
        likely.append(Corners(like, (corner, right, below), module_px, three[0].inverted))
    return sorted(likely, key=lambda corners: -corners.like)


def _apart(finder: Finder, other: Finder) -> bool:
    """Whether they are two: a square is found in several sizes, and a little less well beside where it is."""
    return math.hypot(finder.x - other.x, finder.y - other.y) > ACROSS / 2 * max(
        finder.module_px, other.module_px
    )


def _likeness(small: Grey) -> NDArray[np.float32]:
    """Return each place's correlation with a square of PER_MODULE: the nested squares are sums over boxes. Negative where inverted."""
    pixels = (ACROSS * PER_MODULE) ** 2
    # Light is 1 and dark -1: in all 48 modules light and 33 dark.
    mean = 15 / ACROSS**2
    every = _sums(small, ACROSS)
    fits = every * np.float32(1 - mean)
    for side, sign in ((7, -2.0), (5, 2.0), (3, -2.0)):
        cv2.scaleAdd(_sums(small, side), sign, fits, dst=fits)
    spread = cv2.sqrBoxFilter(small, cv2.CV_32F, (ACROSS * PER_MODULE,) * 2, normalize=False)
    cv2.scaleAdd(cv2.multiply(every, every, dst=every), -1 / pixels, spread, dst=spread)
    # Where all is even, nothing is like anything.
    cv2.sqrt(cv2.max(spread, EVEN * pixels, dst=spread), dst=spread)
    return cv2.divide(fits, spread, dst=fits, scale=1 / math.sqrt(pixels * (1 - mean * mean)))


def _sums(small: Grey, modules: int) -> NDArray[np.float32]:
    return cv2.boxFilter(small, cv2.CV_32F, (modules * PER_MODULE,) * 2, normalize=False)


def _peaks(like: NDArray[np.float32], across: float, down: float, module_px: float) -> list[Finder]:
    strength = cv2.absdiff(like, 0.0)
    around = cv2.dilate(strength, np.ones((6 * PER_MODULE + 1,) * 2, np.uint8))
    best = cv2.findNonZero(cv2.compare(strength, cv2.max(around, LIKE), cv2.CMP_GE))
    if best is None:
        return []
    places = best[:, 0]
    if len(places) > PEAKS:
        likest = np.argpartition(strength[places[:, 1], places[:, 0]], -PEAKS)[-PEAKS:]
        places = places[likest]
    peaks = []
    for x, y in places.tolist():
        if not (0 < y < like.shape[0] - 1 and 0 < x < like.shape[1] - 1):
            continue
        # A window of an even size stands half a pixel before its pixel; then, to a fraction of one, the parabola's top.
        peaks.append(
            Finder(
                float(strength[y, x]),
                (x + _top(strength[y, x - 1 : x + 2])) * across - 0.5,
                (y + _top(strength[y - 1 : y + 2, x])) * down - 0.5,
                module_px,
                bool(like[y, x] < 0),
            )
        )
    return peaks


def _top(three: NDArray[np.float32]) -> float:
    before, at, after = (float(value) for value in three)
    return (before - after) / (2 * min(before - 2 * at + after, -1e-6))
