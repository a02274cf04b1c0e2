"""The engines over real pictures: what a visitor holds up, and what a stranger might."""

import string

import numpy as np
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from drivers.engine.zbar_engine import ZbarDecoder
from drivers.engine.zxing_engine import ZxingDecoder
from kiosk.errors import DriverMissing
from kiosk.ports import Grey
from simulator.lens import Carrier, Scene, ScreenLook, approach
from tests.reader.codes import PASS, picture, qr

ALPHANUMERIC = string.digits + string.ascii_uppercase + " $%*+-./:"
ZXING = ZxingDecoder()
ZBAR = ZbarDecoder()


@pytest.fixture(params=[ZXING, ZBAR], ids=lambda engine: engine.name)
def engine(request):
    return request.param


def texts(engine, frame: Grey) -> list[str]:
    return [reading.text for reading in engine.decode(frame)]


def reads_in_approach(engine, text: str = PASS, **conditions) -> int:
    """Return in how many of 12 frames the engine reads the text; any other text fails the test."""
    read = [texts(engine, frame) for frame in approach(Scene(text=text, seed=11, **conditions), 12)]
    assert all(found in ([], [text]) for found in read)
    return sum(1 for found in read if found)


def test_a_code_held_plainly_is_read_by_both(engine):
    assert reads_in_approach(engine) >= 3


@pytest.mark.parametrize(
    "conditions",
    [
        {"yaw": 32.0, "pitch": 22.0, "roll": 30.0},
        {"look": ScreenLook.DIM, "noise": 0.03},
        {"look": ScreenLook.DARK_MODE},
        {"glare": 0.9},
        {"carrier": Carrier.CARD},
        {"carrier": Carrier.PAPER},
        {"roll": 180.0},
    ],
    ids=["tilted", "dim", "dark-mode", "glare", "card", "paper", "upside-down"],
)
def test_the_first_engine_reads_a_code_however_it_is_held(conditions):
    assert reads_in_approach(ZXING, **conditions) >= 2


def test_corners_are_around_the_code_in_pixels_of_the_frame(engine):
    frame = np.full((400, 600), 255, np.uint8)
    code = qr("HELLO")
    side = len(code)
    frame[100 : 100 + side, 300 : 300 + side] = code
    (reading,) = engine.decode(frame)
    quiet = 4 * 3
    xs, ys = zip(*reading.corners, strict=True)
    assert len(reading.corners) == 4
    assert (min(xs), max(xs)) == pytest.approx((300 + quiet, 300 + side - quiet), abs=3)
    assert (min(ys), max(ys)) == pytest.approx((100 + quiet, 100 + side - quiet), abs=3)
    assert reading.engine == engine.name


def test_a_strided_view_is_read_as_it_is(engine):
    code = qr("STRIDED")
    yuyv = np.full((*code.shape, 2), 128, np.uint8)
    yuyv[:, :, 0] = code
    assert texts(engine, yuyv[:, :, 0]) == ["STRIDED"]


def test_every_code_in_a_frame_is_read(engine):
    left, right = qr("LEFT"), qr("RIGHT")
    assert sorted(texts(engine, np.hstack([left, right]))) == ["LEFT", "RIGHT"]


def test_a_text_is_never_in_a_readings_repr(engine):
    (reading,) = engine.decode(qr("870714301234"))
    assert "870714301234" not in repr(reading)


# What a stranger might hold up.

HOSTILE = {
    "structured append": picture(segno.make_sequence("ONE OF TWO PARTS", symbol_count=2)[0]),
    "binary": qr(bytes(range(128, 256)), mode="byte"),
    "not utf-8": qr(b"\xff\xfe\xed\xa0\x80\xc3(", mode="byte"),
    "cyrillic with an ECI": qr("Казахстан", encoding="cp1251", eci=True),
    "nul and escape": qr("A\0B\x1b]0;owned\x07"),
    "version 40": qr("A" * 4296, error="l"),
    "one space": qr(" "),
    "kanji": qr("点茗", mode="kanji"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_code_makes_an_engine_raise(engine, name):
    for reading in engine.decode(HOSTILE[name]):
        assert isinstance(reading.text, str)
        assert len(reading.corners) == 4


def test_the_parts_of_a_structured_append_cost_the_second_engine_one_frame_and_no_more():
    assert texts(ZBAR, HOSTILE["structured append"]) == []
    assert texts(ZBAR, qr("NEXT VISITOR")) == ["NEXT VISITOR"]


def test_control_bytes_are_handed_on_for_the_credential_to_refuse(engine):
    assert texts(engine, HOSTILE["nul and escape"]) == ["A\0B\x1b]0;owned\x07"]


def test_the_largest_code_is_read_whole(engine):
    assert texts(engine, HOSTILE["version 40"]) == ["A" * 4296]


def test_micro_qr_is_refused(engine):
    assert texts(engine, picture(segno.make_micro("12345"), scale=6)) == []


@pytest.mark.parametrize("shape", [(0, 0), (0, 8), (8, 0), (1, 1), (2, 3)])
def test_a_frame_too_small_for_anything_is_no_error(engine, shape):
    assert engine.decode(np.zeros(shape, np.uint8)) == []


@given(st.binary(min_size=64, max_size=64), st.integers(3, 90), st.integers(3, 90))
def test_noise_is_no_code_and_no_error(seed, height, width):
    noise = np.random.default_rng(list(seed)).integers(0, 256, (height, width), np.uint8)
    assert texts(ZXING, noise) == []
    assert texts(ZBAR, noise) == []


@given(st.text(ALPHANUMERIC, min_size=1, max_size=200))
def test_what_a_code_says_is_what_is_read(text):
    assert texts(ZXING, qr(text, mode="alphanumeric")) == [text]


@given(st.integers(0, 40), st.data())
def test_a_damaged_code_is_read_right_or_not_at_all(dots, data):
    code = qr(PASS, error="m")
    for _ in range(dots):
        y, x = data.draw(st.tuples(st.integers(0, len(code) - 9), st.integers(0, len(code) - 9)))
        code[y : y + 9, x : x + 9] = data.draw(st.sampled_from([0, 255]))
    assert texts(ZXING, code) in ([], [PASS])
    assert texts(ZBAR, code) in ([], [PASS])


def test_a_machine_without_zbar_is_told_which_package_it_needs():
    def load():
        raise ImportError("Unable to find zbar shared library")

    with pytest.raises(DriverMissing, match="apt install libzbar0"):
        ZbarDecoder(load=load)
