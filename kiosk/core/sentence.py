"""Today's rule as one short sentence, for the front desk (rule 10)."""

from __future__ import annotations

from datetime import datetime

from kiosk.core.model import Colour
from kiosk.core.policy import Edition, Window, Zone

_COLOURS = {Colour.GREEN: "жасыл", Colour.BLUE: "көк", Colour.YELLOW: "сары"}
_ZONES = {Zone.GREEN: "", Zone.YELLOW: "сары аймақ", Zone.RED: "қызыл аймақ"}
"""A green zone changes nothing, so it is not worth a word."""


def today(edition: Edition | None, local: datetime) -> str:
    """Return the rule in force at a local moment, in Kazakh: who enters, when, in which zone; empty while there is none."""
    if edition is None:
        return ""
    hours = ", ".join(_span(window) for window in edition.hours if local.weekday() in window.weekdays)
    colours = ", ".join(word for colour, word in _COLOURS.items() if colour in edition.colours(local))
    shut = edition.zone_rule.shut or not hours or not colours
    said = ("кіру жоқ", "") if shut else (colours, hours)
    return "Бүгін: " + " · ".join(part for part in (*said, _ZONES[edition.zone]) if part)


def _span(window: Window) -> str:
    if window.start == window.end:
        return "24/7" if len(window.weekdays) == 7 else "00:00–24:00"
    return f"{window.start:%H:%M}–{window.end:%H:%M}"
