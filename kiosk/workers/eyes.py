"""What the scanner's worker needs of the reader, of the memory of what was read, and of whoever watches the view."""

from __future__ import annotations

from typing import Protocol

from kiosk.core.hint import Hint
from kiosk.ports import Grey, Reading


class Eyes(Protocol):
    """The reader: frames in, codes out."""

    moved_at: float
    """When something last moved before the camera, in seconds of the monotonic clock."""

    guidance: Hint | None
    """What would help whoever holds up what is not read; as of the last frame."""

    def read(self, frame: Grey, mono: float) -> list[Reading]:
        """Return the codes in a frame."""
        ...


class Memory(Protocol):
    """What was read a moment ago."""

    def new(self, readings: list[Reading], mono: float) -> list[Reading]:
        """Return the readings that are not repeats."""
        ...


class Saw(Protocol):
    """Hears of every frame."""

    def __call__(self, frame: Grey, mono: float, *, moved_at: float, read: int) -> None:
        """`moved_at`: when something last moved; `read`: how many new codes were in it. Raises CameraLost to have it opened anew."""
        ...
