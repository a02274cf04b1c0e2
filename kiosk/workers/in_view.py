"""Several codes before the camera at once: which of them is told, with as little understanding of each as that takes.

To understand a code means a signature and a look into the store. A code that lies in view all day is understood when it comes,
and not fifteen times a second. What is kept of it is its place among others, never its text and never who it is: what is told is
understood in the moment in which it is told, because keys and revocations change meanwhile.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from kiosk.core.model import Credential
from kiosk.core.who.credential import precedence
from kiosk.ports import Reading

KEPT = 64
"""Places remembered at once, as many as the repeats' memory keeps; the one that was seen longest ago is forgotten first."""


class Memory(Protocol):
    """What was read a moment ago."""

    def new(self, readings: list[Reading], mono: float) -> list[Reading]:
        """Return the readings that are not repeats."""
        ...


class InView:
    """The codes in view of one camera."""

    def __init__(self, memory: Memory, understand: Callable[[str], Credential]) -> None:
        """`memory` tells what is new; `understand` is called for that, and for what competes with another code."""
        self._memory = memory
        self._understand = understand
        self._places: OrderedDict[int, int] = OrderedDict()
        """Python's keyed hash of a text (another key in each process) -> its place among others."""

    def choose(self, readings: list[Reading], mono: float) -> Credential | None:
        """Return what is told of one frame, understood; None where nothing new is to be told.

        Of several codes one is told: of those that are ours the one nearest the middle. The others that are ours are not
        remembered: each is new when it has become the one. What is nobody's is: a poster is no news when the visitor has gone.
        """
        if not readings:
            return None
        understood = dict[str, Credential]()
        remembered = readings if len(readings) < 2 else self._by_place(readings, understood)
        first = remembered[0]
        new = self._memory.new(remembered, mono)
        if not new or new[0] is not first:
            return None
        return understood.get(first.text) or self._understood(first.text)

    def _by_place(self, readings: list[Reading], understood: dict[str, Credential]) -> list[Reading]:
        """Return the reading that is told, then those that are nobody's. What had to be understood for it is added to `understood`."""
        placed = list[tuple[int, Reading]]()
        for reading in readings:
            place = self._places.get(hash(reading.text))
            if place is None:
                understood[reading.text] = self._understood(reading.text)
            placed.append((self._place(reading.text), reading))
        _, first = min(placed, key=lambda each: each[0])
        return [first, *(reading for place, reading in placed if place and reading is not first)]

    def _understood(self, text: str) -> Credential:
        credential = self._understand(text)
        self._places[hash(text)] = precedence(credential)
        if len(self._places) > KEPT:
            self._places.popitem(last=False)
        return credential

    def _place(self, text: str) -> int:
        self._places.move_to_end(hash(text))
        return self._places[hash(text)]
