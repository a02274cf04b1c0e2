"""The matrix keypad on mock pins that are wired as one: no ghosts, no bounces, no short circuit, nothing to do at rest."""

from collections import Counter
from itertools import combinations

import pytest
from gpiozero.pins.mock import MockFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.keypad.matrix_keypad import MatrixKeypad
from drivers.keypad.matrix_keys import KEYS, Fingers, ambiguous
from kiosk.core.events import Key
from kiosk.core.strokes import Stroke
from kiosk.errors import DriverError
from simulator.matrix import COLUMNS, ROWS, FakeMatrix
from tests.drivers.keypad_contract import SOON_S, KeypadContract, next_key

PLACES = sorted(KEYS)


@pytest.fixture
def keypad():
    keypad = FakeMatrix()
    yield keypad
    keypad.close()
    assert keypad.shorts == 0


@pytest.mark.concurrent
class TestMatrixKeypad(KeypadContract):
    @pytest.fixture
    def press(self, keypad):
        return keypad.press

    @pytest.fixture
    def hold(self, keypad):
        return lambda key, repeats=0: keypad.hold(next(place for place in PLACES if KEYS[place] is key))

    @pytest.fixture
    def let_go(self, keypad):
        return lambda _key: keypad.let_go()


def test_every_key_of_a_4x4_is_what_the_page_says(keypad):
    for place in PLACES:
        keypad.stroke(place)
        assert next_key(keypad) is KEYS[place]
    assert [KEYS[row, 3] for row in range(4)] == [Key.RECHECK, Key.ERASE, Key.CANCEL, Key.CONFIRM]
    assert [KEYS[3, column] for column in range(3)] == [Key.ERASE, Key.D0, Key.CONFIRM]


def test_a_4x3_has_the_same_keys_without_the_letters():
    keypad = FakeMatrix(columns=3)
    for place in PLACES:
        if place[1] < 3:
            keypad.stroke(place)
            assert next_key(keypad) is KEYS[place]
    keypad.close()
    assert keypad.shorts == 0


def test_a_contact_that_bounces_on_both_edges_is_one_key(keypad):
    keypad.press(Key.D5, bounces=7)
    keypad.press(Key.D5, bounces=7)
    assert [next_key(keypad), next_key(keypad), next_key(keypad, 0)] == [Key.D5, Key.D5, None]


def test_a_key_that_is_held_for_a_minute_is_one_key_and_another_beside_it_another(keypad):
    keypad.hold((0, 0))
    assert next_key(keypad) is Key.D1
    assert [keypad.read(0.04) for _ in range(5)] == [None] * 5
    keypad.hold((0, 0), (1, 1))
    assert next_key(keypad) is Key.D5
    keypad.let_go()
    gone = {(stroke.key, stroke.down) for stroke in (keypad.read(SOON_S), keypad.read(SOON_S))}
    assert gone == {(Key.D1, False), (Key.D5, False)}
    assert keypad.read(0.04) is None


def test_a_key_that_is_held_goes_up_once_within_a_moment_of_being_let_go(keypad):
    keypad.hold((1, 1), bounces=5)
    assert keypad.read(SOON_S) == Stroke(Key.D5, down=True)
    assert [keypad.read(0.04) for _ in range(50)] == [None] * 50
    let_go_at = keypad.now()
    keypad.let_go(bounces=5)
    assert keypad.read(SOON_S) == Stroke(Key.D5, down=False)
    assert keypad.now() - let_go_at < 0.06
    assert keypad.read(0.04) is None


def test_a_key_that_is_held_is_let_go_when_its_hand_cannot_be_read_any_more(keypad):
    keypad.hold((0, 0))
    assert keypad.read(SOON_S) == Stroke(Key.D1, down=True)
    keypad.hold((0, 0), (0, 1))
    assert keypad.read(SOON_S) == Stroke(Key.D2, down=True)
    keypad.hold((0, 0), (0, 1), (1, 0))  # the fourth corner looks pressed now: any of them may be the ghost
    assert {keypad.read(SOON_S), keypad.read(SOON_S)} == {
        Stroke(Key.D1, down=False),
        Stroke(Key.D2, down=False),
    }
    keypad.hold((0, 0))
    assert [keypad.read(0.04) for _ in range(3)] == [None] * 3


