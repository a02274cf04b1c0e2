"""A key that is held, from the contact to the glass: whatever the keypad is made of, and however its key goes up."""

import threading
from collections.abc import Callable

import pytest

from kiosk.core.door.state import State
from kiosk.core.door.typed import MASKED, SHOWN_S
from kiosk.core.events import (
    HOLD_AGAIN_S,
    HOLD_S,
    CodeRead,
    Event,
    HealthChanged,
    Key,
    KeyHeld,
    KeyPressed,
    KeyReleased,
    Part,
)
from kiosk.core.model import NotACredential, TextFault
from kiosk.errors import DriverError
from kiosk.loop import ROUND_EVENTS
from kiosk.ports import Keypad
from kiosk.threads.inbox import VISITOR_EVENTS
from kiosk.workers.keypad_work import typing
from simulator.keypad import FakeKeypad
from simulator.matrix import FakeMatrix
from tests.app.around import HouseClock
from tests.app.house import House
from tests.app.lone_loop import LoneLoop
from tests.factories import make_iin

NUMBER = make_iin(1)
FIVE, ERASE, ONE, TWO, FOUR = (1, 1), (3, 0), (0, 0), (0, 1), (1, 0)
"""Places of a matrix keypad."""
NOISE = CodeRead(credential=NotACredential(reason=TextFault.NOT_OURS))
MASKED_NUMBER = MASKED * 8 + NUMBER[8:]


class Typist:
    """The keypad's worker in the test's own thread: `hears` is told each event, and makes what happens next."""

    def __init__(self, keypad: Keypad, mono: Callable[[], float]) -> None:
        self.said: list[tuple[Event, float]] = []
        self._keypad = keypad
        self._mono = mono

    @property
    def keys(self) -> list[Event]:
        return [event for event, _at in self.said if not isinstance(event, HealthChanged)]

    def at(self, event: Event) -> float:
        """Return when an event was told first."""
        return next(at for told, at in self.said if told == event)

    def works(self, hears: Callable[[Event, threading.Event], None]) -> None:
        stop = threading.Event()

        def put(event: Event) -> None:
            self.said.append((event, self._mono()))
            hears(event, stop)

        typing(open_keypad=lambda: self._keypad, put=put, mono=self._mono)(stop)


class ByHand:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.concurrent
@pytest.mark.parametrize("goes_up", ["let go", "a hand that cannot be read", "pins gone", "kiosk stops"])
def test_a_key_of_a_matrix_is_held_while_it_is_down_and_released_however_that_ends(goes_up):
    pad = FakeMatrix()
    typist = Typist(pad, pad.now)
    ended_at = 0.0

    def hears(event: Event, stop: threading.Event) -> None:
        nonlocal ended_at
        match event:
            case KeyHeld(again=True):
                ended_at = pad.now()
                {
                    "let go": pad.let_go,
                    "a hand that cannot be read": lambda: pad.hold(ONE, TWO, FOUR, FIVE),
                    "pins gone": pad.close,
                    "kiosk stops": stop.set,
                }[goes_up]()
            case KeyReleased():
                stop.set()

    pad.hold(FIVE, bounces=5)
    typist.works(hears)
    pad.close()
    down, held = KeyPressed(key=Key.D5), KeyHeld(key=Key.D5)
    assert typist.keys == [down, held, KeyHeld(key=Key.D5, again=True), KeyReleased()]
    assert HOLD_S <= typist.at(held) - typist.at(down) < HOLD_S + 0.02
    assert HOLD_AGAIN_S - 0.02 < ended_at - typist.at(held) < HOLD_AGAIN_S + 0.02
    assert typist.at(KeyReleased()) - ended_at < 0.06


@pytest.mark.concurrent
def test_a_matrix_key_that_goes_up_in_time_is_pressed_and_nothing_else():
    pad = FakeMatrix()
    pad.stroke(ERASE, held_s=HOLD_S - 0.1)
    pad.stroke(FIVE)
    typist = Typist(pad, pad.now)
    typist.works(lambda event, stop: stop.set() if event == KeyPressed(key=Key.D5) else None)
    pad.close()
    assert typist.keys == [KeyPressed(key=Key.ERASE), KeyPressed(key=Key.D5)]


@pytest.mark.concurrent
@pytest.mark.parametrize("repeats", [0, 20])
@pytest.mark.parametrize("goes_up", ["let go", "unplugged", "the kernel lost events"])
def test_a_key_of_a_usb_pad_is_held_with_and_without_autorepeat_and_released_however_that_ends(
    goes_up, repeats
):
    pad, mono = FakeKeypad(), ByHand()
    typist = Typist(pad, mono)

    def hears(event: Event, stop: threading.Event) -> None:
        match event:
            case KeyPressed():
                mono.now += HOLD_S
            case KeyHeld():
                {
                    "let go": lambda: pad.let_go(Key.D5, bounces=2),
                    "unplugged": pad.unplug,
                    "the kernel lost events": pad.device.overrun,
                }[goes_up]()
            case KeyReleased():
                stop.set()

    pad.hold(Key.D5, repeats=repeats, bounces=2)
    typist.works(hears)
    pad.close()
    assert typist.keys == [KeyPressed(key=Key.D5), KeyHeld(key=Key.D5), KeyReleased()]


