"""What a visitor holds up: a phone, a card or a sheet with a code on it, drawn flat and measured in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import segno
from numpy.typing import NDArray

from simulator.lens import surface
from simulator.lens.scene import Carrier, Scene, ScreenLook

PX_PER_MM = 8
"""Of the drawing: a phone at 0.13 m has about as many pixels on the sensor at 720p."""
QUIET = 4
"""Modules of quiet zone: what the standard asks for."""
INK = 30
"""Grey of print and text."""
HALL_LIGHT = 0.62
"""How bright white paper is in the hall, against a bright screen's 1.0."""
DIM_SCREEN = 0.28
EDGE = 3
"""Millimetres of a phone's own black edge."""
SCREEN_BLACK = 14
"""Grey of a screen that shows black: it still reflects the hall."""


@dataclass(frozen=True, slots=True)
class CarrierSize:
    """A thing's size in millimetres, and where on it the code is."""

    width: float
    height: float
    code: float
    """The side of the code without its quiet zone, at most."""
    code_y: float
    """Where the code's middle is, from the top; it is in the middle from side to side."""
    corner: float
    """Radius of the corners."""


SHAPES = {
    Carrier.PHONE: CarrierSize(70, 146, 48, 66, 9),
    Carrier.CARD: CarrierSize(85.6, 54, 38, 27, 3),
    Carrier.PAPER: CarrierSize(105, 148, 60, 62, 0),
}
"""A phone's is one of 6.1 inches."""
PHONE_IN = 6.1


@dataclass(frozen=True, slots=True)
class DrawnCode:
    """The code on a sheet, in millimetres from the sheet's upper left corner."""

    dark: NDArray[np.bool_]
    """Which modules are dark by the standard, whatever colour shows it; without the quiet zone."""
    left: float
    top: float
    module: float
    """The side of one module."""
    inverted: bool
    """Dark modules are shown light."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A flat drawing of what is held: grey and opacity, as a pyramid of halved sizes, largest first."""

    shape: CarrierSize
    code: DrawnCode
    grey: tuple[NDArray[np.uint8], ...]
    opaque: tuple[NDArray[np.uint8], ...]


def shape_of(scene: Scene) -> CarrierSize:
    """Return the size of what is held; an app draws its code as wide as its phone allows."""
    shape = SHAPES[scene.carrier]
    if scene.carrier is not Carrier.PHONE:
        return shape
    times = scene.phone_in / PHONE_IN
    return CarrierSize(
        times * shape.width, times * shape.height, times * shape.code, times * shape.code_y, shape.corner
    )


def draw(scene: Scene) -> Drawing:
    """Draw what this visitor holds up."""
    shape = shape_of(scene)
    rng = np.random.default_rng(scene.seed)
    size = (round(shape.height * PX_PER_MM), round(shape.width * PX_PER_MM))
    phone = scene.carrier is Carrier.PHONE
    dark = phone and scene.look is ScreenLook.DARK_MODE
    page, ink = (SCREEN_BLACK, 225) if dark else (248, INK)
    grey = np.full(size, page, np.uint8)
    _write(grey, rng, shape, ink)
    code = _stamp(grey, shape, scene, dark=dark)
    # What black reflects comes from the hall, what a screen shows does not.
    grey = cv2.convertScaleAbs(grey, alpha=_brightness(scene), beta=4 * scene.hall_light)
    opaque = _rounded(size, shape.corner)
    if phone:
        grey = surface.film(grey, rng, scene.film, scene.hall_light, PX_PER_MM)
        grey = surface.cracks(grey, rng, scene.crack, scene.hall_light, PX_PER_MM)
        _frame(grey, shape, 22 * scene.hall_light)
    else:
        grey = surface.shaded(grey, rng, scene.uneven, scene.curl)
    return Drawing(shape, code, _pyramid(grey), _pyramid(opaque))


def modules(scene: Scene) -> int:
    """Return how many modules a side of the code has, without its quiet zone."""
    return len(_code(scene).matrix)


