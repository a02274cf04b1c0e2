"""One approach from the first frame to the last: the hall, who walks there, what is held up, and what the camera makes of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.lens import legible
from simulator.lens.camera import SimulatedCamera
from simulator.lens.hall import Walker, draw_hall
from simulator.lens.held import EVEN, InHand, hold_up, placed
from simulator.lens.owner import PhoneOwner
from simulator.lens.path import Pose, poses
from simulator.lens.phone import Drawing, draw
from simulator.lens.scene import Carrier, Scene
from simulator.lens.sensor import Exposure
from simulator.lens.surface import FILM_MM


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One frame and what is true of it, which no reader is told."""

    frame: NDArray[np.uint8] = field(repr=False)
    legible: bool
    """A reader that misses it may be blamed: inside, large and sharp enough, and not more of it lost than is corrected."""
    px_per_module: float
    blur_modules: float
    """All blur together (sigma), in modules."""
    inside: bool
    """The whole code is in the frame."""
    lost: float
    """The share of modules that cannot be told; 1 where it was not looked at, because the code is too small, blurred or outside."""
    exposure: Exposure
    away_m: float
    """How far away it is held."""


def approach(scene: Scene, frames: int = 30) -> Iterator[NDArray[np.uint8]]:
    """Yield so many frames of one approach, each a fresh uint8 array (height, width). Drawn one by one, as they are asked for."""
    return (frame for _, _, frame, _ in _frames(scene, frames))


def shots(scene: Scene, frames: int = 30) -> Iterator[Shot]:
    """Yield the same frames as `approach`, each with its truth."""
    for sheet, held, frame, exposure in _frames(scene, frames):
        yield _judged(scene, sheet, held, frame, exposure)


def before(scene: Scene, frames: int = 15) -> Iterator[NDArray[np.uint8]]:
    """Yield frames of the scene's hall before anybody comes, from the same camera: what a reader has got used to by then."""
    rng = np.random.default_rng((scene.seed, 1))
    hall = _hall(scene, np.random.default_rng(scene.seed))
    camera = SimulatedCamera(scene, rng, hall)
    for _ in range(frames):
        yield camera.take(camera.lit(hall.copy()))


def _frames(scene: Scene, frames: int) -> Iterator[tuple[Drawing, InHand, NDArray[np.uint8], Exposure]]:
    rng = np.random.default_rng(scene.seed)
    hall = _hall(scene, rng)
    owner = PhoneOwner(scene) if scene.owner else None
    walkers = [Walker.drawn(rng, scene.clutter) for _ in range(scene.bystanders)]
    camera = SimulatedCamera(scene, rng, hall)
    sheet = draw(scene)
    lamp = rng.uniform(-0.5, 0.5, 2)
    last: Pose | None = None
    for index, pose in enumerate(poses(scene, frames, rng)):
        at_s = index / scene.fps
        light = hall.copy()
        for walker in walkers:
            walker.paint(light, at_s)
        if owner:
            owner.paint(light, pose)
        light = camera.lit(light)
        exposure = camera.exposure
        held = placed(scene, sheet, last or pose, pose, exposure.exposure_s)
        hold_up(light, scene, sheet, held, exposure.exposure_s, lamp, at_s)
        last = pose
        yield sheet, held, camera.take(light), exposure


def _hall(scene: Scene, rng: np.random.Generator) -> NDArray[np.uint8]:
    place = rng if scene.hall is None else np.random.default_rng(scene.hall)
    return draw_hall(place, scene.size, scene.clutter)


def _judged(scene: Scene, sheet: Drawing, held: InHand, frame: NDArray[np.uint8], exposure: Exposure) -> Shot:
    quad = legible.corners(held.placing, sheet.code)
    px = legible.px_per_module(quad, len(sheet.code.dark))
    film_px = scene.film * FILM_MM * px / sheet.code.module if scene.carrier is Carrier.PHONE else 0.0
    sigma = math.hypot(held.sigma, film_px, math.hypot(*held.motion_px) / EVEN)
    whole = legible.inside(quad, scene.size)
    could, share = False, 1.0
    if whole and px >= legible.PX_PER_MODULE and sigma < legible.BLUR_MODULES * px:
        missing = legible.lost(frame, held.placing, sheet.code, sigma / px)
        could, share = legible.restored(missing, scene.error), float(missing.mean())
    return Shot(
        frame=frame,
        legible=could,
        px_per_module=px,
        blur_modules=sigma / max(px, 1e-9),
        inside=whole,
        lost=share,
        exposure=exposure,
        away_m=held.pose.at_m[2],
    )
