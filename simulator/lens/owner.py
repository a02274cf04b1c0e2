"""Whoever holds it: a coat, a head and an arm behind the code, most of the picture, and moving with it.

They decide what the camera meters, and what moves: a dark coat makes it open up, and the phone in front burns out.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.lens import clutter as clutters
from simulator.lens import optics
from simulator.lens.path import Pose
from simulator.lens.scene import Clutter, Scene

SHOULDER_M = 0.21
"""From the middle of the chest to a shoulder."""
NEAREST_M = 0.2
"""Somebody nearer stands beside the camera, not before it."""
PRINT_M = 0.26
_FRACTION = 4
"""Bits of a pixel's fraction that are drawn."""


class PhoneOwner:
    """One person. Lengths in metres: right, down and away from the middle of the chest."""

    def __init__(self, scene: Scene) -> None:
        # A stream of its own: with an owner or without, hall, path and noise stay the same.
        rng = np.random.default_rng((scene.seed, 77))
        self._size = scene.size
        self._coat, self._skin = int(rng.integers(15, 160)), int(rng.integers(80, 170))
        self._shirt = clutters.texture(Clutter.SHIRT, rng) if scene.clutter is Clutter.SHIRT else None

    def paint(self, light: NDArray[np.uint8], pose: Pose) -> None:
        """Paint them behind what they hold."""
        x, y, away = pose.chest_m
        if away < NEAREST_M:
            return
        side = -1.0 if x > pose.at_m[0] else 1.0  # the arm nearer to it
        trunk = [(-0.19, 0.55), (-0.23, 0.0), (-0.2, -0.12), (-0.07, -0.19), (0.07, -0.19), (0.2, -0.12), (0.23, 0.0), (0.19, 0.55)]  # fmt: skip
        outline = np.array([self._pixel(x + dx, y + dy, away) for dx, dy in trunk])
        cv2.fillPoly(light, [outline], self._coat, cv2.LINE_AA, _FRACTION)
        self._seam(light, (x, y - 0.18, away), (x, y + 0.55, away))
        if self._shirt is not None:
            self._print(light, (x, y, away))
        self._disc(light, (x, y - 0.21, away), 0.05, self._skin // 2)
        self._disc(light, (x, y - 0.34, away), 0.105, self._skin)
        shoulder = np.array([x + side * SHOULDER_M, y - 0.1, away])
        hand = np.add(pose.at_m, (0.0, 0.05, 0.02))
        # The elbow hangs below the straight line between them.
        elbow = (shoulder + hand) / 2 + (side * 0.04, 0.12, 0.0)
        shade = round(0.8 * self._coat)
        for begin, end in ((shoulder, elbow), (elbow, hand)):
            self._limb(light, begin, end, 0.055, 0.04, shade)

    def _print(self, light: NDArray[np.uint8], at: tuple[float, float, float]) -> None:
        side = round(PRINT_M * optics.focal_px(self._size[0]) / at[2])
        middle = self._pixel(*at) / (1 << _FRACTION)
        clutters.print_on(light, self._shirt, (round(middle[0]), round(middle[1])), side)  # type: ignore[arg-type]

    def _seam(
        self,
        light: NDArray[np.uint8],
        top: tuple[float, float, float],
        bottom: tuple[float, float, float],
    ) -> None:
        line = [self._pixel(*point) for point in (top, bottom)]
        wide = max(1, round(0.008 * optics.focal_px(self._size[0]) / top[2]))
        cv2.polylines(light, [np.array(line)], False, self._coat // 2, wide, cv2.LINE_AA, _FRACTION)

    def _disc(
        self, light: NDArray[np.uint8], at: tuple[float, float, float], radius_m: float, shade: int
    ) -> None:
        radius = radius_m * optics.focal_px(self._size[0]) / at[2]
        middle = tuple(int(value) for value in self._pixel(*at))
        cv2.circle(light, middle, round(radius * (1 << _FRACTION)), shade, -1, cv2.LINE_AA, _FRACTION)

    def _limb(
        self,
        light: NDArray[np.uint8],
        begin: NDArray[np.float64],
        end: NDArray[np.float64],
        begin_m: float,
        end_m: float,
        shade: int,
    ) -> None:
        """Paint an arm's half: as wide at each end as it is there, and round."""
        focal = optics.focal_px(self._size[0])
        ends = [(point, half * focal / point[2]) for point, half in ((begin, begin_m), (end, end_m))]
        if min(point[2] for point, _ in ends) < 0.05:
            return
        (a, wide_a), (b, wide_b) = ((self._pixel(*point) / (1 << _FRACTION), wide) for point, wide in ends)
        along = (b - a) / max(1e-6, float(np.linalg.norm(b - a)))
        across = np.array([-along[1], along[0]])
        corners = np.array(
            [a + across * wide_a, b + across * wide_b, b - across * wide_b, a - across * wide_a]
        )
        cv2.fillPoly(
            light, [np.rint(corners * (1 << _FRACTION)).astype(np.int32)], shade, cv2.LINE_AA, _FRACTION
        )
        for middle, wide in ((a, wide_a), (b, wide_b)):
            cv2.circle(light, (round(middle[0]), round(middle[1])), round(wide), shade, -1, cv2.LINE_AA)

    def _pixel(self, x: float, y: float, away: float) -> NDArray[np.int32]:
        seen = optics.lens(self._size) @ (x, y, away)
        return np.rint(seen[:2] / seen[2] * (1 << _FRACTION)).astype(np.int32)
