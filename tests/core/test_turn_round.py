"""A forgotten exit at a toggle door is never held against its visitor (rule 12): one act of theirs and they come in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.core.door.arrivals import EXIT_ASSUMED
from kiosk.core.effects import Open, Shut
from kiosk.core.events import DeviceRevoked, Key
from kiosk.core.model import Colour, Direction, DoorKind, Passage
from kiosk.core.screen.view import Phrase
from tests.core.doorman import Doorman
from tests.factories import NOON, make_door, make_edition, make_pass, make_person

CARRIED = timedelta(hours=72)


def forgot(source="number", **changes) -> Doorman:
    """Return a doorman before whom somebody stands who went in, left unread, and has just been told goodbye."""
    man = Doorman(make_door(DoorKind.TOGGLE, **changes))
    shows(man, source)
    if man.door.setup.passage_sensor:
        man.passes(Direction.ENTRY)
    man.wait(3600)
    man.reads(held_up(source, hour=1))
    assert [visit.direction for visit in man.visits] == [Direction.ENTRY, Direction.EXIT]
    return man


def held_up(source: str, hour: int = 0):
    if source == "number":
        return make_person()
    return make_pass(
        issued=NOON + timedelta(hours=hour), lives=timedelta(seconds=300) if source == "live" else CARRIED
    )


def shows(man: Doorman, source: str) -> None:
    man.reads(held_up(source))
    if source != "live":
        man.answers(Colour.GREEN)


@pytest.mark.parametrize("source", ["number", "live", "carried"])
@pytest.mark.parametrize("sensor", [True, False])
def test_one_key_and_who_was_taken_for_leaving_comes_in_and_the_forgotten_exit_is_assumed(source, sensor):
    man = forgot(source, sensor=sensor)
    assert man.view.note is Phrase.COMING_IN
    man.wait(2)
    man.types("", Key.CONFIRM)
    if source != "live":
        man.answers(Colour.GREEN)
    exit_visit, entry = man.visits[1:]
    assert entry.direction is Direction.ENTRY
    assert entry.decision.compare_identity is (source == "carried")
    assert [(one.visit_id, one.why, one.decision.opens) for one in man.amendments] == [
        (exit_visit.id, EXIT_ASSUMED, True)
    ]
    assert man.opened == [visit.id for visit in man.visits]
    if sensor:
        assert Shut(direction=Direction.EXIT) in man.effects
        man.passes(Direction.ENTRY)
    assert man.door.people.occupancy.inside == 1
    assert [one.passed for one in man.records(Passage)] == [True, True, True]


def test_at_a_door_without_keys_the_same_code_once_more_is_the_act():
    man = forgot_without_keys()
    man.wait(4)
    man.reads(make_person())
    man.answers(Colour.GREEN)
    assert [visit.direction for visit in man.visits] == [Direction.ENTRY, Direction.EXIT, Direction.ENTRY]
    assert man.amendments[0].why == EXIT_ASSUMED


def forgot_without_keys() -> Doorman:
    man = forgot()
    man.door = replace(man.door, setup=replace(man.door.setup, keypad=False))
    assert man.view.note is Phrase.THANK_YOU
    return man


def test_who_really_leaves_is_asked_nothing_and_a_code_that_is_held_up_is_no_act():
    man = forgot()
    for _ in range(3):
        man.wait(1)
        man.reads(make_person())
    assert len(man.visits) == 2
    assert [order.direction for order in man.every(Open)] == [Direction.ENTRY, Direction.EXIT]


def test_after_ten_seconds_the_key_is_the_next_visitors():
    man = forgot()
    man.wait(11)
    man.types("", Key.CONFIRM)
    assert (len(man.visits), man.amendments) == (2, [])


def test_nobody_turns_round_into_a_building_that_nobody_enters():
    man = forgot()
    man.tell(DeviceRevoked())
    man.wait(1)
    man.types("", Key.CONFIRM)
    assert (len(man.visits), man.amendments) == (2, [])


def test_where_the_reader_tells_the_way_there_is_nothing_to_turn_round():
    man = Doorman(make_door(DoorKind.TOGGLE))
    man.reads(make_person(), side=Direction.EXIT)
    man.wait(1)
    man.types("", Key.CONFIRM)
    assert (len(man.visits), man.amendments, man.view.note) == (1, [], None)


def test_who_may_not_come_in_any_more_is_refused_and_their_exit_is_assumed_all_the_same():
    man = forgot(edition=make_edition())
    man.wait(1)
    man.types("", Key.CONFIRM)
    man.answers(Colour.YELLOW)
    assert len(man.opened) == 2
    assert (man.amendments[0].why, man.visits[2].decision.opens) == (EXIT_ASSUMED, False)
    assert man.door.people.occupancy.inside == 0
