"""A frame as a technician's terminal can show it: coarse, in greys, in place; to aim a camera by, over SSH too.

It must never be written anywhere but to a terminal: there are people in it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.ports import Grey

COLUMNS = 64
"""Characters across; each is one pixel wide and two high."""
_BLACK, _GREYS = 232, 24
"""The terminal's ramp of greys (xterm's 256 colours)."""


def sketch(frame: Grey) -> list[str]:
    """Return the frame as lines of half blocks."""
    rows = max(1, round(COLUMNS * frame.shape[0] / frame.shape[1] / 2))
    small = cv2.resize(frame, (COLUMNS, 2 * rows), interpolation=cv2.INTER_AREA)
    shades = _BLACK + small.astype(np.uint16) * _GREYS // 256
    return [_line(shades[row], shades[row + 1]) for row in range(0, 2 * rows, 2)]


def over(before: int, line: str, picture: list[str]) -> str:
    """Return what puts a line, and the picture below it, in the place of a picture of `before` lines."""
    back = f"\x1b[{before}F\x1b[J" if before else ""
    return "\n".join([back + line, *picture])


def _line(upper: NDArray[np.uint16], lower: NDArray[np.uint16]) -> str:
    cells = (f"\x1b[38;5;{top};48;5;{bottom}m▀" for top, bottom in zip(upper, lower, strict=True))
    return "".join(cells) + "\x1b[0m"
