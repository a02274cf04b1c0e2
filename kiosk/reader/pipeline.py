"""The order in which a frame is looked at: gate, first engine where something moved, a rescue step where a code stays unread.

It knows the engines only as ports and the time only as an argument. It must never cost more than the door can pay: an empty
hall is the gate and little else, a crowd is the first engine at half the size and a few rescue steps a second. Whatever is shown, a
frame is at most two engine calls: one on at most MOST_PIXELS, one on at most ladder.MOST_PIXELS; where the first was slow, no second.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2

from kiosk.core.hint import Hint
from kiosk.ports import Decoder, Grey, Reading
from kiosk.reader import redraw
from kiosk.reader.attention import Attention
from kiosk.reader.budget import RescueBudget
from kiosk.reader.guidance import hint
from kiosk.reader.ladder import Ladder
from kiosk.reader.likeness import densest
from kiosk.reader.looks import Looks
from kiosk.reader.motion import Box, MotionGate
from kiosk.reader.places import in_frame, off_centre

MOST_PIXELS = 1920 * 1080
"""A larger frame is made smaller first: more pixels read no more (docs/facts.md#decoders) and would leave the time unbounded."""
SMALLEST = 40
"""Pixels: what is smaller on either side holds no code."""
REDRAWN_EVERY = 3
"""Of what is held still, every third frame is redrawn instead of looked at: what a hand that trembles shows then was not there before."""
SLOW_S = 0.1
"""A look that took longer leaves the rescue step to the next frame, which gets no look then: twenty times an ordinary one on a PC."""


class Reader:
    """Finds the codes in a camera's frames. Not for two threads at once: it remembers what the hall looks like."""

    def __init__(
        self, first: Decoder, second: Decoder | None = None, *, timer: Callable[[], float] = lambda: 0.0
    ) -> None:
        """`timer`: the processor time of this thread in seconds; without one no look counts as slow."""
        self._first = first
        self._timer = timer
        self._gate = MotionGate()
        self._looks = Looks()
        self._attention = Attention()
        self._ladder = Ladder(first, second)
        self._budget = RescueBudget()
        self._put_off = False
        """The last look was so slow that its frame got no rescue step."""
        self._on_its_way = 0
        """For so many frames what is surely like a code has been coming, or trembling, unread."""
        self._unread = 0
        """So many frames of things that were surely like a code got a rescue step."""
        self.moved_at = float("-inf")
        """When something last moved before the camera, in seconds of the monotonic clock."""
        self.moved: Box | None = None
        """What moved in the last frame, in its pixels."""
        self.guidance: Hint | None = None
        """What would help whoever has been holding up something like a code that stays unread; as of the last frame."""

    def read(self, frame: Grey, mono: float) -> list[Reading]:
        """Return the codes in the frame, the one nearest the middle first; corners are in pixels of `frame`.

        `mono` is the monotonic time of the frame in seconds. A code that is held still is not seen in every frame, but at
        least once in HEARTBEAT_S. Total: a frame of any size is looked at or passed over.
        """
        if frame.size > MOST_PIXELS:
            shrunk = _shrunk(frame)
            readings = self._look(shrunk, mono)
            return in_frame(readings, scale=frame.shape[1] / shrunk.shape[1])
        return self._look(frame, mono)

    def _look(self, frame: Grey, mono: float) -> list[Reading]:
        self.guidance = None
        if min(frame.shape) < SMALLEST:
            return []
        moved = self.moved = self._gate.look(frame, mono)
        place = None
        if moved is not None:
            self.moved_at = mono
            place = self._attention.look(frame, moved, mono, self._gate.share)
        sure = place is not None and self._attention.sure
        self._on_its_way = self._on_its_way + 1 if sure and not self._attention.steady(mono) else 0
        readings = self._first_call(frame, moved, place, mono)
        if readings:
            self._attention.forget()
            self._looks.note_reading()
            self._on_its_way = 0
        elif moved is not None:
            readings = self._rescue(frame, moved, place, mono)
        return sorted(readings, key=lambda reading: off_centre(reading, frame))

    def _first_call(self, frame: Grey, moved: Box | None, place: Box | None, mono: float) -> list[Reading]:
        """Look; but not after a look that was slow."""
        if self._put_off and place is not None:
            self._put_off = False
            return []
        began = self._timer()
        if place is not None and self._redraws_first() and self._budget.take(mono, sure=True):
            readings = self._redrawn(frame, place)
        else:
            look = self._looks.choose(frame, moved, mono, sure=place is not None and self._attention.sure)
            readings = look.decode(self._first, frame) if look else []
        self._put_off = self._timer() - began > SLOW_S
        return readings

    def _rescue(self, frame: Grey, moved: Box, place: Box | None, mono: float) -> list[Reading]:
        if place is None:
            self._ladder.restart()
            return []
        readings: list[Reading] = []
        if not self._put_off and self._budget.take(mono, sure=self._attention.sure):
            if self._on_its_way % 2:
                readings = self._redrawn(frame, place)
            else:
                readings = self._ladder.climb(frame, place, moved)
        if readings:
            self._attention.forget()
        else:
            sight = self._attention.sight(frame, mono)
            self.guidance = hint(sight) if sight else None
        return readings

    def _redraws_first(self) -> bool:
        """Whether this frame is redrawn instead of looked at. Only what is surely like a code is redrawn: it costs three other steps."""
        if not self._attention.sure:
            return False
        self._unread += 1
        return self._on_its_way % 2 == 0 if self._on_its_way else self._unread % REDRAWN_EVERY == 0

    def _redrawn(self, frame: Grey, place: Box) -> list[Reading]:
        close = densest(place.of(frame)).moved(place.left, place.top)
        return in_frame(redraw.read(self._first, close.of(frame)), left=close.left, top=close.top)


def _shrunk(frame: Grey) -> Grey:
    share = math.sqrt(MOST_PIXELS / frame.size)
    size = (max(1, int(frame.shape[1] * share)), max(1, int(frame.shape[0] * share)))
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
