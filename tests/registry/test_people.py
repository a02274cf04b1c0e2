"""The terms of docs/rules.md#status: who has which colour, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.core.model import Colour
from registry.people import PcrTest, Terms, status_at

DAY = timedelta(days=1)
START = datetime(2026, 11, 1, tzinfo=UTC)


def negative(days):
    return PcrTest(taken_at=START + days * DAY, positive=False)


def positive(days):
    return PcrTest(taken_at=START + days * DAY, positive=True)


def contact(days):
    return START + days * DAY


def status(days, *told, terms=None):
    return status_at(
        START + days * DAY,
        known_since=START,
        tests=[one for one in told if isinstance(one, PcrTest)],
        contacts=[one for one in told if isinstance(one, datetime)],
        terms=terms or Terms(),
    )


@pytest.mark.parametrize(
    "days, told, colour",
    [
        pytest.param(0, [], Colour.BLUE, id="nothing known is blue"),
        pytest.param(3, [negative(0)], Colour.BLUE, id="green ends after 72 hours to the minute"),
        pytest.param(2.999, [negative(0)], Colour.GREEN, id="green until then"),
        pytest.param(1, [negative(2)], Colour.BLUE, id="a test that is still to come says nothing"),
        pytest.param(1, [contact(0)], Colour.YELLOW, id="a contact is yellow"),
        pytest.param(14, [contact(0)], Colour.BLUE, id="yellow ends with the isolation"),
        pytest.param(13.999, [contact(0)], Colour.YELLOW, id="yellow until then"),
        pytest.param(2, [contact(0), negative(1)], Colour.GREEN, id="a negative test lifts yellow"),
        pytest.param(2, [negative(0), contact(1)], Colour.YELLOW, id="a later contact ends green"),
        pytest.param(1, [positive(0)], Colour.RED, id="a positive is red"),
        pytest.param(13.999, [positive(0)], Colour.RED, id="red until the isolation ends"),
        pytest.param(14, [positive(0)], Colour.BLUE, id="then blue"),
        pytest.param(15, [positive(0), positive(10)], Colour.RED, id="a second positive begins it anew"),
        pytest.param(5, [positive(0), negative(4)], Colour.GREEN, id="a negative test lifts red"),
        pytest.param(8, [positive(0), negative(4)], Colour.BLUE, id="and is green for 72 hours only"),
        pytest.param(2, [positive(0), contact(1)], Colour.RED, id="red goes before yellow"),
        pytest.param(15, [positive(0), contact(2)], Colour.YELLOW, id="yellow is left where red has run out"),
        pytest.param(3, [negative(2), positive(2)], Colour.RED, id="of two results at one moment, the worse"),
        pytest.param(
            16, [negative(0), contact(1)], Colour.BLUE, id="an interrupted green does not come back"
        ),
    ],
)
def test_the_colour_follows_from_the_tests_and_contacts(days, told, colour):
    assert status(days, *told).colour is colour


def test_a_green_states_when_it_ends():
    assert status(1, negative(0.5)).established_at == START + 0.5 * DAY
    assert status(1, negative(0.5)).valid_until == START + 3.5 * DAY


def test_a_blue_begins_where_the_green_ended_and_has_no_end():
    assert status(9, negative(0)).established_at == START + 3 * DAY
    assert status(9, negative(0)).valid_until is None


def test_the_terms_are_data():
    short = Terms(green=timedelta(hours=48), red=timedelta(days=7), yellow=timedelta(days=5))
    assert status(2, negative(0), terms=short).colour is Colour.BLUE
    assert status(7, positive(0), terms=short).colour is Colour.BLUE
    assert status(5, contact(0), terms=short).colour is Colour.BLUE
