"""The desk scanner that types: on a fake device, and on a real virtual one where the kernel lets us make it."""

import errno
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.keypad.evdev_keypad import EvdevKeypad
from drivers.scanner.assembly import Ends
from drivers.scanner.evdev_scanner import EvdevScanner, open_scanner
from drivers.scanner.layout import PLAIN, SHIFTED, character
from kiosk.core.model import NotACredential, TextFault
from kiosk.errors import DriverError, DriverMissing
from simulator.input_device import FakeInputDevice
from simulator.scanner import _KEYS, FakeScanner
from tests.drivers.keypad_contract import SOON_S
from tests.drivers.scanner_contract import HALF, ScannerContract

A, M, ENTER, KP_ENTER, TAB, F1 = 30, 50, 28, 96, 15, 59
SHIFT, CTRL, ALT, CAPS, NUM = 42, 29, 56, 58, 69
GARBAGE = NotACredential(reason=TextFault.CONTROL_BYTES)


@pytest.mark.concurrent
class TestScannerOnAFakeDevice(ScannerContract):
    @pytest.fixture
    def scanner(self):
        scanner = FakeScanner()
        yield scanner
        scanner.close()

    @pytest.fixture
    def scan(self, scanner):
        return scanner.scan

    @pytest.fixture
    def unplug(self, scanner):
        return scanner.unplug

    @pytest.fixture
    def plug(self, scanner):
        return scanner.plug


@pytest.mark.concurrent
@pytest.mark.hardware
class TestScannerOfTheKernel(ScannerContract):
    """A keyboard made with uinput, read through the real /dev/input."""

    @pytest.fixture
    def devices(self):
        if not os.access("/dev/uinput", os.W_OK):
            pytest.skip("needs /dev/uinput: `modprobe uinput`, and the right to write to it")
        pytest.importorskip("evdev", reason="needs python3-evdev")
        devices = []
        yield devices
        for device in devices:
            device.close()

    @pytest.fixture
    def plug(self, devices):
        from evdev import UInput, ecodes

        keys = [*PLAIN, SHIFT, ENTER]

        def plug():
            devices.append(UInput({ecodes.EV_KEY: keys}, name="ashyq test barcode scanner"))

        plug()
        return plug

    @pytest.fixture
    def unplug(self, devices, plug):
        def unplug():
            devices[-1].close()

        return unplug

    @pytest.fixture
    def scanner(self, devices, plug):
        scanner = EvdevScanner("uinput", open_device=lambda _: open_scanner(devices[-1].device.path))
        scanner.read(0)  # the kernel gives a reader only what comes after it has opened the device
        yield scanner
        scanner.close()

    @pytest.fixture
    def scan(self, devices, scanner):
        def scan(text, end=True):
            for char in text:
                code, shifted = _KEYS[char]
                for key, value in [(SHIFT, 1)] * shifted + [(code, 1), (code, 0)] + [(SHIFT, 0)] * shifted:
                    devices[-1].write(1, key, value)
                    devices[-1].syn()
            for value in (1, 0) if end else ():
                devices[-1].write(1, ENTER, value)
                devices[-1].syn()

        return scan


@pytest.fixture
def device():
    device = FakeInputDevice()
    yield device
    device.unplug()
    device.close()


@pytest.fixture
def scanner(device):
    scanner = EvdevScanner("device", pause_s=0.03, open_device=lambda _: device)
    yield scanner
    scanner.close()


def test_the_layout_is_the_one_that_the_kernels_names_spell():
    codes = pytest.importorskip("evdev").ecodes
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
        code = codes.ecodes[f"KEY_{letter}"]
        assert PLAIN[code] == letter.lower()
        assert letter.isdigit() or SHIFTED[code] == letter
    named = {"SPACE": " ", "MINUS": "-", "EQUAL": "=", "LEFTBRACE": "[", "RIGHTBRACE": "]", "SEMICOLON": ";"}
    named |= {"APOSTROPHE": "'", "GRAVE": "`", "BACKSLASH": "\\", "COMMA": ",", "DOT": ".", "SLASH": "/"}
    named |= {"KPASTERISK": "*", "KPMINUS": "-", "KPPLUS": "+", "KPDOT": ".", "KPSLASH": "/", "KP7": "7"}
    assert {name: PLAIN[codes.ecodes[f"KEY_{name}"]] for name in named} == named
    assert set(PLAIN) == set(SHIFTED)


def test_capitals_come_by_shift_or_caps_lock_and_both_cancel_out():
    seen = [character(A, shift=s, caps=c, ctrl=False) for s in (False, True) for c in (False, True)]
    assert seen == ["a", "A", "A", "a"]
    assert character(2, shift=False, caps=True, ctrl=False) == "1"


