"""The idle page: see yourself, show your code, or scan ours, or type.

The camera's picture and the venue code are places of their own, so that neither repaints the page.
"""

from __future__ import annotations

from kiosk.core.events import Key
from kiosk.core.screen.view import Field, View
from ui import qr
from ui.lettering import Manner
from ui.page import Canvas, raised, slip
from ui.phrases import Label, words
from ui.sheet import Button, Code, Item, Live, Pictogram, Plate, PreviewSlot, Rectangle, Shape, Sheet
from ui.strip import height as strip_height
from ui.strip import strip

SLIP = 218
"""Height of a message over the camera's picture, in the design's lengths."""


def sheet(view: View, canvas: Canvas, frame: int) -> Sheet:
    """Lay the page out. `frame` is the number of the camera's newest picture, 0 while there is none.

    Touching the keypad's button is CONFIRM, as on a keypad made of keys: the door opens the number page with it.
    """
    static, corner = strip(view.corner, canvas)
    eye, headline, card, touch = _places(view, canvas)
    live = list(corner)
    night = canvas.palette(Field.NIGHT)
    keys = _large_button(eye, canvas) if touch is None else _button(touch, canvas)
    static = (
        *static,
        canvas.lettering.trilingual(
            words(view.headline),
            headline,
            Manner(
                px=canvas.px(62),
                ink=night.ink,
                muted=canvas.theme.muted,
                headline=True,
                valign=0.0 if card else 0.5,
            ),
        ),
        *keys,
    )
    if touch is not None:
        live.append(Live(eye, eye_items(view, eye, canvas, frame)))
    elif view.hint is not None:
        place = _hint_place(eye, canvas)
        live.append(Live(place, slip(words(view.hint), place, canvas)))
    if card is not None and view.venue_code is not None:
        more, code = _card(view.venue_code, card, canvas)
        static += more
        live.append(Live(code.box, (code,)))
    return Sheet(
        ground=night.field,
        static=static,
        live=tuple(live),
        buttons=(Button(eye if touch is None else touch, Key.CONFIRM),),
    )


