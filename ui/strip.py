"""The strip at the top: whose door it is, today's rule, what waits, how many are inside, what time it is.

For the front desk, which trusts it at a glance, in the language that is set for it. Tells numbers only, never a person.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.core.model import Colour
from kiosk.core.rule.policy import Zone
from kiosk.core.rule.todays_rule import TodaysRule
from kiosk.core.screen.view import Aged, Corner
from ui.lettering import LEAST
from ui.page import Canvas
from ui.phrases import Badge
from ui.sheet import Item, Live, Pictogram, Plate, Rectangle, Shape
from ui.theme import Rgb

NO_TIME = "--:--"
"""While the clock is not trusted, no time is better than a wrong one."""
RULE, SMALLEST = 21, 12
"""Height of today's rule on the design, and the least that can be read, in pixels of the panel."""
COLOURS = {Colour.GREEN: Badge.GREEN, Colour.BLUE: Badge.BLUE, Colour.YELLOW: Badge.YELLOW}
ZONES = {Zone.YELLOW: Badge.ZONE_YELLOW, Zone.RED: Badge.ZONE_RED}
"""A green zone changes nothing, so it is not worth a word."""


def height(canvas: Canvas) -> int:
    """How much of the page it takes, in pixels."""
    return canvas.px(168 if canvas.standing else 92)


def strip(corner: Corner, canvas: Canvas) -> tuple[tuple[Item, ...], tuple[Live, ...]]:
    """Return what stays, and the places that change: the clock and the numbers."""
    theme, px = canvas.theme, canvas.px
    whole = Rectangle(0, 0, canvas.width, height(canvas))
    inner = whole.inset(canvas.margin, px(10))
    if canvas.standing:
        # Under each other: name, rule, numbers; the clock beside the first two.
        clock = Rectangle(inner.right - px(150), inner.y, px(150), px(86))
        name = Rectangle(inner.x, inner.y, clock.x - inner.x - px(16), px(50))
        rule = Rectangle(inner.x, name.bottom, name.w, px(36))
        numbers = Rectangle(inner.x, rule.bottom, inner.w, inner.bottom - rule.bottom)
    else:
        clock = Rectangle(inner.right - px(150), inner.y, px(150), inner.h)
        left = inner.x + inner.w * 36 // 100
        numbers = Rectangle(left, inner.y, clock.x - left - px(20), inner.h)
        name = Rectangle(
            inner.x, inner.y, left - inner.x - px(16), inner.h * (56 if corner.today else 100) // 100
        )
        rule = Rectangle(inner.x, name.bottom, name.w, inner.bottom - name.bottom)
    lettering = canvas.lettering
    stays: list[Item] = [
        Plate(whole, theme.panel),
        lettering.line(corner.venue, name, px=px(34), bold=True, colour=theme.paper),
    ]
    if corner.today:
        stays.append(
            lettering.line(
                _rule(corner.today, rule, canvas), rule, px=px(RULE), bold=False, colour=theme.muted
            )
        )
    time = lettering.line(corner.clock or NO_TIME, clock, px=px(50), bold=True, colour=theme.paper, align=1.0)
    return tuple(stays), (Live(clock, (time,)), Live(numbers, tuple(_numbers(corner, numbers, canvas))))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chip:
    """A pictogram and a short text, on a plate of its own colour where it is a warning."""

    text: str
    shape: Shape
    ink: Rgb
    ground: Rgb
    plate: bool = True
    spare: bool = False
    """Left out where it does not fit as a whole: what it says in words is told as a number too."""


def _chips(corner: Corner, canvas: Canvas) -> list[_Chip]:
    """Everything that the front desk is to know, the most important first."""
    theme = canvas.theme
    chips: list[_Chip] = []

    def warn(text: str, shape: Shape = Shape.WAIT) -> None:
        chips.append(_Chip(text=text, shape=shape, ink=theme.print, ground=theme.warning))

    if corner.inside is not None:
        text = str(corner.inside) if corner.capacity is None else f"{corner.inside} / {corner.capacity}"
        if corner.counted and corner.clock:  # beside no clock it would be taken for the time
            text += f" · {canvas.to_staff(Badge.AS_OF).format(corner.counted)}"
        ground, plate = (theme.alarm, True) if corner.too_many else (theme.panel, False)
        chips.append(_Chip(text=text, shape=Shape.PERSON, ink=theme.paper, ground=ground, plate=plate))
    if corner.faults:
        text = " · ".join(str(number) for number in corner.faults)
        chips.append(_Chip(text=text, shape=Shape.BROKEN, ink=theme.print, ground=theme.warning))
    if corner.noticed is not None:
        warn(canvas.to_staff(Badge(f"odd-{corner.noticed}")), Shape.PERSON)
    if corner.incidents_waiting:
        text = str(corner.incidents_waiting)
        chips.append(_Chip(text=text, shape=Shape.REPORT, ink=theme.paper, ground=theme.alarm))
    if not corner.online:
        offline = canvas.to_staff(Badge.OFFLINE)
        warn(f"{offline} · {corner.waiting}" if corner.waiting else offline)
    if corner.aged is not None:
        warn(_age(corner.aged, canvas))
    if not corner.clock:
        warn(canvas.to_staff(Badge.NO_TIME))
    if corner.who_unknown:
        warn(canvas.to_staff(Badge.WHO_INSIDE), Shape.PERSON)
    if corner.today is not None and corner.today.uncounted:  # of the rule, whose own line has no room for why
        text = canvas.to_staff(Badge.UNCOUNTED)
        chips.append(_Chip(text=text, shape=Shape.PERSON, ink=theme.muted, ground=theme.panel, spare=True))
    if corner.ailing is not None:
        text = canvas.to_staff(Badge(f"ailing-{corner.ailing}"))
        chips.append(_Chip(text=text, shape=Shape.BROKEN, ink=theme.print, ground=theme.warning, spare=True))
    return chips


