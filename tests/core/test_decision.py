"""A decision cannot contradict itself: what opens, what is shown and what is recorded come from one object."""

from __future__ import annotations

from contextlib import suppress
from itertools import product

import pytest

from kiosk.core.model import OUTCOMES, Colour, Decision, Outcome, Reason
from tests.factories import NOON


def made(outcome, reason, *, opens=False, **more):
    return Decision(outcome=outcome, reason=reason, opens=opens, **more)


@pytest.mark.parametrize(
    "contradiction,says",
    [
        (lambda: made(Outcome.REFUSED, Reason.EXIT_FREE), "its reason has this outcome"),
        (lambda: made(Outcome.ADMITTED, Reason.VENUE_FULL, opens=True), "its reason has this outcome"),
        (lambda: made(Outcome.UNCHECKED, Reason.VENUE_CLOSED), "its reason has this outcome"),
        (lambda: made(Outcome.ADMITTED, Reason.EXIT_FREE), "an admission opens"),
        (lambda: made(Outcome.REFUSED, Reason.VENUE_FULL, opens=True), "a refusal never opens"),
        (
            lambda: made(Outcome.UNCHECKED, Reason.NO_POLICY, opens=True, calls_staff=True),
            "what opens needs no staff",
        ),
        (
            lambda: made(Outcome.UNCHECKED, Reason.COULD_NOT_CHECK, colour=Colour.BLUE),
            "what could not be checked has no colour",
        ),
        (
            lambda: made(Outcome.ADMITTED, Reason.STATUS_ADMITTED, opens=True),
            "a status that decided is known",
        ),
        (lambda: made(Outcome.REFUSED, Reason.STATUS_NOT_ADMITTED), "a status that decided is known"),
        (
            lambda: made(Outcome.REFUSED, Reason.STATUS_NOT_ADMITTED, colour=Colour.YELLOW, incident=True),
            "red, and red alone, is an incident",
        ),
        (
            lambda: made(Outcome.REFUSED, Reason.RED_STATUS, colour=Colour.RED),
            "red, and red alone, is an incident",
        ),
        (
            lambda: made(
                Outcome.ADMITTED, Reason.STAFF_OVERRIDE, opens=True, colour=Colour.RED, incident=True
            ),
            "red opens an exit only",
        ),
        (
            lambda: made(
                Outcome.ADMITTED, Reason.STATUS_ADMITTED, opens=True, colour=Colour.RED, incident=True
            ),
            "red opens an exit only",
        ),
        (lambda: made(Outcome.UNCHECKED, Reason.WHICH_WAY), "which way is for staff to see"),
        (lambda: made(Outcome.REFUSED, Reason.RED_STATUS, colour=Colour.BLUE), "a red status is red"),
        (
            lambda: made(Outcome.REFUSED, Reason.VENUE_FULL, compare_identity=True),
            "a document is compared with who is admitted by a status",
        ),
        (
            lambda: made(Outcome.ADMITTED, Reason.EXIT_FREE, opens=True, unrevoked_since=NOON),
            "a pass may be revoked unheard that admitted",
        ),
    ],
)
def test_a_decision_that_contradicts_itself_cannot_be_made(contradiction, says):
    with pytest.raises(ValueError, match=says):
        contradiction()


def test_a_question_of_direction_keeps_the_colour_so_that_a_red_one_is_reported():
    red = made(Outcome.UNCHECKED, Reason.WHICH_WAY, colour=Colour.RED, incident=True, calls_staff=True)
    assert (red.opens, red.incident) == (False, True)


def every_way():
    """Yield every decision that can be made: the two times and the comparing aside."""
    for outcome, reason, colour in product(Outcome, Reason, (None, *Colour)):
        for opens, calls_staff, incident in product((False, True), repeat=3):
            with suppress(ValueError):
                yield made(
                    outcome, reason, opens=opens, colour=colour, calls_staff=calls_staff, incident=incident
                )


def test_every_reason_can_be_made_with_each_of_its_outcomes():
    assert set(OUTCOMES) == set(Reason)
    ways = {(each.reason, each.outcome) for each in every_way()}
    assert ways == {(reason, outcome) for reason, outcomes in OUTCOMES.items() for outcome in outcomes}


def test_nothing_that_opens_is_red_but_an_exit():
    assert {each.reason for each in every_way() if each.opens and each.colour is Colour.RED} == {
        Reason.EXIT_FREE
    }
