"""The mark: how late it is at least, by all that the registry has signed and how long ago that was seen.

Nobody unsigned moves it: not the wall clock, not the kernel's word that the clock is synchronised, not an answer's date.
It grows older by the monotonic clock, which nobody sets; over a reboot it stands still. Only something signed brings it
back: see `is_taken_back`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

BEHIND = timedelta(minutes=5)
"""A wall clock that is further behind the mark is wrong, whoever synchronised it."""
TAKEN_BACK = timedelta(minutes=10)
"""A mark that is no further ahead of a newer document stays: the registry signs anew every five minutes only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTime:
    """The mark at any moment of the monotonic clock. `SignedTime()` knows nothing."""

    latest: datetime | None = None
    """The highest time (UTC) that the registry has signed into anything that was verified here."""
    least_lead_s: float = float("-inf")
    """At least so far is unix time ahead of the monotonic clock: what was signed has aged since it was seen."""

    def saw(self, moment: datetime, mono: float) -> Self:
        """Return this knowing that at a monotonic moment it was at least as late as was signed."""
        lead_s = max(self.least_lead_s, moment.timestamp() - mono)
        return replace(self, latest=max(self.latest or moment, moment), least_lead_s=lead_s)

    def back_at(self, moment: datetime, mono: float) -> Self:
        """Return this with the mark at an earlier moment: something signed has taken back what was signed before."""
        return replace(self, latest=moment, least_lead_s=moment.timestamp() - mono)

    def at(self, mono: float) -> datetime | None:
        """Return how late it is at least (UTC); None: nothing signed was seen."""
        if self.latest is None or self.least_lead_s + mono <= self.latest.timestamp():
            return self.latest
        return datetime.fromtimestamp(self.least_lead_s + mono, UTC)

    def now(self, wall: datetime, mono: float) -> datetime:
        """Return the moment by which rule and expiry are judged: never earlier than the mark."""
        mark = self.at(mono)
        return wall if mark is None else max(wall, mark)

    def outranks(self, wall: datetime, mono: float) -> bool:
        """Whether a wall clock is so far behind the mark that its word for being right is worth nothing."""
        mark = self.at(mono)
        return mark is not None and wall < mark - BEHIND

    def is_taken_back(self, *, held: int, sequence: int, issued_at: datetime, mono: float) -> bool:
        """Whether a signed document says that the mark lies in the future: the registry's clock went back.

        `held` is the sequence of the one of its kind that is in force (0: none is). The document's has to be strictly
        higher: an equal one may be a replay of what was signed before, and any is higher than none.
        """
        mark = self.at(mono)
        return mark is not None and 0 < held < sequence and issued_at < mark - TAKEN_BACK
