"""What every keypad does, on whatever pad: a subclass says how a key is struck and how the plug is pulled."""

import threading

import pytest

from kiosk.core.events import Key
from kiosk.errors import DriverError

SOON_S = 10.0
"""More than any key needs: a read that waits so long has failed."""


class KeypadContract:
    """Wants the fixtures `keypad` and `press` (Key, repeats=0)."""

    @pytest.mark.parametrize("key", Key)
    def test_every_key_is_read_as_what_it_means(self, keypad, press, key):
        press(key)
        assert keypad.read(SOON_S) is key

    def test_keys_come_once_each_in_the_order_in_which_they_were_typed(self, keypad, press):
        typed = [Key(digit) for digit in "880419"] + [Key.ERASE, Key.CONFIRM]
        for key in typed:
            press(key)
        assert [keypad.read(SOON_S) for _ in typed] == typed
        assert keypad.read(0) is None

    def test_a_key_that_is_held_is_one_key(self, keypad, press):
        press(Key.D7, repeats=30)
        assert keypad.read(SOON_S) is Key.D7
        assert keypad.read(0) is None

    def test_a_keypad_that_nobody_touches_returns_none(self, keypad):
        assert keypad.read(0) is None
        assert keypad.read(0.01) is None

    def test_a_key_ends_the_wait_for_it(self, keypad, press):
        keypad.read(0)
        pressing = threading.Thread(target=press, args=(Key.D5,))
        pressing.start()
        assert keypad.read(SOON_S) is Key.D5
        pressing.join()

    def test_a_closed_keypad_may_be_closed_again_and_says_so(self, keypad):
        keypad.read(0)
        keypad.close()
        keypad.close()
        with pytest.raises(DriverError, match="closed"):
            keypad.read(0)


class PluggedKeypadContract(KeypadContract):
    """What a keypad on a plug does besides. Wants `unplug` () and `plug` () too."""

    def test_a_pulled_plug_is_an_error_and_a_new_keypad_is_found_again(self, keypad, press, unplug, plug):
        press(Key.D1)
        assert keypad.read(SOON_S) is Key.D1
        unplug()
        with pytest.raises(DriverError, match="plug it in"):
            keypad.read(SOON_S)
        with pytest.raises(DriverError, match="plug it in"):
            keypad.read(0)
        plug()
        keypad.read(0)
        press(Key.D2)
        assert keypad.read(SOON_S) is Key.D2

    def test_a_plug_that_is_pulled_during_a_wait_ends_it(self, keypad, unplug):
        keypad.read(0)
        pulling = threading.Thread(target=unplug)
        pulling.start()
        with pytest.raises(DriverError, match="plug it in"):
            keypad.read(SOON_S)
        pulling.join()
