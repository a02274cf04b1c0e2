"""What the sensor makes of the light: how much of it becomes white, noise, an exposure that adapts late, and compression.

It must never know what is in the picture: it sees light only.
"""

from __future__ import annotations

import functools
import math
from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

READ_NOISE = 0.0025
"""What reading a pixel out adds at gain 1, as a share of white, whatever the light; amplified with it."""
REFERENCE_S = 1 / 60
"""A shutter that is open so long at gain 1 makes a screen at full brightness just white."""
SHORTEST_S = 1 / 4000
MOST_GAIN = 8.0
LAG = 3
"""Frames until what a frame showed changes the exposure of another: it is measured, sent to the sensor, and takes effect at the next start."""
PACE = 0.4
"""The share of the way to the right exposure that is gone in a frame, in stops: faster ones pump."""
RIGHT = 0.40
"""The weighted mean that is aimed at, as a share of white: grey walls come out as grey walls."""
CONTENT = 0.12
"""Stops beside the right exposure within which nothing is changed."""
BANK_MARGIN = 64
"""The noise bank is this much larger than a frame both ways, so that each frame can take it from another corner."""
METERED = 16
"""Every so-manieth pixel both ways is metered."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """How one frame is taken."""

    exposure_s: float
    """How long the shutter is open."""
    gain: float
    """How much what the pixels collected is amplified, noise and all."""
    level: float
    """How much of the light becomes white: 1 shows a screen at full brightness as just white."""


class ImageSensor:
    """Turns light into grey levels with noise. Draws its noise once and takes each frame's from another corner of it.

    Shot noise: photons come by chance, so that the spread grows with the root of their number, and the fewer they are for the same
    grey (the higher the gain), the more it shows. Read noise comes from the electronics: the same in black and white, and
    amplified by the gain. So a dark corridor is not only darker: at gain 8 its black is as rough as a lit hall's white.
    """

    def __init__(self, rng: np.random.Generator, size: tuple[int, int], gain: float, noise: float) -> None:
        self._rng = rng
        self._bank = _noise_bank(size)
        self._noise = noise
        self.set(Exposure(REFERENCE_S, gain, gain))

    def set(self, exposure: Exposure) -> None:
        """Take the next frames like this."""
        self.exposure = exposure
        gain, levels = max(1.0, exposure.gain), np.arange(256) / 255.0
        shot, read = self._noise * math.sqrt(gain), READ_NOISE * gain if self._noise else 0.0
        # Noise whose variance is a part that grows with the light and a part that does not is the same everywhere after this
        # root (Anscombe's): one sum adds it, two tables go there and back.
        floor = (read / (2 * shot)) ** 2 if shot else 0.0
        span = math.sqrt(1 + floor)
        lit = np.minimum(1.0, levels * exposure.level)
        self._there = np.rint(255 * np.sqrt(lit + floor) / span).astype(np.uint8)
        self._back = np.rint(255 * np.clip((levels * span) ** 2 - floor, 0, 1)).astype(np.uint8)
        # The bank's unit is a sigma of 32 levels about 128.
        self._share = shot / span * 255 / 32

    def dimmed(self, light: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
        """Return this share of the light, spread by half a level: a high gain would make contour lines of whole levels."""
        if share == 1.0:
            return light
        bank = self._corner(light.shape[:2])
        return cv2.addWeighted(light, share, bank, 0.5 / 32, -128 * 0.5 / 32)

    def expose(self, light: NDArray[np.uint8], flicker: float = 1.0) -> NDArray[np.uint8]:
        """Return the frame for this light; `flicker` is the lamps' brightness at this moment, 1.0 on average."""
        rooted = cv2.LUT(light, self._there)
        bank = self._corner(light.shape[:2])
        noisy = cv2.addWeighted(rooted, math.sqrt(flicker), bank, self._share, -128 * self._share)
        return cv2.LUT(noisy, self._back)

    def _corner(self, shape: tuple[int, int]) -> NDArray[np.uint8]:
        y, x = self._rng.integers(0, BANK_MARGIN, 2)
        return self._bank[y : y + shape[0], x : x + shape[1]]


class AutoExposure:
    """The loop of an ordinary camera: it measures a frame, mostly its middle, and corrects a later one.

    A bright phone that enters a dark hall finds the exposure of the dark hall: it is burnt out for some frames, until the loop has
    come down, and where it is small in the picture it stays so, because a mean is what the loop looks at. The shutter is
    opened first, up to `longest_s`, and only then the gain is raised: a dark hall costs sharpness, then smoothness.
    """

    def __init__(self, light: NDArray[np.uint8], longest_s: float, bias: float) -> None:
        """`light`: what the camera has been looking at for long; `bias` makes every picture so much brighter."""
        self._longest_s = longest_s
        self._aim = RIGHT * bias
        self._weights = _weights((len(light[::METERED]), len(light[0, ::METERED])))
        self._level = self._bounded(self._aim / max(0.004, self._metered(light)))
        self._under_way: deque[float] = deque()

    def exposure(self) -> Exposure:
        """Return how the next frame is taken."""
        needed = self._level * REFERENCE_S
        exposure_s = min(self._longest_s, max(SHORTEST_S, needed))
        return Exposure(exposure_s, max(1.0, needed / exposure_s), self._level)

    def saw(self, frame: NDArray[np.uint8]) -> None:
        """Learn from the frame that was taken with `exposure()`."""
        # What clipped counts as white and no more: from far too bright the way down takes several rounds.
        self._under_way.append(self._level * self._aim / max(0.004, self._metered(frame)))
        if len(self._under_way) <= LAG:
            return
        stops = math.log2(self._under_way.popleft() / self._level)
        if abs(stops) > CONTENT:
            self._level = self._bounded(self._level * 2 ** (PACE * stops))

    def _metered(self, frame: NDArray[np.uint8]) -> float:
        return float(np.vdot(frame[::METERED, ::METERED].astype(np.float64), self._weights)) / 255

    def _bounded(self, level: float) -> float:
        return min(self._longest_s / REFERENCE_S * MOST_GAIN, max(SHORTEST_S / REFERENCE_S, level))


def compressed(frame: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """Return the frame after JPEG and back, as each frame of a USB camera's MJPEG goes.

    Blocks of eight pixels lose their fine waves first: modules of two pixels ring and grey out where a block holds a sharp edge.
    """
    _, packed = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)


def _weights(shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return how much each place counts: the middle three times as much as the edge, 1 in all."""
    down, across = (np.cos(np.linspace(-1.2, 1.2, length)) for length in shape)
    weights = 0.3 + np.outer(down, across)
    return np.asarray(weights / weights.sum())


@functools.lru_cache(maxsize=2)
def _noise_bank(size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return noise about 128, always the same for a size: what differs from scene to scene is where a frame takes it from."""
    width, height = size
    shape = (height + BANK_MARGIN, width + BANK_MARGIN)
    noise = np.random.default_rng(7).standard_normal(shape, np.float32)
    return np.clip(np.rint(128 + 32 * noise), 0, 255).astype(np.uint8)
