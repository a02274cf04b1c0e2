"""Where readings are: from the pixels of a part, or of a scaled part, to those of the frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from kiosk.ports import Grey, Reading


def in_frame(
    readings: Iterable[Reading], *, left: int = 0, top: int = 0, scale: float = 1.0
) -> list[Reading]:
    """Return the readings with corners times `scale`, then moved by `left` and `top` pixels."""
    return [
        dataclasses.replace(
            reading,
            corners=tuple((round(x * scale) + left, round(y * scale) + top) for x, y in reading.corners),
        )
        for reading in readings
    ]


def off_centre(reading: Reading, frame: Grey) -> float:
    """Return the squared distance in pixels from the middle of the frame; one without corners comes last."""
    if not reading.corners:
        return float("inf")
    height, width = frame.shape
    x = sum(x for x, _ in reading.corners) / len(reading.corners) - width / 2
    y = sum(y for _, y in reading.corners) / len(reading.corners) - height / 2
    return x * x + y * y
