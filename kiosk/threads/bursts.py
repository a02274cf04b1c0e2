"""Counts what comes in bursts, so that each burst is told once with its number: a line for every event would fill the journal."""

from __future__ import annotations

from collections import Counter

CALM_S = 1.0
"""A burst is over when nothing came for so long (seconds)."""
LONGEST_S = 60.0
"""A burst that goes on is told after so long (seconds), and the rest of it counts as the next one."""


class Burst:
    """One kind of thing that comes in bursts. For one thread, or under its owner's lock.

    >>> burst = Burst()
    >>> burst.add("KeyPressed", mono=10.0), burst.add("KeyPressed", mono=10.1), burst.over(mono=10.5)
    ('', '', '')
    >>> burst.over(mono=12.0)
    '2 KeyPressed'
    """

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()
        self._began = self._last = 0.0

    def add(self, what: str, mono: float) -> str:
        """One more came. Returns the numbers of the burst before it, if that is over."""
        before = self.over(mono)
        if not self._counted:
            self._began = mono
        self._last = mono
        self._counted[what] += 1
        return before

    def over(self, mono: float) -> str:
        """Return the numbers of a burst that is over, once; else nothing. Ask now and then."""
        if mono - self._last < CALM_S and mono - self._began < LONGEST_S:
            return ""
        numbers = ", ".join(f"{number} {what}" for what, number in self._counted.most_common())
        self._counted.clear()
        return numbers
