"""The way of what is held: it comes to the camera, is held there by a hand that trembles, and is taken away."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.lens import optics
from drivers.lens.hall import Walker, draw_hall, flicker
from drivers.lens.phone import PX_PER_MM, Sheet, draw
from drivers.lens.scene import Carrier, Scene

COMES = 0.5
"""The share of the frames in which it comes near."""
GOES = 0.85
"""From this share on it is taken away."""
GLARE_SHARE = 0.3
"""The reflection's size as a share of the carrier's width."""
MARGIN = 24
"""Pixels around what is held in which its blur still shows."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the code's middle is before the camera (metres, right, down, away) and how it is turned (degrees)."""

    at_m: tuple[float, float, float]
    yaw: float
    pitch: float
    roll: float


def approach(scene: Scene, frames: int = 30) -> Iterator[NDArray[np.uint8]]:
    """Yield so many frames of one approach, each a fresh uint8 array (height, width). Drawn one by one, as they are asked for."""
    rng = np.random.default_rng(scene.seed)
    hall = draw_hall(rng, scene.size)
    walkers = [Walker.drawn(rng) for _ in range(scene.bystanders)]
    sensor = optics.Sensor(rng, scene.size, scene.gain, scene.noise)
    sheet = draw(scene)
    lamp = rng.uniform(-0.5, 0.5, 2)
    before: Pose | None = None
    for index, pose in enumerate(_path(scene, frames, rng)):
        light = hall.copy()
        for walker in walkers:
            walker.paint(light, index / scene.fps)
        _hold_up(light, scene, sheet, pose, _motion_px(scene, before or pose, pose), lamp)
        before = pose
        yield sensor.expose(light, flicker(rng))


def _path(scene: Scene, frames: int, rng: np.random.Generator) -> Iterator[Pose]:
    aim = rng.uniform(-0.02, 0.02, 2)
    side = rng.choice([-1.0, 1.0])
    tremble = np.zeros(6)
    for index in range(frames):
        done = index / max(1, frames - 1)
        come = _smooth(done / COMES)
        gone = _smooth((done - GOES) / (1 - GOES))
        # A hand drifts back to where it wants to be; metres, then degrees.
        tremble = 0.85 * tremble + rng.normal(0, scene.tremor, 6) * (0.0014, 0.0014, 0.002, 0.8, 0.8, 0.5)
        away = scene.farthest_m + (scene.nearest_m - scene.farthest_m) * come + 0.1 * gone
        x = aim[0] + side * (0.16 * (1 - come) + 0.35 * gone) + tremble[0]
        y = aim[1] + 0.12 * (1 - come) + 0.25 * gone + tremble[1]
        yield Pose(
            (float(x), float(y), float(max(0.06, away + tremble[2]))),
            scene.yaw + float(tremble[3]),
            scene.pitch + float(tremble[4]),
            scene.roll + float(tremble[5]),
        )


def _smooth(share: float) -> float:
    clipped = min(1.0, max(0.0, share))
    return clipped * clipped * (3 - 2 * clipped)


def _motion_px(scene: Scene, before: Pose, now: Pose) -> tuple[float, float]:
    """Return how far the code's middle moves on the sensor while the shutter is open."""
    focal, open_share = optics.focal_px(scene.size[0]), scene.exposure_s * scene.fps
    x, y = (
        focal * (now.at_m[axis] / now.at_m[2] - before.at_m[axis] / before.at_m[2]) * open_share
        for axis in (0, 1)
    )
    return x, y


def _hold_up(
    light: NDArray[np.uint8],
    scene: Scene,
    sheet: Sheet,
    pose: Pose,
    motion_px: tuple[float, float],
    lamp: NDArray[np.float64],
) -> None:
    """Draw the sheet into the light where the pose puts it, as sharp as it is there."""
    shape = sheet.shape
    # From the drawing's pixels to metres about the code's middle.
    metre = 0.001 / PX_PER_MM
    to_metres = np.array(
        [[metre, 0, -0.001 * shape.width / 2], [0, metre, -0.001 * shape.code_y], [0, 0, 1.0]]
    )
    turn = optics.rotation(pose.yaw, pose.pitch, pose.roll)
    to_frame = optics.projection(scene.size, turn, pose.at_m) @ to_metres
    height, width = sheet.grey[0].shape
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    outline = cv2.perspectiveTransform(corners, to_frame)[0]
    left, top = np.maximum(np.floor(outline.min(0)).astype(int) - MARGIN, 0)
    right, bottom = np.minimum(np.ceil(outline.max(0)).astype(int) + MARGIN, scene.size)
    if right - left < 2 or bottom - top < 2:
        return
    # The level of the pyramid that is a little finer than the sensor.
    finer = metre / pose.at_m[2] * optics.focal_px(scene.size[0])
    level = min(len(sheet.grey) - 1, max(0, math.floor(-math.log2(finer))))
    rows, columns = sheet.grey[level].shape
    to_part = (
        np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1.0]])
        @ to_frame
        @ np.diag([width / columns, height / rows, 1.0])
    )
    part_size = (int(right - left), int(bottom - top))
    thing = cv2.warpPerspective(sheet.grey[level], to_part, part_size)
    opaque = cv2.warpPerspective(sheet.opaque[level], to_part, part_size)
    if scene.glare and scene.carrier is not Carrier.PAPER:
        _shine(thing, opaque, scene.glare, lamp, pose)
    sigma = optics.defocus_px(pose.at_m[2], scene.focus_m, scene.size[0])
    # Before they are blended, so that an edge mixes with the hall behind it and not with black.
    thing, opaque = (
        optics.smear(cv2.GaussianBlur(layer, (0, 0), sigma), motion_px)
        for layer in (cv2.multiply(thing, opaque, scale=1 / 255), opaque)
    )
    part = light[top:bottom, left:right]
    cv2.add(cv2.multiply(part, cv2.bitwise_not(opaque), scale=1 / 255), thing, dst=part)


def _shine(
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