@pytest.mark.concurrent
def test_a_press_that_was_over_before_the_worker_came_to_look_is_not_held():
    pad, mono = FakeKeypad(), ByHand()
    typist = Typist(pad, mono)

    def hears(event: Event, stop: threading.Event) -> None:
        mono.now += 2 * HOLD_S  # the machine was busy; the key is up long since
        if event == KeyPressed(key=Key.D5):
            stop.set()

    pad.press(Key.ERASE)
    pad.press(Key.D5)
    typist.works(hears)
    pad.close()
    assert typist.keys == [KeyPressed(key=Key.ERASE), KeyPressed(key=Key.D5)]


@pytest.fixture
def confirming() -> LoneLoop:
    """A door that asks whether the number is right."""
    alone = LoneLoop()
    alone.hear(*[KeyPressed(key=Key(digit)) for digit in NUMBER], KeyPressed(key=Key.CONFIRM))
    assert (alone.door.state, cells(alone)) == (State.CONFIRMING, MASKED_NUMBER)
    return alone


def cells(alone: LoneLoop) -> str:
    assert alone.loop.view is not None
    assert alone.loop.view.keypad is not None
    return alone.loop.view.keypad.cells


def holds_on_the_glass(alone: LoneLoop) -> None:
    alone.keys, alone.down = [Key.D5], Key.D5
    alone.rounds(1)
    alone.clock.now += HOLD_S
    alone.rounds(2)
    assert cells(alone) == NUMBER


@pytest.mark.parametrize("goes_up", ["lifted", "another key", "no screen any more"])
def test_a_number_that_is_looked_at_on_the_glass_is_masked_at_once_when_the_finger_goes(confirming, goes_up):
    holds_on_the_glass(confirming)
    for _ in range(5):
        confirming.clock.now += HOLD_AGAIN_S
        confirming.rounds(1)
        assert cells(confirming) == NUMBER
    if goes_up == "lifted":
        confirming.down = None
    elif goes_up == "another key":
        confirming.keys, confirming.down = [Key.D6], Key.D6
    else:
        confirming.fails["down"] = DriverError("unplugged")
    confirming.rounds(1)
    assert cells(confirming) == MASKED_NUMBER


def test_a_flood_that_drops_the_release_leaves_no_number_in_view(confirming):
    confirming.hear(KeyHeld(key=Key.D5))  # from a keypad
    for event in (*[NOISE] * VISITOR_EVENTS, KeyReleased()):
        confirming.inbox.put(event)
    confirming.rounds(2 * VISITOR_EVENTS // ROUND_EVENTS)
    assert KeyReleased() not in confirming.seen
    assert cells(confirming) == NUMBER  # nobody has told the door
    confirming.clock.now += SHOWN_S
    confirming.rounds(1)
    assert (confirming.door.state, cells(confirming)) == (State.CONFIRMING, MASKED_NUMBER)


@pytest.mark.concurrent
def test_at_a_whole_door_a_held_digit_shows_the_number_and_letting_go_or_pulling_the_plug_hides_it(
    tmp_path, registry
):
    with House(tmp_path, registry, HouseClock(), confirm_s=60.0, keypad_idle_s=60.0) as house:
        house.ready()
        assert house.keypad is not None
        house.keypad.type(NUMBER)
        house.until(lambda: house.door.typed.complete, "twelve digits")
        house.keypad.press(Key.CONFIRM)
        looks_at_it(house)
        house.keypad.let_go(Key.D5)
        goes_up(house, 1)
        looks_at_it(house)
        house.keypad_plugged = False
        house.keypad.unplug()
        goes_up(house, 2)
        house.until(lambda: house.door.is_broken(Part.KEYPAD), "a keypad that is gone")


def looks_at_it(house: House) -> None:
    house.until(lambda: in_view(house) == MASKED_NUMBER, "the number masked")
    assert house.keypad is not None
    house.keypad.hold(Key.D5)
    house.until(lambda: in_view(house) == NUMBER, "the number in clear")


def goes_up(house: House, count: int) -> None:
    house.until(lambda: len(house.happened(KeyReleased)) == count, "the key's going up")
    assert in_view(house) == MASKED_NUMBER


def in_view(house: House) -> str:
    return house.view.keypad.cells if house.view.keypad is not None else ""


@pytest.mark.concurrent
def test_at_a_whole_door_erase_that_is_held_clears_the_number(tmp_path, registry):
    with House(tmp_path, registry, HouseClock(), keypad_idle_s=60.0) as house:
        house.ready()
        assert house.keypad is not None
        house.keypad.type("850101")
        house.until(lambda: len(house.door.typed.digits) == 6, "six digits")
        house.keypad.hold(Key.ERASE)
        house.until(lambda: not house.door.typed.digits, "no digits")
        assert house.happened(KeyPressed)[-1] == KeyPressed(key=Key.ERASE)
        assert house.happened(KeyHeld)[0] == KeyHeld(key=Key.ERASE)
        house.keypad.let_go(Key.ERASE)
        house.until(lambda: bool(house.happened(KeyReleased)), "the key's going up")
        assert house.door.state is State.TYPING
