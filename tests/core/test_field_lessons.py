"""What went wrong at other doors, and must not at ours (docs/facts.md#other-doors), as far as it is the core's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.core.door.state import State
from kiosk.core.effects import Ask, Effect, Light
from kiosk.core.events import GateFailed, HealthChanged, Key, LinkChanged, Part
from kiosk.core.model import Colour, Direction, DoorKind, NotACredential, Outcome, Reason, TextFault
from kiosk.core.screen.view import Phrase
from tests.core.doorman import Doorman
from tests.factories import NOON, Stamps, make_door, make_iin, make_pass, make_person

WRONG = NotACredential(reason=TextFault.NOT_OURS)


def test_a_wrong_badge_then_a_good_badge():
    man = Doorman()
    man.reads(WRONG)
    man.reads(make_pass())
    assert len(man.opened) == 1


def test_a_good_badge_a_wrong_badge_and_the_good_one_still_held_up_are_one_visit():
    man = Doorman()
    man.reads(make_pass())
    man.wait(4)
    man.reads(WRONG)
    man.reads(make_pass())
    assert len(man.visits) == 1


@pytest.mark.parametrize("kind", DoorKind)
def test_the_same_code_three_times_in_five_seconds_is_one_visit(kind):
    man = Doorman(make_door(kind))
    for _ in range(3):
        man.reads(make_pass())
        man.wait(1.5)
    assert len(man.visits) == len(man.opened) == 1


def test_in_out_in_at_a_toggle_door_is_three_visits_when_it_is_meant():
    man = Doorman(make_door(DoorKind.TOGGLE))
    for _ in range(3):
        man.reads(make_pass(issued=man.stamps.wall))
        man.wait(30)
    assert [one.direction for one in man.visits] == [Direction.ENTRY, Direction.EXIT, Direction.ENTRY]


def test_a_refused_visitor_walks_away_and_the_next_one_does_not_wait():
    man = Doorman()
    man.reads(make_pass(Colour.YELLOW))
    man.stamps.advance(1)
    man.reads(make_pass(number=2))
    assert man.opened == [man.visits[1].id]


def test_a_visitor_who_comes_too_early_has_their_turn_as_soon_as_the_answer_was_seen():
    man = Doorman()
    man.reads(make_person())
    man.reads(make_pass(number=2))
    man.answers(Colour.YELLOW)
    assert len(man.visits) == 1
    man.wait(man.door.setup.times.least_s + 0.1)
    assert man.opened == [man.visits[1].id]


def test_the_visitor_who_is_asked_about_is_not_queued_behind_themselves():
    man = Doorman()
    man.reads(make_person())
    man.reads(make_person())
    assert man.door.queue == ()


def test_the_gate_reports_that_it_did_not_turn_and_the_kiosk_goes_on():
    man = Doorman(make_door(sensor=True))
    man.reads(make_pass())
    man.tell(GateFailed(why="did not turn"))
    man.wait(30)
    assert (man.door.state, man.door.people.inside) == (State.IDLE, 0)
    man.reads(make_pass(number=2))
    assert len(man.opened) == 2


def test_a_gate_that_is_silent_for_half_a_minute_stops_nobody():
    man = Doorman(make_door(sensor=True))
    for number in range(4):
        man.reads(make_pass(number=number, issued=man.stamps.wall))
        man.wait(7.5)
    assert len(man.opened) == 4


def test_a_first_start_without_the_network_is_not_a_dead_end():
    man = Doorman(make_door(policy=None, heard_at=None, online=False))
    man.reads(make_pass())
    decision = man.visits[0].decision
    assert (decision.outcome, decision.reason, decision.calls_staff) == (
        Outcome.UNCHECKED,
        Reason.NO_POLICY,
        True,
    )
    assert man.view.note is Phrase.STAFF_COMING
    man.stamps.advance(1)
    man.overrides()
    assert len(man.opened) == 1


def test_a_clock_five_minutes_ahead_says_that_fresh_passes_ran_out_and_admits_none():
    man = Doorman(stamps=Stamps(NOON + timedelta(minutes=5)))
    man.reads(make_pass())
    assert (man.view.headline, man.visits) == (Phrase.CODE_EXPIRED, [])


def test_a_clock_five_minutes_behind_does_not_take_a_pass_of_the_future_for_valid():
    man = Doorman(stamps=Stamps(NOON - timedelta(minutes=5)))
    man.reads(make_pass())
    assert man.visits == []


def test_a_server_that_is_eight_seconds_slow_does_not_hold_up_ten_people_with_live_passes():
    man = Doorman()
    began = man.stamps.mono
    for number in range(1, 11):
        man.reads(make_pass(number=number))
        man.wait(1)
    assert len(man.opened) == 10
    assert man.stamps.mono - began < 11


def test_a_server_that_is_eight_seconds_slow_costs_everybody_else_the_deadline_and_no_more():
    man = Doorman()
    for number in range(1, 11):
        man.reads(make_person(number))
        asked = man.every(Ask)[-1].visit_id
        man.wait(man.door.setup.times.ask_s + 0.1)
        assert man.doing is Outcome.UNCHECKED
        man.wait(1)
        assert man.answers(Colour.GREEN, to=asked) == ()
    assert len(man.visits) == 10


def test_a_lost_camera_leaves_the_keypad_and_the_staff():
    man = Doorman()
    man.tell(HealthChanged(part=Part.CAMERA, working=False, why="unplugged"))
    man.types(make_iin(), Key.CONFIRM, Key.CONFIRM)
    man.answers(Colour.GREEN)
    assert len(man.opened) == 1


def test_a_clones_result_screen_held_to_the_camera_opens_nothing():
    man = Doorman()
    man.reads(WRONG)
    assert (man.opened, man.visits, man.view.headline) == ([], [], Phrase.CODE_UNKNOWN)


def test_a_photo_of_another_venues_code_opens_nothing():
    man = Doorman()
    man.reads(NotACredential(reason=TextFault.OTHER_DOOR))
    assert (man.opened, man.view.headline) == ([], Phrase.CODE_ELSEWHERE)


def test_a_shared_screenshot_opens_once():
    man = Doorman()
    man.reads(make_pass())
    man.wait(30)
    man.reads(make_pass())
    assert (len(man.opened), man.visits[1].decision.reason) == (1, Reason.ALREADY_INSIDE)


def test_a_borrowed_number_comes_in_once_and_then_staff_are_called():
    man = Doorman()
    for _ in range(2):
        man.types(make_iin(1), Key.CONFIRM, Key.CONFIRM)
        man.answers(Colour.GREEN)
        man.wait(20)
    assert (len(man.opened), man.visits[1].decision.reason) == (1, Reason.ALREADY_INSIDE)
    assert man.visits[1].decision.calls_staff


def test_the_link_going_up_and_down_is_no_business_of_the_visitor():
    man = Doorman()
    man.reads(make_pass())
    before = man.door.state
    effects: tuple[Effect, ...] = man.tell(
        LinkChanged(online=False, waiting=9), LinkChanged(online=True, waiting=0)
    )
    assert (man.door.state, effects) == (before, ())


def test_the_keypad_shows_no_colour_word_to_onlookers_before_the_decision():
    man = Doorman()
    man.types(make_iin(), Key.CONFIRM, Key.CONFIRM)
    assert [light.colour for light in man.every(Light)] == [None]
