"""The keypad driver on a fake pad and, where the kernel lets us make one, on a real virtual one."""

import errno
import os
import threading

import pytest

from drivers.input.keypad_layout import KEYS
from drivers.keypad.evdev_keypad import EvdevKeypad, open_keypad
from kiosk.core.events import Key
from kiosk.core.strokes import Stroke
from kiosk.errors import DriverError, DriverMissing
from simulator.input_device import FakeInputDevice
from simulator.keypad import FakeKeypad
from tests.drivers.keypad_contract import SOON_S, PluggedKeypadContract, next_key

KP_7, KP_8, ROW_A, NUMLOCK = 71, 72, 30, 69


@pytest.mark.concurrent
class TestKeypadOnAFakePad(PluggedKeypadContract):
    @pytest.fixture
    def keypad(self):
        keypad = FakeKeypad()
        yield keypad
        keypad.close()

    @pytest.fixture
    def press(self, keypad):
        return keypad.press

    @pytest.fixture
    def hold(self, keypad):
        return keypad.hold

    @pytest.fixture
    def let_go(self, keypad):
        return keypad.let_go

    @pytest.fixture
    def unplug(self, keypad):
        return keypad.unplug

    @pytest.fixture
    def plug(self, keypad):
        return keypad.plug


@pytest.mark.concurrent
@pytest.mark.hardware
class TestKeypadOfTheKernel(PluggedKeypadContract):
    """A keyboard made with uinput, read through the real /dev/input."""

    @pytest.fixture
    def pads(self):
        if not os.access("/dev/uinput", os.W_OK):
            pytest.skip("needs /dev/uinput: `modprobe uinput`, and the right to write to it")
        pytest.importorskip("evdev", reason="needs python3-evdev")
        pads = []
        yield pads
        for pad in pads:
            pad.close()

    @pytest.fixture
    def plug(self, pads):
        from evdev import UInput, ecodes

        def plug():
            pads.append(UInput({ecodes.EV_KEY: list(KEYS)}, name="ashyq test keypad"))

        plug()
        return plug

    @pytest.fixture
    def unplug(self, pads, plug):
        def unplug():
            pads[-1].close()

        return unplug

    @pytest.fixture
    def keypad(self, pads, plug):
        def open_newest(device):
            return open_keypad(pads[-1].device.path)

        # No bounce time: the keys of a test follow each other faster than any hand's.
        keypad = EvdevKeypad("uinput", bounce_s=0, open_device=open_newest)
        keypad.read(0)  # the kernel gives a reader only what comes after it has opened the device
        yield keypad
        keypad.close()

    @pytest.fixture
    def press(self, hold, let_go):
        def press(key, repeats=0):
            hold(key, repeats)
            let_go(key)

        return press

    @pytest.fixture
    def hold(self, pads):
        def hold(key, repeats=0):
            self.send(pads[-1], key, 1, *[2] * repeats)

        return hold

    @pytest.fixture
    def let_go(self, pads):
        return lambda key: self.send(pads[-1], key, 0)

    def send(self, pad, key, *values):
        codes = {meaning: code for code, meaning in reversed(KEYS.items())}
        for value in values:
            pad.write(1, codes[key], value)
            pad.syn()


@pytest.fixture
def pad():
    pad = FakeInputDevice()
    yield pad
    pad.unplug()
    pad.close()


@pytest.fixture
def keypad(pad):
    keypad = EvdevKeypad("pad", open_device=lambda device: pad)
    yield keypad
    keypad.close()


def test_nothing_is_opened_before_the_first_read(pad, keypad):
    assert not pad.grabbed
    keypad.read(0)
    assert pad.grabbed


def test_a_keypad_is_grabbed_for_the_kiosk_alone(pad, keypad):
    keypad.read(0)
    with pytest.raises(OSError, match="busy") as told:
        pad.grab()
    assert told.value.errno == errno.EBUSY


def test_a_keypad_that_somebody_else_has_grabbed_is_an_error_and_is_tried_again():
    pads = [FakeInputDevice(), FakeInputDevice()]
    pads[0].grab()
    waiting = list(pads)
    keypad = EvdevKeypad("pad", open_device=lambda device: waiting.pop(0))
    with pytest.raises(DriverError, match="held by another program"):
        keypad.read(0)
    pads[1].strike(KP_7)
    assert next_key(keypad) is Key.D7
    keypad.close()


def test_a_keypad_may_be_shared_where_the_settings_say_so(pad):
    keypad = EvdevKeypad("pad", grab=False, open_device=lambda device: pad)
    keypad.read(0)
    assert not pad.grabbed
    keypad.close()


def test_the_light_of_numlock_is_lit_because_some_pads_send_digits_only_then(pad, keypad):
    keypad.read(0)
    assert pad.numlock_light


def test_numlock_itself_and_letters_are_nothing(pad, keypad):
    for code in (NUMLOCK, ROW_A, KP_7):
        pad.strike(code)
    assert next_key(keypad) is Key.D7
    assert next_key(keypad, 0) is None


