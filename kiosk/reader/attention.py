"""The one code-like thing that the door looks at while it stays unread: where it is, since when, how it moves."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.ports import Grey
from kiosk.reader.guidance import PATIENCE_S, Sight
from kiosk.reader.likeness import PAD, TILE, code_like
from kiosk.reader.motion import Box

FORGOTTEN_S = 0.5
"""A thing not seen for so long is gone: a hand that shakes hides a code for a few frames only."""
BURNT_GREY = 250
"""Grey level of a patch that is burnt out."""
PATCH_PX = 16
"""A patch's side: wider than a module of a code that can be read."""


class Attention:
    """Follows one unread thing from frame to frame."""

    def __init__(self) -> None:
        self._box: Box | None = None
        self._since = self._seen_at = float("-inf")
        self._speed = 0.0
        self.sure = False
        """Whether the thing was surely like a code when it was last seen."""

    def look(self, frame: Grey, moved: Box, mono: float) -> Box | None:
        """Return where the unread thing is in the frame, the one looked at before first; None where nothing looks like a code.

        Where blur hides it for a moment, its last place is returned. What is a guess must be there for a second frame first.
        """
        if mono - self._seen_at > FORGOTTEN_S:
            self.forget()
        before = self._box
        near = before.moved(-moved.left, -moved.top) if before else None
        like = code_like(moved.of(frame), near)
        if like is None:
            return before
        self.sure = like.sure
        box = like.box.moved(moved.left, moved.top)
        if before is None or not box.overlap(before):
            self._since, self._speed = mono, 0.0
        else:
            self._speed += 0.3 * (_speed(before, box, mono - self._seen_at) - self._speed)
        self._box, self._seen_at = box, mono
        return box if like.sure or self._since < mono else None

    def forget(self) -> None:
        """It was read, or is gone."""
        self._box, self._since, self._seen_at, self._speed = None, float("-inf"), float("-inf"), 0.0

    def sight(self, frame: Grey, mono: float) -> Sight | None:
        """Return what can be measured of the thing; None where there is none, or none for long enough to speak of."""
        if self._box is None or mono - self._seen_at > FORGOTTEN_S or mono - self._since < PATIENCE_S:
            return None
        thing = _unpadded(self._box, frame)
        part = thing.of(frame)
        size = max(1, part.shape[1] // PATCH_PX), max(1, part.shape[0] // PATCH_PX)
        patches = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        return Sight(
            unread_s=mono - self._since,
            height=thing.height / frame.shape[0],
            bright=float(np.quantile(part[::4, ::4], 0.9)),
            burnt=float(np.mean(patches >= BURNT_GREY)),
            speed=self._speed,
        )


def _speed(before: Box, now: Box, passed_s: float) -> float:
    """Return how fast the middle moves, in its own widths a second."""
    if passed_s <= 0:
        return 0.0
    x = (now.left + now.right - before.left - before.right) / 2
    y = (now.top + now.bottom - before.top - before.bottom) / 2
    return float(np.hypot(x, y)) / now.width / passed_s


def _unpadded(box: Box, frame: Grey) -> Box:
    """Return the thing without the white page about it; at the frame's edges there is none. It never shrinks to nothing."""
    pad = PAD * TILE
    rows, columns = frame.shape
    left, right = _inner(box.left, box.right, columns, pad)
    top, bottom = _inner(box.top, box.bottom, rows, pad)
    return Box(left, top, right, bottom)


def _inner(start: int, end: int, limit: int, pad: int) -> tuple[int, int]:
    inner = start + (pad if start > 0 else 0), end - (pad if end <= limit - TILE else 0)
    return inner if inner[1] - inner[0] >= TILE else (start, end)
