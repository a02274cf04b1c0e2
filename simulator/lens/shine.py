"""What light does on what is held while it is held: a lamp's reflection, a dimmed screen's switching, the beat of two pixel grids."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.lens import optics
from simulator.lens.path import Pose
from simulator.lens.placing import Placing
from simulator.lens.scene import Scene

GLARE_SHARE = 0.3
"""The reflection's size as a share of the carrier's width."""
STRIPES = 0.69
"""How deep red, green and blue stripes beside each other modulate a white screen's grey, across: green alone is six tenths of it."""
GAPS = 0.34
"""The same downwards, where the gaps between rows are a seventh of the pitch."""
APERTURE = 0.4
"""The share of the pixels' pitch that is looked at by a camera which leaves pixels out."""
OPTICS_PX = 0.28
"""What the lens alone blurs at best, at 1280 wide: LENS_PX without the width of the pixel itself."""
FAINTEST = 0.004
"""A modulation below one grey level is not drawn."""


def lamp_on(
    thing: NDArray[np.uint8],
    opaque: NDArray[np.uint8],
    strength: float,
    lamp: NDArray[np.float64],
    pose: Pose,
) -> None:
    """Add a lamp's reflection: it stays where the mirror angle puts it and wanders as the hand tilts."""
    height, width = thing.shape
    x = width * (0.5 + lamp[0] * 0.5 - pose.yaw / 60)
    y = height * (0.5 + lamp[1] * 0.5 - pose.pitch / 60)
    spread = max(4.0, GLARE_SHARE * min(width, height) / 2)
    across = np.exp(-(((np.arange(width) - x) / spread) ** 2)).astype(np.float32)
    down = np.exp(-(((np.arange(height) - y) / (0.6 * spread)) ** 2)).astype(np.float32)
    spot = cv2.convertScaleAbs(np.outer(down, across), alpha=255 * strength)
    cv2.add(thing, spot, dst=thing, mask=opaque)


def switching(
    rows: NDArray[np.float64], *, hz: float, duty: float, exposure_s: float, row_s: float, at_s: float
) -> NDArray[np.float64]:
    """Return how much of a switched screen's light each row gets, 1.0 on average.

    The screen is on for `duty` of each period. A row sees it for `exposure_s`, beginning `row_s` after the row above: with an
    exposure of whole periods all rows get the same; else some catch one flash more, and bands stand in the picture. They crawl
    unless the frames come in step with the screen.
    """
    opens = at_s + rows * row_s

    def lit_until(moment: NDArray[np.float64]) -> NDArray[np.float64]:
        periods = moment * hz
        return np.asarray((np.floor(periods) * duty + np.minimum(periods % 1.0, duty)) / hz)

    return (lit_until(opens + exposure_s) - lit_until(opens)) / (exposure_s * duty)


def moire(
    scene: Scene, placing: Placing, corner: tuple[int, int], size: tuple[int, int], blur_px: float
) -> NDArray[np.uint8] | None:
    """Return for a part of the frame what the screen's own pixels make of white (128 is unchanged), or None where nothing shows.

    The grid is far finer than a frame's pixels. What is left of it after the lens and after averaging over each pixel's area is
    taken at the pixels' places only, and so comes out as a slow beat between two grids. An ordinary camera at arm's length shows none:
    the pixel averages it away. It shows where both pitches are near each other, or where a camera skips pixels; out of focus never.
    """
    if not scene.pixel_mm:
        return None
    px_mm = 0.001 * optics.focal_px(scene.size[0]) / placing.at_m[2]
    cycles = 1 / (scene.pixel_mm * px_mm)
    aperture = APERTURE if scene.skips else 1.0
    at_best = scene.size[0] / 1280
    # The blur as given holds an ordinary pixel's width, which is not blur before the sensor.
    sigma = math.hypot(
        OPTICS_PX * aperture * at_best, math.sqrt(max(0.0, blur_px**2 - (optics.LENS_PX * at_best) ** 2))
    )
    passed = abs(float(np.sinc(aperture * cycles))) * math.exp(-2 * (math.pi * sigma * cycles) ** 2)
    if STRIPES * passed < FAINTEST:
        return None
    periods = placing.comes_from(*corner, size) / scene.pixel_mm
    phase = (256 * periods).astype(np.int32).astype(np.uint8)
    turn = np.cos(np.arange(256) * 2 * math.pi / 256)
    across, down = (
        cv2.LUT(
            np.ascontiguousarray(phase[..., axis]), np.rint(64 + 63 * depth * passed * turn).astype(np.uint8)
        )
        for axis, depth in ((0, STRIPES), (1, GAPS))
    )
    return cv2.add(across, down)
