"""As of when the number inside is: told to staff where it is not of now, kept over a power cut, and never of another day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from kiosk.core.effects import Tell
from kiosk.core.events import LinkChanged, Tick, VenueCounted
from kiosk.core.inside.people import LATE_S, VenueNumber
from kiosk.core.model import DoorKind
from kiosk.core.rule.closings import last_closing
from kiosk.core.rule.policy import CapacityWithoutExit, Window, Zone, ZoneRule
from kiosk.core.screen.status_line import condition
from kiosk.service.status_file import KioskStatus
from tests.core.doorman import Doorman
from tests.factories import ALMATY, NOON, Stamps, make_door, make_edition, make_pass

DAILY = make_edition(capacity=10, opening=(Window(start=time(7), end=time(23)),))
OFFLINE = LinkChanged(online=False, waiting=0)


def number(inside: int, *, at: datetime = NOON, own: int = 0, exits: bool = True) -> VenueNumber:
    return VenueNumber(inside=inside, own=own, at=at, doors=2, exits=exits)


def local(hour: int, minute: int = 0, day: int = 0) -> datetime:
    at = NOON.astimezone(ALMATY).replace(hour=hour, minute=minute) + timedelta(days=day)
    return at.astimezone(UTC)


def begun(now: datetime, told: VenueNumber, edition=DAILY, *, trusted: bool = True) -> Doorman:
    """A door that starts offline, with a number that was told before."""
    door = make_door(edition=edition, online=False)
    door = replace(door, people=door.people.remembers(told))
    man = Doorman(door, stamps=Stamps(now, trusted=trusted))
    man.tell(Tick())
    return man


@pytest.mark.parametrize("kind", list(DoorKind))
def test_offline_staff_see_as_of_when_the_number_is_and_online_they_do_not(kind):
    man = Doorman(make_door(kind, edition=DAILY))
    man.tell(VenueCounted(number=number(4, at=NOON + timedelta(minutes=2))))
    assert man.view.corner.counted == ""
    man.tell(OFFLINE)
    assert (man.view.corner.inside, man.view.corner.counted) == (4, "12:02")
    man.tell(LinkChanged(online=True, waiting=0))
    assert man.view.corner.counted == ""


@pytest.mark.parametrize("later_s, counted", [(LATE_S, ""), (LATE_S + 1, "12:00")])
def test_a_number_that_came_no_more_is_old_online_as_well(later_s, counted):
    man = Doorman(make_door(edition=DAILY))
    man.tell(VenueCounted(number=number(4)))
    man.stamps.advance(later_s)
    assert man.view.corner.counted == counted


def test_a_door_that_was_never_told_a_number_has_its_own_which_is_of_now():
    man = Doorman(make_door(edition=DAILY))
    man.tell(OFFLINE)
    assert man.view.corner.counted == ""


def test_a_number_of_another_day_bears_its_date():
    around_the_clock = make_edition(capacity=10)
    man = begun(local(9, day=1), number(4, at=local(21)), around_the_clock)
    assert (man.view.corner.inside, man.view.corner.counted) == (4, "04.03 21:00")


def test_more_inside_than_there_are_places_is_told_once_and_shown_as_long_as_it_is_so():
    man = Doorman(make_door(edition=DAILY))
    told = man.tell(VenueCounted(number=number(12)))
    assert man.every(Tell, told) == [Tell(what="over-full")]
    assert man.view.corner.too_many == 2
    again = man.tell(VenueCounted(number=number(11, at=NOON + timedelta(seconds=1))))
    assert (man.every(Tell, again), man.view.corner.too_many) == ([], 1)
    man.tell(VenueCounted(number=number(10, at=NOON + timedelta(seconds=2))))
    assert man.view.corner.too_many == 0


def test_where_no_capacity_is_in_force_nobody_is_too_many():
    man = Doorman(
        make_door(edition=make_edition(capacity=10, capacity_without_exit=CapacityWithoutExit.IGNORE))
    )
    assert man.every(Tell, man.tell(VenueCounted(number=number(12, exits=False)))) == []
    assert man.view.corner.too_many == 0


def test_the_service_manager_and_the_status_file_hear_the_same():
    man = Doorman(make_door(edition=DAILY))
    man.tell(VenueCounted(number=number(12)), OFFLINE)
    stamp = man.stamps.now()
    assert condition(man.door, stamp).endswith("12 inside as of 12:00, 2 more than there are places.")
    status = KioskStatus.of(man.door, stamp)
    assert (status.inside, status.capacity, status.counted, status.too_many) == (12, 10, "12:00", 2)
    assert KioskStatus.from_json(status.as_json()) == status


def test_the_rule_of_today_says_where_nobody_counts_who_leaves():
    edition = make_edition(capacity=10, capacity_without_exit=CapacityWithoutExit.IGNORE)
    man = Doorman(make_door(edition=edition))
    man.tell(VenueCounted(number=number(4, exits=False)))
    assert man.view.corner.today.uncounted
    assert KioskStatus.of(man.door, man.stamps.now()).capacity_ignored == 10
    man.tell(VenueCounted(number=number(4, at=NOON + timedelta(seconds=1))))
    assert not man.view.corner.today.uncounted
    assert KioskStatus.of(man.door, man.stamps.now()).capacity_ignored is None


# ---- over a restart ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [None, 12])
def test_only_a_rule_that_has_a_capacity_can_have_one_that_is_not_enforced(capacity):
    edition = make_edition(capacity=capacity, capacity_without_exit=CapacityWithoutExit.IGNORE)
    today = Doorman(make_door(edition=edition)).view.corner.today
    assert today is not None
    assert today.uncounted is (capacity is not None)


def test_after_a_power_cut_of_the_same_day_the_last_number_decides_with_its_moment():
    man = begun(local(15), number(9, at=local(14, 2)))
    man.reads(make_pass(issued=local(15)))
    man.wait(10)
    man.reads(make_pass(number=2, issued=local(15)))
    assert [visit.decision.outcome for visit in man.visits] == ["admitted", "refused"]
    assert man.visits[0].counted_at == local(14, 2)
    assert man.view.corner.counted == "14:02"


@pytest.mark.parametrize(
    "now, told",
    [
        (local(23, 5), local(22)),
        (local(8, day=1), local(22)),
        (local(8, day=1), local(9)),
        (local(8, day=5), local(22)),
        (local(1, day=2), local(2, day=1)),
    ],
    ids=[
        "just closed",
        "next morning",
        "next morning, told in the morning",
        "days later",
        "told at night, closed since",
    ],
)
def test_a_number_from_before_the_last_closing_does_not_count(now, told):
    man = begun(now, number(9, at=told))
    assert man.door.people.inside == 0
    assert man.view.corner.counted.endswith("23:00")


def test_a_number_that_was_told_after_the_last_closing_counts():
    assert begun(local(1, day=1), number(3, at=local(23, 30))).door.people.inside == 3


def test_around_the_clock_a_number_of_a_day_ago_counts_for_nothing():
    always = make_edition(capacity=10)
    assert begun(local(11, 59, day=1), number(9), always).door.people.inside == 9
    assert begun(local(12, day=1), number(9), always).door.people.inside == 0


def test_a_clock_that_is_put_right_later_shows_that_the_venue_has_closed_since():
    man = begun(local(22, 1), number(9, at=local(22)), trusted=False)
    assert man.door.people.inside == 9
    man.stamps.wall, man.stamps.trusted = local(9, day=1), True
    man.tell(Tick())
    assert man.door.people.inside == 0


def test_what_the_registry_tells_after_the_start_takes_the_place_of_what_was_remembered():
    man = begun(local(15), number(9, at=local(14)))
    man.tell(VenueCounted(number=number(2, at=local(13))), LinkChanged(online=True, waiting=0))
    assert (man.door.people.inside, man.view.corner.counted) == (2, "")


def test_an_answer_from_before_the_closing_that_comes_after_it_changes_nothing():
    man = Doorman(make_door(edition=DAILY), stamps=Stamps(local(22, 59)))
    man.tell(Tick(), VenueCounted(number=number(9, at=local(22, 59))))
    man.stamps.advance(58)
    man.tell(VenueCounted(number=number(9, at=local(22, 59) + timedelta(seconds=57))))
    man.stamps.advance(3)
    man.tell(Tick())
    assert man.door.people.inside == 0
    man.tell(VenueCounted(number=number(9, at=local(22, 59) + timedelta(seconds=59))))
    assert man.door.people.inside == 0


# ---- when a venue last closed --------------------------------------------------------------------------------------


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour)


@pytest.mark.parametrize(
    "since, until, closed",
    [
        (at(4, 9), at(4, 22), None),
        (at(4, 9), at(4, 23), at(4, 23)),
        (at(4, 23), at(5, 22), None),
        (at(4, 9), at(7, 9), at(6, 23)),
        (at(1, 0), at(30, 9), at(29, 23)),
    ],
    ids=str,
)
def test_the_last_closing_lies_after_the_one_moment_and_up_to_the_other(since, until, closed):
    assert last_closing(DAILY, since, until) == closed


def test_two_stretches_that_meet_close_once_and_a_night_closes_in_the_morning():
    halves = make_edition(opening=(Window(start=time(7), end=time(13)), Window(start=time(13), end=time(20))))
    assert last_closing(halves, at(4, 9), at(4, 19)) is None
    night = make_edition(opening=(Window(start=time(18), end=time(4)),))
    assert last_closing(night, at(4, 20), at(5, 3)) is None
    assert last_closing(night, at(4, 20), at(5, 9)) == at(5, 4)


def test_a_weekly_stretch_is_found_a_week_later():
    weekly = make_edition(
        opening=(Window(weekdays=frozenset({2}), start=time(7), end=time(23)),)
    )  # Wednesday
    assert last_closing(weekly, at(4, 9), at(11, 6)) == at(4, 23)


def test_the_hours_of_the_zone_in_force_close():
    zoned = replace(
        DAILY,
        zone=Zone.YELLOW,
        zones=((Zone.YELLOW, ZoneRule(hours=(Window(start=time(7), end=time(17)),))),),
    )
    assert last_closing(zoned, at(4, 9), at(4, 18)) == at(4, 17)
