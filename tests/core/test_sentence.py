"""Today's rule in one sentence, as the front desk reads it at a glance."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.core.model import Colour
from kiosk.core.rule.policy import EVERY_DAY, Admits, Window, Zone, ZoneRule
from kiosk.core.rule.sentence import today
from tests.factories import ALMATY, NOON, make_edition

LOCAL = NOON.astimezone(ALMATY)


@pytest.mark.parametrize(
    "edition, said",
    [
        (None, ""),
        (make_edition(), "Бүгін: жасыл, көк · 24/7"),
        (make_edition(opening=(Window(start=time(6), end=time(23)),)), "Бүгін: жасыл, көк · 06:00–23:00"),
        (make_edition(opening=(Window(weekdays=frozenset({2})),)), "Бүгін: жасыл, көк · 00:00–24:00"),
        (make_edition(opening=()), "Бүгін: кіру жоқ"),
        (make_edition(admits=()), "Бүгін: кіру жоқ"),
        (
            make_edition(zone=Zone.RED, zones=((Zone.RED, ZoneRule(shut=True)),)),
            "Бүгін: кіру жоқ · қызыл аймақ",
        ),
        (
            make_edition(
                zone=Zone.YELLOW, zones=((Zone.YELLOW, ZoneRule(colours=frozenset({Colour.GREEN}))),)
            ),
            "Бүгін: жасыл · 24/7 · сары аймақ",
        ),
    ],
)
def test_todays_rule_is_one_sentence(edition, said):
    assert today(edition, LOCAL) == said


FRIDAY = datetime(2026, 3, 6, tzinfo=ALMATY)
NIGHT = Window(weekdays=frozenset({4}), start=time(20), end=time(4))
GREEN = frozenset({Colour.GREEN})


@pytest.mark.parametrize(
    "hour, said",
    [
        (12, "жасыл, көк · 20:00–04:00"),
        (23, "жасыл, көк · 20:00–04:00"),
        (24 + 1, "жасыл, көк · 20:00–04:00"),
        (24 + 4, "кіру жоқ"),
        (24 + 12, "кіру жоқ"),
    ],
)
def test_a_night_is_told_until_it_ends(hour, said):
    assert today(make_edition(opening=(NIGHT,)), FRIDAY + timedelta(hours=hour)) == f"Бүгін: {said}"


@pytest.mark.parametrize("hour", [3, 7, 8, 12])
def test_before_anybody_enters_it_tells_who_will_and_from_when(hour):
    green_from_eight = Admits(colours=GREEN, window=Window(start=time(8), end=time(22)))
    open_from_six = make_edition(opening=(Window(start=time(6), end=time(23)),), admits=(green_from_eight,))
    assert today(open_from_six, FRIDAY + timedelta(hours=hour)) == "Бүгін: жасыл · 08:00–22:00"


def test_when_the_day_is_over_nobody_enters():
    edition = make_edition(opening=(Window(start=time(6), end=time(22)),))
    assert today(edition, FRIDAY + timedelta(hours=21, minutes=59)) == "Бүгін: жасыл, көк · 06:00–22:00"
    assert today(edition, FRIDAY + timedelta(hours=22)) == "Бүгін: кіру жоқ"


def test_a_pause_at_noon_is_told_as_two_stretches_all_day_long():
    edition = make_edition(
        opening=(Window(start=time(6), end=time(12)), Window(start=time(13), end=time(22))),
    )
    for hour in (5, 7, 12, 21):
        assert (
            today(edition, FRIDAY + timedelta(hours=hour)) == "Бүгін: жасыл, көк · 06:00–12:00, 13:00–22:00"
        )


@pytest.mark.parametrize(
    "hour, said",
    [(5, "06:00–06:00"), (12, "06:00–06:00"), (24 + 5, "06:00–06:00")],
)
def test_a_day_that_begins_in_the_morning_is_not_told_as_one_that_begins_at_midnight(hour, said):
    edition = make_edition(opening=(Window(weekdays=frozenset({4}), start=time(6), end=time(6)),))
    assert today(edition, FRIDAY + timedelta(hours=hour)) == f"Бүгін: жасыл, көк · {said}"


@pytest.mark.parametrize("day, said", [(0, "20:00–24:00"), (1, "00:00–24:00"), (2, "00:00–04:00")])
def test_of_a_stretch_of_days_the_part_of_today_is_told(day, said):
    edition = make_edition(
        opening=(
            Window(weekdays=frozenset({4}), start=time(20), end=time(0)),
            Window(weekdays=frozenset({5})),
            Window(weekdays=frozenset({6}), start=time(0), end=time(4)),
        )
    )
    assert today(edition, FRIDAY + timedelta(days=day, hours=1)) == f"Бүгін: жасыл, көк · {said}"


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
def test_it_says_no_entry_only_where_nobody_enters_for_the_rest_of_the_day(edition, quarter):
    local = FRIDAY + quarter * timedelta(minutes=15)
    said, moment, opens = today(edition, local), local, False
    while moment.date() == local.date() and not opens:
        opens = edition.open_until(moment) is not None and bool(edition.colours(moment))
        moment += timedelta(minutes=15)
    assert ("кіру жоқ" in said) is not opens


EVENING = Window(start=time(20), end=time(4))


@pytest.mark.parametrize(
    "hours, said",
    [
        (
            (Window(start=time(0), end=time(6)), Window(start=time(18), end=time(23))),
            "00:00–06:00, 18:00–23:00",
        ),
        ((EVENING,), "20:00–04:00"),
    ],
)
def test_of_hours_that_are_over_those_of_today_are_told_and_those_of_last_night_are_not(hours, said):
    assert today(make_edition(opening=hours), LOCAL) == f"Бүгін: жасыл, көк · {said}"


def test_an_hour_in_which_nobody_enters_is_no_day_around_the_clock_though_the_venue_is_always_open():
    nobody = Admits(colours=frozenset(), window=Window(start=time(13), end=time(14)))
    said = today(make_edition(admits=(nobody, Admits(colours=GREEN))), LOCAL)
    assert "24/7" not in said
