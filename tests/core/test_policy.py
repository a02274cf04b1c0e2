"""Windows of the week, editions that take their turn, and today's rule as a sentence."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.model import Colour
from kiosk.core.rule.policy import Admits, Window, Zone, ZoneRule
from tests.factories import NOON, make_edition, make_policy

WEDNESDAY = datetime(2026, 3, 4)
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
windows = st.builds(Window, weekdays=st.frozensets(st.integers(0, 6)), start=times, end=times)
moments = st.integers(0, 14 * 24 * 60).map(lambda minutes: WEDNESDAY + timedelta(minutes=minutes))


@given(windows, moments)
def test_a_window_that_holds_a_moment_ends_after_it_within_a_day_and_does_not_hold_its_end(window, moment):
    if window.holds(moment):
        end = window.ends_at(moment)
        assert timedelta(0) < end - moment <= timedelta(days=1)
        assert end.time() == window.end
        assert window.holds(end - timedelta(minutes=1))
    else:
        with pytest.raises(ValueError, match="inside the window"):
            window.ends_at(moment)


@given(windows, moments)
def test_a_window_holds_the_same_hours_every_week(window, moment):
    assert window.holds(moment) is window.holds(moment + timedelta(days=7))


@given(times, times, moments)
def test_a_window_of_every_day_and_its_complement_share_the_day(start, end, moment):
    if start != end:
        one, other = Window(start=start, end=end), Window(start=end, end=start)
        assert one.holds(moment) is not other.holds(moment)


@given(moments, times)
def test_a_window_that_ends_where_it_starts_is_the_whole_day(moment, at):
    assert Window(start=at, end=at).holds(moment)


@given(moments)
def test_a_window_of_no_weekday_holds_nothing(moment):
    assert not Window(weekdays=frozenset()).holds(moment)


def test_a_window_past_midnight_belongs_to_the_day_on_which_it_starts():
    friday_night = Window(weekdays=frozenset({4}), start=time(22), end=time(2))
    friday = WEDNESDAY + timedelta(days=2)
    assert friday_night.holds(friday + timedelta(hours=25))
    assert not friday_night.holds(friday + timedelta(hours=1))
    assert friday_night.ends_at(friday + timedelta(hours=23)) == friday + timedelta(hours=26)


def test_the_first_window_that_holds_the_moment_decides_the_colours():
    edition = make_edition(
        admits=(
            Admits(colours=frozenset({Colour.GREEN}), window=Window(start=time(12), end=time(13))),
            Admits(colours=frozenset({Colour.BLUE})),
        )
    )
    assert edition.colours(WEDNESDAY + timedelta(hours=12)) == {Colour.GREEN}
    assert edition.colours(WEDNESDAY + timedelta(hours=13)) == {Colour.BLUE}


def test_where_two_openings_overlap_the_later_end_counts():
    edition = make_edition(
        opening=(Window(start=time(8), end=time(14)), Window(start=time(12), end=time(20)))
    )
    assert edition.open_until(WEDNESDAY + timedelta(hours=13)) == WEDNESDAY + timedelta(hours=20)
    assert edition.open_until(WEDNESDAY + timedelta(hours=20)) is None


def test_the_newest_edition_that_has_begun_is_in_force():
    first, second = make_edition(capacity=1), make_edition(capacity=2, effective_from=NOON)
    policy = make_policy(second, first)
    assert policy.at(NOON - timedelta(seconds=1)) == first
    assert policy.at(NOON) == second
    assert policy.at(first.effective_from - timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    "moment, hour",
    [
        (datetime(2024, 2, 29, 17, 59, tzinfo=UTC), 23),
        (datetime(2024, 3, 1, 7, 0, tzinfo=UTC), 12),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), 12),
    ],
)
def test_almaty_is_five_hours_ahead_since_march_2024_in_the_zone_data_that_we_ship(moment, hour):
    with resources.files("tzdata.zoneinfo.Asia").joinpath("Almaty").open("rb") as file:
        shipped = ZoneInfo.from_file(file)
    assert moment.astimezone(shipped).hour == hour


def test_a_zone_that_says_nothing_of_places_leaves_all_of_them():
    silent = make_edition(capacity=1000, zone=Zone.YELLOW, zones=((Zone.YELLOW, ZoneRule()),))
    half = make_edition(
        capacity=1000, zone=Zone.YELLOW, zones=((Zone.YELLOW, ZoneRule(capacity_percent=50)),)
    )
    assert (silent.places, half.places, make_edition().places) == (1000, 500, None)
