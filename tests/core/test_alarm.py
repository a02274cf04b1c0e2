"""The building's fire alarm: whoever wants out goes out, nobody goes in, and both ends of it are recorded."""

from __future__ import annotations

import pytest

from kiosk.core.door.building import Standing
from kiosk.core.door.state import State
from kiosk.core.effects import Ask, Chime, Light, Open, Release, Signal, Sound, Tell
from kiosk.core.events import AlarmChanged, Key, LinkChanged, Passed, PhoneArrived, StaffIdentified
from kiosk.core.inside.occupancy import Occupancy
from kiosk.core.model import (
    Anomaly,
    Colour,
    Direction,
    DoorKind,
    NotACredential,
    Oddity,
    OwnVenueCode,
    Passage,
    TextFault,
    Via,
)
from kiosk.core.screen.status_line import condition
from kiosk.core.screen.view import Page, Phrase, Sign
from tests.core.doorman import Doorman
from tests.factories import make_door, make_iin, make_pass, make_person, make_phone, make_setup

RINGS, STOPS = AlarmChanged(active=True), AlarmChanged(active=False)
NOT_OURS = NotACredential(reason=TextFault.NOT_OURS)


def burning(kind: DoorKind = DoorKind.ENTRY, **changes) -> Doorman:
    man = Doorman(make_door(kind, **changes))
    man.tell(RINGS)
    return man


def test_the_alarm_is_shown_lit_heard_told_and_recorded():
    man = burning()
    assert (man.view.page, man.view.sign) == (Page.ALARM, Sign.LEAVE)
    assert (man.view.headline, man.view.note) == (Phrase.FIRE_ALARM, Phrase.NO_ENTRY_NOW)
    assert man.every(Light)[-1] == Light(signal=Signal.ALARM)
    assert [one.sound for one in man.every(Chime)] == [Sound.ALARM]
    assert [one.what for one in man.every(Tell)] == [Oddity.FIRE_ALARM]
    assert [(one.what, one.direction) for one in man.records(Anomaly)] == [(Oddity.FIRE_ALARM, None)]
    assert "fire alarm rings" in condition(man.door, man.stamps.now())


def test_its_end_is_recorded_too_and_the_door_goes_on():
    man = burning()
    man.wait(600)
    man.tell(STOPS)
    assert [one.what for one in man.records(Anomaly)] == [Oddity.FIRE_ALARM, Oddity.FIRE_ALARM_OVER]
    assert (man.door.state, man.view.page) == (State.IDLE, Page.IDLE)
    assert man.every(Light)[-1].signal is Signal.IDLE
    man.reads(make_pass(issued=man.stamps.wall))
    assert len(man.opened) == 1


def test_an_alarm_that_is_told_again_changes_nothing():
    man = burning()
    before = man.door
    assert man.tell(RINGS, RINGS) == ()
    assert man.door == before
    quiet = Doorman()
    assert quiet.tell(STOPS) == ()


def test_nobody_enters_while_it_rings_by_any_way_in():
    man = burning()
    man.reads(make_pass())
    man.reads(make_person())
    man.reads(NOT_OURS)
    man.types(make_iin(), Key.CONFIRM, Key.CONFIRM)
    man.tell(
        PhoneArrived(identifier=make_phone(), status=None),
        StaffIdentified(identifier=make_person(), by="aigul"),
    )
    man.wait(30)
    assert (man.visits, man.opened, man.every(Ask)) == ([], [], [])
    assert man.doing is Standing.ALARM


@pytest.mark.parametrize("kind", [DoorKind.EXIT, DoorKind.TOGGLE])
def test_whoever_presents_anything_where_people_leave_leaves_and_the_page_stays(kind):
    man = burning(kind)
    for number, shown in enumerate((make_pass(), make_person(2), NOT_OURS, make_pass(number=4))):
        man.wait(10)
        man.reads(shown)
        assert len(man.opened) == number + 1
        assert man.view.page is Page.ALARM
    assert {one.direction for one in man.visits} == {Direction.EXIT}
    assert {order.direction for order in man.every(Open)} == {Direction.EXIT}