def test_three_keys_in_a_rectangle_give_nothing_and_neither_does_letting_them_go(keypad):
    keypad.hold((0, 0), (0, 1), (1, 0))
    assert [keypad.read(0.04) for _ in range(3)] == [None] * 3
    for left in ([(0, 0), (0, 1)], [(0, 0)], []):
        keypad.hold(*left)
        assert [keypad.read(0.04) for _ in range(3)] == [None] * 3
    keypad.press(Key.D9)
    assert next_key(keypad) is Key.D9


def test_nothing_is_scanned_while_nobody_types(keypad):
    keypad.read(0.001)
    before = keypad.waits
    assert keypad.read(0.2) is None
    assert keypad.waits == before + 1


@settings(max_examples=20)
@given(st.lists(st.sets(st.sampled_from(PLACES), max_size=4), max_size=6))
def test_no_hand_makes_a_key_that_was_not_pressed_nor_a_short_circuit(hands):
    keypad = FakeMatrix()
    pressed = set()
    found = []
    for hand in hands:
        keypad.hold(*hand)
        pressed |= {KEYS[place] for place in hand}
        found += [keypad.read(0.03) for _ in range(4)]
    keypad.let_go()
    found += [keypad.read(0.03) for _ in range(2 * len(PLACES))]
    assert {stroke.key for stroke in found if stroke} <= pressed
    downs, ups = (Counter(one.key for one in found if one and one.down is down) for down in (True, False))
    assert downs == ups
    keypad.close()
    assert keypad.shorts == 0


@settings(max_examples=10)
@given(st.lists(st.sampled_from([key for key in Key if key.isdigit()]), max_size=12))
def test_whatever_is_typed_is_read_in_its_order(keys):
    keypad = FakeMatrix()
    for key in keys:
        keypad.press(key)
    assert [next_key(keypad) for _ in keys] == keys
    keypad.close()


def test_every_rectangle_is_ambiguous_and_no_two_keys_are():
    for corners in combinations(PLACES, 4):
        rows, columns = {row for row, _ in corners}, {column for _, column in corners}
        assert ambiguous(set(corners)) is (
            len(rows) == 2 and len(columns) == 2 and len(corners) == len(rows) * len(columns)
        )
    assert not any(ambiguous(set(two)) for two in combinations(PLACES, 2))


def test_a_key_that_is_seen_once_between_two_looks_is_a_spark():
    fingers = Fingers(bounce_s=0.02)
    assert fingers.see({(0, 0)}, 0.0) == fingers.see(set(), 0.008) == fingers.see({(0, 0)}, 0.03) == []
    assert fingers.see({(0, 0)}, 0.051) == [((0, 0), True)]


def test_a_key_that_is_not_seen_once_between_two_looks_is_still_down():
    fingers = Fingers(bounce_s=0.02)
    fingers.see({(0, 0)}, 0.0)
    assert fingers.see({(0, 0)}, 0.02) == [((0, 0), True)]
    assert fingers.see(set(), 0.03) == fingers.see({(0, 0)}, 0.038) == fingers.see(set(), 0.057) == []
    assert fingers.see(set(), 0.058) == [((0, 0), False)]


@pytest.mark.parametrize("rows, columns", [(ROWS[:3], COLUMNS), (ROWS, COLUMNS[:2])])
def test_the_wrong_number_of_pins_is_told(rows, columns):
    with pytest.raises(DriverError, match="expected 4 rows and 3 or 4 columns"):
        MatrixKeypad(rows=rows, columns=columns, pin_factory=MockFactory())


def test_a_pin_that_something_else_holds_is_told_and_the_others_are_given_back():
    factory = MockFactory()
    held = MatrixKeypad(rows=ROWS, columns=COLUMNS, pin_factory=factory)
    with pytest.raises(DriverError, match="the matrix keypad on GPIO16"):
        MatrixKeypad(rows=ROWS, columns=COLUMNS, pin_factory=factory)
    held.close()
    MatrixKeypad(rows=ROWS, columns=COLUMNS, pin_factory=factory).close()
