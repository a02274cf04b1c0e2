"""Today's rule for the front desk, as data: who enters, when, in which zone (rule 10). The screen has the words.

"Nobody" is said only where nobody can enter any more today, whatever their colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import lru_cache

from kiosk.core.model import Colour
from kiosk.core.rule.policy import Edition, Window, Zone

_DAY = timedelta(days=1)
_MAY_ENTER = (Colour.GREEN, Colour.BLUE, Colour.YELLOW)

_Stretch = tuple[datetime, datetime]
"""From one local, naive moment to another that is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TodaysRule:
    """What holds at a door today."""

    colours: tuple[Colour, ...]
    """Who enters now, or at the next moment today at which anybody does. Empty: nobody any more today."""
    hours: tuple[str, ...]
    """When, in figures that need no language: "06:00–23:00", or "24/7"."""
    zone: Zone
    uncounted: bool = False
    """The rule has a capacity, and it is not enforced: no door of the venue is known to count those who leave."""


def todays_rule(edition: Edition | None, local: datetime, *, uncounted: bool = False) -> TodaysRule | None:
    """Return the rule in force at a local moment; None while there is none. `uncounted`: its capacity is not enforced."""
    if edition is None:
        return None
    rule = _at(edition, local.replace(second=0, microsecond=0, tzinfo=None))
    return replace(rule, uncounted=True) if uncounted else rule


@lru_cache(maxsize=4)  # asked for with every picture, and another one once a minute at most
def _at(edition: Edition, now: datetime) -> TodaysRule:
    day = now.replace(hour=0, minute=0)
    stretches = [stretch for stretch in _stretches(edition, day) if stretch[0] < day + _DAY]
    coming = [stretch for stretch in stretches if stretch[1] > now]
    if not coming:
        return TodaysRule(colours=(), hours=(), zone=edition.zone)
    enter = edition.colours(max(now, coming[0][0]))
    whole = any(map(_always, edition.hours)) and any(_always(admits.window) for admits in edition.admits)
    return TodaysRule(
        colours=tuple(colour for colour in _MAY_ENTER if colour in enter),
        hours=tuple(
            "24/7" if whole and _covers(stretch, day) else _span(stretch, day)
            for stretch in stretches
            if stretch in coming or stretch[0] >= day
        ),
        zone=edition.zone,
    )


def _stretches(edition: Edition, day: datetime) -> Iterator[_Stretch]:
    """Return when anybody enters, from the day before until the day after, in order and as long as can be."""
    windows = [*edition.hours, *(admits.window for admits in edition.admits)]
    begins, ends = day - _DAY, day + 2 * _DAY
    edges = {
        begins + number * _DAY + _of_day(at)
        for number in range(3)
        for window in windows
        for at in (window.start, window.end)
    }
    begun: datetime | None = None
    for edge in sorted({begins, *edges}):
        enters = edition.open_until(edge) is not None and bool(edition.colours(edge))
        if enters and begun is None:
            begun = edge
        elif not enters and begun is not None:
            yield begun, edge
            begun = None
    if begun is not None:
        yield begun, ends


def _of_day(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)


def _always(window: Window) -> bool:
    return window.start == window.end and len(window.weekdays) == 7


def _covers(stretch: _Stretch, day: datetime) -> bool:
    return stretch[0] <= day and stretch[1] >= day + _DAY


def _span(stretch: _Stretch, day: datetime) -> str:
    """A night is told as a whole; of what is longer than a day, the part that is today's."""
    begun, ends = stretch
    if ends - begun > _DAY:
        begun, ends = max(begun, day), min(ends, day + _DAY)
    last = "24:00" if ends.hour == ends.minute == 0 else f"{ends:%H:%M}"
    return f"{begun:%H:%M}–{last}"
