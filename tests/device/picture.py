"""What a picture of the device's screen shows: its dominant colour, by the names of ui/theme.py. Pure."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from kiosk.core.screen.view import Field
from ui.theme import PALETTES

_HEADER = re.compile(rb"P6\s+(\d+)\s+(\d+)\s+255\s")
NEAR = 12
"""How far a colour may lie from the theme's, of 255: a panel of 16 bits rounds to 8."""


def pixels(ppm: bytes) -> NDArray[np.uint8]:
    """Return a picture as QEMU's screendump writes it, an array (height, width, 3). Raises ValueError for another file."""
    header = _HEADER.match(ppm)
    if header is None:
        raise ValueError("expected a PPM (P6, 255), found something else")
    wide, high = int(header[1]), int(header[2])
    return np.frombuffer(ppm, np.uint8, wide * high * 3, header.end()).reshape(high, wide, 3)


def dominant(picture: NDArray[np.uint8]) -> tuple[int, int, int]:
    """Return the colour that most pixels have."""
    flat = picture.reshape(-1, 3).astype(np.uint32)
    values, counts = np.unique(flat[:, 0] << 16 | flat[:, 1] << 8 | flat[:, 2], return_counts=True)
    value = int(values[counts.argmax()])
    return value >> 16, value >> 8 & 255, value & 255


def field(picture: NDArray[np.uint8]) -> Field | None:
    """Return whose colour dominates, None where it is none of the theme's fields."""
    colour = dominant(picture)
    for name, palette in PALETTES.items():
        if max(abs(one - other) for one, other in zip(colour, palette.field, strict=True)) <= NEAR:
            return name
    return None


def asks(picture: NDArray[np.uint8]) -> bool:
    """Return whether the screen asks for a yes: the button for it is green, at the lower right."""
    high, wide = picture.shape[:2]
    return field(picture[high * 4 // 5 : high * 19 // 20, wide * 11 // 20 : wide * 19 // 20]) is Field.GREEN