def _rule(rule: TodaysRule, box: Rectangle, canvas: Canvas) -> str:
    """Today's rule, such as "Сегодня: зелёный, синий · 06:00–23:00". Where that is too long, without its first word."""
    said = canvas.to_staff
    enter = ", ".join(said(COLOURS[colour]) for colour in rule.colours) or said(Badge.NOBODY_ENTERS)
    parts = [enter, ", ".join(rule.hours), said(ZONES[rule.zone]) if rule.zone in ZONES else ""]
    short = " · ".join(filter(None, parts))
    whole = f"{said(Badge.TODAY)}: {short}"
    readable = max(SMALLEST, round(canvas.px(RULE) * LEAST))
    return whole if canvas.lettering.width(whole, bold=False, px=readable) <= box.w else short


def _age(aged: Aged, canvas: Canvas) -> str:
    """One short word and a number, such as "ЕРЕЖЕ 2 КҮН"."""
    what = canvas.to_staff(Badge(f"old-{aged.known}"))
    if aged.amount is None:
        return f"{what}?" if aged.there else f"{what} {canvas.to_staff(Badge.NONE_THERE)}"
    return f"{what} {aged.amount} {canvas.to_staff(Badge(aged.unit.value))}"


def _numbers(corner: Corner, box: Rectangle, canvas: Canvas) -> list[Item]:
    """Occupancy and badges from right to left: in one row, or, where there are too many, in two of smaller ones."""
    chips = _chips(corner, canvas)
    px, gap = canvas.px, canvas.px(28)
    rows, high = [chips], px(50)
    if sum(_wide(chip, high, canvas) + gap for chip in chips) - gap > box.w:
        high = (box.h - px(4)) // 2
        gap = px(14)
        room, first = box.w, 0
        for chip in chips:
            room -= _wide(chip, high, canvas) + gap
            first += room + gap >= 0
        rows = [chips[:first], chips[first:]]
    items: list[Item] = []
    top = box.y + (box.h - high * len(rows) - px(4) * (len(rows) - 1)) // 2
    for at, row in enumerate(rows):
        right = box.right
        for chip in row:
            needed = _wide(chip, high, canvas)
            wide = min(needed, right - box.x)
            if wide < (needed if chip.spare else high):  # nothing could be read in it
                break
            items += _chip(chip, Rectangle(right - wide, top + at * (high + px(4)), wide, high), canvas)
            right -= wide + gap
    return items


def _text_px(chip: _Chip, high: int, canvas: Canvas) -> int:
    if not chip.plate:
        return high * 72 // 100
    return high * (52 if high >= canvas.px(50) else 64) // 100


def _pad(chip: _Chip, high: int) -> int:
    return high * 36 // 100 if chip.plate else 0


def _wide(chip: _Chip, high: int, canvas: Canvas) -> int:
    text = canvas.lettering.width(chip.text, bold=True, px=_text_px(chip, high, canvas))
    return text + _side(chip, high) + high * 24 // 100 + 2 * _pad(chip, high)


def _side(chip: _Chip, high: int) -> int:
    return high * (56 if chip.plate else 68) // 100


def _chip(chip: _Chip, whole: Rectangle, canvas: Canvas) -> list[Item]:
    side, pad = _side(chip, whole.h), _pad(chip, whole.h)
    sign = Rectangle(whole.x + pad, whole.y + (whole.h - side) // 2, side, side)
    left = sign.right + whole.h * 24 // 100
    slot = Rectangle(left, whole.y, max(1, whole.right - pad - left), whole.h)
    text = canvas.lettering.line(
        chip.text, slot, px=_text_px(chip, whole.h, canvas), bold=True, colour=chip.ink
    )
    plate = [Plate(whole, chip.ground, whole.h // 2)] if chip.plate else []
    return [*plate, Pictogram(sign, chip.shape, chip.ink, chip.ground), text]
