"""Where each point of a sheet lands in one frame: turned, bent, moving while the rows are read out one after the other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.lens import optics
from simulator.lens.path import Pose
from simulator.lens.phone import CarrierSize
from simulator.lens.scene import Scene

COARSE = 8
"""Maps are worked out at every so-manieth pixel and stretched: they are smooth."""


@dataclass(frozen=True, slots=True)
class Placing:
    """A sheet in one frame. Sheet points are millimetres from its upper left corner, frame points pixels."""

    shape: CarrierSize
    size: tuple[int, int]
    at_m: tuple[float, float, float]
    turn: NDArray[np.float64]
    skew: NDArray[np.float64]
    """3x3, frame to frame: what the rows' different times make of a thing that moves."""
    radius_m: float
    """Of the cylinder that a curling sheet lies on; infinite for a flat one."""

    @classmethod
    def of(
        cls, scene: Scene, shape: CarrierSize, pose: Pose, px_s: tuple[float, float], curl: float
    ) -> Placing:
        """`px_s`: how fast it moves over the sensor, pixels a second; `curl`: degrees from its middle to its sides."""
        radius = 0.0005 * shape.width / math.radians(curl) if curl else math.inf
        turn = optics.rotation(pose.yaw, pose.pitch, pose.roll)
        focal = optics.focal_px(scene.size[0])
        middle = scene.size[1] / 2 + focal * pose.at_m[1] / pose.at_m[2]
        return cls(
            shape,
            scene.size,
            pose.at_m,
            turn,
            row_skew(px_s, scene.readout_s / scene.size[1], middle),
            radius,
        )

    @property
    def flat(self) -> bool:
        """Whether `matrix` says it all."""
        return math.isinf(self.radius_m)

    def matrix(self) -> NDArray[np.float64]:
        """Return the 3x3 matrix from a flat sheet's millimetres to pixels."""
        centred = np.array(
            [[0.001, 0, -0.0005 * self.shape.width], [0, 0.001, -0.001 * self.shape.code_y], [0, 0, 1.0]]
        )
        return self.skew @ optics.projection(self.size, self.turn, self.at_m) @ centred

    def lands(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the pixels (n, 2) of points on the sheet (n, 2)."""
        if self.flat:
            return np.asarray(cv2.perspectiveTransform(points[None], self.matrix())[0])
        x, y = (0.001 * (points - (self.shape.width / 2, self.shape.code_y))).T
        angle = x / self.radius_m
        bent = np.stack([self.radius_m * np.sin(angle), y, self.radius_m * (1 - np.cos(angle))])
        seen = self._lens() @ (self.turn @ bent + np.array(self.at_m)[:, None])
        return np.asarray((seen[:2] / seen[2]).T)

    def comes_from(self, left: int, top: int, size: tuple[int, int]) -> NDArray[np.float32]:
        """Return for each pixel of a part of the frame (height, width, 2) the point of the sheet that it shows, in millimetres."""
        width, height = size
        columns, rows = width // COARSE + 2, height // COARSE + 2
        x, y = np.meshgrid(left + COARSE * np.arange(columns), top + COARSE * np.arange(rows))
        pixels = np.stack([x.ravel(), y.ravel(), np.ones(x.size)]).astype(np.float64)
        if self.flat:
            from_frame = np.linalg.inv(self.matrix()) @ pixels
            points = from_frame[:2] / from_frame[2]
        else:
            points = self._unrolled(pixels)
        nodes = points.T.reshape(rows, columns, 2).astype(np.float32)
        # Between nodes in a straight line: node k is pixel 8k exactly.
        stretch = np.array([[COARSE, 0, 0], [0, COARSE, 0]], np.float64)
        return np.asarray(cv2.warpAffine(nodes, stretch, size, flags=cv2.INTER_LINEAR), np.float32)

    def _unrolled(self, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Follow each pixel's ray to the cylinder, and unroll that."""
        ray = self.turn.T @ (np.linalg.inv(self._lens()) @ pixels)
        eye = self.turn.T @ -np.array(self.at_m)
        radius = self.radius_m
        a = ray[0] ** 2 + ray[2] ** 2
        half = eye[0] * ray[0] + (eye[2] - radius) * ray[2]
        c = eye[0] ** 2 + eye[2] ** 2 - 2 * radius * eye[2]
        # Where a ray misses it, its nearest point: outside the sheet in any case.
        far = (-half - np.sqrt(np.maximum(0.0, half**2 - a * c))) / a
        across = radius * np.arctan2(eye[0] + far * ray[0], radius - eye[2] - far * ray[2])
        down = eye[1] + far * ray[1]
        return np.stack([1000 * across + self.shape.width / 2, 1000 * down + self.shape.code_y])

    def _lens(self) -> NDArray[np.float64]:
        return self.skew @ optics.lens(self.size)


def row_skew(px_s: tuple[float, float], row_s: float, middle: float) -> NDArray[np.float64]:
    """Return what a rolling shutter makes of a thing that moves so many pixels a second: 3x3, pixels to pixels.

    Each row is exposed `row_s` seconds after the one above it, by when the thing is elsewhere: an upright edge leans, and what
    moves down with the readout is stretched. Relative to the row `middle`.
    """
    lean, stretch = px_s[0] * row_s, 1 / max(0.25, 1 - px_s[1] * row_s)
    return np.array(
        [[1, lean * stretch, -lean * stretch * middle], [0, stretch, middle * (1 - stretch)], [0, 0, 1.0]]
    )
