"""What is the same in every QR code of a size: corner squares, the lines between them, the small squares (ISO/IEC 18004, 6.3). Pure.

It must never hold anything that differs from code to code: from these modules a blurred one is learned.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

FIRST_SIZE, LARGEST_VERSION = 17, 14
"""A version has four modules a side more than the one before, the first 21; larger ones than a pass are not looked for."""


@functools.lru_cache(maxsize=LARGEST_VERSION)
def always(modules: int) -> NDArray[np.float32]:
    """Return what each module is in every code of this size: 1 dark, -1 light, 0 not the same in all."""
    due = np.zeros((modules + 2, modules + 2), np.float32)
    line = np.where(np.arange(modules + 2) % 2, 1.0, -1.0)
    due[7, 8:-8] = due[8:-8, 7] = line[8:-8]
    square = np.full((9, 9), -1.0)
    square[1:-1, 1:-1], square[2:-2, 2:-2], square[3:-3, 3:-3] = 1.0, -1.0, 1.0
    due[:9, :9] = due[:9, -9:] = due[-9:, :9] = square
    due = due[1:-1, 1:-1]
    small = np.full((5, 5), 1.0)
    small[1:-1, 1:-1], small[2, 2] = -1.0, 1.0
    middles = _alignment(modules)
    for y in middles:
        for x in middles:
            if (y, x) not in {(6, 6), (6, middles[-1]), (middles[-1], 6)}:
                due[y - 2 : y + 3, x - 2 : x + 3] = small
    due[modules - 8, 8] = 1.0
    return due


def _alignment(modules: int) -> list[int]:
    """Return where the small squares' middles are: even steps back from the last one, up to the first at 6."""
    version = (modules - FIRST_SIZE) // 4
    if version < 2:
        return []
    count, last = version // 7 + 2, modules - 7
    step = -(-(last - 6) // (count - 1) // 2) * 2
    return [6, *(last - step * back for back in range(count - 2, -1, -1))]
