"""How long an answer stays on the screen: by what was decided, and by whether staff are called to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.core.model import Colour
from kiosk.core.rule.policy import Resort, UnknownRule
from kiosk.core.screen.view import Page
from tests.core.doorman import Doorman
from tests.factories import make_door, make_edition, make_pass, make_person

ADMITTING, REFUSING = (
    make_edition(unknown=UnknownRule(fresh=resort, stale=resort, expired=resort))
    for resort in (Resort.ADMIT, Resort.REFUSE)
)


def admitted():
    man = Doorman()
    man.reads(make_pass())
    return man


def refused():
    man = Doorman()
    man.reads(make_person())
    man.answers(Colour.YELLOW)
    return man


def not_checked(edition=None):
    man = Doorman(make_door(edition=edition))
    man.reads(make_person())
    man.hears_nothing()
    return man


def refused_with_staff():
    """Already inside: staff are called, because it may be somebody else with the same pass."""
    man = admitted()
    man.wait(60)
    man.reads(make_pass(issued=man.stamps.wall, lives=timedelta(hours=48)))
    man.answers(Colour.GREEN)
    return man


@pytest.mark.parametrize(
    "answer, lasts",
    [
        (admitted, "admitted_s"),
        (refused, "refused_s"),
        (not_checked, "unchecked_s"),
        (lambda: not_checked(REFUSING), "refused_s"),
        (lambda: not_checked(ADMITTING), "admitted_s"),
        (refused_with_staff, "unchecked_s"),
    ],
    ids=[
        "admitted",
        "refused",
        "not checked",
        "not checked and refused",
        "not checked and admitted",
        "staff are called",
    ],
)
def test_an_answer_stays_up_for_its_own_time(answer, lasts):
    man = answer()
    seconds = getattr(man.door.setup.times, lasts)
    assert man.view.page is Page.RESULT
    man.wait(seconds - 0.1)
    assert man.view.page is Page.RESULT
    man.wait(0.2)
    assert man.view.page is Page.IDLE


def test_the_times_of_these_tests_can_be_told_apart():
    times = make_door().setup.times
    assert len({times.admitted_s, times.refused_s, times.unchecked_s}) == 3


def test_a_code_that_is_still_held_up_does_not_make_its_answer_stay_longer():
    man = refused()
    lasts = man.door.setup.times.refused_s
    for _ in range(3):
        man.wait(1)
        assert man.reads(make_person()) == ()
    man.wait(lasts - 3.1)
    assert man.view.page is Page.RESULT
    man.wait(0.2)
    assert man.view.page is Page.IDLE
