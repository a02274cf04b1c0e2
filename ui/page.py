"""What every page is laid out with: the size of the canvas, its unit of length, the theme and the letters.

The pages are designed at 1280 by 800, or 800 by 1280 standing; `px` turns lengths of that design into pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.core.screen.view import Field
from ui.lettering import Lettering, Manner
from ui.phrases import Badge, Label, Language, Words, words
from ui.sheet import Item, Live, Pictogram, Plate, Rectangle, Shape
from ui.theme import Palette, Rgb, Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Where a page is laid out."""

    width: int
    height: int
    theme: Theme
    lettering: Lettering
    staff_language: Language

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

    def to_staff(self, badge: Badge) -> str:
        """What staff are told, in their language."""
        return words(badge).said_in(self.staff_language)

    def palette(self, field: Field) -> Palette:
        """The colours of a field."""
        return self.theme.palettes[field]


def raised(
    box: Rectangle, canvas: Canvas, fill: Rgb, rim: Rgb | None = None, corner: int = 18
) -> tuple[Item, ...]:
    """A plate that can be touched: rounded, with a rim where one is wanted."""
    radius = canvas.px(corner)
    if rim is None:
        return (Plate(box, fill, radius),)
    width = canvas.px(3)
    return (Plate(box, rim, radius), Plate(box.inset(width), fill, radius - width))


def slip(said: Words, box: Rectangle, canvas: Canvas) -> tuple[Item, ...]:
    """A slip of paper with a message that must not be overlooked: a sign and the three languages."""
    theme = canvas.theme
    side = min(canvas.px(52), box.h * 3 // 5)
    pad = canvas.px(16)
    sign = Rectangle(box.x + pad, box.y + (box.h - side) // 2, side, side)
    slot = Rectangle(
        sign.right + pad, box.y + pad * 3 // 4, box.right - sign.right - 2 * pad, box.h - pad * 3 // 2
    )
    return (
        Plate(box, theme.paper, canvas.px(14)),
        Pictogram(sign, Shape.WAIT, theme.print, theme.paper),
        canvas.lettering.trilingual(said, slot, Manner(px=canvas.px(34), ink=theme.print, muted=theme.print)),
    )


def way_back(
    box: Rectangle, label: Label, left: float | None, canvas: Canvas
) -> tuple[tuple[Item, ...], Live]:
    """The button that goes back, and in it the time after which the kiosk does so by itself."""
    px, theme = canvas.px, canvas.theme
    items = raised(box, canvas, theme.key, theme.key_rim)
    bar = Rectangle(box.x + px(24), box.bottom - px(22), box.w - 2 * px(24), px(8))
    if label is Label.CANCEL:
        said = words(label)
        slot = Rectangle(box.x + px(24), box.y, box.w - 2 * px(24), bar.y - box.y + px(8))
        text = f"{said.kk} · {said.ru} · {said.en}"
        items += (canvas.lettering.line(text, slot, px=px(36), bold=True, colour=theme.paper, align=0.5),)
    else:
        items += signed(Shape.ERASE, label, box, canvas, theme.key)
    if left is None:
        return items, Live(bar, ())
    full = Plate(bar, theme.faint, px(4))
    return items, Live(bar, (full, Plate(bar._replace(w=round(bar.w * left)), theme.paper, px(4))))


def signed(shape: Shape, label: Label, box: Rectangle, canvas: Canvas, fill: Rgb) -> tuple[Item, ...]:
    """A pictogram and three languages on a large button."""
    px, theme = canvas.px, canvas.theme
    side = px(104)
    # A little above the middle: the bar is at the bottom of one of the two, and both stand on one line.
    sign = Rectangle(box.x + px(40), box.y + (box.h - side) // 2 - px(8), side, side)
    left = sign.right + px(36)
    slot = Rectangle(left, box.y + px(14), box.right - left - px(24), box.h - px(44))
    return (
        Pictogram(sign, shape, theme.paper, fill),
        canvas.lettering.trilingual(
            words(label),
            slot,
            Manner(px=px(50), ink=theme.paper, muted=theme.paper if fill == theme.go else theme.muted),
        ),
    )
