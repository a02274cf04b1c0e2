"""The rescue ladder: what is done to a part of a frame in which a code was not read, one step a frame, and which engine then looks.

It must never look at more than a step's number of pixels, whatever the part's size: that is half of the bound on a frame's time.
The steps and their order were chosen on one half of real photos and on drawn approaches (docs/performance.md, "The reader").
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.ports import Decoder, Grey, Reading
from kiosk.reader.motion import Box
from kiosk.reader.places import in_frame

MOST_PIXELS = 1_000_000
"""A prepared picture has no more: a larger part is enlarged less, or made smaller."""
MOST_SECOND_PIXELS = 300_000
"""The same for the second engine, which needs five times as long for a pixel, and for the restoring of focus."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One try: scale, then prepare, then perhaps enlarge, then decode."""

    engine: Decoder
    scale: float
    prepare: Callable[[Grey], Grey]
    wide: bool = False
    """Round 1: the whole area that moved (wide), or only the part that looks like a code (not wide). Round 2: the other way round."""
    most_pixels: int = MOST_PIXELS
    """Of what is prepared."""
    enlarge: float = 1.0

    def read(self, part: Grey) -> list[Reading]:
        """Return what is read in the part, corners in the part's pixels."""
        scale = min(self.scale, math.sqrt(self.most_pixels / part.size))
        prepared = self.prepare(_sized(part, scale))
        enlarge = min(self.enlarge, math.sqrt(MOST_PIXELS / prepared.size))
        return in_frame(self.engine.decode(_sized(prepared, enlarge)), scale=1 / scale / enlarge)


class Ladder:
    """Climbs one step a call and begins again at the bottom; a step that read something is tried first the next time."""

    def __init__(self, first: Decoder, second: Decoder | None) -> None:
        self._steps = _steps(first, second)
        self._climbed = 0

    def __len__(self) -> int:
        return len(self._steps)

    def climb(self, frame: Grey, place: Box, moved: Box) -> list[Reading]:
        """Take one step on what looks like a code or on all that moved; corners are in pixels of the frame."""
        rounds, index = divmod(self._climbed, len(self._steps))
        step = self._steps[index]
        readings = _read(step, frame, moved if step.wide != bool(rounds % 2) else place)
        if not readings:
            self._climbed += 1
        return readings

    def restart(self) -> None:
        """Begin at the bottom: somebody else is there."""
        self._climbed = 0


def _read(step: Rung, frame: Grey, box: Box) -> list[Reading]:
    return in_frame(step.read(box.of(frame)), left=box.left, top=box.top)


def _steps(first: Decoder, second: Decoder | None) -> list[Rung]:
    steps = [
        Rung(first, 1.0, _refocused(1.7, noise=0.04), most_pixels=MOST_SECOND_PIXELS, enlarge=2.0),
        # Of a code that is near, and so both large and blurred by more, a smaller picture.
        Rung(first, 1.0, _refocused(2.4, noise=0.01), most_pixels=MOST_SECOND_PIXELS // 2, enlarge=2.0),
        Rung(first, 2.0, _denoised(_sharpen(3.0, 5.0))),
        Rung(first, 2.0, _sharpen(3.0, 5.0)),
        Rung(first, 2.0, _threshold),
        Rung(first, 1.5, _even_out, wide=True),
        Rung(first, 1.0, _gamma(4.0), wide=True),
        Rung(first, 1.0, _gamma(0.45), wide=True),
        Rung(first, 1.0, _refocused(3.2, noise=0.01), most_pixels=MOST_SECOND_PIXELS, enlarge=2.0),
    ]
    if second is not None:
        # Photographed screens are read at a reduced size that is missed at full (docs/facts.md#decoders).
        steps.insert(6, Rung(second, 0.7, _as_it_is, wide=True, most_pixels=MOST_SECOND_PIXELS))
    return steps


def _sized(part: Grey, scale: float) -> Grey:
    if scale == 1.0:
        return np.ascontiguousarray(part)
    # Never less than a pixel: a strip of extreme shape stays a picture.
    size = (max(1, int(part.shape[1] * scale)), max(1, int(part.shape[0] * scale)))
    return cv2.resize(part, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA)


def _as_it_is(picture: Grey) -> Grey:
    return picture


def _even_out(picture: Grey) -> Grey:
    """Give every corner the same contrast: shadows, lamps, dim screens."""
    return cv2.createCLAHE(3.0, (8, 8)).apply(picture)


def _sharpen(sigma_px: float, amount: float) -> Callable[[Grey], Grey]:
    """Raise what is finer than sigma: blur by motion, by the lens, by a film on the glass."""

    def sharpened(picture: Grey) -> Grey:
        return cv2.addWeighted(picture, 1 + amount, cv2.GaussianBlur(picture, (0, 0), sigma_px), -amount, 0)

    return sharpened


def _denoised(prepare: Callable[[Grey], Grey]) -> Callable[[Grey], Grey]:
    """Take noise away first, or a strong step raises it above the code."""
    return lambda picture: prepare(cv2.GaussianBlur(picture, (0, 0), 1.0))


def _gamma(power: float) -> Callable[[Grey], Grey]:
    """Spread what is nearly burnt out (power above 1) or nearly black (below 1) over the whole range."""
    table = np.rint(255 * (np.arange(256) / 255) ** power).astype(np.uint8)
    return lambda picture: cv2.LUT(picture, table)


def _threshold(picture: Grey) -> Grey:
    """Black and white by the neighbourhood, for modules that the engine's own blocks average away."""
    return cv2.adaptiveThreshold(picture, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 25, 3)


def _refocused(lost_px: float, *, noise: float) -> Callable[[Grey], Grey]:
    """Undo a blur of this sigma by Wiener's filter: a lens that is focused elsewhere, a hand that moves.

    2.4 pixels are what a lens focused at half a metre does to a phone at 0.2 m. `noise`: how much of it must not be raised again, as a
    share of power.
    """

    def refocused(picture: Grey) -> Grey:
        # By the cosine transform, because it takes the borders for mirrors where Fourier's would ring.
        rows, columns = picture.shape
        even = cv2.copyMakeBorder(picture, 0, rows % 2, 0, columns % 2, cv2.BORDER_REPLICATE).astype(
            np.float32
        )
        down, across = (
            np.exp(-0.5 * (lost_px * np.pi * np.arange(length) / length) ** 2).astype(np.float32)
            for length in even.shape
        )
        passed = np.outer(down, across)
        restored = cv2.idct(cv2.dct(even) * (passed / (passed * passed + noise)))
        return np.clip(restored, 0, 255).astype(np.uint8)[:rows, :columns]

    return refocused
