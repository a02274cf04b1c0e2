"""Looks for an ID card's barcode: now and then, only where there are bars, and only for one that bears an IIN.

It must never hand on a code that bears none: stripes may pass for a short Code 39, and at an exit every code opens.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from kiosk.core.who.credential import bears_iin
from kiosk.ports import Decoder, Grey, Reading
from kiosk.reader.bars import bars_in
from kiosk.reader.formats import LOOKS
from kiosk.reader.motion import Box
from kiosk.reader.pipeline import Reader
from kiosk.reader.upright import sharpened, upright

EVERY_S = 0.2
"""How often it is looked for at most, while something moves."""
ENLARGE = 2.0
"""Every other round enlarges and sharpens: a Code 39 of twelve digits has 200 modules, hardly two pixels each."""
CANDIDATES = 3
"""So many parts that look like bars are taken in turn: a notice on the wall does, too."""
LARGEST = 320_000
"""Pixels: a larger part is not enlarged. It bounds one look to one engine call on a frame, or on four times this many pixels, and as
much again where a Code 39 is read."""

LEAST_TALL = 0.05
"""Of their width: bars that do not check themselves must say the same over this height, or a scratch says it."""


class Cards:
    """Remembers when it last looked, and what was read but not yet sure."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._looked_at = float("-inf")
        self._misses = 0
        self._unsure: Mapping[str, int] = {}
        """Text -> looks in a row that read it; gone with the next look that does not."""
        self.without_iin = 0
        """How often a barcode was read that bears no IIN, and was left alone."""

    def look(self, frame: Grey, moved: Box, mono: float) -> list[Reading]:
        """Return the cards that are surely read in the part that moved; corners are in pixels of `frame`.

        `mono` is in seconds. Costs nothing for EVERY_S after a look, unless that one was not sure.
        """
        if not self._unsure and mono - self._looked_at < EVERY_S:
            return []
        self._looked_at = mono
        readings = self._decode(frame, moved)
        cards = [reading for reading in readings if bears_iin(reading.text)]
        self.without_iin += len(readings) - len(cards)
        looks = {reading.text: self._unsure.get(reading.text, 0) + 1 for reading in cards}
        sure = [reading for reading in cards if looks[reading.text] >= LOOKS[reading.symbology]]
        self._unsure = {} if sure else looks
        return sure

    def _decode(self, frame: Grey, moved: Box) -> list[Reading]:
        """Ask the engine about one part. After a miss it is another one, and when all were asked about, the same enlarged."""
        boxes = bars_in(moved.of(frame))
        if not boxes:
            self._misses = 0
            return []
        round_, turn = divmod(self._misses, min(len(boxes), CANDIDATES))
        box = boxes[turn]
        part = box.of(moved.of(frame))
        enlarge = round_ % 2 == 1 and part.size <= LARGEST
        stood, back = upright(part, ENLARGE if enlarge else 1.0)
        place = moved.left + box.left, moved.top + box.top
        stood = sharpened(stood) if enlarge else stood
        readings = [
            reading
            for reading in self._decoder.decode(stood)
            if LOOKS[reading.symbology] == 1 or self._stands_twice(stood, reading)
        ]
        self._misses += not readings
        return [
            dataclasses.replace(reading, corners=_at(reading.corners, back, place)) for reading in readings
        ]

    def _stands_twice(self, stood: Grey, reading: Reading) -> bool:
        """Whether the upper and the lower half of the bars both say this and nothing else: damage to a few rows makes another digit."""
        xs, ys = zip(*reading.corners, strict=True)
        if max(ys) - min(ys) < LEAST_TALL * (max(xs) - min(xs)):
            return False
        middle = (min(ys) + max(ys)) // 2
        halves = self._decoder.decode(stood[:middle]), self._decoder.decode(stood[middle:])
        return all({other.text for other in half} == {reading.text} for half in halves)


def _at(
    corners: tuple[tuple[int, int], ...], back: NDArray[np.float64], place: tuple[int, int]
) -> tuple[tuple[int, int], ...]:
    """Return corners of the turned part in pixels of the frame."""
    points = (back @ (x, y, 1.0) + place for x, y in corners)
    return tuple((round(float(x)), round(float(y))) for x, y in points)


class CardReader(Reader):
    """A Reader that looks for a card where it finds no QR code."""

    def __init__(
        self,
        first: Decoder,
        second: Decoder | None,
        *,
        cards: Cards,
        timer: Callable[[], float] = lambda: 0.0,
    ) -> None:
        super().__init__(first, second, timer=timer)
        self.cards = cards

    def _look(self, frame: Grey, mono: float) -> list[Reading]:
        readings = super()._look(frame, mono)
        if readings or self.moved is None:
            return readings
        return self.cards.look(frame, self.moved, mono)
