"""Today's rule as one short sentence, for the front desk (rule 10).

"No entry" is said only where nobody can enter any more today, whatever their colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import lru_cache

from kiosk.core.model import Colour
from kiosk.core.rule.policy import Edition, Window, Zone

_COLOURS = {Colour.GREEN: "жасыл", Colour.BLUE: "көк", Colour.YELLOW: "сары"}
_ZONES = {Zone.GREEN: "", Zone.YELLOW: "сары аймақ", Zone.RED: "қызыл аймақ"}
"""A green zone changes nothing, so it is not worth a word."""
_DAY = timedelta(days=1)

_Stretch = tuple[datetime, datetime]
"""From one local, naive moment to another that is not in it."""


def today(edition: Edition | None, local: datetime) -> str:
    """Return the rule in force at a local moment, in Kazakh: who enters, when, in which zone; empty while there is none.

    The colours are those of this moment, or of the next one today at which anybody enters.
    """
    return "" if edition is None else _said(edition, local.replace(second=0, microsecond=0, tzinfo=None))


@lru_cache(maxsize=4)  # asked for with every picture, and another one once a minute at most
def _said(edition: Edition, now: datetime) -> str:
    day = now.replace(hour=0, minute=0)
    stretches = [one for one in _stretches(edition, day) if one[0] < day + _DAY]
    coming = [one for one in stretches if one[1] > now]
    said = ["кіру жоқ"]
    if coming:
        colours = edition.colours(max(now, coming[0][0]))
        whole = any(map(_always, edition.hours)) and any(_always(one.window) for one in edition.admits)
        hours = [
            "24/7" if whole and _covers(one, day) else _span(one, day)
            for one in stretches
            if one in coming or one[0] >= day
        ]
        said = [", ".join(word for colour, word in _COLOURS.items() if colour in colours), ", ".join(hours)]
    return "Бүгін: " + " · ".join(part for part in (*said, _ZONES[edition.zone]) if part)


def _stretches(edition: Edition, day: datetime) -> Iterator[_Stretch]:
    """Return when anybody enters, from the day before until the day after, in order and as long as can be."""
    windows = [*edition.hours, *(admits.window for admits in edition.admits)]
    begins, ends = day - _DAY, day + 2 * _DAY
    edges = {
        begins + number * _DAY + _of_day(at)
        for number in range(3)
        for one in windows
        for at in (one.start, one.end)
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
