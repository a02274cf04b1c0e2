"""What lies on a code: cracked glass, a worn film, uneven light on paper. Drawn once, flat, before anything is held up.

All are linear in the light, so they add and multiply what the page below them gives.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

BEND_MM = 0.35
"""How far the slanted edge of a crack shifts what is seen through it: half a millimetre of glass (n = 1.5) at a steep slant."""
NEAR_MM = 0.6
"""From a crack, within which it shifts."""
VEIL = 0.16
"""The share of the hall's light that a wholly worn film scatters into the camera."""
LOST = 0.3
"""The share of the screen's light that a wholly worn film scatters elsewhere."""
FILM_MM = 0.22
"""What a wholly worn film blurs (sigma): it lies that far above the pixels and is rough."""


def cracks(
    grey: NDArray[np.uint8], rng: np.random.Generator, severity: float, hall_light: float, px_per_mm: float
) -> NDArray[np.uint8]:
    """Return the glass cracked from one blow, `severity` 0 to 1: polylines run out from it, each with a bright and a dark edge.

    One side of a crack mirrors the hall's lamps into the camera (bright), the other sends the screen's light elsewhere (dark), and
    its slant shifts what lies beside it, as a prism does.
    """
    if severity <= 0:
        return grey
    height, width = grey.shape
    blow = rng.uniform((0.1, 0.1), (0.9, 0.9)) * (width, height)
    mask = np.zeros_like(grey)
    lines = [_crack(blow, rng, math.hypot(height, width), px_per_mm) for _ in range(round(3 + 15 * severity))]
    lines += [_arc(blow, rng, (4 + 5 * ring) * px_per_mm) for ring in range(round(5 * severity))]
    for line in lines:
        cv2.polylines(mask, [line], False, 255, 1)
    shifted = _bent(grey, mask, px_per_mm)
    offset = max(1, round(0.12 * px_per_mm))
    thick = max(1, round((0.1 + 0.15 * severity) * px_per_mm))
    for line in lines:
        bright = min(255, round(rng.uniform(110, 230) * min(1.0, hall_light)))
        cv2.polylines(shifted, [line + offset], False, round(rng.uniform(5, 25)), thick, cv2.LINE_AA)
        cv2.polylines(shifted, [line], False, bright, thick, cv2.LINE_AA)
    return shifted


def _crack(
    blow: NDArray[np.float64], rng: np.random.Generator, reach: float, px_per_mm: float
) -> NDArray[np.int32]:
    """Return one polyline from the blow outwards; it turns a little at each step, and may end early."""
    at, angle = blow.copy(), rng.uniform(0, 2 * math.pi)
    points, left = [at.copy()], reach * rng.uniform(0.15, 1.0)
    while left > 0:
        step = rng.uniform(3, 9) * px_per_mm
        angle += rng.normal(0, 0.22)
        at += (step * math.cos(angle), step * math.sin(angle))
        points.append(at.copy())
        left -= step
    return np.rint(points).astype(np.int32)


def _arc(blow: NDArray[np.float64], rng: np.random.Generator, radius: float) -> NDArray[np.int32]:
    """Return a crack from one of those that run outwards to another: between them shards lie."""
    begins, ends = sorted(int(angle) for angle in rng.integers(0, 360, 2))
    middle = (round(float(blow[0])), round(float(blow[1])))
    return np.asarray(cv2.ellipse2Poly(middle, (round(radius),) * 2, 0, begins, ends, 25), np.int32)


def _bent(grey: NDArray[np.uint8], mask: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.uint8]:
    """Shift what lies near a crack towards it, the more the nearer."""
    away = cv2.distanceTransform(cv2.bitwise_not(mask), cv2.DIST_L2, 3) / px_per_mm
    near = BEND_MM * px_per_mm * np.clip(1 - away / NEAR_MM, 0, 1)
    down, across = np.gradient(away)
    length = np.maximum(1e-6, np.hypot(down, across))
    rows, columns = np.indices(grey.shape, np.float32)
    x = (columns + near * across / length).astype(np.float32)
    y = (rows + near * down / length).astype(np.float32)
    return cv2.remap(grey, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def film(
    grey: NDArray[np.uint8], rng: np.random.Generator, wear: float, hall_light: float, px_per_mm: float
) -> NDArray[np.uint8]:
    """Return the page below a protective film, `wear` 0 to 1: a veil of the hall's light, less contrast, a slight blur, scratches."""
    if wear <= 0:
        return grey
    soft = cv2.GaussianBlur(grey, (0, 0), max(0.05, wear * FILM_MM * px_per_mm))
    veiled = cv2.convertScaleAbs(soft, alpha=1 - LOST * wear, beta=255 * VEIL * wear * hall_light)
    height, width = grey.shape
    scratched = veiled.copy()
    for _ in range(round(60 * wear)):
        x, y, angle = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0, math.pi)
        long = rng.uniform(3, 25) * px_per_mm
        end = (round(x + long * math.cos(angle)), round(y + long * math.sin(angle)))
        cv2.line(scratched, (round(x), round(y)), end, min(255, round(150 * hall_light)), 1, cv2.LINE_AA)
    return cv2.addWeighted(veiled, 0.5, scratched, 0.5, 0)


def shaded(
    grey: NDArray[np.uint8], rng: np.random.Generator, uneven: float, curl: float
) -> NDArray[np.uint8]:
    """Return a matte sheet in a light from one side: it falls off across it, and as the cosine where the sheet bends away.

    `uneven` is the share that the darkest end lacks, `curl` the degrees by which the sides bend away.
    """
    if uneven <= 0 and curl <= 0:
        return grey
    height, width = grey.shape
    across, down = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    angle = rng.uniform(0, 2 * math.pi)
    along = across * math.cos(angle) + down * math.sin(angle)
    fall = 1 - uneven * (along - along.min()) / (along.max() - along.min())
    lamp = math.radians(rng.uniform(-35, 35))
    bent = np.cos(np.clip(across * math.radians(curl) - lamp, -1.4, 1.4)) / math.cos(lamp)
    return np.clip(np.rint(grey * fall * bent), 0, 255).astype(np.uint8)
