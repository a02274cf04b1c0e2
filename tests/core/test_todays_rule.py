"""Today's rule, as the front desk has to know it at a glance: who enters, when, in which zone."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.core.model import Colour
from kiosk.core.rule.policy import EVERY_DAY, Admits, Window, Zone, ZoneRule
from kiosk.core.rule.todays_rule import TodaysRule, todays_rule
from tests.factories import ALMATY, NOON, make_edition

LOCAL = NOON.astimezone(ALMATY)


BOTH = (Colour.GREEN, Colour.BLUE)


def rule(colours=BOTH, *hours, zone=Zone.GREEN):
    return TodaysRule(colours=colours, hours=hours, zone=zone)


@pytest.mark.parametrize(
    "edition, told",
    [
        (None, None),
        (make_edition(), rule(BOTH, "24/7")),
        (make_edition(opening=(Window(start=time(6), end=time(23)),)), rule(BOTH, "06:00–23:00")),
        (make_edition(opening=(Window(weekdays=frozenset({2})),)), rule(BOTH, "00:00–24:00")),
        (make_edition(opening=()), rule(())),
        (make_edition(admits=()), rule(())),
        (make_edition(zone=Zone.RED, zones=((Zone.RED, ZoneRule(shut=True)),)), rule((), zone=Zone.RED)),
        (
            make_edition(
                zone=Zone.YELLOW, zones=((Zone.YELLOW, ZoneRule(colours=frozenset({Colour.GREEN}))),)
            ),
            rule((Colour.GREEN,), "24/7", zone=Zone.YELLOW),
        ),
    ],
)
def test_todays_rule_is_who_when_and_where(edition, told):
    assert todays_rule(edition, LOCAL) == told


def hours(edition, local):
    """Return the hours of a day on which green and blue enter; "nobody" where nobody does any more."""
    told = todays_rule(edition, local)
    assert told.colours == (BOTH if told.hours else ())
    return ", ".join(told.hours) or "nobody"


FRIDAY = datetime(2026, 3, 6, tzinfo=ALMATY)
NIGHT = Window(weekdays=frozenset({4}), start=time(20), end=time(4))
GREEN = frozenset({Colour.GREEN})


@pytest.mark.parametrize(
    "hour, said",
    [
        (12, "20:00–04:00"),
        (23, "20:00–04:00"),
        (24 + 1, "20:00–04:00"),
        (24 + 4, "nobody"),
        (24 + 12, "nobody"),
    ],
)
def test_a_night_is_told_until_it_ends(hour, said):
    assert hours(make_edition(opening=(NIGHT,)), FRIDAY + timedelta(hours=hour)) == said


@pytest.mark.parametrize("hour", [3, 7, 8, 12])
def test_before_anybody_enters_it_tells_who_will_and_from_when(hour):
    green_from_eight = Admits(colours=GREEN, window=Window(start=time(8), end=time(22)))
    open_from_six = make_edition(opening=(Window(start=time(6), end=time(23)),), admits=(green_from_eight,))
    told = todays_rule(open_from_six, FRIDAY + timedelta(hours=hour))
    assert told == rule((Colour.GREEN,), "08:00–22:00")


def test_when_the_day_is_over_nobody_enters():
    edition = make_edition(opening=(Window(start=time(6), end=time(22)),))
    assert hours(edition, FRIDAY + timedelta(hours=21, minutes=59)) == "06:00–22:00"
    assert hours(edition, FRIDAY + timedelta(hours=22)) == "nobody"


def test_a_pause_at_noon_is_told_as_two_stretches_all_day_long():
    edition = make_edition(
        opening=(Window(start=time(6), end=time(12)), Window(start=time(13), end=time(22))),
    )
    for hour in (5, 7, 12, 21):
        assert hours(edition, FRIDAY + timedelta(hours=hour)) == "06:00–12:00, 13:00–22:00"


@pytest.mark.parametrize(
    "hour, said",
    [(5, "06:00–06:00"), (12, "06:00–06:00"), (24 + 5, "06:00–06:00")],
)
def test_a_day_that_begins_in_the_morning_is_not_told_as_one_that_begins_at_midnight(hour, said):
    edition = make_edition(opening=(Window(weekdays=frozenset({4}), start=time(6), end=time(6)),))
    assert hours(edition, FRIDAY + timedelta(hours=hour)) == said


@pytest.mark.parametrize("day, said", [(0, "20:00–24:00"), (1, "00:00–24:00"), (2, "00:00–04:00")])
def test_of_a_stretch_of_days_the_part_of_today_is_told(day, said):
    edition = make_edition(
        opening=(
            Window(weekdays=frozenset({4}), start=time(20), end=time(0)),
            Window(weekdays=frozenset({5})),
            Window(weekdays=frozenset({6}), start=time(0), end=time(4)),
        )
    )
    assert hours(edition, FRIDAY + timedelta(days=day, hours=1)) == said


QUARTERS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
WINDOWS = st.builds(
    Window,
    weekdays=st.frozensets(st.integers(0, 6), min_size=1) | st.just(EVERY_DAY),
    start=QUARTERS,
    end=QUARTERS,
)
COLOURS = st.frozensets(st.sampled_from([Colour.GREEN, Colour.BLUE, Colour.YELLOW]))
EDITIONS = st.builds(
    lambda opening, admits, only: make_edition(
        opening=tuple(opening),
        admits=tuple(admits),
        zone=Zone.YELLOW,
        zones=((Zone.YELLOW, ZoneRule(colours=only)),),
    ),
    st.lists(WINDOWS, max_size=3),
    st.lists(st.builds(Admits, colours=COLOURS, window=WINDOWS), max_size=3),
    COLOURS | st.none(),
)


@settings(max_examples=60)
@given(EDITIONS, st.integers(0, 7 * 96 - 1))
def test_it_says_nobody_only_where_nobody_enters_for_the_rest_of_the_day(edition, quarter):
    local = FRIDAY + quarter * timedelta(minutes=15)
    told, moment, opens = todays_rule(edition, local), local, False
    while moment.date() == local.date() and not opens:
        opens = edition.open_until(moment) is not None and bool(edition.colours(moment))
        moment += timedelta(minutes=15)
    assert bool(told.colours) is bool(told.hours) is opens
