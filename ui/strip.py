"""The strip at the top: whose door it is, today's rule, what waits, how many are inside, what time it is.

For the front desk, which trusts it at a glance. Tells numbers only, never a person.
"""

from __future__ import annotations

from kiosk.core.view import Corner
from ui.page import Canvas
from ui.phrases import Label, words
from ui.sheet import Box, Item, Live, Mark, Plate, Shape
from ui.theme import Rgb

NO_TIME = "--:--"
"""While the clock is not trusted, no time is better than a wrong one."""


def height(canvas: Canvas) -> int:
    """How much of the page it takes, in pixels."""
    return canvas.px(168 if canvas.standing else 92)


def strip(corner: Corner, canvas: Canvas) -> tuple[tuple[Item, ...], tuple[Live, ...]]:
    """Return what stays, and the places that change: the clock and the numbers."""
    theme, px = canvas.theme, canvas.px
    whole = Box(0, 0, canvas.width, height(canvas))
    inner = whole.inset(canvas.margin, px(10))
    if canvas.standing:
        # Under each other: name, rule, numbers; the clock beside the first two.
        clock = Box(inner.right - px(150), inner.y, px(150), px(86))
        name = Box(inner.x, inner.y, clock.x - inner.x - px(16), px(50))
        rule = Box(inner.x, name.bottom, name.w, px(36))
        numbers = Box(inner.x, rule.bottom, inner.w, inner.bottom - rule.bottom)
    else:
        clock = Box(inner.right - px(150), inner.y, px(150), inner.h)
        left = inner.x + inner.w * 36 // 100
        numbers = Box(left, inner.y, clock.x - left - px(20), inner.h)
        name = Box(inner.x, inner.y, left - inner.x - px(16), inner.h * (56 if corner.today else 100) // 100)
        rule = Box(inner.x, name.bottom, name.w, inner.bottom - name.bottom)
    lettering = canvas.lettering
    stays: list[Item] = [
        Plate(whole, theme.panel),
        lettering.line(corner.venue, name, px=px(34), bold=True, colour=theme.paper),
    ]
    if corner.today:
        stays.append(lettering.line(corner.today, rule, px=px(21), bold=False, colour=theme.muted))
    time = lettering.line(corner.clock or NO_TIME, clock, px=px(50), bold=True, colour=theme.paper, align=1.0)
    return tuple(stays), (Live(clock, (time,)), Live(numbers, tuple(_numbers(corner, numbers, canvas))))


def _numbers(corner: Corner, box: Box, canvas: Canvas) -> list[Item]:
    """Occupancy and badges, from right to left."""
    theme = canvas.theme
    items: list[Item] = []
    right = box.right
    if corner.inside is not None:
        text = str(corner.inside) if corner.capacity is None else f"{corner.inside} / {corner.capacity}"
        right = _chip(
            items, text, Shape.PERSON, right, box, canvas, ink=theme.paper, ground=theme.panel, plate=False
        )
    if not corner.online:
        offline = words(Label.OFFLINE).kk
        text = f"{offline} · {corner.waiting}" if corner.waiting else offline
        right = _chip(items, text, Shape.WAIT, right, box, canvas, ink=theme.print, ground=theme.warning)
    if corner.incidents_waiting:
        text = str(corner.incidents_waiting)
        _chip(items, text, Shape.REPORT, right, box, canvas, ink=theme.paper, ground=theme.alarm)
    return items


def _chip(
    items: list[Item],
    text: str,
    shape: Shape,
    right: int,
    box: Box,
    canvas: Canvas,
    *,
    ink: Rgb,
    ground: Rgb,
    plate: bool = True,
) -> int:
    """Put a pictogram and a number at the right end of the row; return where the next one ends."""
    px, lettering = canvas.px, canvas.lettering
    size = px(26 if plate else 36)
    side = px(28 if plate else 34)
    pad = px(18) if plate else 0
    width = lettering.width(text, bold=True, px=size)
    whole = Box(right - width - side - px(12) - 2 * pad, box.y + (box.h - px(50)) // 2, 0, px(50))
    whole = whole._replace(w=right - whole.x)
    if plate:
        items.append(Plate(whole, ground, whole.h // 2))
    sign = Box(whole.x + pad, whole.y + (whole.h - side) // 2, side, side)
    slot = Box(sign.right + px(12), whole.y, width, whole.h)
    items += [Mark(sign, shape, ink, ground), lettering.line(text, slot, px=size, bold=True, colour=ink)]
    return whole.x - px(28)
