"""Visitors and their answers, from the camera's picture or the key to the registry's table."""

from __future__ import annotations

from kiosk.core.effects import Signal
from kiosk.core.model import Colour
from kiosk.core.view import Field, Page, Phrase, Sign

ANSWERS = {
    Colour.GREEN: (True, Field.GREEN, Sign.ENTER, Phrase.COME_IN),
    Colour.BLUE: (True, Field.BLUE, Sign.ENTER, Phrase.COME_IN),
    Colour.YELLOW: (False, Field.YELLOW, Sign.STOP, Phrase.NO_ENTRY),
    Colour.RED: (False, Field.RED, Sign.STOP, Phrase.NO_ENTRY),
}


def test_each_colour_fills_the_screen_lights_the_lamp_and_opens_or_not(house):
    for colour, (opens, field, sign, headline) in ANSWERS.items():
        house.idle()
        before = len(house.gate.orders)
        house.hold_up(house.pass_of(colour))
        shown = house.next_shown()
        view = house.view
        assert (shown.colour, shown.opened, shown.incident) == (colour, opens, colour is Colour.RED)
        assert (view.page, view.field, view.sign, view.headline) == (Page.RESULT, field, sign, headline)
        assert len(house.gate.orders) == before + opens
        lit = house.lamp.shown[-1]
        assert (lit.signal, lit.colour) == (Signal.ADMITTED if opens else Signal.REFUSED, colour)
