"""The colours, held to numbers: WCAG 2.2 for contrast, CIE lightness for those who see no hue."""

from itertools import combinations

import pytest

from kiosk.core.screen.view import Field
from ui.theme import DAYTIME, PALETTES

STATUSES = [Field.GREEN, Field.BLUE, Field.YELLOW, Field.RED]


def luminance(rgb):
    linear = [
        c / 12.92 if (c := channel / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for channel in rgb
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lightness(rgb):
    y = luminance(rgb)
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def test_the_formula_gives_what_the_standard_says_of_black_and_white():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert lightness((255, 255, 255)) == pytest.approx(100)


@pytest.mark.parametrize("field", Field)
def test_ink_on_every_field_and_band_passes_for_small_text(field):
    palette = PALETTES[field]
    assert contrast(palette.field, palette.ink) >= 4.5
    assert contrast(palette.band, palette.ink) >= 4.5


@pytest.mark.parametrize(
    "field,rgb",
    [
        (Field.GREEN, "0a8246"),
        (Field.BLUE, "0b2f86"),
        (Field.YELLOW, "ffc800"),
        (Field.RED, "8e0d18"),
        (Field.NEUTRAL, "344050"),
    ],
)
def test_the_fields_are_exactly_the_measured_colours(field, rgb):
    assert bytes(PALETTES[field].field).hex() == rgb


@pytest.mark.parametrize("one,other", [*combinations(STATUSES, 2)])
def test_two_statuses_differ_in_lightness_not_only_in_hue(one, other):
    assert abs(lightness(PALETTES[one].field) - lightness(PALETTES[other].field)) >= 6


def test_could_not_check_borrows_no_status_colour():
    fields = [PALETTES[field].field for field in STATUSES]
    neutral = PALETTES[Field.NEUTRAL].field
    assert neutral not in fields
    assert max(neutral) - min(neutral) < 40, "slate is close to grey: it reads as no colour"


def test_everything_on_the_night_pages_can_be_read():
    night = PALETTES[Field.NIGHT].field
    theme = DAYTIME
    assert contrast(night, theme.muted) >= 7
    assert contrast(theme.panel, theme.muted) >= 4.5
    assert contrast(theme.key, theme.paper) >= 7
    assert contrast(theme.go, theme.paper) >= 4.5
    assert contrast(theme.warning, theme.print) >= 7
    assert contrast(theme.alarm, theme.paper) >= 4.5
    assert contrast(night, theme.key_rim) >= 3, "the rim of a button is what shows that it is one"
