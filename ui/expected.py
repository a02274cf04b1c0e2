"""The results that nearly every visitor gets: composed while the kiosk starts, so that showing one is a copy.

A guess about the door, not a rule of it: a result that is not here is composed when it is first shown, which takes
about ten times as long, once.
"""

from __future__ import annotations

from kiosk.core.screen.view import NO_CORNER, Field, Page, Phrase, Sign, View


def _result(field: Field, sign: Sign, headline: Phrase, note: Phrase) -> View:
    return View(
        page=Page.RESULT,
        field=field,
        sign=sign,
        headline=headline,
        note=note,
        corner=NO_CORNER,
        time_left=1.0,
    )


EXPECTED = (
    _result(Field.GREEN, Sign.ENTER, Phrase.COME_IN, Phrase.WELCOME),
    _result(Field.BLUE, Sign.ENTER, Phrase.COME_IN, Phrase.WELCOME),
    _result(Field.NEUTRAL, Sign.LEAVE, Phrase.GOOD_BYE, Phrase.THANK_YOU),
    _result(Field.YELLOW, Sign.STOP, Phrase.NO_ENTRY, Phrase.SPEAK_TO_RECEPTION),
    _result(Field.RED, Sign.STOP, Phrase.NO_ENTRY, Phrase.SPEAK_TO_RECEPTION),
    _result(Field.NEUTRAL, Sign.WAIT, Phrase.PLEASE_WAIT, Phrase.NO_CONNECTION),
)
