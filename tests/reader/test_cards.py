"""ID cards: where bars are looked for, what of them is believed, and how seldom the engine is asked."""

import numpy as np
import pytest

from drivers.engine.zbar_engine import ZbarDecoder
from drivers.engine.zxing_engine import CardDecoder, ZxingDecoder
from kiosk.ports import Grey, Reading, Symbology
from kiosk.reader.bars import bars_in
from kiosk.reader.cards import EVERY_S, CardReader, Cards
from kiosk.reader.formats import ON_CARDS
from kiosk.reader.motion import Box
from kiosk.root.eyes import code_reader
from simulator.lens import empty_hall, people_walking
from tests.factories import make_iin
from tests.reader.cards import IIN, SIZE, TEXTS, bars, held
from tests.reader.codes import PASS, qr

FPS = 15.0
SHARP = {"focus_m": 0.17}
"""A lens that is focused on where the card is held."""


class Counted:
    """The real engine, and what it was asked."""

    def __init__(self, symbologies=ON_CARDS):
        self.engine = CardDecoder(symbologies)
        self.name = self.engine.name
        self.pixels: list[int] = []

    def decode(self, frame: Grey) -> list[Reading]:
        self.pixels.append(frame.size)
        return self.engine.decode(frame)


@pytest.fixture
def engine():
    return Counted()


def walk(cards: Cards, frames) -> list[list[Reading]]:
    """Read the frames as the door does, after a moment of an empty hall."""
    reader = CardReader(ZxingDecoder(), ZbarDecoder(), cards=cards)
    for index, frame in enumerate(empty_hall(3, SIZE, 3)):
        assert reader.read(frame, index / FPS) == []
    return [reader.read(frame, (3 + index) / FPS) for index, frame in enumerate(frames)]


def on_wall(*codes: tuple[Grey, int, int]) -> Grey:
    frame = np.full((SIZE[1], SIZE[0]), 150, np.uint8)
    for code, left, top in codes:
        frame[top : top + code.shape[0], left : left + code.shape[1]] = code
    return frame


@pytest.mark.parametrize("symbology", ON_CARDS)
def test_a_card_held_before_a_door_is_read_and_its_kind_told(symbology, engine):
    found = walk(Cards(engine), held(bars(TEXTS[symbology], symbology), **SHARP))
    read = [reading for readings in found for reading in readings]
    assert {(reading.text, reading.symbology) for reading in read} == {(TEXTS[symbology], symbology)}


@pytest.mark.parametrize(
    "how",
    [
        {"roll": 20.0},
        {"roll": 90.0},
        {"roll": 180.0},
        {"roll": -15.0, "yaw": 25.0},
        {"pitch": 30.0},
        {"focus_m": 0.26},
        {"away_m": 0.28, "focus_m": 0.26},
        {"away_m": 0.15, "focus_m": 0.26},
    ],
    ids=["tilted", "on-its-side", "upside-down", "turned", "leaning", "blurred", "far", "near-and-blurred"],
)
def test_a_card_is_read_however_it_is_held(how, engine):
    found = walk(Cards(engine), held(bars(IIN, Symbology.CODE_128), **SHARP | how))
    assert {reading.text for readings in found for reading in readings} == {IIN}


def test_corners_are_around_the_bars_in_pixels_of_the_frame(engine):
    code = bars(IIN, Symbology.CODE_128)
    frame = on_wall((code, 500, 300))
    (reading,) = Cards(engine).look(frame, Box(400, 200, 900, 500), 0.0)
    xs, ys = zip(*reading.corners, strict=True)
    assert len(reading.corners) == 4
    assert (min(xs), max(xs)) == pytest.approx((520, 500 + code.shape[1] - 20), abs=6)
    assert min(ys) >= 294
    assert max(ys) <= 306 + code.shape[0]


def test_a_format_that_is_switched_off_is_not_read():
    frame = on_wall((bars(IIN, Symbology.CODE_128), 500, 300))
    only = Cards(Counted([Symbology.CODE_39, Symbology.PDF417]))
    assert only.look(frame, Box.whole(frame), 0.0) == []
    assert only.look(frame, Box.whole(frame), EVERY_S) == []


