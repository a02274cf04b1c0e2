"""The one code-like thing that the door looks at while it stays unread: where it is, since when, how it moves."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import cv2
import numpy as np

from kiosk.ports import Grey
from kiosk.reader.extent import extent
from kiosk.reader.guidance import PATIENCE_S, Sight
from kiosk.reader.likeness import code_like
from kiosk.reader.motion import Box

FORGOTTEN_S = 0.5
"""A thing not seen for so long is gone: a hand that shakes hides a code for a few frames only."""
BURNT_GREY = 250
"""Grey level of a patch that is burnt out."""
PATCH_PX = 16
"""A patch's side: wider than a module of a code that can be read."""
NEW = 0.05
"""The share of a thing, and of what is about it, that was not there before: a phone's is more, a poster's is none."""
KEPT = 1.5
"""What was looked at before is looked at again, unless something else is so many times as large."""
STEADY_S = 0.1
"""A thing that has kept to its tiles for so long is held still."""
MOVED_S = 0.25
"""Over so long it is seen how fast it moves: from one frame to the next its measured middle jumps more than a hand does."""


class Attention:
    """Follows one unread thing from frame to frame."""

    def __init__(self) -> None:
        self._box: Box | None = None
        self._since = self._seen_at = self._stirred_at = float("-inf")
        self._middles: deque[tuple[float, float, float]] = deque()
        self.sure = False
        """Whether the thing was surely like a code when it was last seen."""

    def look(
        self, frame: Grey, moved: Box, mono: float, new: Callable[[Box], float] = lambda _: 1.0
    ) -> Box | None:
        """Return where the unread thing is in the frame; None where nothing looks like a code.

        `new` tells how much of a part was not there before: what comes is looked at rather than a poster beside it. Where blur hides it for a moment, its last place is returned. What is a guess must be there for a second frame first.
        """
        if mono - self._seen_at > FORGOTTEN_S:
            self.forget()
        before = self._box

        def weight(part: Box) -> float:
            box = part.moved(moved.left, moved.top)
            if new(box) < NEW:
                return 0.0
            return KEPT if before and box.overlap(before) else 1.0

        like = code_like(moved.of(frame), weight)
        if like is None:
            return before
        self.sure = like.sure
        box = like.box.moved(moved.left, moved.top)
        if before is None or not box.overlap(before):
            self._since = mono
            self._middles.clear()
        if box != before:
            self._stirred_at = mono
        self._box, self._seen_at = box, mono
        return box if like.sure or self._since < mono else None

    def steady(self, mono: float) -> bool:
        """Whether the thing has been where it is for a moment: another frame shows nothing else then."""
        return mono - self._stirred_at > STEADY_S

    def forget(self) -> None:
        """It was read, or is gone."""
        self._box, self._since, self._seen_at = None, float("-inf"), float("-inf")
        self._middles.clear()

    def sight(self, frame: Grey, mono: float) -> Sight | None:
        """Return what can be measured of the thing; None where there is none that is surely like a code for long enough to speak of.

        To measure takes as long as to look: a crowd in patterned coats is not measured.
        """
        box = self._box
        if box is None or mono - self._seen_at > FORGOTTEN_S:
            return None
        if not self.sure or mono - self._since < PATIENCE_S:
            return None
        there = extent(box.of(frame))
        part = box.of(frame)[
            round(there.y - there.height / 2) : round(there.y + there.height / 2),
            round(there.x - there.width / 2) : round(there.x + there.width / 2),
        ]
        size = max(1, part.shape[1] // PATCH_PX), max(1, part.shape[0] // PATCH_PX)
        patches = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        return Sight(
            unread_s=mono - self._since,
            sure=self.sure,
            height=there.height / frame.shape[0],
            bright=float(np.quantile(part[::4, ::4], 0.9)),
            burnt=float(np.mean(patches >= BURNT_GREY)),
            speed=self._speed(box.left + there.x, box.top + there.y, mono) / there.width,
        )

    def _speed(self, now_x: float, now_y: float, mono: float) -> float:
        """Return how fast the middle moves, in pixels a second."""
        self._middles.append((mono, now_x, now_y))
        while mono - self._middles[0][0] > MOVED_S and len(self._middles) > 2:
            self._middles.popleft()
        at, x, y = self._middles[0]
        return float(np.hypot(now_x - x, now_y - y)) / (mono - at) if mono > at else 0.0
