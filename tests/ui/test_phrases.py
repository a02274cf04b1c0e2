"""The words: complete, in the shipped font, and no more than a public screen may say."""

import re

import pytest
from fontTools.ttLib import TTFont

from kiosk.core.screen.view import Phrase
from ui.lettering import BOLD, REGULAR
from ui.phrases import CATALOGUE, KINDS, read, words

EVERYTHING = [what for kind in KINDS.values() for what in kind]
KAZAKH_LETTERS = set("ӘәҒғҚқҢңӨөҰұҮүҺһІі")


@pytest.mark.parametrize("what", EVERYTHING)
def test_everything_that_can_be_said_has_three_languages(what):
    said = words(what)
    assert said.kk
    assert said.ru
    assert said.en


@pytest.mark.parametrize("face", [REGULAR, BOLD], ids=lambda path: path.stem)
def test_every_character_and_its_capital_is_in_the_shipped_font(face):
    with TTFont(face) as font:
        shipped = set(map(chr, font.getBestCmap()))
    said = "".join(f"{words(what).kk}{words(what).ru}{words(what).en}" for what in EVERYTHING)
    of_the_screen = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ№·/:…-–—«»₸"
    assert set(said + said.upper() + of_the_screen) | KAZAKH_LETTERS <= shipped


@pytest.mark.parametrize("face", [REGULAR, BOLD], ids=lambda path: path.stem)
def test_digits_are_all_as_wide_so_that_the_clock_does_not_dance(face):
    with TTFont(face) as font:
        cmap, widths = font.getBestCmap(), font["hmtx"]
        assert len({widths[cmap[ord(digit)]][0] for digit in "0123456789"}) == 1


def test_the_font_says_under_which_licence_it_is_shipped():
    licence = (REGULAR.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence
    assert "No Reserved Font Name" in licence


@pytest.mark.parametrize("what", Phrase)
def test_no_phrase_names_a_status_a_test_or_a_sickness(what):
    said = words(what)
    forbidden = r"ПТР|ПЦР|PCR|COVID|вирус|virus|қызыл|красн|\bred\b|сары|жёлт|yellow|оқшаулау|изоляц"
    assert not re.search(forbidden, f"{said.kk} {said.ru} {said.en}", re.IGNORECASE)


def test_a_catalogue_with_gaps_names_every_one_of_them():
    toml = CATALOGUE.read_text(encoding="utf-8")
    broken = toml.replace('kk = "Кіріңіз", ', "").replace("\nwelcome = {", "\nwelcom = {")
    with pytest.raises(ValueError, match="come-in") as error:
        read(broken)
    lines = str(error.value).splitlines()
    assert lines == [
        "[phrase] come-in: expected kk, ru and en, found no kk; add it",
        "[phrase] welcome: expected kk, ru and en, found no kk, ru, en; add it",
        "[phrase] welcom: nobody says this; remove it",
    ]
