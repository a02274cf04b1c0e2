"""A visit is the decision and the passage; the number inside; closing time (rules 5, 9, 12)."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta

import pytest

from kiosk.core.door.passages import TAILGATE_S, assumed, passage_id
from kiosk.core.door.state import State
from kiosk.core.effects import Chime, Shut, Sound, Tell
from kiosk.core.events import GateFailed, HealthChanged, Part, Passed, PolicyArrived, Tick
from kiosk.core.inside.occupancy import Movement, MovementKind, Occupancy, hours_worked
from kiosk.core.model import Anomaly, Closing, Colour, Direction, DoorKind, Oddity, Outcome, Passage, Reason
from kiosk.core.rule.policy import Window, Zone, ZoneRule
from kiosk.core.screen.present import NOTICED_S
from tests.core.doorman import Doorman
from tests.factories import (
    NOON,
    Stamps,
    make_door,
    make_edition,
    make_id,
    make_pass,
    make_person,
    make_policy,
)

EVENING = make_edition(opening=(Window(start=time(6), end=time(23)),))


def admitted(**changes) -> Doorman:
    """Return a doorman who has just admitted somebody at a door with a sensor."""
    man = Doorman(make_door(sensor=True, **changes))
    man.reads(make_pass())
    return man


def test_who_was_admitted_and_passed_is_inside():
    man = admitted()
    man.passes(Direction.ENTRY)
    assert [(one.visit_id, one.passed, one.sensed) for one in man.records(Passage)] == [
        (man.visits[0].id, True, True)
    ]
    assert man.door.people.inside == 1


def test_a_gate_that_is_held_open_need_not_wait_once_the_visitor_has_passed():
    man = admitted()
    assert man.every(Shut, man.passes(Direction.ENTRY)) == [Shut(direction=Direction.ENTRY)]


def test_a_gate_stays_open_for_the_second_one_who_was_admitted():
    man = admitted()
    man.wait(1)
    man.reads(make_pass(number=2))
    assert man.every(Shut, man.passes(Direction.ENTRY)) == []
    assert man.every(Shut, man.passes(Direction.ENTRY)) == [Shut(direction=Direction.ENTRY)]


def test_who_comes_the_wrong_way_shuts_no_gate():
    man = admitted()
    assert man.every(Shut, man.passes(Direction.EXIT)) == []


def test_who_is_on_the_way_through_the_gate_takes_a_place():
    man = admitted(edition=make_edition(capacity=1))
    man.wait(1)
    man.reads(make_pass(number=2))
    assert man.visits[1].decision.reason is Reason.VENUE_FULL


def test_who_was_admitted_and_did_not_pass_is_withdrawn_and_not_inside():
    man = admitted()
    man.wait(man.door.setup.times.passage_s + 0.1)
    assert [(one.visit_id, one.passed) for one in man.records(Passage)] == [(man.visits[0].id, False)]
    assert man.door.people.inside == 0


def test_who_did_not_pass_may_come_back_and_is_not_already_inside():
    man = admitted()
    man.wait(60)
    man.reads(make_pass())
    assert [one.decision.opens for one in man.visits] == [True, True]


def test_a_passage_bears_an_id_of_its_own_that_is_always_the_same():
    first, second = admitted(), admitted()
    for man in (first, second):
        man.passes(Direction.ENTRY)
    assert first.records(Passage)[0].id == second.records(Passage)[0].id != first.visits[0].id
    assert uuid.UUID(first.records(Passage)[0].id)


def test_where_no_sensor_looks_an_opened_gate_is_taken_for_a_passage():
    man = Doorman()
    man.reads(make_pass())
    assert [(one.passed, one.sensed) for one in man.records(Passage)] == [(True, False)]
    assert man.door.people.inside == 1


def test_a_second_person_behind_the_first_is_counted_and_told_to_staff():
    man = admitted()
    man.passes(Direction.ENTRY)
    man.stamps.advance(TAILGATE_S - 0.1)
    man.passes(Direction.ENTRY)
    assert [one.what for one in man.records(Anomaly)] == [Oddity.TAILGATE]
    assert man.door.people.inside == 2


@pytest.mark.parametrize(
    "kind, what", [(DoorKind.ENTRY, Oddity.WRONG_WAY), (DoorKind.TOGGLE, Oddity.UNCALLED)]
)
def test_somebody_coming_out_right_after_one_went_in_is_no_tailgater(kind, what):
    man = Doorman(make_door(kind, sensor=True))
    man.reads(make_pass())
    man.passes(Direction.ENTRY)
    man.passes(Direction.EXIT)
    assert [one.what for one in man.records(Anomaly)] == [what]


def test_a_third_person_close_behind_the_second_is_a_tailgater_too():
    man = admitted()
    man.passes(Direction.ENTRY)
    for _ in range(2):
        man.stamps.advance(TAILGATE_S - 0.1)
        man.passes(Direction.ENTRY)
    assert [one.what for one in man.records(Anomaly)] == [Oddity.TAILGATE] * 2
    assert man.door.people.inside == 3


@pytest.mark.parametrize("kind", DoorKind)
def test_where_the_sensor_cannot_tell_the_way_it_is_that_of_the_relay_that_was_open(kind):
    man = Doorman(make_door(kind, sensor=True))
    man.reads(make_pass())
    man.passes(None)
    assert [one.passed for one in man.records(Passage)] == [True]
    assert man.door.people.inside == (0 if kind is DoorKind.EXIT else 1)
    man.stamps.advance(1)
    man.passes(None)
    assert [(one.what, one.direction) for one in man.records(Anomaly)] == [
        (Oddity.TAILGATE, man.visits[0].direction)
    ]


@pytest.mark.parametrize(
    "kind, way, inside",
    [(DoorKind.ENTRY, Direction.ENTRY, 4), (DoorKind.EXIT, Direction.EXIT, 2), (DoorKind.TOGGLE, None, 3)],
)
def test_somebody_nobody_called_at_one_beam_went_the_only_way_there_is_or_nobody_knows(kind, way, inside):
    man = Doorman(make_door(kind, sensor=True, occupancy=Occupancy(inside=3)))
    man.passes(None)
    assert [(one.what, one.direction) for one in man.records(Anomaly)] == [(Oddity.UNCALLED, way)]
    assert man.door.people.inside == inside


def test_staff_hear_and_see_for_a_while_that_somebody_went_through_uncalled():
    man = admitted()
    man.passes(Direction.ENTRY)
    assert man.view.corner.noticed is None
    effects = man.passes(Direction.ENTRY)
    assert [one.sound for one in man.every(Chime, effects)] == [Sound.MISTAKE]
    man.wait(NOTICED_S - 1)
    assert (man.door.state, man.view.corner.noticed) == (State.IDLE, Oddity.TAILGATE)
    man.wait(2)
    assert man.view.corner.noticed is None


def test_somebody_who_goes_the_wrong_way_through_an_open_gate_is_told_to_staff():
    man = admitted()
    man.passes(Direction.EXIT)
    assert [(one.what, one.direction) for one in man.records(Anomaly)] == [(Oddity.WRONG_WAY, Direction.EXIT)]
    man.passes(Direction.ENTRY)
    assert [one.passed for one in man.records(Passage)] == [True]


def test_somebody_nobody_called_is_counted_and_told_to_staff():
    man = Doorman(make_door(sensor=True))
    man.passes(Direction.ENTRY)
    assert [(one.what, one.direction) for one in man.records(Anomaly)] == [(Oddity.UNCALLED, Direction.ENTRY)]
    assert man.door.people.inside == 1


def test_two_visitors_on_their_way_pass_in_their_order():
    man = admitted()
    man.wait(1)
    man.reads(make_pass(number=2))
    man.passes(Direction.ENTRY)
    man.passes(Direction.ENTRY)
    assert [one.visit_id for one in man.records(Passage)] == [one.id for one in man.visits]
    assert man.records(Anomaly) == []


def test_the_number_that_is_told_never_goes_below_zero_and_the_count_of_a_door_does():
    man = Doorman(make_door(DoorKind.EXIT))
    man.reads(make_person())
    assert (man.door.people.inside, man.door.people.occupancy.inside) == (0, -1)


@pytest.mark.parametrize("state", [State.IDLE, Outcome.ADMITTED])
def test_a_gate_that_fails_stops_nothing_and_is_told_to_staff(state):
    man = Doorman()
    if state is Outcome.ADMITTED:
        man.reads(make_pass())
    effects = man.tell(GateFailed(why="did not turn"))
    assert [effect.what for effect in effects if isinstance(effect, Tell)] == ["gate-failed"]
    assert len(effects) == (2 if state is State.IDLE else 1), (
        "the lamp tells it where nobody is being answered"
    )
    assert man.doing is state
    assert man.door.is_broken(Part.GATE)
    man.wait(10)
    man.reads(make_pass(number=2))
    assert len(man.opened) == (2 if state is Outcome.ADMITTED else 1)


def test_a_part_that_works_again_is_no_longer_broken():
    man = Doorman()
    man.tell(GateFailed(why="did not turn"), HealthChanged(part=Part.GATE, working=True))
    assert man.door.building.broken == {}


def open_at(hour: int, minute: int = 0, **changes) -> Doorman:
    """Return a doorman with three people inside at a time of the day."""
    wall = NOON + timedelta(hours=hour - 12, minutes=minute)
    man = Doorman(make_door(edition=EVENING, occupancy=Occupancy(inside=3), **changes), stamps=Stamps(wall))
    man.tell(Tick())
    return man


def test_a_forgotten_exit_is_closed_as_assumed_at_closing_time():
    man = open_at(22, 59)
    man.wait(59)
    assert man.records(Closing) == []
    man.wait(1.1)
    assert [one.assumed_exits for one in man.records(Closing)] == [3]
    assert man.door.people.inside == 0
    man.wait(600)
    assert len(man.records(Closing)) == 1


def test_a_forgotten_exit_is_not_held_against_the_visitor_the_next_day():
    man = open_at(22, 58)
    man.reads(make_pass(issued=man.stamps.wall))
    man.wait(180)
    man.stamps.advance(8 * 3600)
    man.reads(make_pass(issued=man.stamps.wall))
    assert [one.decision.reason for one in man.visits] == [Reason.STATUS_ADMITTED] * 2


def test_an_empty_venue_closes_with_no_exits_assumed():
    man = open_at(22, 59)
    man.replaces(occupancy=Occupancy(open_until=man.door.people.occupancy.open_until))
    man.wait(61)
    assert [one.assumed_exits for one in man.records(Closing)] == [0]


def test_a_venue_open_around_the_clock_never_closes():
    man = open_at(12)
    man.tell(PolicyArrived(policy=make_policy(make_edition(), sequence=2)), Tick())
    for _ in range(30):
        man.wait(3600)
    assert man.records(Closing) == []


def test_a_venue_that_the_zone_shuts_in_the_day_closes_at_its_usual_hour():
    man = open_at(14)
    shut = make_edition(zone=Zone.RED, zones=((Zone.RED, ZoneRule(shut=True)),))
    man.tell(PolicyArrived(policy=make_policy(shut, sequence=2)), Tick())
    assert (man.records(Closing), man.door.people.inside) == ([], 3)
    man.stamps.advance(9 * 3600)
    man.tell(Tick())
    assert [one.assumed_exits for one in man.records(Closing)] == [3]


def test_the_clock_set_back_closes_nothing():
    man = open_at(7)
    man.stamps.wall -= timedelta(hours=2)
    man.tell(Tick())
    assert (man.records(Closing), man.door.people.inside) == ([], 3)


def test_the_closing_and_the_visit_that_begins_in_the_same_moment_have_ids_of_their_own():
    man = open_at(22, 59)
    man.reads(make_person())
    man.reads(make_person(2))
    man.answers(Colour.GREEN)
    man.stamps.advance(90)
    man.tell(Tick())
    assert man.door.visitor.visit_id not in {one.id for one in man.records(Closing)}
    assert len(man.records(Closing)) == 1


def test_without_a_policy_nothing_closes():
    man = Doorman(make_door(policy=None, occupancy=Occupancy(inside=3)))
    man.wait(86_400)
    assert (man.records(Closing), man.door.people.inside) == ([], 3)


def test_the_hours_worked_are_those_of_the_first_and_the_last_passage_of_each_day():
    day = datetime(2026, 3, 4)
    passages = [
        (day + timedelta(hours=22), Direction.EXIT),
        (day + timedelta(hours=7), Direction.ENTRY),
        (day + timedelta(days=1, hours=8), Direction.ENTRY),
    ]
    first, second = hours_worked(passages)
    assert (first.first.hour, first.last.hour, first.entries, first.exits) == (7, 22, 1, 1)
    assert (second.day, second.entries, second.exits) == ((day + timedelta(days=1)).date(), 1, 0)
    assert hours_worked([]) == ()


def test_a_passage_on_a_door_out_of_order_is_still_counted():
    man = admitted()
    man.wait(4)
    man.tell(HealthChanged(part=Part.STORE, working=False), Passed(direction=Direction.ENTRY))
    assert man.door.people.inside == 1


def test_after_a_restart_the_count_starts_from_the_passages_since_the_last_closing():
    way_in, way_out = (MovementKind.PASSED, 1), (MovementKind.PASSED, -1)
    moved = [
        Movement(uid=make_id(number), at=NOON, kind=kind, change=change)
        for number, (kind, change) in enumerate(
            (way_in, way_in, (MovementKind.CLOSED, 0), way_in, way_in, way_out)
        )
    ]
    assert Occupancy().after(moved).inside == 1
    assert Occupancy().after(moved[:3]).inside == 0
    assert Occupancy().after(moved).through == moved[-1].uid
    assert Occupancy().after([]) == Occupancy()


def test_whom_a_stop_cut_short_is_taken_to_have_gone_in_unseen_and_is_told_of_once():
    one = assumed(make_id(1), NOON, time_trusted=False)
    assert (one.visit_id, one.passed, one.sensed, one.ended_at) == (make_id(1), True, False, NOON)
    assert not one.time_trusted
    assert one.id == passage_id(make_id(1))
