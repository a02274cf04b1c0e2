"""The page that is read from afar: the result, and "checking" and "out of order" in the same layout.

Two facts, two channels: the field is the registry's colour, the shape and the frame are our decision. A result has
no strip: nothing but the answer. The time that is left and the reference number are the only things that change.
"""

from __future__ import annotations

from kiosk.core.screen.view import Page, Sign, View
from ui.lettering import Manner
from ui.page import Canvas
from ui.phrases import Badge, words
from ui.sheet import Item, Live, Pictogram, Plate, Rectangle, Shape, Sheet
from ui.strip import height as strip_height
from ui.strip import strip
from ui.theme import Palette

SHAPES = {Sign.ENTER: Shape.ENTER, Sign.LEAVE: Shape.LEAVE, Sign.STOP: Shape.STOP, Sign.WAIT: Shape.WAIT}
LONGEST_CALL = 20
"""Letters. A headline up to this is a call, in capitals; a longer one is a sentence, and capitals make those slow to read."""
FRAMED = (Sign.STOP, Sign.WAIT)
"""A frame says "not yet" before the sign is made out."""


def sheet(view: View, canvas: Canvas, _frame: int) -> Sheet:
    """Lay the page out."""
    px, palette = canvas.px, canvas.palette(view.field)
    result = view.page is Page.RESULT
    static: list[Item] = []
    live: list[Live] = []
    inside = Rectangle(0, 0, canvas.width, canvas.height)
    if result and view.sign in FRAMED:
        static += [Plate(inside, palette.ink), Plate(inside.inset(px(22)), palette.field)]
        inside = inside.inset(px(22))
    if not result:
        stays, corner = strip(view.corner, canvas)
        static += stays
        live += corner
        inside = Rectangle(0, strip_height(canvas), canvas.width, canvas.height - strip_height(canvas))
    band_h = px((256 if canvas.standing else 186) if view.note is not None else 12)
    band = Rectangle(inside.x, inside.bottom - band_h, inside.w, band_h)
    if view.note is not None:
        static += _note(view, band, canvas, palette)
        if view.sign in FRAMED or view.offline_since:
            live.append(_reference(view, band, canvas, palette))
    if result:
        live.append(_bar(view.time_left, band._replace(h=px(12)), palette))
    static += _answer(view, inside._replace(h=inside.h - band_h), canvas, palette)
    return Sheet(ground=palette.field, static=tuple(static), live=tuple(live))


def _answer(view: View, box: Rectangle, canvas: Canvas, palette: Palette) -> list[Item]:
    """The sign and the headline: beside each other on a lying screen, under each other on a standing one."""
    px, edge = canvas.px, canvas.px(64)
    shape = _shape(view)
    side = 0 if shape is None else min(px(340 if canvas.standing else 308), box.h * 6 // 10)
    if canvas.standing:
        sign = Rectangle(box.x + (box.w - side) // 2, box.y + box.h // 4 - side // 2 + px(24), side, side)
        top = sign.bottom + px(32)
        slot = Rectangle(box.x + px(40), top, box.w - 2 * px(40), box.bottom - top - px(24))
    else:
        left = edge - box.x
        sign = Rectangle(box.x + left, box.y + (box.h - side) // 2, side, side)
        x = sign.right + (px(56) if side else 0)
        slot = Rectangle(x, box.y + px(28), box.right - left - x, box.h - 2 * px(28))
    said = words(view.headline)
    headline = canvas.lettering.trilingual(
        said,
        slot,
        Manner(
            px=px(150),
            ink=palette.ink,
            muted=palette.ink,
            align=0.5 if canvas.standing else 0.0,
            valign=0.4 if canvas.standing else 0.5,
            capitals=len(said.kk) <= LONGEST_CALL,
            headline=True,
        ),
    )
    return [headline] if shape is None else [Pictogram(sign, shape, palette.ink, palette.field), headline]


def _shape(view: View) -> Shape | None:
    if view.page is Page.CHECKING:
        return Shape.CHECKING
    if view.page is Page.OUT_OF_ORDER:
        return Shape.BROKEN
    return SHAPES.get(view.sign)


def _note(view: View, band: Rectangle, canvas: Canvas, palette: Palette) -> list[Item]:
    """The band with one sentence; where a reference may stand, it keeps clear of it."""
    px = canvas.px
    slot = _text_of(band, canvas)
    if view.sign in FRAMED or view.offline_since:
        room = _reference_box(view, band, canvas)
        slot = (
            slot._replace(h=room.y - slot.y) if canvas.standing else slot._replace(w=room.x - slot.x - px(20))
        )
    assert view.note is not None  # noqa: S101 - asked for only with a note
    return [
        Plate(band, palette.band),
        canvas.lettering.trilingual(
            words(view.note),
            slot,
            Manner(px=px(46), ink=palette.ink, muted=palette.ink, align=0.5 if canvas.standing else 0.0),
        ),
    ]


def _text_of(band: Rectangle, canvas: Canvas) -> Rectangle:
    """The part of the band under the bar, in line with the sign."""
    edge = canvas.px(64)
    return Rectangle(edge, band.y + canvas.px(16), canvas.width - 2 * edge, band.h - canvas.px(20))


def _reference_box(view: View, band: Rectangle, canvas: Canvas) -> Rectangle:
    text = _text_of(band, canvas)
    if canvas.standing:
        return Rectangle(text.x, text.bottom - canvas.px(50), text.w, canvas.px(50))
    wide = canvas.px(480 if view.offline_since else 230)
    return Rectangle(text.right - wide, text.y, wide, text.h)


def _reference(view: View, band: Rectangle, canvas: Canvas, palette: Palette) -> Live:
    """What staff read: the short number by which they and the registry find a refusal (rule 11), or since when nobody
    knows whether the pass that came in was revoked.
    """
    box = _reference_box(view, band, canvas)
    if not (view.reference or view.offline_since):
        return Live(box, ())
    align = 0.5 if canvas.standing else 1.0
    text = (
        f"№ {view.reference}" if view.reference else f"{canvas.to_staff(Badge.OFFLINE)} {view.offline_since}"
    )
    return Live(
        box, (canvas.lettering.line(text, box, px=canvas.px(42), bold=True, colour=palette.ink, align=align),)
    )


def _bar(time_left: float | None, box: Rectangle, palette: Palette) -> Live:
    """How long the screen stays, from full to nothing."""
    if time_left is None:
        return Live(box, ())
    return Live(box, (Plate(box, palette.band), Plate(box._replace(w=round(box.w * time_left)), palette.ink)))