def test_a_scanner_is_grabbed_so_that_no_character_reaches_console_or_keypad(device, scanner):
    scanner.read(0)
    with pytest.raises(OSError, match="busy") as told:
        device.grab()
    assert told.value.errno == errno.EBUSY
    keypad = EvdevKeypad("device", open_device=lambda _: device)
    with pytest.raises(DriverError, match="held by another program"):
        keypad.read(0)


def test_caps_lock_of_the_scanner_itself_is_obeyed(device, scanner):
    for code in (CAPS, A, CAPS, A, ENTER):
        device.strike(code)
    assert scanner.read(SOON_S) == "Aa"


@pytest.mark.parametrize("end", [ENTER, KP_ENTER, TAB])
def test_enter_of_either_kind_and_tab_end_a_scan(device, scanner, end):
    device.strike(A)
    device.strike(end)
    assert scanner.read(SOON_S) == "a"


def test_control_and_m_are_the_enter_of_some_scanners(device, scanner):
    device.strike(A)
    device.send(CTRL, 1, 1.0)
    device.strike(M)
    device.send(CTRL, 0, 2.0)
    assert scanner.read(SOON_S) == "a"


def test_num_lock_around_digits_changes_nothing(device, scanner):
    for code in (NUM, 79, 80, NUM, ENTER):
        device.strike(code)
    assert scanner.read(SOON_S) == "12"


def test_a_key_that_is_held_is_one_character(device, scanner):
    device.strike(A, repeats=9)
    device.strike(ENTER)
    assert scanner.read(SOON_S) == "a"


def test_a_character_spelled_with_alt_spoils_the_scan_and_not_the_next(device, scanner):
    device.send(ALT, 1, 1.0)
    device.strike(79)
    device.send(ALT, 0, 1.1)
    device.strike(ENTER)
    assert scanner.read(SOON_S) == GARBAGE
    device.strike(A)
    device.strike(ENTER)
    assert scanner.read(SOON_S) == "a"


def test_a_tab_in_the_middle_of_a_code_is_a_part_of_it(device, scanner):
    for code in (A, TAB, A, ENTER):
        device.strike(code)
    assert scanner.read(SOON_S) == "a\ta"


def test_a_key_that_types_nothing_spoils_the_scan(device, scanner):
    for code in (A, F1, ENTER):
        device.strike(code)
    assert scanner.read(SOON_S) == GARBAGE


def test_keys_that_the_kernel_lost_spoil_the_scan(device, scanner):
    scanner.read(0)
    device.strike(A)
    scanner.read(0)
    device.strike(A)
    device.overrun()
    device.strike(A)
    device.strike(ENTER)
    assert scanner.read(SOON_S) == HALF


def test_where_the_scanner_sends_no_enter_a_pause_ends_a_scan():
    scanner = FakeScanner(ends=Ends.PAUSE)
    scanner.scan("whole", end=False)
    assert scanner.read(SOON_S) == "whole"
    scanner.scan("with enter")
    assert scanner.read(SOON_S) == "with enter"
    scanner.close()


@settings(max_examples=60)
@given(
    keys=st.lists(
        st.tuples(st.sampled_from([A, 2, SHIFT, CTRL, ALT, CAPS, ENTER, F1, 250]), st.sampled_from([0, 1, 2]))
    )
)
def test_no_noise_of_keys_raises_or_hides_the_scan_after_it(keys):
    device = FakeInputDevice()
    scanner = EvdevScanner("device", pause_s=0.002, open_device=lambda _: device)
    for n, (code, value) in enumerate(keys):
        device.send(code, value, n * 0.001)
    caps = sum((code, value) == (CAPS, 1) for code, value in keys) % 2
    for n, code in enumerate((SHIFT, CTRL, ALT)):
        device.send(code, 0, 10.0 + n)
    for code in (ENTER, *[CAPS] * caps):
        device.strike(code)
    while scanner.read(0.005) is not None:
        pass
    for _ in range(
        3
    ):  # on a busy machine the noise may still be on its way: then it and the first scan are one burst
        device.strike(A)
        device.strike(ENTER)
        if (told := scanner.read(SOON_S)) == "a":
            break
    assert told == "a"
    scanner.close()
    device.unplug()


def test_a_device_that_never_stops_typing_does_not_hold_its_reader():
    class Endless(FakeInputDevice):
        def read_one(self):
            if len(self._events) < 9:
                self.strike(A)
            return super().read_one()

    device = Endless()
    scanner = EvdevScanner("device", open_device=lambda _: device)
    assert scanner.read(0) is None
    scanner.close()
    device.unplug()
    device.close()


def test_a_device_that_is_not_there_is_missing_with_its_path():
    pytest.importorskip("evdev")
    with pytest.raises(DriverMissing, match="expected the desk scanner at /dev/input/by-id/no-such, found"):
        EvdevScanner("/dev/input/by-id/no-such").read(0)
