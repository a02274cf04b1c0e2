"""Every text fits its place, on every page, at every size; and places do not overlap."""

from dataclasses import replace
from itertools import combinations

import pytest

from kiosk.core.enrolling.table import SHOWN_S, EnrolmentStage
from kiosk.core.model import Colour
from kiosk.core.rule.policy import Zone
from kiosk.core.rule.todays_rule import TodaysRule
from kiosk.core.screen.view import Fact, Field, Page, Phrase, Sign
from tests.ui.scenes import SAID, SCENES, SIZES, STANDING, enrolling, idle, result, typing
from ui.lettering import CAP, Lettering
from ui.paint import Painter
from ui.sheet import Rectangle, Text

LEAST_PX = 12
"""Below this, letters on a 7 inch panel (0.19 mm a pixel) cannot be read at arm's length."""
CALLS = {Phrase.COME_IN, Phrase.NO_ENTRY, Phrase.PLEASE_WAIT, Phrase.GOOD_BYE}
"""The four answers; a notice about a code is for whoever holds the phone, within arm's reach."""
RESULTS = [name for name, view in SCENES.items() if view.page is Page.RESULT]


def texts(sheet):
    return [item for item in sheet.items() if isinstance(item, Text)]


def assert_whole(sheet, size):
    lettering = Lettering()
    screen = Rectangle(0, 0, *size)
    for text in texts(sheet):
        assert screen.covers(text.slot), text
        for line in text.lines:
            said = f"{line.text!r} at {line.px} px in {text.slot}"
            assert "…" not in line.text, said
            assert line.px >= LEAST_PX, said
            assert text.slot.covers(lettering.ink_box(line)), f"{said}: {lettering.ink_box(line)}"


def places_of(phrase):
    """Every page on which a phrase could stand, wherever it could stand there."""
    yield result(Field.RED, Sign.STOP, phrase, phrase, reference="WWWW")
    yield result(Field.GREEN, Sign.ENTER, phrase, phrase)
    yield result(Field.NEUTRAL, Sign.NONE, phrase, None)
    yield idle(headline=phrase, hint=phrase)
    yield idle(headline=phrase, hint=phrase, venue_code=None)
    yield idle(headline=phrase, hint=phrase, preview=False)
    yield typing("12", headline=phrase, hint=phrase)
    yield replace(SCENES["confirm"], headline=phrase, note=phrase)
    yield replace(SCENES["checking"], headline=phrase, note=phrase)
    yield replace(SCENES["out-of-order"], headline=phrase, note=phrase)
    yield replace(SCENES["enrol"], headline=phrase, hint=phrase)
    yield replace(SCENES["enrol"], headline=phrase, hint=phrase, preview=False)
    yield replace(SCENES["enrol-done"], headline=phrase, hint=phrase)


ALL_SIZES = {**SIZES, **STANDING}
TIGHT = {"800x480", "800x1280"}
"""The smallest, lying and standing. What fits there fits the others nearly always: those are tried by `make test-long`."""


@pytest.mark.parametrize(
    "any_size",
    [
        pytest.param(size, id=name, marks=[] if name in TIGHT else pytest.mark.long)
        for name, size in ALL_SIZES.items()
    ],
)
def test_every_phrase_fits_whole_wherever_it_may_stand(any_size):
    painter = Painter(any_size)
    for phrase in Phrase:
        for view in places_of(phrase):
            assert_whole(painter.sheet(view), any_size)


def test_all_that_an_enrolment_code_says_is_shown_to_the_last_character(any_size):
    """An address that is cut could be anybody's."""
    longest = "https://" + "registry-of-the-region." * 9 + "example.kz:8443"
    lines = ((Fact.REGISTRY, longest), (Fact.VENUE, "W" * 80), *SAID[2:])
    sheet = Painter(any_size).sheet(enrolling(EnrolmentStage.SHOWN, lines=lines, until=SHOWN_S))
    assert_whole(sheet, any_size)
    shown = ["".join(line.text for line in text.lines) for text in texts(sheet)]
    assert {value for _fact, value in lines} <= set(shown)