@pytest.mark.parametrize("kind", [DoorKind.EXIT, DoorKind.TOGGLE])
def test_the_confirm_key_is_the_way_out(kind):
    man = burning(kind)
    man.types("85", Key.CANCEL, Key.CONFIRM)
    assert [(one.direction, one.via, one.identifier) for one in man.visits] == [
        (Direction.EXIT, Via.KEYPAD, None)
    ]
    assert len(man.opened) == 1


def test_a_reader_that_looks_outwards_lets_nobody_in_and_our_own_screen_is_nobody():
    man = burning(DoorKind.TOGGLE)
    man.reads(make_pass(), side=Direction.ENTRY)
    man.reads(OwnVenueCode())
    man.tell(PhoneArrived(identifier=make_phone(), status=None, direction=Direction.ENTRY))
    assert man.visits == []


def test_who_is_asked_about_when_it_begins_is_dropped_and_a_late_answer_changes_nothing():
    man = Doorman()
    man.reads(make_person())
    asked = man.every(Ask)[-1].visit_id
    man.tell(RINGS)
    assert man.doing is Standing.ALARM
    man.answers(None, to=asked)
    man.wait(5)
    assert (man.visits, man.doing) == ([], Standing.ALARM)


def test_an_entry_that_is_being_recorded_stays_shut_and_is_withdrawn():
    man = Doorman(disk="held")
    man.reads(make_pass())
    man.tell(RINGS)
    man.commit()
    man.commit()
    assert man.opened == []
    assert [(one.visit_id, one.passed) for one in man.records(Passage)] == [(man.visits[0].id, False)]
    assert man.door.people.inside == 0


def test_an_exit_that_is_being_recorded_goes_on():
    man = Doorman(make_door(DoorKind.EXIT), disk="held")
    man.reads(make_pass())
    man.tell(RINGS)
    assert man.view.page is Page.ALARM
    man.commit()
    assert len(man.opened) == 1
    assert man.doing is Standing.ALARM


def test_a_full_disk_holds_nobody_inside_while_it_burns():
    man = Doorman(make_door(DoorKind.EXIT), disk="failing")
    man.tell(RINGS)
    man.reads(make_pass())
    assert len(man.opened) == 1
    assert man.doing is Standing.ALARM


def test_people_who_pour_out_are_counted_and_staff_are_not_alarmed_for_each():
    man = burning(DoorKind.TOGGLE, sensor=True, occupancy=Occupancy(inside=5))
    effects = man.tell(*[Passed(direction=Direction.EXIT)] * 3)
    assert man.door.people.inside == 2
    assert man.every(Chime, effects) == man.every(Tell, effects) == []
    assert man.door.people.noticed is None


def test_the_gate_is_opened_outwards_again_and_again_only_where_the_venue_wants_it():
    assert burning().every(Release) == []
    door = make_door()
    man = Doorman(make_door(setup=make_setup(release_every_s=2.0)))
    assert door.setup.release_every_s is None
    man.tell(RINGS)
    assert len(man.every(Release)) == 1
    man.wait(10.5)
    assert len(man.every(Release)) == 6
    man.tell(STOPS)
    man.wait(60)
    assert len(man.every(Release)) == 6


def test_the_link_and_the_clock_go_on_being_watched():
    man = burning()
    man.tell(LinkChanged(online=False, waiting=3))
    assert (man.door.word.online, man.view.corner.waiting) == (False, 3)


@pytest.mark.parametrize("colour, withdrawn", [(Colour.GREEN, True), (Colour.YELLOW, False)])
def test_only_who_would_have_been_let_in_is_withdrawn_when_it_burns_while_they_are_recorded(
    colour, withdrawn
):
    man = Doorman(disk="held")
    man.reads(make_pass(colour))
    man.tell(AlarmChanged(active=True))
    man.commit()
    assert [passage.passed for passage in man.records(Passage)] == [False] * withdrawn
    assert man.opened == []
