"""The lens: where a point lands, and how sharp it is there."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

FIELD_OF_VIEW = 66.0
"""Degrees from the left edge to the right one: a Raspberry Pi camera's ordinary lens."""
DEFOCUS_PX = 0.75
"""Blur (sigma, pixels at 1280 wide) for one dioptre between the thing and the focus."""
LENS_PX = 0.4
"""What the lens blurs at best."""


def focal_px(width: int) -> float:
    """Return the focal length in pixels for frames of this width."""
    return width / 2 / math.tan(math.radians(FIELD_OF_VIEW / 2))


def rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Return the rotation matrix for degrees about the upright, the level and the viewing axis, in that order."""
    a, b, c = (math.radians(angle) for angle in (yaw, pitch, roll))
    about_y = np.array([[math.cos(a), 0, math.sin(a)], [0, 1, 0], [-math.sin(a), 0, math.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, math.cos(b), -math.sin(b)], [0, math.sin(b), math.cos(b)]])
    about_z = np.array([[math.cos(c), -math.sin(c), 0], [math.sin(c), math.cos(c), 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


def projection(
    size: tuple[int, int], turn: NDArray[np.float64], at_m: tuple[float, float, float]
) -> NDArray[np.float64]:
    """Return the 3x3 matrix from metres on a sheet to pixels; `at_m` is where the sheet's origin is before the camera."""
    return lens(size) @ np.column_stack([turn[:, 0], turn[:, 1], np.array(at_m)])


def lens(size: tuple[int, int]) -> NDArray[np.float64]:
    """Return the 3x3 matrix from a direction (right, down, away) to pixels."""
    focal = focal_px(size[0])
    return np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1.0]])


def defocus_px(distance_m: float, focus_m: float, width: int) -> float:
    """Return the blur (sigma, pixels) of a thing at this distance, in frames of this width."""
    dioptres = abs(1 / distance_m - 1 / focus_m)
    return (LENS_PX + DEFOCUS_PX * dioptres) * width / 1280


def smear(image: NDArray[np.uint8], motion_px: tuple[float, float]) -> NDArray[np.uint8]:
    """Blur along what the image moved while the shutter was open; under a pixel there is nothing to see."""
    length = math.hypot(*motion_px)
    if length < 1.0:
        return image
    half = min(24, math.ceil(length / 2))
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    dx, dy = (round(component / length * min(length / 2, half)) for component in motion_px)
    cv2.line(kernel, (half - dx, half - dy), (half + dx, half + dy), 1.0, 1)
    return cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
