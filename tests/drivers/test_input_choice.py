"""Which of many input devices is the keypad, and which the desk scanner."""

import pytest

from drivers.input.input_choice import Candidate, choose_keypad, choose_scanner
from kiosk.errors import DriverMissing

DIGITS = frozenset(range(2, 12))
KP_DIGITS = frozenset({82, 79, 80, 81, 75, 76, 77, 71, 72, 73})
LETTERS = frozenset(range(16, 51))
ENTER, KP_ENTER = frozenset({28}), frozenset({96})

PAD = Candidate("/dev/input/event3", "SIGMACHIP USB Device", KP_DIGITS | KP_ENTER)
ROW_PAD = Candidate("/dev/input/event4", "Matrix 4x3", DIGITS | ENTER)
BOASTING_PAD = Candidate(
    "/dev/input/event5", "MOSART Semi. Numeric Keypad", KP_DIGITS | DIGITS | LETTERS | ENTER
)
PLAIN_SCANNER = Candidate("/dev/input/event7", "SM SM-2D PRODUCT HID KBW", DIGITS | LETTERS | ENTER)
DIGIT_SCANNER = Candidate("/dev/input/event8", "USB BarCode Scanner Keypad", DIGITS | ENTER)
KEYBOARD = Candidate("/dev/input/event0", "Logitech K120", KP_DIGITS | DIGITS | LETTERS | ENTER)
SCANNER = Candidate("/dev/input/event1", "Newland Auto-ID", DIGITS | LETTERS | ENTER)
POWER = Candidate("/dev/input/event2", "Power Button", frozenset({116}))
HALF = Candidate("/dev/input/event6", "Volume knob", KP_DIGITS - {82} | KP_ENTER)


@pytest.mark.parametrize("pad", [PAD, ROW_PAD, BOASTING_PAD])
def test_the_one_number_pad_is_found_among_other_devices(pad):
    assert choose_keypad([POWER, KEYBOARD, SCANNER, HALF, pad]) == pad.path


@pytest.mark.parametrize("others", [[KEYBOARD], [SCANNER], [KEYBOARD, SCANNER]])
def test_a_whole_keyboard_is_never_taken_unasked_and_is_named_in_the_error(others):
    with pytest.raises(DriverMissing, match=others[0].name):
        choose_keypad(others)


def test_of_two_number_pads_none_is_guessed():
    with pytest.raises(DriverMissing, match=r"event3 .*event4"):
        choose_keypad([PAD, ROW_PAD])


@pytest.mark.parametrize("devices", [[], [POWER, HALF]])
def test_where_nothing_types_numbers_the_error_says_so(devices):
    with pytest.raises(DriverMissing, match="found nothing that types numbers"):
        choose_keypad(devices)


@pytest.mark.parametrize("scanner", [SCANNER, PLAIN_SCANNER, DIGIT_SCANNER])
def test_the_one_scanner_is_found_by_its_name_among_pads_and_keyboards(scanner):
    assert choose_scanner([POWER, KEYBOARD, PAD, BOASTING_PAD, scanner]) == scanner.path


@pytest.mark.parametrize("scanner", [SCANNER, PLAIN_SCANNER, DIGIT_SCANNER])
def test_a_scanner_is_never_taken_for_the_keypad_nor_a_pad_for_the_scanner(scanner):
    assert choose_keypad([scanner, PAD]) == PAD.path
    assert choose_scanner([scanner, PAD]) == scanner.path
    with pytest.raises(DriverMissing, match="expected one number pad"):
        choose_keypad([scanner])


@pytest.mark.parametrize("others", [[KEYBOARD], [PAD], [KEYBOARD, BOASTING_PAD]])
def test_a_keyboard_without_a_scanners_name_is_never_taken_for_one(others):
    with pytest.raises(DriverMissing, match=f"expected one desk scanner, found .*{others[0].name}"):
        choose_scanner(others)


def test_of_two_scanners_none_is_guessed():
    with pytest.raises(DriverMissing, match=r"event1 .*event7"):
        choose_scanner([SCANNER, PLAIN_SCANNER])
