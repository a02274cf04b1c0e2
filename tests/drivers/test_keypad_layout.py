"""Which key of a USB number pad means what."""

import pytest

from drivers.input.keypad_layout import KEYS
from kiosk.core.events import Key


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
