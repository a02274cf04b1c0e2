"""What every page is laid out with: the size of the canvas, its unit of length, the theme and the letters.

The pages are designed at 1280 by 800, or 800 by 1280 standing; `px` turns lengths of that design into pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.core.view import Field
from ui.lettering import Lettering, Manner
from ui.phrases import Words
from ui.sheet import Box, Item, Mark, Plate, Shape
from ui.theme import Palette, Rgb, Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Where a page is laid out."""

    width: int
    height: int
    theme: Theme
    lettering: Lettering

    @property
    def standing(self) -> bool:
        """Whether it is higher than wide."""
        return self.height > self.width

    @property
    def margin(self) -> int:
        """From the edge of the screen to what lies on it."""
        return self.px(40)

    def px(self, length: float) -> int:
        """A length of the design in pixels, at least 1."""
        wide, high = (800, 1280) if self.standing else (1280, 800)
        return max(1, round(length * min(self.width / wide, self.height / high)))

    def palette(self, field: Field) -> Palette:
        """The colours of a field."""
        return self.theme.palettes[field]


def raised(box: Box, canvas: Canvas, fill: Rgb, rim: Rgb | None = None, corner: int = 18) -> tuple[Item, ...]:
    """A plate that can be touched: rounded, with a rim where one is wanted."""
    radius = canvas.px(corner)
    if rim is None:
        return (Plate(box, fill, radius),)
    width = canvas.px(3)
    return (Plate(box, rim, radius), Plate(box.inset(width), fill, radius - width))


def slip(words: Words, box: Box, canvas: Canvas) -> tuple[Item, ...]:
    """A slip of paper with a message that must not be overlooked: a sign and the three languages."""
    theme = canvas.theme
    side = min(canvas.px(52), box.h * 3 // 5)
    pad = canvas.px(16)
    sign = Box(box.x + pad, box.y + (box.h - side) // 2, side, side)
    slot = Box(sign.right + pad, box.y + pad * 3 // 4, box.right - sign.right - 2 * pad, box.h - pad * 3 // 2)
    return (
        Plate(box, theme.paper, canvas.px(14)),
        Mark(sign, Shape.WAIT, theme.print, theme.paper),
        canvas.lettering.trilingual(
            words, slot, Manner(px=canvas.px(34), ink=theme.print, muted=theme.print)
        ),
    )
