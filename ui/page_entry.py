"""The number pages: type the IIN, then say that it is right. Shows only the cells that the view gives, masked as they are.

Submits nothing: the keys say what was touched, and the door decides.
"""

from __future__ import annotations

from kiosk.core.events import Key
from kiosk.core.screen.view import Field, TypedNumber, View
from ui.lettering import Manner
from ui.page import Canvas, raised, signed, slip, way_back
from ui.phrases import Label, words
from ui.sheet import Button, Item, Live, Pictogram, Plate, Rectangle, Shape, Sheet

MASKED = "•"
PAD = (
    (Key.D1, Key.D2, Key.D3),
    (Key.D4, Key.D5, Key.D6),
    (Key.D7, Key.D8, Key.D9),
    (Key.ERASE, Key.D0, Key.CONFIRM),
)
EMPTY = TypedNumber(cells=" " * 12, groups=(4, 4, 4))


def keypad_sheet(view: View, canvas: Canvas, _frame: int) -> Sheet:
    """Lay out the page where the number is typed."""
    px, margin, night = canvas.px, canvas.margin, canvas.palette(Field.NIGHT)
    if canvas.standing:
        pad = Rectangle(
            margin, canvas.height * 45 // 100, canvas.width - 2 * margin, canvas.height * 55 // 100 - margin
        )
        cancel = Rectangle(pad.x, pad.bottom - px(96), pad.w, px(96))
        pad = pad._replace(h=pad.h - px(96) - px(20))
        text = Rectangle(margin, margin, pad.w, pad.y - margin - px(24))
    else:
        high = canvas.height - 2 * margin
        wide = min(px(560), canvas.width * 45 // 100)
        pad = Rectangle(canvas.width - margin - wide, margin, wide, high)
        text = Rectangle(margin, margin, pad.x - margin - px(48), high)
        cancel = Rectangle(text.x, text.bottom - px(112), text.w, px(112))
        text = text._replace(h=text.h - px(112) - px(24))
    number = view.keypad or EMPTY
    cells_box = Rectangle(text.x, text.y + text.h * 42 // 100, text.w, min(px(104), text.h // 4))
    headline = Rectangle(text.x, text.y, text.w, cells_box.y - text.y - px(20))
    message = Rectangle(text.x, cells_box.bottom + px(20), text.w, text.bottom - cells_box.bottom - px(20))
    # A slip is no taller than it needs: it belongs to the number above it.
    message = message._replace(h=min(message.h, px(176)))
    keys, buttons = _pad(pad, canvas, complete=" " not in number.cells, rests=view.keypad is None)
    stays, bar = way_back(cancel, Label.CANCEL, view.time_left, canvas)
    return Sheet(
        ground=night.field,
        static=(
            canvas.lettering.trilingual(
                words(view.headline),
                headline,
                Manner(px=px(62), ink=night.ink, muted=canvas.theme.muted, valign=0.0, headline=True),
            ),
            *keys,
            *stays,
        ),
        live=(
            Live(cells_box, _cells(number, cells_box, canvas)),
            Live(message, _message(view, message, canvas)),
            bar,
        ),
        buttons=(*buttons, Button(cancel, Key.CANCEL)),
    )


def confirm_sheet(view: View, canvas: Canvas, _frame: int) -> Sheet:
    """Lay out the page where the number is confirmed. "Change it" is ERASE: back to the number, not to the start."""
    px, margin, night = canvas.px, canvas.margin, canvas.palette(Field.NIGHT)
    whole = Rectangle(margin, margin, canvas.width - 2 * margin, canvas.height - 2 * margin)
    gap, high = px(24), px(210)
    if canvas.standing:
        yes = Rectangle(whole.x, whole.bottom - high, whole.w, high)
        change = Rectangle(whole.x, yes.y - gap - high, whole.w, high)
    else:
        half = (whole.w - gap) // 2
        change = Rectangle(whole.x, whole.bottom - high, half, high)
        yes = Rectangle(whole.right - half, change.y, half, high)
    upper = whole._replace(h=change.y - whole.y - gap)
    number = view.keypad or EMPTY
    cells_box = Rectangle(upper.x, upper.y + upper.h * 45 // 100, upper.w, min(px(124), upper.h * 28 // 100))
    headline = Rectangle(upper.x, upper.y, upper.w, cells_box.y - upper.y - px(28))
    message = Rectangle(upper.x, cells_box.bottom + px(16), upper.w, upper.bottom - cells_box.bottom - px(8))
    stays, bar = way_back(change, Label.CORRECT, view.time_left, canvas)
    theme = canvas.theme
    return Sheet(
        ground=night.field,
        static=(
            canvas.lettering.trilingual(
                words(view.headline),
                headline,
                Manner(px=px(72), ink=night.ink, muted=theme.muted, align=0.5, headline=True),
            ),
            *stays,
            *raised(yes, canvas, theme.go),
            *signed(Shape.TICK, Label.YES, yes, canvas, theme.go),
        ),
        live=(
            Live(cells_box, _cells(number, cells_box, canvas)),
            Live(message, _message(view, message, canvas)),
            bar,
        ),
        # A finger that stays on the number is a key that is held: it shows the whole of it.
        buttons=(Button(change, Key.ERASE), Button(yes, Key.CONFIRM), Button(cells_box, Key.D0)),
    )


def _pad(
    box: Rectangle, canvas: Canvas, *, complete: bool, rests: bool
) -> tuple[tuple[Item, ...], tuple[Button, ...]]:
    """The twelve keys. OK does nothing until the number is whole, none does while they rest, and they look like it."""
    theme, gap = canvas.theme, canvas.px(16)
    wide, high = (box.w - 2 * gap) // 3, (box.h - 3 * gap) // 4
    items: list[Item] = []
    buttons: list[Button] = []
    for row, keys in enumerate(PAD):
        for column, key in enumerate(keys):
            place = Rectangle(box.x + column * (wide + gap), box.y + row * (high + gap), wide, high)
            ready = not rests and (key is not Key.CONFIRM or complete)
            fill = theme.panel if not ready else theme.go if key is Key.CONFIRM else theme.key
            ink = theme.paper if ready else theme.faint
            items += raised(place, canvas, fill)
            if key is Key.ERASE:
                items.append(Pictogram(place.square(min(wide, high) // 2), Shape.ERASE, ink, fill))
            elif key is Key.CONFIRM:
                items.append(Pictogram(place.square(min(wide, high) * 6 // 10), Shape.TICK, ink, fill))
            else:
                size = min(canvas.px(76), high * 6 // 10)
                items.append(
                    canvas.lettering.line(key.value, place, px=size, bold=True, colour=ink, align=0.5)
                )
            if ready:
                buttons.append(Button(place, key))
    return tuple(items), tuple(buttons)


def _cells(number: TypedNumber, box: Rectangle, canvas: Canvas) -> tuple[Item, ...]:
    """The number as cells in groups, the next one rimmed, the whole in the middle of its place."""
    px, theme, cells = canvas.px, canvas.theme, number.cells
    near, far = px(6), px(26)
    spaces = near * (len(cells) - len(number.groups)) + far * (len(number.groups) - 1)
    wide = min((box.w - spaces) // len(cells), box.h * 7 // 10)
    slack = box.w - spaces - wide * len(cells)
    if slack < len(cells):
        # Only the rounding is left over: into the gaps, so that the row is flush with what stands above it.
        far += slack // (len(number.groups) - 1)
        slack = 0
    starts = {sum(number.groups[:count]) for count in range(1, len(number.groups))}
    x = box.x + slack // 2
    items: list[Item] = []
    for at, cell in enumerate(cells):
        x += 0 if at == 0 else far if at in starts else near
        place = Rectangle(x, box.y, wide, box.h)
        if cell == " ":
            rim = theme.key_rim if at == len(cells.rstrip()) else None
            items += (
                raised(place, canvas, theme.panel, rim, corner=10)
                if rim
                else (Plate(place, theme.panel, px(10)),)
            )
        else:
            items.append(Plate(place, theme.paper, px(10)))
            if cell == MASKED:
                items.append(Plate(place.square(dot := wide * 36 // 100 // 2 * 2), theme.print, dot // 2))
            else:
                size = min(box.h * 6 // 10, wide)
                items.append(
                    canvas.lettering.line(cell, place, px=size, bold=True, colour=theme.print, align=0.5)
                )
        x += wide
    return tuple(items)


def _message(view: View, box: Rectangle, canvas: Canvas) -> tuple[Item, ...]:
    """What was wrong with the number, on paper; else, that only the end of it can be seen."""
    said = view.hint or view.note
    if said is not None:
        return slip(words(said), box, canvas)
    muted = canvas.theme.muted
    centre = 0.5 if view.keypad and len(view.keypad.groups) > 3 else 0.0
    return (
        canvas.lettering.trilingual(
            words(Label.LAST_FOUR),
            box,
            Manner(px=canvas.px(30), ink=muted, muted=muted, align=centre, valign=0.0),
        ),
    )