def test_a_door_reads_the_formats_that_its_settings_name():
    code, card = on_wall((qr(PASS), 500, 300)), on_wall((bars(IIN, Symbology.CODE_128), 500, 300))
    for formats, reads_pass, reads_card in (
        ([Symbology.QR], True, False),
        ([Symbology.CODE_128], False, True),
        (list(Symbology), True, True),
    ):
        for frame, reads in ((code, reads_pass), (card, reads_card)):
            reader = code_reader(formats)
            reader.read(on_wall(), 0.0)
            assert bool(reader.read(frame, 1.0)) is reads, (formats, reads)


def test_a_code_that_does_not_check_itself_is_believed_when_two_looks_read_the_same(engine):
    first, other = (on_wall((bars(text, Symbology.CODE_39), 400, 300)) for text in (IIN, "061211600012"))
    cards, whole = Cards(engine), Box.whole(first)
    seen = [cards.look(frame, whole, index / FPS) for index, frame in enumerate((first, other, first, first))]
    assert [[reading.text for reading in readings] for readings in seen] == [[], [], [], [IIN]]


def test_what_only_a_few_rows_of_a_code_39_say_is_not_believed(engine):
    code, other = (bars(text, Symbology.CODE_39, scale=3) for text in (IIN, make_iin(42)))
    code[-8:] = other[-8:]
    frame = on_wall((code, 300, 300))
    assert {reading.text for reading in engine.decode(frame)} == {IIN, make_iin(42)}
    cards, whole = Cards(engine), Box.whole(frame)
    looks = [cards.look(frame, whole, index * EVERY_S) for index in range(4)]
    assert make_iin(42) not in {reading.text for readings in looks for reading in readings}


@pytest.mark.parametrize("text", ["4006381333931", "061211600013", "A-12", "87071430123"])
@pytest.mark.parametrize("symbology", [Symbology.CODE_128, Symbology.CODE_39])
def test_a_barcode_that_bears_no_iin_is_left_alone(text, symbology, engine):
    frame = on_wall((bars(text, symbology, scale=3), 300, 300))
    cards = Cards(engine)
    looks = [cards.look(frame, Box.whole(frame), index * EVERY_S) for index in range(2)]
    assert looks == [[], []]
    assert cards.without_iin == 2


def test_a_card_is_read_although_a_notice_on_the_wall_looks_more_like_bars(engine):
    stripes = np.zeros((300, 420), np.uint8)
    stripes[:, np.arange(420) % 14 < 7] = 200
    frame = on_wall((stripes, 20, 20), (bars(IIN, Symbology.CODE_128), 800, 500))
    assert len(bars_in(frame)) == 2
    cards = Cards(engine)
    looks = [cards.look(frame, Box.whole(frame), index * EVERY_S) for index in range(6)]
    assert IIN in {reading.text for readings in looks for reading in readings}


def test_in_an_empty_hall_and_before_a_qr_code_no_card_is_looked_for_after_the_first_frame(engine):
    walk(Cards(engine), empty_hall(3, SIZE, 15))
    assert len(engine.pixels) <= 1  # all of the first frame is new
    engine.pixels.clear()
    code = qr(PASS)
    assert all(walk(Cards(engine), [on_wall((code, 500 + index, 200)) for index in range(15)]))
    assert len(engine.pixels) <= 1


def test_while_people_walk_the_engine_is_asked_five_times_a_second_at_most(engine):
    walk(Cards(engine), people_walking(4, SIZE, 30, people=3))
    assert len(engine.pixels) <= 2 / EVERY_S + 1


def test_one_look_is_one_engine_call_on_a_bounded_part(engine):
    stripes = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    stripes[:, np.arange(SIZE[0]) % 6 < 3] = 255
    cards = Cards(engine)
    for index in range(6):
        assert cards.look(stripes, Box.whole(stripes), float(index)) == []
    assert len(engine.pixels) == 6
    assert max(engine.pixels) <= 2 * stripes.size


@pytest.mark.parametrize("shape", [(0, 0), (1, 400), (400, 1), (30, 30), (49, 49)])
def test_a_part_too_small_for_bars_has_none(shape):
    assert bars_in(np.zeros(shape, np.uint8)) == []
