"""What is painted: the reference pictures, what shapes tell without colour, codes that phones can read.

After a change that was meant: `python -m tests.ui.make_reference` (its docstring says how), then look at them.
"""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from pyzbar.pyzbar import ZBarSymbol
from pyzbar.pyzbar import decode as zbar

from kiosk.core.events import Key
from kiosk.core.model import Oddity
from kiosk.core.rule.knowledge import Known
from kiosk.core.screen.view import Aged, Field, Phrase, Sign, Unit
from tests.ui.pictures import REFERENCE, REFERENCED, different, grey, load, pixels
from tests.ui.scenes import SCENES, SIZES, VENUE_CODE, camera_frame, idle, result
from ui.camera_picture import mirrored
from ui.expected import EXPECTED
from ui.paint import Painter, paint
from ui.qr import LEAST_PX, modules
from ui.sheet import Code, PreviewSlot
from ui.theme import DAYTIME

FRAME = camera_frame()


@pytest.mark.parametrize("name", REFERENCED)
def test_a_page_looks_as_it_did_when_somebody_last_looked_at_it(name, size):
    wanted = load(REFERENCE / f"{name}-{size[0]}x{size[1]}.png")
    painted = pixels(paint(SCENES[name], DAYTIME, size, FRAME))
    assert different(painted, wanted) <= 0.005, "if it was meant: python -m tests.ui.make_reference"


def test_every_reference_picture_belongs_to_a_page():
    assert {path.stem for path in REFERENCE.glob("*.png")} == {
        f"{name}-{size}" for name in REFERENCED for size in SIZES
    }


def test_the_comparison_sees_one_missing_word():
    one = pixels(paint(SCENES["red"], DAYTIME, (800, 480)))
    other = pixels(paint(replace(SCENES["red"], note=Phrase.GO_TO_RECEPTION), DAYTIME, (800, 480)))
    assert different(one, other) > 0.005


def test_painting_is_pure(size):
    one = pixels(paint(SCENES["idle"], DAYTIME, size, FRAME))
    assert different(one, pixels(paint(SCENES["idle"], DAYTIME, size, FRAME)), by=0) == 0


@given(
    names=st.lists(
        st.tuples(st.sampled_from(sorted(SCENES)), st.booleans(), st.integers(0, 100)), min_size=1, max_size=6
    )
)
def test_a_screen_brought_up_to_date_piece_by_piece_is_the_screen_painted_at_once(names):
    """Dirty rectangles leave nothing behind of what was there before."""
    painter = Painter((800, 480))
    for name, with_frame, left in names:
        view = SCENES[name]
        view = view if view.time_left is None else replace(view, time_left=left / 100)
        frame = FRAME if with_frame or view.preview else None
        painter.update(view, frame)
    assert different(pixels(painter.canvas), pixels(paint(view, DAYTIME, (800, 480), frame)), by=0) == 0


def test_only_what_changed_is_painted_again(size):
    painter = Painter(size)
    view = SCENES["red"]
    whole = size[0] * size[1]
    assert sum(box.w * box.h for box in painter.update(view)) == whole
    assert painter.update(view) == []
    bar = painter.update(replace(view, time_left=0.3))
    assert 0 < sum(box.w * box.h for box in bar) < whole / 50
    painter.update(idle(), FRAME)
    clock = painter.update(idle(corner=replace(idle().corner, clock="18:43")))
    assert 0 < sum(box.w * box.h for box in clock) < whole / 50
    eye = painter.update(idle(corner=replace(idle().corner, clock="18:43")), FRAME)
    assert 0 < sum(box.w * box.h for box in eye) < whole / 2


@pytest.mark.parametrize("view", EXPECTED, ids=lambda view: f"{view.field}-{view.sign}")
def test_what_is_expected_is_composed_to_the_very_page_that_is_shown(view):
    """Whatever the strip, the time left and the reference of the day are: else it was composed for nothing."""
    painter = Painter((800, 480))
    today = replace(view, corner=SCENES["idle-offline"].corner, time_left=0.4, reference="K7TQ")
    assert painter.sheet(view).static == painter.sheet(today).static


@pytest.mark.parametrize("reader", ["zbar", "zxing"])
def test_a_phone_reads_the_venue_code_from_the_idle_page(reader, any_size):
    picture = grey(paint(SCENES["idle"], DAYTIME, any_size, FRAME))
    if reader == "zbar":
        read = [code.data.decode() for code in zbar(picture, symbols=[ZBarSymbol.QRCODE])]
    else:
        read = [code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]
    assert VENUE_CODE in read


def test_a_module_of_the_venue_code_is_never_smaller_than_a_phone_needs(any_size):
    sheet = Painter(any_size).sheet(SCENES["idle"])
    code = next(item for item in sheet.items() if isinstance(item, Code))
    count = len(modules(VENUE_CODE))
    assert code.box.w == code.box.h
    assert code.box.w % count == 0
    assert code.box.w // count >= LEAST_PX


def test_a_hidden_venue_code_is_nowhere_on_the_screen(size):
    picture = grey(paint(SCENES["idle-no-code"], DAYTIME, size))
    assert zbar(picture, symbols=[ZBarSymbol.QRCODE]) == []


def test_the_preview_is_mirrored_and_the_frame_that_is_decoded_is_not():
    frame = np.zeros((480, 640), np.uint8)
    frame[:, :320] = 255
    before = frame.copy()
    seen = grey(mirrored(frame, (320, 240)))
    assert seen[:, :150].max() == 0
    assert seen[:, 170:].min() == 255
    assert (frame == before).all()


