"""What staff are told is in the language that is set for them: every badge, and today's rule."""

import re
from dataclasses import replace

import pygame
import pytest

from kiosk.clock import SystemClock
from kiosk.core.health.board import URGENT
from kiosk.core.health.camera_view import ViewTrouble
from kiosk.core.model import Colour, Oddity
from kiosk.core.rule.knowledge import Known
from kiosk.core.rule.policy import Zone
from kiosk.core.rule.todays_rule import TodaysRule
from kiosk.core.screen.view import Aged, Unit
from kiosk.root.equipment import _screen
from kiosk.settings import SECTIONS, parse
from tests.ui.pictures import different, pixels
from tests.ui.scenes import CORNER, SCENES, WORST, WORST_BY_CLOCK, idle
from tests.ui.test_fit import assert_whole, texts
from ui.paint import Painter
from ui.phrases import Badge, Language, words

pytestmark = pytest.mark.concurrent

NO_RULE = replace(CORNER, today=None, venue="№")


ENTER = (Colour.GREEN, Colour.BLUE, Colour.YELLOW)


def rule(*colours, zone=Zone.GREEN):
    return TodaysRule(colours=colours, hours=("06:00–23:00",) if colours else (), zone=zone)


CORNERS = (
    *(replace(NO_RULE, noticed=oddity) for oddity in (Oddity.TAILGATE, Oddity.WRONG_WAY, Oddity.UNCALLED)),
    *(replace(NO_RULE, ailing=ailing) for ailing in (*URGENT, *ViewTrouble)),
    *(replace(NO_RULE, aged=Aged(known=known, amount=2, unit=unit)) for known in Known for unit in Unit),
    *(replace(NO_RULE, aged=Aged(known=known, amount=None, there=False)) for known in Known),
    *(replace(NO_RULE, today=rule(*ENTER, zone=zone)) for zone in Zone),
    replace(NO_RULE, today=rule()),
    replace(NO_RULE, online=False, waiting=3),
    replace(NO_RULE, counted="14:02", too_many=2),
    replace(NO_RULE, today=replace(rule(Colour.GREEN), uncounted=True)),
    replace(NO_RULE, clock="", who_unknown=True),
)
"""The strip with everything that it can say to staff."""


WORD = re.compile(r"[^\W\d_]+")


def said(corner, language, size=(1920, 1080)):
    """Return the words of the strip."""
    sheet = Painter(size, staff_language=language).sheet(idle(corner=corner, preview=False, venue_code=None))
    strip = [line.text for text in texts(sheet) if text.slot.bottom <= size[1] // 8 for line in text.lines]
    return set(WORD.findall(" ".join(strip)))


def spoken(language):
    """Return the words of everything that can be said to staff in a language."""
    return set(WORD.findall(" ".join(words(badge).said_in(language) for badge in Badge)))


@pytest.mark.parametrize("language", Language)
def test_everything_that_the_strip_says_is_in_the_language_of_the_staff(language):
    for corner in CORNERS:
        assert said(corner, language) <= spoken(language), corner


@pytest.mark.parametrize("language", Language)
def test_there_is_nothing_for_staff_that_the_strip_does_not_say(language):
    heard = set().union(*(said(corner, language) for corner in CORNERS))
    assert spoken(language) - heard == set()


@pytest.mark.parametrize("corner", CORNERS, ids=lambda corner: str(CORNERS.index(corner)))
def test_another_language_is_another_text(corner):
    assert len({frozenset(said(corner, language)) for language in Language}) > 1 or "ОФЛАЙН" in said(
        corner, Language.KK
    )


@pytest.mark.parametrize("language", Language)
def test_how_old_the_list_of_revocations_is_stands_with_an_admission_in_their_language_too(language):
    sheet = Painter((1280, 800), staff_language=language).sheet(SCENES["green-offline"])
    told = [line.text for text in texts(sheet) for line in text.lines if ":" in line.text]
    assert told[0].split()[0] == words(Badge.OFFLINE).said_in(language)


@pytest.mark.parametrize("language", Language)
def test_the_worst_strip_fits_whole_in_every_language(any_size, language):
    painter = Painter(any_size, staff_language=language)
    for corner in (*CORNERS, WORST, WORST_BY_CLOCK):
        sheet = painter.sheet(idle(corner=corner))
        assert [line.text for text in texts(sheet) for line in text.lines if "…" in line.text] == []
        if corner.today is None or len(corner.today.colours) < len(ENTER):
            assert_whole(sheet, any_size)


def test_visitors_are_spoken_to_in_three_languages_whatever_staff_speak():
    for view in (SCENES["red"], SCENES["green"], SCENES["keypad"]):
        assert len({Painter((800, 480), staff_language=each).sheet(view) for each in Language}) == 1


def test_the_door_opens_its_screen_in_the_language_that_is_set():
    told = parse('[screen]\ndriver = "offscreen"\nsize = "800x480"\nstaff_language = "ru"\n')
    corner = replace(CORNER, online=False, noticed=Oddity.TAILGATE)
    door = _screen(told, SystemClock())
    try:
        door.show(idle(corner=corner))
        shown = pixels(pygame.display.get_surface())
    finally:
        door.close()
    painter = Painter((800, 480), staff_language=Language.RU)
    painter.update(idle(corner=corner))
    assert different(shown, pixels(painter.canvas), by=0) == 0


def test_every_language_can_be_set_and_without_a_word_it_is_kazakh():
    entry = SECTIONS["screen"]["staff_language"]
    assert entry.toml == Language.KK
    assert all(str(language) in entry.kind.range for language in Language)


def test_a_word_of_another_language_would_be_found():
    assert said(replace(NO_RULE, noticed=Oddity.TAILGATE), Language.RU) == {"ПРОШЛИ", "ВДВОЁМ"}
    assert not said(replace(NO_RULE, noticed=Oddity.TAILGATE), Language.RU) <= spoken(Language.EN)
