"""What is so at the moment, told when it changes and told again while it does not.

An alarm, a part that is broken, a link that is down: whoever hears of the change only, and misses it, is wrong for good. So a
level is told again every few seconds, and whatever became of the first word, the next one puts it right.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

TELL_AGAIN_S = 5.0
"""So long after a level was told it is told again, whether it is an alarm, the health of a part or the link (seconds).

Short beside what a visitor waits, and rare beside what the door does anyway: a door with everything tells about twelve levels."""

_Event = TypeVar("_Event")


class Level(Generic[_Event]):
    """One level. Its owner calls `tell` at every look, however often that is."""

    def __init__(
        self,
        put: Callable[[_Event], None],
        now: _Event | None = None,
        *,
        mono: Callable[[], float] = time.monotonic,
    ) -> None:
        """`now` is what the door takes for granted before anything was told; None: it takes nothing for granted."""
        self.now = now
        self._put = put
        self._mono = mono
        self._told_at = mono()

    def tell(self, event: _Event) -> None:
        """Tell how it is: at once where that is new, and again where it was told TELL_AGAIN_S seconds ago."""
        mono = self._mono()
        if event == self.now and mono - self._told_at < TELL_AGAIN_S:
            return
        self.now, self._told_at = event, mono
        self._put(event)
