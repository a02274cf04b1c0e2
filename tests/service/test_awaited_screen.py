"""A screen that is plugged in late, pulled, or cannot be used: the real one, on a cable that a test holds."""

import pygame
import pytest

from kiosk.errors import DriverMissing
from kiosk.root.awaited_screen import LOOK_S, AwaitedScreen
from simulator.outputs import ManualTime
from tests.ui.scenes import SCENES
from ui.screen import PygameScreen

pytestmark = pytest.mark.concurrent

IDLE, RESULT = SCENES["idle"], SCENES["green"]


class Display:
    """What stands on the desk, its cable, and the screens that were opened on it."""

    def __init__(self) -> None:
        self.plugged = True
        self.usable = True
        self.tries = 0
        self.time = ManualTime()

    def open(self) -> PygameScreen:
        self.tries += 1
        if not self.usable:
            raise DriverMissing("expected a display, found one of another planet")
        return PygameScreen(size=(480, 320), driver="dummy")


@pytest.fixture
def display():
    return Display()


@pytest.fixture
def awaited(display):
    made = []

    def make() -> AwaitedScreen:
        made.append(AwaitedScreen(display.open, plugged=lambda: display.plugged, mono=display.time.now))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_one_that_is_there_is_taken_at_the_start(display, awaited):
    screen = awaited()
    assert display.tries == 1
    screen.show(IDLE)
    assert screen.poll() == []


def test_without_one_every_view_says_so_and_no_key_comes(display, awaited):
    display.plugged = False
    screen = awaited()
    for _ in range(3):
        with pytest.raises(DriverMissing, match="no display is connected: plug it in"):
            screen.show(IDLE)
    assert screen.poll() == []
    assert display.tries == 0, "no card is searched while nothing is plugged in"


def test_one_that_is_plugged_in_is_taken_within_seconds(display, awaited):
    display.plugged = False
    screen = awaited()
    display.plugged = True
    display.time.advance(LOOK_S)
    screen.show(IDLE)
    assert pygame.display.get_init()


def test_it_waits_until_nobody_is_being_answered(display, awaited):
    display.plugged = False
    screen = awaited()
    display.plugged = True
    for _ in range(4):
        display.time.advance(LOOK_S)
        with pytest.raises(DriverMissing):
            screen.show(RESULT)
    assert display.tries == 0
    display.time.advance(LOOK_S)
    screen.show(IDLE)


def test_one_that_is_pulled_is_given_back_and_taken_anew_when_it_is_there_again(display, awaited):
    screen = awaited()
    display.plugged = False
    display.time.advance(LOOK_S)
    with pytest.raises(DriverMissing, match="no display is connected"):
        screen.show(IDLE)
    assert not pygame.display.get_init()
    display.plugged = True
    display.time.advance(LOOK_S)
    screen.show(IDLE)
    assert display.tries == 2


def test_one_that_cannot_be_used_is_tried_again_ever_more_rarely_and_never_given_up(display, awaited):
    display.usable = False
    screen = awaited()
    for _ in range(600):
        display.time.advance(1)
        with pytest.raises(DriverMissing, match="of another planet"):
            screen.show(IDLE)
    assert 10 < display.tries < 20
    display.usable = True
    display.time.advance(60)
    screen.show(IDLE)


def test_pulling_and_plugging_it_in_again_is_a_new_beginning(display, awaited):
    display.usable = False
    screen = awaited()
    for _ in range(100):
        display.time.advance(1)
        with pytest.raises(DriverMissing):
            screen.show(IDLE)
    for plugged in (False, True):
        display.plugged, display.usable = plugged, True
        display.time.advance(LOOK_S)
        if not plugged:
            with pytest.raises(DriverMissing):
                screen.show(IDLE)
    screen.show(IDLE)


def test_it_may_be_closed_twice_and_without_a_screen(display, awaited):
    display.plugged = False
    screen = awaited()
    screen.close()
    screen.close()
