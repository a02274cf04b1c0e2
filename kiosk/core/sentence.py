"""Today's rule as one sentence, for the front desk (rule 10)."""

from __future__ import annotations

from datetime import datetime

from kiosk.core.model import Colour
from kiosk.core.policy import Edition, Window, Zone

_COLOURS = {
    Colour.GREEN: ("жасыл", "зелёные"),
    Colour.BLUE: ("көк", "синие"),
    Colour.YELLOW: ("сары", "жёлтые"),
}
_ZONES = {Zone.GREEN: "жасыл · зелёная", Zone.YELLOW: "сары · жёлтая", Zone.RED: "қызыл · красная"}


def today(edition: Edition | None, local: datetime) -> str:
    """Return the rule in force at a local moment, in Kazakh and in Russian; empty while there is none."""
    if edition is None:
        return ""
    hours = ", ".join(_span(window) for window in edition.hours if local.weekday() in window.weekdays)
    colours = [colour for colour in _COLOURS if colour in edition.colours(local)]
    if edition.zone_rule.shut or not hours or not colours:
        kazakh, russian = "кіру жоқ", "входа нет"
    else:
        kazakh = ", ".join(_COLOURS[colour][0] for colour in colours) + " кіреді"
        russian = "входят " + ", ".join(_COLOURS[colour][1] for colour in colours)
    places = "" if edition.places is None else f" · {edition.places}"
    return (
        " · ".join(part for part in (kazakh, russian, hours) if part) + f"{places} · {_ZONES[edition.zone]}"
    )


def _span(window: Window) -> str:
    if window.start == window.end:
        return "24/7" if len(window.weekdays) == 7 else "00:00-24:00"
    return f"{window.start:%H:%M}-{window.end:%H:%M}"
