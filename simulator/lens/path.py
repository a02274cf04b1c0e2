"""The way of what is held: a hand brings it to the camera and holds it there, or its owner walks by and holds it out meanwhile."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from simulator.lens.scene import Scene

COMES = 0.5
"""The share of the frames in which it comes near, where its owner stops."""
GOES = 0.85
"""From this share on it is taken away."""
ABREAST = 0.6
"""The share of the frames after which somebody who walks by is level with where they hold it."""
REACH_M = 0.62
"""From the shoulder to what the hand holds, at most."""
ASIDE_M = 0.48
"""How far beside the camera's axis the shoulder passes: the width of a turnstile's lane, halved, and a shoulder's."""
ABOVE_M = 0.12
"""How far above it."""
DRAGGED = 0.12
"""The share of the body's movement that the hand makes too while the arm holds it in place: nobody makes up for all of it."""
LAG_S = 0.1
"""How late the hand is where it wants to be."""
BEHIND_M = 0.38
"""How far behind what they hold somebody stands who stopped for it."""
CLOSEST_M = 0.06
"""Nothing is drawn nearer to the lens."""

_Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the code's middle is before the camera (metres, right, down, away) and how it is turned (degrees)."""

    at_m: tuple[float, float, float]
    yaw: float
    pitch: float
    roll: float
    chest_m: tuple[float, float, float] = (0.0, 0.0, 1.0)
    """Where the middle of its owner's chest is."""


def poses(scene: Scene, frames: int, rng: np.random.Generator) -> Iterator[Pose]:
    """Yield where it is in each of so many frames; the hand trembles, more so while its owner walks."""
    aim = rng.uniform(-0.02, 0.02, 2)
    side = float(rng.choice([-1.0, 1.0]))
    way = _walks_by(scene, frames, aim, side) if scene.speed_m_s else _stops(scene, frames, aim, side)
    tremble = np.zeros(6)
    step = float(rng.uniform(0, 2 * math.pi)) if scene.speed_m_s else 0.0
    for index, ((x, y, away), chest) in enumerate(way):
        # A hand drifts back to where it wants to be; metres, then degrees.
        tremble = 0.85 * tremble + rng.normal(0, scene.tremor, 6) * (0.0014, 0.0014, 0.002, 0.8, 0.8, 0.5)
        bob = _bob(scene, step, index)
        yield Pose(
            (
                float(x + bob[0] + tremble[0]),
                float(y + bob[1] + tremble[1]),
                float(max(CLOSEST_M, away + tremble[2])),
            ),
            scene.yaw + float(tremble[3]),
            scene.pitch + float(tremble[4]),
            scene.roll + float(tremble[5]),
            (float(chest[0] + 2 * bob[0]), float(chest[1] + 2 * bob[1]), float(chest[2])),
        )


def _stops(scene: Scene, frames: int, aim: np.ndarray, side: float) -> Iterator[tuple[_Point, _Point]]:
    """Yield where the hand and the chest are."""
    for index in range(frames):
        done = index / max(1, frames - 1)
        come = _smooth(done / COMES)
        gone = _smooth((done - GOES) / (1 - GOES))
        away = scene.farthest_m + (scene.nearest_m - scene.farthest_m) * come + 0.1 * gone
        x = aim[0] + side * (0.16 * (1 - come) + 0.35 * gone)
        # They stand a little aside of what they hold, and turn away with it in the end.
        yield (
            (x, aim[1] + 0.12 * (1 - come) + 0.25 * gone, away),
            (
                x + side * (0.14 + 0.2 * gone),
                0.08,
                away + BEHIND_M,
            ),
        )


def _walks_by(scene: Scene, frames: int, aim: np.ndarray, side: float) -> Iterator[tuple[_Point, _Point]]:
    """A shoulder passes beside the camera at an even speed; the hand is where it wants to be as long as the arm reaches there.

    Before that it comes along as fast as the body; then the arm makes up for most of the body's way, for as long as twice its
    reach allows (at 1 m/s about eight tenths of a second); then it is pulled out of the picture.
    """
    target = np.array([aim[0], aim[1], scene.nearest_m])
    duration = max(1, frames - 1) / scene.fps
    hand: np.ndarray | None = None
    follows = 1 - math.exp(-1 / (scene.fps * LAG_S))
    for index in range(frames):
        ahead = scene.speed_m_s * (ABREAST * duration - index / scene.fps)
        shoulder = np.array([side * ASIDE_M, -ABOVE_M, scene.nearest_m + ahead])
        wanted = target + np.array([0.0, 0.0, DRAGGED * ahead])
        arm = wanted - shoulder
        length = float(np.linalg.norm(arm))
        reached = wanted if length <= REACH_M else shoulder + arm * (REACH_M / length)
        hand = reached if hand is None else hand + follows * (reached - hand)
        yield tuple(hand), (shoulder[0] + side * 0.2, shoulder[1] + 0.1, shoulder[2])


def _bob(scene: Scene, step: float, index: int) -> tuple[float, float]:
    """Return what is left in the hand of the body's up and down and to and fro: metres right and down. Two steps a second at 1.4 m/s."""
    if not scene.speed_m_s:
        return 0.0, 0.0
    steps_hz = 1.2 + 0.6 * min(1.5, scene.speed_m_s)
    at = step + 2 * math.pi * steps_hz * index / scene.fps
    size = 0.004 * scene.tremor * min(1.0, scene.speed_m_s)
    return size * math.sin(at / 2), size * math.sin(at)


def _smooth(share: float) -> float:
    clipped = min(1.0, max(0.0, share))
    return clipped * clipped * (3 - 2 * clipped)