def test_a_contact_that_bounces_as_it_opens_is_one_key(pad, keypad):
    pad.strike(KP_7, bounces=3)
    pad.strike(KP_7)
    assert [next_key(keypad), next_key(keypad), next_key(keypad, 0)] == [Key.D7, Key.D7, None]


@pytest.mark.parametrize("down, up", [(3, 0), (0, 3), (2, 2)])
def test_a_contact_that_bounces_on_either_edge_goes_down_once_and_stays_down_until_it_is_let_go(
    pad, keypad, down, up
):
    pad.push(KP_7, bounces=down)
    assert [keypad.read(SOON_S), keypad.read(0.02)] == [Stroke(Key.D7, down=True), None]
    pad.lift(KP_7, bounces=up)
    assert [keypad.read(SOON_S), keypad.read(0.02)] == [Stroke(Key.D7, down=False), None]


def test_a_key_that_has_just_come_up_is_waited_for_also_by_a_look_that_waits_for_nothing(pad):
    keypad = EvdevKeypad("pad", bounce_s=0.02, open_device=lambda device: pad)
    pad.strike(KP_7)
    assert [keypad.read(0), keypad.read(0)] == [Stroke(Key.D7, down=True), Stroke(Key.D7, down=False)]
    keypad.close()


def test_of_two_keys_that_overlap_each_goes_up_when_it_does(pad, keypad):
    for code in (KP_7, KP_8):
        pad.push(code)
    for code in (KP_7, KP_8):
        pad.lift(code)
    told = [keypad.read(SOON_S) for _ in range(4)]
    assert told == [Stroke(key, down) for down in (True, False) for key in (Key.D7, Key.D8)]


def test_after_the_kernel_lost_events_no_key_counts_as_down_and_the_next_one_does(pad, keypad):
    for code in (KP_7, KP_8):
        pad.push(code)
    assert [keypad.read(SOON_S), keypad.read(SOON_S)] == [
        Stroke(Key.D7, down=True),
        Stroke(Key.D8, down=True),
    ]
    pad.lift(KP_7)
    pad.overrun()
    lost = [keypad.read(SOON_S), keypad.read(SOON_S)]
    assert sorted(lost, key=lambda stroke: stroke.key) == [
        Stroke(Key.D7, down=False),
        Stroke(Key.D8, down=False),
    ]
    pad.lift(KP_8)  # of which nothing is known any more
    assert keypad.read(0.02) is None
    pad.strike(KP_7)
    assert [keypad.read(SOON_S), keypad.read(SOON_S)] == [
        Stroke(Key.D7, down=True),
        Stroke(Key.D7, down=False),
    ]


def test_what_was_down_on_the_last_keypad_does_not_go_up_on_the_next():
    keypad = FakeKeypad()
    keypad.hold(Key.D7)
    assert keypad.read(SOON_S) == Stroke(Key.D7, down=True)
    keypad.unplug()
    with pytest.raises(DriverError, match="plug it in"):
        keypad.read(SOON_S)
    keypad.plug()
    keypad.device.overrun()
    assert keypad.read(0.02) is None
    keypad.close()


@pytest.mark.concurrent
def test_that_a_key_went_up_is_told_after_the_bounce_time_and_not_after_the_wait(pad, keypad):
    pad.strike(KP_7)
    keypad.read(SOON_S)
    read = []
    reading = threading.Thread(target=lambda: read.append(keypad.read(3600)), daemon=True)
    reading.start()
    reading.join(SOON_S)
    assert read == [Stroke(Key.D7, down=False)]


def test_without_a_bounce_time_every_edge_is_a_key(pad):
    keypad = EvdevKeypad("pad", bounce_s=0, open_device=lambda device: pad)
    pad.strike(KP_7, bounces=1)
    assert [next_key(keypad), next_key(keypad), next_key(keypad, 0)] == [Key.D7, Key.D7, None]
    keypad.close()


def test_keys_that_nobody_can_use_do_not_prolong_the_wait(pad, keypad):
    for _ in range(50):
        pad.strike(ROW_A, repeats=5)
    assert keypad.read(0) is None


def test_no_error_of_a_keypad_holds_a_digit_that_was_typed(keypad, pad):
    for _ in range(12):
        pad.strike(KP_7)
    keypad.read(SOON_S)
    pad.unplug()
    with pytest.raises(DriverError) as told:
        keypad.read(0)
    assert "7" not in f"{told.value!r} {told.value.__cause__!r} {keypad!r}".split(" at 0x")[0]


def test_a_device_that_is_not_there_is_missing_with_its_path():
    pytest.importorskip("evdev")
    keypad = EvdevKeypad("/dev/input/by-id/no-such-keypad")
    with pytest.raises(
        DriverMissing, match="expected the keypad at /dev/input/by-id/no-such-keypad, found none"
    ):
        keypad.read(0)
