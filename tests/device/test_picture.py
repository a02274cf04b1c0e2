"""A picture of the device's screen is judged by the colour that fills it."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.core.screen.view import Field
from tests.device.picture import asks, dominant, field, pixels
from ui.theme import PALETTES

SCREENS = Path(__file__).parents[1] / "ui/reference"


def _ppm(picture: np.ndarray) -> bytes:
    high, wide, _ = picture.shape
    return b"P6\n%d %d\n255\n" % (wide, high) + picture.astype(np.uint8).tobytes()


def _filled(colour: tuple[int, int, int], other: tuple[int, int, int] = (255, 255, 255)) -> np.ndarray:
    """A page as the kiosk has it: a field, and something on it."""
    picture = np.full((48, 80, 3), colour, np.uint8)
    picture[10:20, 10:70] = other
    return picture


@pytest.mark.parametrize("name", list(PALETTES))
def test_each_field_of_the_theme_is_told_by_its_name(name: Field) -> None:
    assert field(pixels(_ppm(_filled(PALETTES[name].field)))) is name


def test_a_panel_of_fewer_bits_is_told_as_well() -> None:
    red, green, blue = PALETTES[Field.GREEN].field
    assert field(_filled((red & 0xF8, green & 0xFC, blue & 0xF8))) is Field.GREEN


def test_a_black_panel_is_no_field() -> None:
    assert field(_filled((0, 0, 0))) is None


def test_what_lies_on_the_field_does_not_count() -> None:
    picture = _filled(PALETTES[Field.GREEN].field, PALETTES[Field.RED].field)
    assert dominant(picture) == PALETTES[Field.GREEN].field


@pytest.mark.parametrize("page, does", [("enrol-check", True), ("enrol", False), ("enrol-fault", False)])
def test_a_page_with_a_green_button_asks_for_a_yes(page: str, does: bool) -> None:
    assert asks(cv2.imread(str(SCREENS / f"{page}-800x480.png"))[:, :, ::-1]) is does


def test_a_pixel_value_that_looks_like_white_space_is_a_pixel() -> None:
    picture = np.full((2, 2, 3), 10, np.uint8)
    assert pixels(_ppm(picture)).tolist() == picture.tolist()


def test_another_file_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a PPM"):
        pixels(b"\x89PNG\r\n")
