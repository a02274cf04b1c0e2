"""What is held up, in one frame: where it is, how sharp, and painted into the light that comes to the camera."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.lens import optics, shine
from simulator.lens.path import Pose
from simulator.lens.phone import DIM_SCREEN, PX_PER_MM, Drawing
from simulator.lens.placing import Placing
from simulator.lens.scene import Carrier, Scene, ScreenLook

MARGIN = 24
"""Pixels around what is held in which its blur still shows."""
EVEN = 3.46
"""The length of an even smear, in its own sigmas."""


@dataclass(frozen=True, slots=True)
class InHand:
    """What is held, in one frame, before the camera takes it."""

    placing: Placing
    pose: Pose
    sigma: float
    """Of the blur that is the same in all directions, in pixels."""
    motion_px: tuple[float, float]
    """How far it moves while the shutter is open."""


def placed(scene: Scene, sheet: Drawing, before: Pose, now: Pose, exposure_s: float) -> InHand:
    focal = optics.focal_px(scene.size[0])
    dx, dy = (focal * (now.at_m[axis] / now.at_m[2] - before.at_m[axis] / before.at_m[2]) for axis in (0, 1))
    px_s = (dx * scene.fps, dy * scene.fps)
    curl = scene.curl if scene.carrier is Carrier.PAPER else 0.0
    placing = Placing.of(scene, sheet.shape, now, px_s, curl)
    # Coming nearer, it also grows while the shutter is open: outwards from its middle, on average by this.
    growth = abs(before.at_m[2] / now.at_m[2] - 1) * scene.fps * exposure_s
    code_px = 0.001 * len(sheet.code.dark) * sheet.code.module * focal / now.at_m[2]
    sigma = math.hypot(
        optics.defocus_px(now.at_m[2], scene.focus_m, scene.size[0]), growth * code_px / 4 / EVEN
    )
    return InHand(placing, now, sigma, (px_s[0] * exposure_s, px_s[1] * exposure_s))


def hold_up(
    light: NDArray[np.uint8],
    scene: Scene,
    sheet: Drawing,
    held: InHand,
    exposure_s: float,
    lamp: NDArray[np.float64],
    at_s: float,
) -> None:
    """Draw the sheet into the light where the pose puts it, as sharp as it is there."""
    shape = sheet.shape
    edges = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0], [0.5, 1]]) * (shape.width, shape.height)
    outline = held.placing.lands(edges)
    left, top = (int(value) for value in np.maximum(np.floor(outline.min(0)) - MARGIN, 0))
    right, bottom = (int(value) for value in np.minimum(np.ceil(outline.max(0)) + MARGIN, scene.size))
    if right - left < 2 or bottom - top < 2:
        return
    part_size = (right - left, bottom - top)
    thing, opaque = _seen(sheet, held, (left, top), part_size)
    phone = scene.carrier is Carrier.PHONE
    if phone and (beat := shine.moire(scene, held.placing, (left, top), part_size, held.sigma)) is not None:
        thing = cv2.multiply(thing, beat, scale=1 / 128)
    if phone and scene.pwm_hz and scene.readout_s:
        share = shine.switching(
            np.arange(top, bottom, dtype=np.float64),
            hz=scene.pwm_hz,
            duty=min(1.0, scene.brightness * (DIM_SCREEN if scene.look is ScreenLook.DIM else 1.0)),
            exposure_s=exposure_s,
            row_s=scene.readout_s / scene.size[1],
            at_s=at_s,
        )
        thing = np.minimum(255, thing * share[:, None].astype(np.float32)).astype(np.uint8)
    if scene.glare and scene.carrier is not Carrier.PAPER:
        shine.lamp_on(thing, opaque, scene.glare, lamp, held.pose)
    # Before they are blended, so that an edge mixes with the hall behind it and not with black.
    thing, opaque = (
        optics.smear(cv2.GaussianBlur(layer, (0, 0), held.sigma), held.motion_px)
        for layer in (cv2.multiply(thing, opaque, scale=1 / 255), opaque)
    )
    part = light[top:bottom, left:right]
    cv2.add(cv2.multiply(part, cv2.bitwise_not(opaque), scale=1 / 255), thing, dst=part)


def _seen(
    sheet: Drawing, held: InHand, corner: tuple[int, int], size: tuple[int, int]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return grey and opacity of the sheet in a part of the frame, from the level of its pyramid that is a little finer."""
    finer = 0.001 / PX_PER_MM / held.pose.at_m[2] * optics.focal_px(held.placing.size[0])
    level = min(len(sheet.grey) - 1, max(0, math.floor(-math.log2(finer))))
    layers = (sheet.grey[level], sheet.opaque[level])
    rows, columns = sheet.grey[level].shape
    across, down = columns / sheet.shape.width, rows / sheet.shape.height
    if held.placing.flat:
        to_part = (
            np.array([[1, 0, -corner[0]], [0, 1, -corner[1]], [0, 0, 1.0]])
            @ held.placing.matrix()
            @ np.diag([1 / across, 1 / down, 1.0])
        )
        thing, opaque = (cv2.warpPerspective(layer, to_part, size) for layer in layers)
    else:
        points = held.placing.comes_from(*corner, size)
        x, y = points[..., 0] * across, points[..., 1] * down
        thing, opaque = (cv2.remap(layer, x, y, cv2.INTER_LINEAR) for layer in layers)
    return thing, opaque
