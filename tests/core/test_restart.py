"""What a restart knows of the day: the count goes on, and a closing that nobody was there for is made up for."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from kiosk.core.events import Tick
from kiosk.core.inside.occupancy import Movement, MovementKind, Occupancy
from kiosk.core.model import Closing, DoorKind
from kiosk.core.rule.policy import Window
from tests.core.doorman import Doorman
from tests.factories import ALMATY, NOON, Stamps, make_door, make_edition, make_id

OPENS, CLOSES = time(7), time(23)
DAILY = make_edition(opening=(Window(start=OPENS, end=CLOSES),))


def resumed_at(now: datetime, last: datetime, edition=DAILY) -> Doorman:
    """A door that starts at `now` and counts one who entered at `last`."""
    counted = Occupancy().after([Movement(uid=make_id(1), at=last, kind=MovementKind.PASSED, change=1)])
    man = Doorman(make_door(DoorKind.ENTRY, edition=edition, occupancy=counted), stamps=Stamps(now))
    man.tell(Tick())
    return man


def local(hour: int, day: int = 0) -> datetime:
    at = NOON.astimezone(ALMATY).replace(hour=hour, minute=0) + timedelta(days=day)
    return at.astimezone(UTC)


def test_a_restart_during_the_day_goes_on_counting():
    man = resumed_at(local(15), local(9))
    assert man.door.people.inside == 1
    assert man.records(Closing) == []


def test_a_restart_after_closing_time_closes_late():
    man = resumed_at(local(23, day=0) + timedelta(minutes=5), local(22))
    assert [closing.assumed_exits for closing in man.records(Closing)] == [1]
    assert man.door.people.inside == 0


def test_who_is_inside_by_a_correction_alone_is_closed_out_late_as_well():
    said = Movement(uid=make_id(1), at=local(22), kind=MovementKind.CORRECTED, change=5)
    counted = Occupancy().after([said])
    man = Doorman(make_door(DoorKind.ENTRY, edition=DAILY, occupancy=counted), stamps=Stamps(local(8, day=1)))
    man.tell(Tick())
    assert [closing.assumed_exits for closing in man.records(Closing)] == [5]
    assert man.door.people.inside == 0


def test_a_restart_on_the_next_morning_closes_yesterday():
    man = resumed_at(local(8, day=1), local(22))
    assert [closing.assumed_exits for closing in man.records(Closing)] == [1]
    assert man.door.people.inside == 0


def test_a_venue_around_the_clock_closes_nobody_out_at_a_restart():
    man = resumed_at(local(8, day=1), local(22), edition=make_edition(opening=(Window(),)))
    assert man.records(Closing) == []
    assert man.door.people.inside == 1


def test_a_restart_past_midnight_keeps_who_came_before_it():
    night = make_edition(opening=(Window(start=time(18), end=time(4)),))
    man = resumed_at(local(2, day=1), local(22), edition=night)
    assert man.door.people.inside == 1


def test_a_closing_after_a_restart_is_one_closing():
    man = resumed_at(local(15), local(9))
    man.wait(9 * 3600)
    man.wait(60)
    assert [closing.assumed_exits for closing in man.records(Closing)] == [1]


def test_a_look_that_finds_one_stretch_over_and_the_next_begun_sees_the_end_of_that_one_too():
    twice = make_edition(
        opening=(Window(start=time(8), end=time(12, 30)), Window(start=time(13), end=time(20)))
    )
    man = Doorman(make_door(edition=twice))
    man.tell(Tick())
    for minutes in (70, 7 * 60):  # 13:10, nobody having looked since noon, and then 20:10
        man.stamps.advance(minutes * 60)
        man.tell(Tick())
    assert [closing.closed_at for closing in man.records(Closing)] == [
        NOON + timedelta(minutes=30),  # the hours at which it closed, whenever that was seen
        NOON + timedelta(hours=8),
    ]


def test_a_venue_that_was_emptied_remembers_by_which_record():
    counted = Occupancy(inside=3, open_until=datetime(2026, 3, 4, 23), through="before")
    assert counted.emptied("r9") == replace(counted, inside=0, through="r9")