@pytest.mark.parametrize("name", SCENES)
def test_nothing_that_is_said_is_cut_or_too_small(name, any_size):
    assert_whole(Painter(any_size).sheet(SCENES[name]), any_size)


@pytest.mark.parametrize("name", SCENES)
def test_no_two_texts_of_a_page_touch_and_everything_is_on_the_screen(name, any_size):
    sheet = Painter(any_size).sheet(SCENES[name])
    lettering = Lettering()
    inks = [(line.text, lettering.ink_box(line)) for text in texts(sheet) for line in text.lines]
    for (one, a), (other, b) in combinations(inks, 2):
        apart = a.right <= b.x or b.right <= a.x or a.bottom <= b.y or b.bottom <= a.y
        assert apart, f"{one!r} {a} and {other!r} {b}"
    assert all(
        Rectangle(0, 0, *any_size).covers(item.box) for item in sheet.items() if not isinstance(item, Text)
    )


@pytest.mark.parametrize("name", SCENES)
def test_places_that_change_by_themselves_do_not_overlap_and_keep_to_themselves(name, any_size):
    sheet = Painter(any_size).sheet(SCENES[name])
    for one, other in combinations([live.box for live in sheet.live], 2):
        apart = one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y
        assert apart, (one, other)
    for live in sheet.live:
        for item in live.items:
            assert live.box.covers(item.slot if isinstance(item, Text) else item.box), item


def test_a_venue_name_too_long_for_the_strip_is_cut_with_an_ellipsis(any_size):
    name = "Спорт және сауықтыру кешені «Алатау» · Алматы қаласы, Бостандық ауданы, Тимирязев көшесі"
    open_often = TodaysRule(
        colours=(Colour.GREEN, Colour.BLUE, Colour.YELLOW), hours=("06:00–07:00",) * 12, zone=Zone.RED
    )
    corner = replace(SCENES["idle"].corner, venue=name, today=open_often)
    sheet = Painter(any_size).sheet(idle(corner=corner))
    cut = [text for text in texts(sheet) if text.lines[0].text.endswith("…")]
    lettering = Lettering()
    assert len(cut) == 2
    assert all(text.slot.covers(lettering.ink_box(text.lines[0])) for text in cut)


@pytest.mark.parametrize(
    "name", ["", " ", "\0", "зал\n2", "\ud800", "💪 Gym", "健身房", "\u202eлаз", "й" * 5000, "W" * 300]
)
def test_no_name_of_a_venue_stops_the_screen(name):
    corner = replace(SCENES["idle"].corner, venue=name, clock=name, inside=10**9, capacity=10**9)
    painter = Painter((800, 480))
    painter.update(idle(corner=corner))
    lettering = Lettering()
    strip_lines = [text for text in texts(painter.sheet(idle(corner=corner))) if text.slot.y < 60]
    assert all(text.slot.w >= lettering.ink_box(line).w for text in strip_lines for line in text.lines)


@pytest.mark.parametrize("name", RESULTS)
def test_kazakh_and_russian_stand_first_and_as_large_as_each_other_english_smaller(name, any_size):
    for text in texts(Painter(any_size).sheet(SCENES[name])):
        if len(text.lines) >= 3:
            *first, english = text.lines
            assert len({line.px for line in first}) == 1
            assert english.px < first[0].px


@pytest.mark.parametrize("name", [name for name in RESULTS if SCENES[name].headline in CALLS])
def test_the_headline_of_a_result_still_has_letters_after_shrinking_six_times(name, any_size):
    """7 px is a capital of ordinary small print: what is left of the headline at six times the distance."""
    headline = max(texts(Painter(any_size).sheet(SCENES[name])), key=lambda text: text.lines[0].px)
    assert headline.lines[0].px * CAP / 6 >= 7


@pytest.mark.parametrize("name", ["keypad", "keypad-mistyped", "confirm", "idle", "enrol-check"])
def test_every_button_is_large_enough_for_a_finger_and_none_overlaps_another(name, any_size):
    buttons = Painter(any_size).sheet(SCENES[name]).buttons
    assert buttons
    for button in buttons:
        assert min(button.box.w, button.box.h) >= 56, button
    for one, other in combinations([button.box for button in buttons], 2):
        assert one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y