def _places(view: View, canvas: Canvas) -> tuple[Rectangle, Rectangle, Rectangle | None, Rectangle | None]:
    """Where the camera's picture, the words, the venue code's card and the keypad's button are.

    Without a camera the button takes the picture's place.
    """
    px, margin, gap = canvas.px, canvas.margin, canvas.px(24)
    top = strip_height(canvas) + px(32)
    body = Rectangle(margin, top, canvas.width - 2 * margin, canvas.height - top - px(36))
    button_h = px(124)
    card_h = 0
    if view.venue_code is not None:
        card_h = _code_side(view.venue_code, canvas) + 2 * px(14)
    if canvas.standing:
        button = Rectangle(body.x, body.bottom - button_h, body.w, button_h) if view.preview else None
        floor = button.y - gap if button else body.bottom
        card = Rectangle(body.x, floor - card_h, body.w, card_h) if card_h else None
        floor = card.y - gap if card else floor
        words_h = (floor - body.y) * 36 // 100
        eye = Rectangle(body.x, body.y, body.w, floor - body.y - words_h - gap)
        return eye, Rectangle(body.x, eye.bottom + gap, body.w, words_h), card, button
    tall = body.h - button_h - gap
    eye = Rectangle(body.x, body.y, min(tall * 4 // 3, body.w * 48 // 100), tall)
    button = Rectangle(eye.x, eye.bottom + gap, eye.w, button_h)
    left = eye.right + px(44)
    card = Rectangle(left, body.bottom - card_h, body.right - left, card_h) if card_h else None
    floor = card.y - gap if card else body.bottom
    headline = Rectangle(left, body.y, body.right - left, floor - body.y)
    if not view.preview:
        return eye._replace(h=body.h), headline, card, None
    return eye, headline, card, button


def eye_items(view: View, box: Rectangle, canvas: Canvas, frame: int) -> tuple[Item, ...]:
    """The camera's picture with brackets to aim by, and over it what was wrong with the last code."""
    px, theme = canvas.px, canvas.theme
    ground = canvas.palette(Field.NIGHT).field
    items: list[Item] = [Plate(box, theme.panel, px(18))]
    items.append(PreviewSlot(box, px(18), ground, frame))
    if not frame:
        items.append(Pictogram(box.square(box.h * 42 // 100), Shape.PHONE, theme.faint, theme.panel))
    items += _brackets(box.square(min(box.w, box.h) - 2 * px(36)), canvas)
    if view.hint is not None:
        items += slip(words(view.hint), _hint_place(box, canvas), canvas)
    return tuple(items)


def _hint_place(eye: Rectangle, canvas: Canvas) -> Rectangle:
    high = canvas.px(SLIP)
    return Rectangle(eye.x, eye.bottom - high, eye.w, high).inset(canvas.px(14))


def _brackets(box: Rectangle, canvas: Canvas) -> list[Item]:
    long, thick = canvas.px(64), canvas.px(9)
    colour, round_ = canvas.theme.paper, canvas.px(9) // 2
    items: list[Item] = []
    for x in (box.x, box.right):
        for y in (box.y, box.bottom):
            across = Rectangle(x if x == box.x else x - long, y if y == box.y else y - thick, long, thick)
            down = Rectangle(x if x == box.x else x - thick, y if y == box.y else y - long, thick, long)
            items += [Plate(across, colour, round_), Plate(down, colour, round_)]
    return items


def _button(box: Rectangle, canvas: Canvas) -> tuple[Item, ...]:
    px, theme, label = canvas.px, canvas.theme, words(Label.ENTER_IIN)
    side = px(64)
    sign = Rectangle(box.x + px(36), box.y + (box.h - side) // 2, side, side)
    left = sign.right + px(34)
    first = Rectangle(left, box.y + px(16), box.right - left - px(20), (box.h - px(32)) * 56 // 100)
    second = Rectangle(left, first.bottom, first.w, box.bottom - px(16) - first.bottom)
    return (
        *raised(box, canvas, theme.key, theme.key_rim),
        Pictogram(sign, Shape.KEYS, theme.paper, theme.key),
        canvas.lettering.line(f"{label.kk} · {label.ru}", first, px=px(36), bold=True, colour=theme.paper),
        canvas.lettering.line(label.en, second, px=px(27), bold=False, colour=theme.muted),
    )


def _large_button(box: Rectangle, canvas: Canvas) -> tuple[Item, ...]:
    px, theme = canvas.px, canvas.theme
    side = min(box.w, box.h) * 42 // 100
    sign = Rectangle(box.x + (box.w - side) // 2, box.y + box.h * 40 // 100 - side // 2, side, side)
    slot = Rectangle(box.x + px(30), sign.bottom + px(30), box.w - px(60), box.bottom - sign.bottom - px(50))
    return (
        *raised(box, canvas, theme.key, theme.key_rim),
        Pictogram(sign, Shape.KEYS, theme.paper, theme.key),
        canvas.lettering.trilingual(
            words(Label.ENTER_IIN),
            slot,
            Manner(px=px(44), ink=theme.paper, muted=theme.muted, align=0.5, valign=0.2),
        ),
    )


def _code_side(text: str, canvas: Canvas) -> int:
    """The side of the venue code in pixels: whole modules, never smaller than a phone can read."""
    modules = len(qr.modules(text))
    return modules * max(qr.LEAST_PX, canvas.px(236) // modules)


def _card(text: str, box: Rectangle, canvas: Canvas) -> tuple[tuple[Item, ...], Code]:
    px, theme = canvas.px, canvas.theme
    side, pad = _code_side(text, canvas), px(14)
    code = Code(Rectangle(box.right - pad - side, box.y + pad, side, side), text)
    slot = Rectangle(box.x + px(24), box.y + pad, code.box.x - box.x - px(24) - px(18), side)
    stays = (
        Plate(box, theme.panel, px(18)),
        canvas.lettering.trilingual(
            words(Label.SCAN_BY_PHONE), slot, Manner(px=px(34), ink=theme.paper, muted=theme.muted)
        ),
    )
    return stays, code
