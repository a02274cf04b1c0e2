"""When a venue last closed by its rule: what was counted before that is of another day."""

from __future__ import annotations

from datetime import datetime, timedelta

from kiosk.core.rule.policy import Edition

LOOK_BACK_DAYS = 8
"""A week and a day: every weekday's hours end at least once in it."""


def last_closing(edition: Edition, since: datetime, until: datetime) -> datetime | None:
    """Return the last closing after `since` and up to `until`, local and naive, all of them; None: the venue did not close.

    A stretch that ends where another one begins closes nothing. Looks back eight days at most.
    """
    day = until.replace(hour=0, minute=0, second=0, microsecond=0)
    ends = set[datetime]()
    for days_ago in range(LOOK_BACK_DAYS + 1):
        for window in edition.hours:
            begins = datetime.combine((day - timedelta(days=days_ago)).date(), window.start)
            if window.holds(begins):
                ends.add(window.ends_at(begins))
    closings = (end for end in ends if since < end <= until and edition.open_until(end) is None)
    return max(closings, default=None)
