"""What is broken has one number, on the screen and in the lamp, and no visitor who is being answered sees it blink."""

from itertools import groupby

import pytest

from kiosk.core.effects import Light, Signal
from kiosk.core.events import DeviceRevoked, GateFailed, HealthChanged, Part
from kiosk.core.health.faults import (
    BETWEEN_S,
    IDLE_PAUSE_S,
    LARGEST,
    LONG_S,
    NOT_ENROLLED,
    NUMBER_OF,
    PAUSE_S,
    SHORT_S,
    blinks,
)
from kiosk.core.model import Outcome
from kiosk.core.screen.view import Page, Phrase
from tests.core.doorman import Doorman
from tests.factories import make_door, make_pass, make_setup


def broken(part: Part) -> HealthChanged:
    return HealthChanged(part=part, working=False, why="it fell off")


def counted(number: int) -> tuple[int, int]:
    """Return the long and the short flashes of one round."""
    lit = [one.s for one in blinks(number) if one.on]
    return lit.count(LONG_S), lit.count(SHORT_S)


def test_every_part_has_a_number_of_its_own():
    assert set(NUMBER_OF) == set(Part)
    assert len({*NUMBER_OF.values(), NOT_ENROLLED}) == len(Part) + 1


@pytest.mark.parametrize("number", range(1, LARGEST + 1))
def test_a_number_is_counted_as_tens_and_ones(number):
    assert counted(number) == divmod(number, 10)


@pytest.mark.parametrize("number", range(1, LARGEST + 1))
def test_light_and_dark_take_turns_and_a_pause_ends_a_round(number):
    round_ = blinks(number)
    assert [one.on for one in round_] == [True, False] * (len(round_) // 2)
    assert round_[-1].s == PAUSE_S == max(one.s for one in round_)
    assert all(len(list(alike)) == 1 for _on, alike in groupby(round_, key=lambda one: one.on))


@pytest.mark.parametrize("number", range(11, LARGEST + 1))
def test_between_tens_and_ones_it_is_dark_for_longer_than_within_them(number):
    tens, ones = divmod(number, 10)
    dark = [one.s for one in blinks(number) if not one.on][:-1]
    assert [at for at, s in enumerate(dark) if s == BETWEEN_S] == ([tens - 1] if ones else [])


@pytest.mark.parametrize("number", [0, -1, 100])
def test_what_cannot_be_blinked_is_refused(number):
    with pytest.raises(ValueError, match="from 1 to 99"):
        blinks(number)


def test_a_part_that_breaks_is_told_by_lamp_and_screen_until_it_works_again():
    man = Doorman()
    man.tell(broken(Part.CAMERA))
    assert man.every(Light)[-1] == Light(signal=Signal.IDLE, fault=10)
    assert man.view.corner.faults == (10,)
    man.tell(HealthChanged(part=Part.CAMERA, working=True))
    assert man.every(Light)[-1] == Light(signal=Signal.IDLE, fault=0)
    assert man.view.corner.faults == ()


def test_of_several_the_lamp_tells_the_lowest_and_the_screen_all():
    man = Doorman()
    man.tell(GateFailed(why="did not turn"), broken(Part.KEYPAD), broken(Part.STORE))
    assert man.every(Light)[-1] == Light(signal=Signal.OUT_OF_ORDER, fault=7)
    assert (man.view.page, man.view.corner.faults) == (Page.OUT_OF_ORDER, (7, 12, 19))
    assert man.view.reference == "7 · 12 · 19"
    lit = len(man.every(Light))
    man.tell(HealthChanged(part=Part.KEYPAD, working=True))
    assert len(man.every(Light)) == lit, "the lowest is the same, and its rhythm goes on"


def test_a_withdrawn_device_has_the_number_of_the_check_that_it_fails():
    man = Doorman()
    man.tell(DeviceRevoked())
    assert man.every(Light)[-1] == Light(signal=Signal.OUT_OF_ORDER, fault=NOT_ENROLLED)
    assert man.view.reference == str(NOT_ENROLLED)


def test_a_visitor_who_is_answered_sees_the_answer_and_the_number_comes_afterwards():
    man = Doorman()
    man.reads(make_pass())
    assert man.doing is Outcome.ADMITTED
    man.tell(broken(Part.KEYPAD))
    assert all(light.fault == 0 for light in man.every(Light))
    man.wait(60)
    assert man.every(Light)[-1] == Light(signal=Signal.IDLE, fault=12)


def test_a_door_without_a_camera_on_purpose_has_no_fault():
    man = Doorman(make_door(setup=make_setup(camera=False)))
    assert (man.view.headline, man.view.corner.faults) == (Phrase.USE_KEYPAD, ())


def test_the_pause_is_longer_where_people_come_and_go():
    assert blinks(7, IDLE_PAUSE_S)[:-1] == blinks(7)[:-1]
    assert IDLE_PAUSE_S > PAUSE_S


def test_a_number_is_never_given_to_another_fault():
    """They are on stickers and in people's heads (docs/doctor.md): a new part takes a number that nobody has."""
    assert NUMBER_OF == {
        Part.CLOCK: 4, Part.DISK: 5, Part.STORE: 7, Part.REGISTRY: 9, Part.CAMERA: 10, Part.KEYPAD: 12, Part.DISPLAY: 14, Part.GATE: 19,
        Part.LAMP: 20, Part.SCANNER: 21, Part.SOUND: 32, Part.POWER: 33, Part.HEAT: 34, Part.MEMORY: 35, Part.PASSAGE: 36,
        Part.VIEW: 37, Part.ALARM: 38,
    }  # fmt: skip
    assert NOT_ENROLLED == 17
