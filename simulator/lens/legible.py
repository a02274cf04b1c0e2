"""The truth beside a frame: whether what it holds could be read by somebody who knows where to look and what it should say.

It must never use an engine: it is what engines are measured against. It is lenient on purpose, so that a frame called illegible is
one that nobody can be blamed for.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.lens.phone import DrawnCode
from simulator.lens.placing import Placing

PX_PER_MODULE = 2.0
"""Fewer cannot be told apart."""
BLUR_MODULES = 0.75
"""The blur (sigma) from which one module is drowned by those around it."""
EDGE_PX = 2.0
"""The code's corners are so far inside the frame."""
CORRECTED = {"l": 0.07, "m": 0.15, "q": 0.25, "h": 0.30}
"""The share of codewords that each level of error correction restores."""
FINDER_LOST = 0.34
"""A corner square of which more than this is lost is not found."""
CONTRAST = 5.0
"""Grey levels between dark and light below which there is nothing to see."""
AROUND = 9
"""Modules across, within which dark and light are what they are about the middle."""
_QUIET = 4
_FINDER = 7


def corners(placing: Placing, code: DrawnCode) -> NDArray[np.float64]:
    """Return where the code's corners land: upper left first, clockwise as printed; (4, 2), pixels."""
    return placing.lands(
        _grid_points(code, np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * float(len(code.dark)))
    )


def inside(quad: NDArray[np.float64], size: tuple[int, int]) -> bool:
    """Whether the whole code is in the frame."""
    return bool((quad >= EDGE_PX).all() and (quad <= np.array(size) - EDGE_PX).all())


def px_per_module(quad: NDArray[np.float64], modules: int) -> float:
    """Return the pixels of a module along the code's shortest side."""
    return float(np.linalg.norm(quad - np.roll(quad, 1, 0), axis=1).min() / modules)


def lost(
    frame: NDArray[np.uint8], placing: Placing, code: DrawnCode, blur_modules: float
) -> NDArray[np.bool_]:
    """Return which modules are lost in this frame: clipped, glared or covered away, or drowned in noise.

    Each is compared with what the known code, blurred as much, should show there between the dark and the light about it. It is lost
    where it looks more like its own opposite, or where dark and light are the same.
    """
    seen = _sampled(frame, placing, code)
    shown = np.pad((~code.dark).astype(np.float32), _QUIET, constant_values=1.0)
    kernel = cv2.getGaussianKernel(2 * _QUIET + 1, max(0.05, blur_modules))
    due = cv2.sepFilter2D(shown, -1, kernel, kernel)[_QUIET:-_QUIET, _QUIET:-_QUIET]
    own = float(kernel.max()) ** 2
    # About each module, the line that takes what is due to what is seen.
    due_mean, seen_mean = _about(due), _about(seen)
    slope = (_about(due * seen) - due_mean * seen_mean) / np.maximum(1e-4, _about(due * due) - due_mean**2)
    contrast = -slope if code.inverted else slope
    deviates = (seen - seen_mean - slope * (due - due_mean)) * np.where(code.dark, 1, -1)
    if code.inverted:
        deviates = -deviates
    return np.asarray((contrast < CONTRAST) | (deviates > own / 2 * contrast))


def restored(missing: NDArray[np.bool_], error: str) -> bool:
    """Whether error correction makes up for these modules, and all three corner squares are left to find the code by.

    Codewords lie two modules wide and four tall; one lost module loses one.
    """
    n = len(missing)
    for rows, columns in ((0, 0), (0, n - _FINDER), (n - _FINDER, 0)):
        if missing[rows : rows + _FINDER, columns : columns + _FINDER].mean() > FINDER_LOST:
            return False
    words = missing[: n // 4 * 4, : n // 2 * 2].reshape(n // 4, 4, n // 2, 2).any(axis=(1, 3))
    return bool(words.mean() <= CORRECTED[error])


def _sampled(frame: NDArray[np.uint8], placing: Placing, code: DrawnCode) -> NDArray[np.float32]:
    """Return the grey of each module's middle, from nine places in it."""
    n = len(code.dark)
    # Thirds about the middle, a quarter of a module apart.
    along = (np.arange(n)[:, None] + np.array([0.25, 0.5, 0.75])).ravel()
    x, y = np.meshgrid(along, along)
    places = placing.lands(_grid_points(code, np.stack([x.ravel(), y.ravel()], axis=1)))
    greys = cv2.remap(
        frame,
        places[:, 0].reshape(3 * n, 3 * n).astype(np.float32),
        places[:, 1].reshape(3 * n, 3 * n).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return cv2.resize(greys.astype(np.float32), (n, n), interpolation=cv2.INTER_AREA)


def _about(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return cv2.blur(values, (AROUND, AROUND), borderType=cv2.BORDER_REFLECT_101)


def _grid_points(code: DrawnCode, modules: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(modules * code.module + (code.left, code.top), np.float64)
