"""Every page that a visitor can see, whole: background, sign and words, and the strip for staff beside each of them."""

from __future__ import annotations

import pytest

from kiosk.core.events import AlarmChanged, DeviceRevoked, HealthChanged, Key, Part
from kiosk.core.model import NotACredential, TextFault
from kiosk.core.screen.view import Field, Page, Phrase, Sign
from kiosk.core.who.keypad_budget import KeypadBudget
from tests.core.doorman import Doorman
from tests.factories import make_door, make_iin, make_person

WRONG = make_iin(7)[:11] + str((int(make_iin(7)[11]) + 1) % 10)


def idle():
    return Doorman()


def typing():
    man = Doorman()
    man.types("85")
    return man


def mistyped():
    man = Doorman()
    man.types(WRONG, Key.CONFIRM)
    return man


def confirming():
    man = Doorman()
    man.types(make_iin(7), Key.CONFIRM)
    return man


def checking():
    man = Doorman()
    man.reads(make_person())
    return man


def recording():
    man = Doorman(disk="held")
    man.reads(make_person())
    man.answers(None)
    return man


def resting():
    man = Doorman(make_door(attended=False, budget=KeypadBudget(mistakes=1)))
    man.types(WRONG, Key.CONFIRM)
    return man


def strange():
    man = Doorman()
    man.reads(NotACredential(reason=TextFault.NOT_OURS))
    return man


def broken():
    man = Doorman()
    man.tell(HealthChanged(part=Part.STORE, working=False, why="full"))
    return man


def withdrawn():
    man = Doorman()
    man.tell(DeviceRevoked())
    return man


def burning():
    man = Doorman()
    man.tell(AlarmChanged(active=True))
    return man


PAGES = [
    (idle, Page.IDLE, Field.NIGHT, Sign.NONE, Phrase.SHOW_CODE, None),
    (typing, Page.KEYPAD, Field.NIGHT, Sign.NONE, Phrase.TYPE_IIN, None),
    (mistyped, Page.KEYPAD, Field.NIGHT, Sign.NONE, Phrase.TYPE_IIN, Phrase.IIN_MISTYPED),
    (confirming, Page.CONFIRM, Field.NIGHT, Sign.NONE, Phrase.CONFIRM_IIN, None),
    (checking, Page.CHECKING, Field.NIGHT, Sign.NONE, Phrase.CHECKING, None),
    (recording, Page.CHECKING, Field.NIGHT, Sign.NONE, Phrase.CHECKING, None),
    (resting, Page.KEYPAD, Field.NIGHT, Sign.NONE, Phrase.KEYPAD_PAUSED, Phrase.SHOW_CODE),
    (strange, Page.RESULT, Field.NEUTRAL, Sign.WAIT, Phrase.CODE_UNKNOWN, Phrase.SHOW_CODE),
    (broken, Page.OUT_OF_ORDER, Field.NEUTRAL, Sign.WAIT, Phrase.OUT_OF_ORDER, Phrase.GO_TO_RECEPTION),
    (withdrawn, Page.OUT_OF_ORDER, Field.NEUTRAL, Sign.WAIT, Phrase.OUT_OF_SERVICE, Phrase.GO_TO_RECEPTION),
    (burning, Page.ALARM, Field.NEUTRAL, Sign.LEAVE, Phrase.FIRE_ALARM, Phrase.NO_ENTRY_NOW),
]


@pytest.mark.parametrize(
    "reach, page, field, sign, headline, note", PAGES, ids=lambda one: getattr(one, "__name__", "")
)
def test_each_page_has_its_background_its_sign_and_its_words(reach, page, field, sign, headline, note):
    view = reach().view
    assert (view.page, view.field, view.sign, view.headline, view.note) == (page, field, sign, headline, note)


@pytest.mark.parametrize("reach", [reach for reach, *_ in PAGES], ids=lambda reach: reach.__name__)
def test_the_strip_stands_beside_every_page(reach):
    corner = reach().view.corner
    assert (corner.clock, corner.inside, corner.online) == ("12:00", 0, True)


@pytest.mark.parametrize(
    "reach, runs_down",
    [(reach, reach in (typing, mistyped, confirming, resting, strange)) for reach, *_ in PAGES],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_page_that_goes_by_itself_has_a_bar_that_begins_full(reach, runs_down):
    assert reach().view.time_left == (1.0 if runs_down else None)
