"""The entrance hall behind the visitor, drawn, and the people who walk through it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.lens import clutter as clutters
from simulator.lens.scene import Clutter
from simulator.lens.sensor import ImageSensor

HALL_NOISE = 0.015
FLICKER = 0.01
"""How much the lamps' brightness varies from frame to frame (share)."""
FPS = 15.0


def draw_hall(
    rng: np.random.Generator, size: tuple[int, int], clutter: Clutter = Clutter.NONE
) -> NDArray[np.uint8]:
    """Return the hall with nobody in it: wall, lamps, a glass door, a notice board, a tiled floor, and what hangs there."""
    width, height = size
    floor = round(height * rng.uniform(0.62, 0.74))
    hall = np.empty((height, width), np.uint8)
    shade = np.linspace(rng.uniform(70, 110), rng.uniform(110, 150), width)[None, :]
    hall[:floor] = np.clip(shade * np.linspace(1.15, 0.85, floor)[:, None], 0, 255)
    hall[floor:] = np.clip(shade * np.linspace(0.45, 0.75, height - floor)[:, None], 0, 255)
    _tiles(hall, floor)
    _door(hall, floor, rng)
    _notices(hall, floor, rng)
    clutters.hang(hall, clutter, rng)
    for lamp in range(3):
        middle = (round(width * (0.2 + 0.3 * lamp)), round(height * 0.06))
        cv2.ellipse(hall, middle, (width // 14, height // 60), 0, 0, 360, 235, -1, cv2.LINE_AA)
    # The hall is metres away from a lens that is focused on a hand's breadth.
    return cv2.GaussianBlur(hall, (0, 0), 2.2 * width / 1280)


def _tiles(hall: NDArray[np.uint8], floor: int) -> None:
    height, width = hall.shape
    for column in range(-8, 9):
        foot = (width // 2 + column * width // 4, height)
        cv2.line(hall, (width // 2 + column * width // 14, floor), foot, 60, 1, cv2.LINE_AA)
    for row in range(1, 6):
        y = floor + round((height - floor) * (row / 6) ** 1.8)
        cv2.line(hall, (0, y), (width, y), 60, 1, cv2.LINE_AA)


def _door(hall: NDArray[np.uint8], floor: int, rng: np.random.Generator) -> None:
    height, width = hall.shape
    left = round(width * rng.uniform(0.05, 0.25))
    right, top = left + round(width * 0.2), round(height * 0.14)
    cv2.rectangle(hall, (left, top), (right, floor), 190, -1)
    cv2.rectangle(hall, (left, top), (right, floor), 45, max(2, width // 200))
    cv2.line(hall, ((left + right) // 2, top), ((left + right) // 2, floor), 45, max(2, width // 240))


def _notices(hall: NDArray[np.uint8], floor: int, rng: np.random.Generator) -> None:
    height, width = hall.shape
    for _ in range(4):
        x, y = round(width * rng.uniform(0.5, 0.92)), round(rng.uniform(0.18, 0.5) * height)
        w, h = round(width * rng.uniform(0.03, 0.07)), round(height * rng.uniform(0.07, 0.12))
        cv2.rectangle(hall, (x, y), (x + w, min(y + h, floor)), int(rng.integers(150, 220)), -1)
        for line in range(y + h // 6, y + h - h // 6, max(3, h // 8)):
            cv2.line(hall, (x + w // 8, line), (x + w - w // 8, line), 70, 1)


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody who crosses the hall at one distance and one speed."""

    start: float
    """Where from, in widths of the frame."""
    speed: float
    """Widths of the frame a second."""
    tall: float
    """Height in heights of the frame: near or far."""
    coat: int
    head: int
    stripes: bool
    stride_hz: float
    shirt: NDArray[np.uint8] | None = None
    """What is printed on their back and chest."""

    @classmethod
    def drawn(cls, rng: np.random.Generator, clutter: Clutter = Clutter.NONE) -> Walker:
        """Return a walker by chance."""
        way = rng.choice([-1.0, 1.0])
        walker = cls(
            start=float(rng.uniform(-0.1, 1.1)),
            speed=float(way * rng.uniform(0.12, 0.4)),
            tall=float(rng.uniform(0.55, 1.1)),
            coat=int(rng.integers(20, 170)),
            head=int(rng.integers(80, 180)),
            stripes=bool(rng.random() < 0.4),
            stride_hz=float(rng.uniform(1.4, 2.2)),
        )
        if clutter is not Clutter.SHIRT:
            return walker
        return replace(walker, shirt=clutters.texture(clutter, rng))

    def paint(self, light: NDArray[np.uint8], at_s: float) -> None:
        """Paint them where they are after this many seconds; they come back in on the other side."""
        height, width = light.shape
        tall = self.tall * height
        x = round(((self.start + self.speed * at_s + 0.3) % 1.6 - 0.3) * width)
        foot = round(height * 0.8 + tall * 0.15)
        swing = math.sin(2 * math.pi * self.stride_hz * at_s) * 0.08 * tall
        hip, neck = round(foot - 0.45 * tall), round(foot - 0.82 * tall)
        for leg in (-swing, swing):
            cv2.line(
                light,
                (x, hip),
                (x + round(leg), foot),
                self.coat // 2,
                max(2, round(0.07 * tall)),
                cv2.LINE_AA,
            )
        body = (round(0.13 * tall), round(0.21 * tall))
        cv2.ellipse(light, (x, (hip + neck) // 2), body, 0, 0, 360, self.coat, -1, cv2.LINE_AA)
        if self.stripes:
            for row in range(neck + body[1] // 4, hip, max(4, body[1] // 5)):
                cv2.line(
                    light,
                    (x - body[0] // 2, row),
                    (x + body[0] // 2, row),
                    220,
                    max(1, body[1] // 14),
                    cv2.LINE_AA,
                )
        if self.shirt is not None:
            clutters.print_on(light, self.shirt, (x, (hip + neck) // 2), round(1.15 * body[0]))
        cv2.circle(light, (x, round(foot - 0.91 * tall)), round(0.075 * tall), self.head, -1, cv2.LINE_AA)


def people_walking(
    seed: int,
    size: tuple[int, int] = (1280, 720),
    frames: int = 30,
    *,
    people: int = 2,
    fps: float = FPS,
    clutter: Clutter = Clutter.NONE,
) -> Iterator[NDArray[np.uint8]]:
    """Yield frames of the hall with so many people crossing it and no code anywhere, only what looks like one."""
    rng = np.random.default_rng(seed)
    hall = draw_hall(rng, size, clutter)
    walkers = [Walker.drawn(rng, clutter) for _ in range(people)]
    sensor = ImageSensor(rng, size, gain=1.0, noise=HALL_NOISE)
    for index in range(frames):
        light = hall.copy()
        for walker in walkers:
            walker.paint(light, index / fps)
        yield sensor.expose(light, flicker(rng))


def empty_hall(
    seed: int, size: tuple[int, int] = (1280, 720), frames: int = 30, *, clutter: Clutter = Clutter.NONE
) -> Iterator[NDArray[np.uint8]]:
    """Yield frames of the hall with nobody in it: only the sensor's noise and the lamps' flicker."""
    return people_walking(seed, size, frames, people=0, clutter=clutter)


def flicker(rng: np.random.Generator) -> float:
    """Return the lamps' brightness in one frame, 1.0 on average."""
    return float(1 + FLICKER * rng.uniform(-1, 1))
