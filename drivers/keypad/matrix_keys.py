"""What the keys of a matrix keypad mean, and which of them went down and up. Pure: a table and a memory.

It must never guess: three keys in the corners of a rectangle make the fourth look pressed, so from such a hand nothing is taken.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from itertools import combinations

from kiosk.core.events import Key

KeyPlace = tuple[int, int]
"""Row and column, from the top left, from 0."""

_CAPS = ("123A", "456B", "789C", "*0#D")
_MEANING = {
    "*": Key.ERASE,
    "#": Key.CONFIRM,
    "A": Key.RECHECK,
    "B": Key.ERASE,
    "C": Key.CANCEL,
    "D": Key.CONFIRM,
}
KEYS: dict[KeyPlace, Key] = {
    (row, column): _MEANING.get(cap) or Key(cap)
    for row, caps in enumerate(_CAPS)
    for column, cap in enumerate(caps)
}
"""Of a 4x4; a 4x3 is the same without its last column."""


def ambiguous(down: AbstractSet[KeyPlace]) -> bool:
    """Whether one of these keys may be a ghost: two rows have two columns in common.

    >>> ambiguous({(0, 0), (0, 1), (1, 0), (1, 1)}), ambiguous({(0, 0), (0, 1), (1, 2)})
    (True, False)
    """
    rows: dict[int, set[int]] = {}
    for row, column in down:
        rows.setdefault(row, set()).add(column)
    return any(len(columns & other) > 1 for columns, other in combinations(rows.values(), 2))


class Fingers:
    """Follows the keys from scan to scan. `bounce_s`: a key is down, or up, when it was so for that long.

    A hand that cannot be read lets go of all that was told: a key that is down may be a ghost from then on.
    """

    def __init__(self, bounce_s: float = 0.02) -> None:
        self._bounce_s = bounce_s
        self._coming: dict[KeyPlace, float] = {}
        """Seen down since then, and not believed yet."""
        self._held: dict[KeyPlace, float] = {}
        """Down and told, or down in a hand that could not be read; when it was last seen so."""
        self._pressed: set[KeyPlace] = set()
        """Told down, and not up."""

    @property
    def idle(self) -> bool:
        """Whether no key is down or about to be."""
        return not self._coming and not self._held

    def see(self, down: AbstractSet[KeyPlace], now: float) -> list[tuple[KeyPlace, bool]]:
        """Take what a scan saw; return the keys that went up (False), then those that went down (True)."""
        if ambiguous(down):
            self._held.update(dict.fromkeys(down, now))
            self._coming.clear()
            return self._went_up(self._pressed)
        for place, seen in list(self._held.items()):
            if place in down:
                self._held[place] = now
            elif now - seen >= self._bounce_s:
                del self._held[place]
        moved = self._went_up(self._pressed - self._held.keys())
        self._coming = {place: since for place, since in self._coming.items() if place in down}
        for place in sorted(down - self._held.keys()):
            if now - self._coming.setdefault(place, now) >= self._bounce_s:
                del self._coming[place]
                self._held[place] = now
                self._pressed.add(place)
                moved.append((place, True))
        return moved

    def _went_up(self, places: AbstractSet[KeyPlace]) -> list[tuple[KeyPlace, bool]]:
        moved = [(place, False) for place in sorted(places)]
        self._pressed -= places
        return moved