@pytest.mark.parametrize("shape", [(48, 64), (480, 640), (720, 1280), (1080, 1920), (1944, 2592), (3, 500)])
def test_a_frame_of_any_shape_fills_the_preview(shape):
    assert mirrored(np.full(shape, 90, np.uint8), (400, 300)).get_size() == (400, 300)


def test_a_strided_frame_is_shown_like_a_tight_one():
    padded = np.zeros((480, 704), np.uint8)
    padded[:, :640] = FRAME
    assert (
        different(pixels(mirrored(padded[:, :640], (300, 225))), pixels(mirrored(FRAME, (300, 225))), by=0)
        == 0
    )


def test_the_last_visitors_face_is_gone_when_the_idle_page_comes_back():
    painter = Painter((800, 480))
    painter.update(SCENES["idle"], np.full((480, 640), 255, np.uint8))
    painter.update(SCENES["green"])
    painter.update(SCENES["idle"])
    assert different(pixels(painter.canvas), pixels(paint(SCENES["idle"], DAYTIME, (800, 480))), by=0) == 0


@pytest.mark.parametrize("one,other", [*combinations([Sign.ENTER, Sign.LEAVE, Sign.STOP, Sign.WAIT], 2)])
def test_two_decisions_on_the_same_colour_differ_without_any_word(one, other, size):
    """Blue may come in or not, by the venue's rule: the sign alone has to say it, in grey too, and after shrinking 6 times."""
    views = [result(Field.BLUE, sign, Phrase.WELCOME, None, left=None) for sign in (one, other)]
    small = [grey(paint(view, DAYTIME, size))[::6, ::6].astype(int) for view in views]
    assert (np.abs(small[0] - small[1]) > 64).mean() > 0.01


@pytest.mark.parametrize("name", ["green", "blue", "yellow", "red", "could-not-check"])
def test_come_in_has_no_frame_and_every_other_answer_has_one(name, size):
    picture = pixels(paint(SCENES[name], DAYTIME, size))
    ink = np.array(DAYTIME.palettes[SCENES[name].field].ink)
    edge = [picture[2, 2], picture[2, -3], picture[-3, 2], picture[-3, -3], picture[size[1] // 2, 2]]
    framed = all((pixel == ink).all() for pixel in edge)
    assert framed == (SCENES[name].sign in {Sign.STOP, Sign.WAIT})


@pytest.mark.parametrize("name", ["green", "blue", "yellow", "red", "could-not-check", "exit"])
def test_most_of_a_result_is_its_colour_and_nothing_of_the_strip(name, size):
    view = SCENES[name]
    picture = pixels(paint(view, DAYTIME, size))
    assert (picture == np.array(DAYTIME.palettes[view.field].field)).all(axis=2).mean() > 0.4
    busy = replace(view, corner=SCENES["idle-offline"].corner)
    assert different(picture, pixels(paint(busy, DAYTIME, size)), by=0) == 0


def said(view):
    return [
        line.text
        for item in Painter((1280, 800)).sheet(view).items()
        if hasattr(item, "lines")
        for line in item.lines
    ]


@pytest.mark.parametrize(
    "changes, badge",
    [
        ({"clock": ""}, "УАҚЫТ?"),
        ({"who_unknown": True}, "ІШТЕ КІМ?"),
        ({"noticed": Oddity.TAILGATE}, "ЕКІНШІ АДАМ"),
        ({"noticed": Oddity.WRONG_WAY}, "КЕРІ БАҒЫТ"),
        ({"noticed": Oddity.UNCALLED}, "ТЕКСЕРУСІЗ ӨТТІ"),
        ({"aged": Aged(known=Known.POLICY, amount=2, unit=Unit.DAYS)}, "ЕРЕЖЕ 2 КҮН"),
        ({"aged": Aged(known=Known.REVOCATIONS, amount=None, there=False)}, "ТІЗІМ ЖОҚ"),
        ({"aged": Aged(known=Known.POLICY, amount=None)}, "ЕРЕЖЕ?"),
    ],
)
def test_staff_see_at_the_top_what_the_kiosk_does_not_know(changes, badge):
    assert badge in said(idle(corner=replace(idle().corner, **changes)))
    assert badge not in said(idle())


def test_a_keypad_that_rests_has_no_key_but_the_one_that_leaves():
    buttons = Painter((1280, 800)).sheet(SCENES["keypad-resting"]).buttons
    assert [button.key for button in buttons] == [Key.CANCEL]


def test_an_untrusted_clock_shows_no_time():
    view = idle(corner=replace(idle().corner, clock=""))
    texts = said(view)
    assert "--:--" in texts
    assert not [text for text in texts if text.startswith("18:")]


def test_neither_the_venue_code_nor_typed_digits_are_in_the_repr_of_a_sheet():
    painter = Painter((800, 480))
    shown = repr(painter.sheet(SCENES["idle"])) + repr(painter.sheet(SCENES["keypad-mistyped"]))
    assert VENUE_CODE not in shown
    assert "text='7'" not in shown


def test_a_canvas_too_small_for_any_page_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="at least 320 by 320 pixels, got 160 by 128"):
        Painter((160, 128))


def test_the_preview_has_its_place_only_where_a_camera_is():
    painter = Painter((800, 480))
    assert [item for item in painter.sheet(SCENES["idle"]).items() if isinstance(item, PreviewSlot)]
    assert not [
        item for item in painter.sheet(SCENES["idle-no-camera"]).items() if isinstance(item, PreviewSlot)
    ]