def _code(scene: Scene) -> segno.QRCode:
    return segno.make(scene.text, micro=False, error=scene.error, boost_error=False)


def _brightness(scene: Scene) -> float:
    if scene.carrier is not Carrier.PHONE:
        return HALL_LIGHT * scene.hall_light
    return scene.brightness * (DIM_SCREEN if scene.look is ScreenLook.DIM else 1.0)


def _stamp(grey: NDArray[np.uint8], shape: CarrierSize, scene: Scene, *, dark: bool) -> DrawnCode:
    """Draw the code, light on dark where the page is dark."""
    rows = np.array([list(row) for row in _code(scene).matrix_iter(scale=1, border=QUIET)], np.uint8)
    light, black = (INK - 12, 240) if dark else (252, 12)
    pattern = np.where(rows == 0, np.uint8(light), np.uint8(black))
    # Whole pixels a module, or the drawing itself would blur it; and the quiet zone stays on the screen.
    room = min(shape.code / (len(rows) - 2 * QUIET), (min(shape.width, shape.height) - 2 * EDGE) / len(rows))
    scale = max(1, int(room * PX_PER_MM))
    pattern = cv2.resize(pattern, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
    side = min(len(pattern), *grey.shape)
    pattern = pattern[:side, :side]
    left = (grey.shape[1] - side) // 2
    top = min(max(0, round(shape.code_y * PX_PER_MM) - side // 2), grey.shape[0] - side)
    grey[top : top + side, left : left + side] = pattern
    module, quiet = scale / PX_PER_MM, QUIET * scale
    return DrawnCode(
        rows[QUIET:-QUIET, QUIET:-QUIET] != 0,
        (left + quiet) / PX_PER_MM,
        (top + quiet) / PX_PER_MM,
        module,
        dark,
    )


def _write(grey: NDArray[np.uint8], rng: np.random.Generator, shape: CarrierSize, ink: int) -> None:
    """Lines that stand for text, above and below the code."""
    height = grey.shape[0] / PX_PER_MM
    for y in np.arange(10, height - 8, 7.0):
        if abs(y - shape.code_y) < shape.code * 0.66:
            continue
        left = int(6 * PX_PER_MM)
        right = int(rng.uniform(0.4, 0.9) * grey.shape[1])
        for word in range(left, right, 9 * PX_PER_MM):
            end = word + int(rng.uniform(3, 8) * PX_PER_MM)
            cv2.line(grey, (word, int(y * PX_PER_MM)), (end, int(y * PX_PER_MM)), ink, 2 * PX_PER_MM)


def _frame(grey: NDArray[np.uint8], shape: CarrierSize, shade: float) -> None:
    """The phone's own black edge around its screen."""
    edge = EDGE * PX_PER_MM
    inside = _rounded((grey.shape[0] - 2 * edge, grey.shape[1] - 2 * edge), shape.corner - 2)
    screen = np.zeros_like(grey)
    screen[edge:-edge, edge:-edge] = inside
    grey[screen == 0] = min(255, round(shade))


def _rounded(size: tuple[int, int], corner_mm: float) -> NDArray[np.uint8]:
    """Return an opaque mask with round corners."""
    radius = round(corner_mm * PX_PER_MM)
    mask = np.full(size, 255, np.uint8)
    if radius:
        corners = np.zeros((2 * radius, 2 * radius), np.uint8)
        cv2.circle(corners, (radius, radius), radius, 255, -1)
        mask[:radius, :radius] = corners[:radius, :radius]
        mask[:radius, -radius:] = corners[:radius, radius:]
        mask[-radius:, :radius] = corners[radius:, :radius]
        mask[-radius:, -radius:] = corners[radius:, radius:]
    return mask


def _pyramid(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], ...]:
    """Halve three times by averaging, as a lens and its pixels do: a far phone is then sampled without aliasing."""
    levels = [image]
    for _ in range(3):
        height, width = levels[-1].shape
        levels.append(cv2.resize(levels[-1], (width // 2, height // 2), interpolation=cv2.INTER_AREA))
    return tuple(levels)
