"""The pictures that cost a reader most: thousands of finder patterns, codes beside codes, broken codes, codes of noise."""

from __future__ import annotations

import cv2
import numpy as np
import segno

from kiosk.ports import Grey


def pictures(size: tuple[int, int] = (1280, 720)) -> dict[str, Grey]:
    """Return the pictures by name, all of this width and height; the same at each call."""
    rng = np.random.default_rng(1)
    width, height = size
    code = segno.make("HELLO WORLD", micro=False)
    whole = (1 - np.array([list(row) for row in code.matrix_iter(border=2)], np.uint8)) * np.uint8(255)
    broken = whole.copy()
    broken[10:20, 10:20] = rng.integers(0, 2, (10, 10)) * 255
    scattered = np.full((height, width), 255, np.uint8)
    for _ in range(width * height // 300):
        finder = _enlarged(_finder(), int(rng.integers(1, 4)))
        top, left = rng.integers(0, height - len(finder)), rng.integers(0, width - len(finder))
        scattered[top : top + len(finder), left : left + len(finder)] = finder
    noise = rng.integers(0, 256, (height, width)).astype(np.uint8)
    return {
        **{f"finders of {s} px a module": _tiled(_enlarged(_finder(), s), size) for s in (1, 2, 3)},
        **{f"codes of {s} px a module": _tiled(_enlarged(whole, s), size) for s in (2, 3)},
        **{f"broken codes of {s} px a module": _tiled(_enlarged(broken, s), size) for s in (2, 3)},
        "finders on finders": scattered,
        "finders on finders, blurred": cv2.GaussianBlur(scattered, (0, 0), 1.2),
        "noise": noise,
        "noise of 2 px": _tiled(_enlarged((noise[: height // 2, : width // 2] & 1) * np.uint8(255), 2), size),
    }


def _finder() -> Grey:
    """Return a finder pattern with its quiet border, a pixel a module."""
    modules = np.full((9, 9), 255, np.uint8)
    modules[1:8, 1:8] = 0
    modules[2:7, 2:7] = 255
    modules[3:6, 3:6] = 0
    return modules


def _enlarged(modules: Grey, scale: int) -> Grey:
    return np.kron(modules, np.ones((scale, scale), np.uint8))


def _tiled(piece: Grey, size: tuple[int, int]) -> Grey:
    width, height = size
    return np.tile(piece, (height // len(piece) + 1, width // piece.shape[1] + 1))[:height, :width].copy()
