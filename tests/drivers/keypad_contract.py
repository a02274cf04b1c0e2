"""What every keypad does, on whatever pad: a subclass says how a key is struck and how the plug is pulled."""

import threading
import time

import pytest

from kiosk.core.events import Key
from kiosk.core.strokes import Stroke
from kiosk.errors import DriverError

SOON_S = 10.0
"""More than any key needs: a read that waits so long has failed."""


def next_key(keypad, wait_s=SOON_S):
    """Return the next key that goes down, None where none does; what goes up meanwhile is passed over."""
    ends = time.monotonic() + wait_s
    while (stroke := keypad.read(max(0.0, ends - time.monotonic()))) is not None:
        if stroke.down:
            return stroke.key
    return None


class KeypadContract:
    """Wants the fixtures `keypad`, `press` (Key, repeats=0), `hold` (Key, repeats=0) and `let_go` (Key)."""

    @pytest.mark.parametrize("key", Key)
    def test_every_key_is_read_as_what_it_means(self, keypad, press, key):
        press(key)
        assert next_key(keypad) is key

    def test_keys_come_once_each_in_the_order_in_which_they_were_typed(self, keypad, press):
        typed = [Key(digit) for digit in "880419"] + [Key.ERASE, Key.CONFIRM]
        for key in typed:
            press(key)
        assert [next_key(keypad) for _ in typed] == typed
        assert next_key(keypad, 0) is None

    def test_a_key_that_is_held_is_one_key(self, keypad, press):
        press(Key.D7, repeats=30)
        assert next_key(keypad) is Key.D7
        assert next_key(keypad, 0) is None

    @pytest.mark.parametrize("repeats", [0, 30])
    def test_a_key_is_down_from_its_going_down_until_it_goes_up_whether_or_not_it_repeats(
        self, keypad, hold, let_go, repeats
    ):
        hold(Key.D7, repeats=repeats)
        assert keypad.read(SOON_S) == Stroke(Key.D7, down=True)
        assert [keypad.read(0.01) for _ in range(3)] == [None] * 3
        let_go(Key.D7)
        assert keypad.read(SOON_S) == Stroke(Key.D7, down=False)
        assert keypad.read(0.01) is None

    def test_a_key_that_goes_up_ends_the_wait_for_it(self, keypad, hold, let_go):
        hold(Key.D5)
        keypad.read(SOON_S)
        lifting = threading.Thread(target=let_go, args=(Key.D5,))
        lifting.start()
        assert keypad.read(SOON_S) == Stroke(Key.D5, down=False)
        lifting.join()

    def test_no_stroke_prints_its_key(self, keypad, press):
        press(Key.D7)
        assert "7" not in repr(keypad.read(SOON_S))

    def test_a_keypad_that_nobody_touches_returns_none(self, keypad):
        assert keypad.read(0) is None
        assert keypad.read(0.01) is None

    def test_a_key_ends_the_wait_for_it(self, keypad, press):
        keypad.read(0)
        pressing = threading.Thread(target=press, args=(Key.D5,))
        pressing.start()
        assert next_key(keypad) is Key.D5
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
        assert next_key(keypad) is Key.D1
        unplug()
        with pytest.raises(DriverError, match="plug it in"):
            keypad.read(SOON_S)
        with pytest.raises(DriverError, match="plug it in"):
            keypad.read(0)
        plug()
        keypad.read(0)
        press(Key.D2)
        assert next_key(keypad) is Key.D2

    def test_a_plug_that_is_pulled_during_a_wait_ends_it(self, keypad, unplug):
        keypad.read(0)
        pulling = threading.Thread(target=unplug)
        pulling.start()
        with pytest.raises(DriverError, match="plug it in"):
            keypad.read(SOON_S)
        pulling.join()

    def test_a_key_that_was_down_as_the_plug_was_pulled_is_nothing_to_the_next_keypad(
        self, keypad, hold, press, unplug, plug
    ):
        hold(Key.D1)
        assert keypad.read(SOON_S) == Stroke(Key.D1, down=True)
        unplug()
        with pytest.raises(DriverError, match="plug it in"):
            keypad.read(SOON_S)
        plug()
        keypad.read(0)
        press(Key.D1)
        assert [keypad.read(SOON_S), keypad.read(SOON_S)] == [
            Stroke(Key.D1, down=True),
            Stroke(Key.D1, down=False),
        ]
