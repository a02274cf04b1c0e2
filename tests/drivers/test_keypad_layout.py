"""Which key means what, and which of many input devices is the keypad."""

import pytest

from drivers.keypad_layout import KEYS, Candidate, choose
from kiosk.core.events import Key
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
KEYBOARD = Candidate("/dev/input/event0", "Logitech K120", KP_DIGITS | DIGITS | LETTERS | ENTER)
SCANNER = Candidate("/dev/input/event1", "Newland Auto-ID", DIGITS | LETTERS | ENTER)
POWER = Candidate("/dev/input/event2", "Power Button", frozenset({116}))
HALF = Candidate("/dev/input/event6", "Volume knob", KP_DIGITS - {82} | KP_ENTER)


def test_every_key_of_the_kiosk_can_be_typed():
    assert set(KEYS.values()) == set(Key)


def test_the_table_is_the_kernels():
    codes = pytest.importorskip("evdev").ecodes
    arrows = ["INSERT", "END", "DOWN", "PAGEDOWN", "LEFT", "CLEAR", "RIGHT", "HOME", "UP", "PAGEUP"]
    for digit in range(10):
        for name in (f"KEY_KP{digit}", f"KEY_{digit}", f"KEY_{arrows[digit]}"):
            assert KEYS[codes.ecodes[name]] is Key(str(digit)), name
    others = {
        Key.CONFIRM: {"KEY_ENTER", "KEY_KPENTER"},
        Key.ERASE: {"KEY_BACKSPACE", "KEY_DELETE", "KEY_KPDOT", "KEY_KPCOMMA", "KEY_KPMINUS"},
        Key.CANCEL: {"KEY_ESC", "KEY_KPASTERISK", "KEY_KPSLASH"},
        Key.RECHECK: {"KEY_F5", "KEY_KPPLUS"},
    }
    for key, names in others.items():
        assert {code for code, meaning in KEYS.items() if meaning is key} == {
            codes.ecodes[name] for name in names
        }
    assert codes.KEY_NUMLOCK not in KEYS


@pytest.mark.parametrize("pad", [PAD, ROW_PAD, BOASTING_PAD])
def test_the_one_number_pad_is_found_among_other_devices(pad):
    assert choose([POWER, KEYBOARD, SCANNER, HALF, pad]) == pad.path


@pytest.mark.parametrize("others", [[KEYBOARD], [SCANNER], [KEYBOARD, SCANNER]])
def test_a_whole_keyboard_is_never_taken_unasked_and_is_named_in_the_error(others):
    with pytest.raises(DriverMissing, match=others[0].name):
        choose(others)


def test_of_two_number_pads_none_is_guessed():
    with pytest.raises(DriverMissing, match=r"event3 .*event4"):
        choose([PAD, ROW_PAD])


@pytest.mark.parametrize("devices", [[], [POWER, HALF]])
def test_where_nothing_types_numbers_the_error_says_so(devices):
    with pytest.raises(DriverMissing, match="found nothing that types numbers"):
        choose(devices)
