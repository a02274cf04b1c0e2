"""What a status, a document and a word of the registry are worth at a moment: to the second at which they end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.core.model import Colour, Status
from kiosk.core.rule.knowledge import Knowledge, Known
from tests.factories import NOON, make_age, make_status

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
ENDS = NOON + timedelta(hours=72)


def test_a_green_that_ran_out_is_a_blue_of_that_moment_until_something_is_known():
    assert make_status(Colour.GREEN).at(ENDS - SECOND) == make_status(Colour.GREEN)
    assert make_status(Colour.GREEN).at(ENDS) == Status(
        colour=Colour.BLUE, established_at=ENDS, valid_until=None
    )


@pytest.mark.parametrize("colour", [Colour.YELLOW, Colour.RED])
def test_nothing_ages_into_something_better(colour):
    assert make_status(colour).at(ENDS + 365 * DAY) == make_status(colour)


def test_a_blue_that_ran_out_is_not_known():
    assert make_status(Colour.BLUE).at(ENDS - SECOND) == make_status(Colour.BLUE)
    assert make_status(Colour.BLUE).at(ENDS) is None
    assert make_status(Colour.BLUE, lasts=None).at(ENDS) == make_status(Colour.BLUE, lasts=None)


def test_a_document_is_past_its_time_from_its_end_on():
    age = make_age(stands=DAY)
    assert [age.expired(NOON + at) for at in (DAY - SECOND, DAY, DAY + SECOND)] == [False, True, True]


def test_of_what_is_past_its_time_the_oldest_is_named_with_its_age():
    kept = Knowledge(
        policy=make_age(issued=NOON - 5 * SECOND, stands=SECOND),
        keys=make_age(issued=NOON - 9 * SECOND, stands=SECOND),
        revocations=make_age(),
    )
    assert kept.oldest_expired(NOON) == (Known.KEYS, timedelta(seconds=9))
    assert kept.oldest_expired(NOON - DAY) is None


def test_what_is_missing_is_named_before_what_is_old():
    kept = Knowledge(policy=make_age(stands=SECOND), keys=None, revocations=make_age())
    assert kept.oldest_expired(NOON + DAY / 2) == (Known.KEYS, None)


def test_by_a_clock_that_is_late_nothing_is_younger_than_no_time_at_all():
    age = make_age(issued=NOON, stands=-DAY)
    kept = Knowledge(policy=age, keys=make_age(), revocations=make_age())
    assert kept.oldest_expired(NOON - timedelta(hours=1)) == (Known.POLICY, timedelta(0))
