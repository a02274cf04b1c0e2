"""The enrolment page: show the code, see all that it says, say that it is right. For a technician at arm's length.

What the code says is shown whole, or nobody could tell a wrong address from the right one: a value is set smaller and
broken into rows, never cut.
"""

from __future__ import annotations

from kiosk.core.events import Key
from kiosk.core.screen.view import Fact, Field, View
from ui.lettering import CAP, Manner
from ui.page import Canvas, raised, signed, slip, way_back
from ui.page_idle import eye_items
from ui.phrases import Label, words
from ui.sheet import Button, Item, Live, Rectangle, Shape, Sheet, Text, TextLine

LEAST_PX = 12
"""A value is never set smaller: it is read from a panel of 7 inches, at arm's length."""
PITCH = 1.32
"""From baseline to baseline, in em: rows of an address must not touch."""


def sheet(view: View, canvas: Canvas, frame: int) -> Sheet:
    """Lay the page out. `frame` is the number of the camera's newest picture, 0 while there is none."""
    if view.lines:
        return _checked(view, canvas)
    px, night = canvas.px, canvas.palette(Field.NIGHT)
    body = Rectangle(0, 0, canvas.width, canvas.height).inset(canvas.margin)
    gap = px(44)
    if not view.preview:
        eye, said = None, body
    elif canvas.standing:
        eye = Rectangle(body.x, body.y, body.w, body.h * 56 // 100)
        said = Rectangle(body.x, eye.bottom + gap, body.w, body.bottom - eye.bottom - gap)
    else:
        eye = Rectangle(body.x, body.y, body.w * 56 // 100, body.h)
        said = Rectangle(eye.right + gap, body.y, body.right - eye.right - gap, body.h)
    live = [] if eye is None else [Live(eye, eye_items(view, eye, canvas, frame))]
    if eye is None and view.hint is not None:
        message = Rectangle(said.x, said.bottom - px(218), said.w, px(218))
        said = said._replace(h=message.y - said.y)
        live.append(Live(message, slip(words(view.hint), message, canvas)))
    return Sheet(
        ground=night.field,
        static=(_headline(view, said, canvas, 0.5 if eye is None else 0.0, px(72)),),
        live=tuple(live),
    )


def _checked(view: View, canvas: Canvas) -> Sheet:
    """The page with what the code says, and where it is asked about, the two keys."""
    px, theme = canvas.px, canvas.theme
    body = Rectangle(0, 0, canvas.width, canvas.height).inset(canvas.margin)
    asked = view.time_left is not None
    high, gap = px(140), px(24)
    half = (body.w - gap) // 2
    yes = Rectangle(body.right - half, body.bottom - high, half, high)
    no = yes._replace(x=body.x)
    if canvas.standing:  # under each other: half the width is too little for three languages on one line
        yes = Rectangle(body.x, body.bottom - high, body.w, high)
        no = yes._replace(y=yes.y - gap - high)
    floor = no.y - gap if asked else body.bottom
    headline = Rectangle(body.x, body.y, body.w, px(210 if canvas.standing else 170))
    live: tuple[Live, ...] = ()
    items: list[Item] = []
    question = headline
    if view.hint is not None and asked:  # how to answer stands beside the question: the table needs the rest
        question = headline._replace(w=body.w * 40 // 100)
        beside = headline._replace(x=question.right + gap, w=body.right - question.right - gap)
        manner = Manner(px=px(34), ink=theme.paper, muted=theme.muted, valign=0.0)
        items.append(canvas.lettering.trilingual(words(view.hint), beside, manner))
    elif view.hint is not None:
        message = Rectangle(body.x, floor - px(130), body.w, px(130))
        live = (Live(message, slip(words(view.hint), message, canvas)),)
        floor = message.y - gap
    items.append(_headline(view, question, canvas, 0.0, px(56)))
    table = Rectangle(body.x, headline.bottom + px(16), body.w, floor - headline.bottom - px(16))
    items += _table(view.lines, table, canvas)
    buttons: tuple[Button, ...] = ()
    if asked:
        stays, bar = way_back(no, Label.CANCEL, view.time_left, canvas)
        items += (
            *stays,
            *raised(yes, canvas, theme.go),
            *signed(Shape.TICK, Label.YES, yes, canvas, theme.go),
        )
        live += (bar,)
        buttons = (Button(no, Key.CANCEL), Button(yes, Key.CONFIRM))
    return Sheet(ground=canvas.palette(Field.NIGHT).field, static=tuple(items), live=live, buttons=buttons)


def _headline(view: View, box: Rectangle, canvas: Canvas, valign: float, size: int) -> Text:
    ink = canvas.palette(view.field).ink
    return canvas.lettering.trilingual(
        words(view.headline),
        box,
        Manner(px=size, ink=ink, muted=canvas.theme.muted, valign=valign, headline=True),
    )


def _table(lines: tuple[tuple[Fact, str], ...], box: Rectangle, canvas: Canvas) -> list[Item]:
    """Everything that the code says: each name in three languages, and the whole value, as large as all fit in one size."""
    px, standing = canvas.px, canvas.standing
    left = box.w if standing else box.w * 38 // 100
    right = box.w if standing else box.w - left - px(24)
    name_h = px(40) if standing else 0
    texts = [
        "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in value)
        for _, value in lines
    ]
    size, pad = px(36), px(26)
    while True:
        broken = [_broken(text, right, size, canvas) for text in texts]
        pitch = round(size * PITCH)
        tall = sum(len(rows) * pitch + name_h + pad for rows in broken)
        if tall <= box.h or size <= LEAST_PX:
            break
        size, pad = size - 1, px(14)
    items: list[Item] = []
    y = box.y
    for (fact, _), rows in zip(lines, broken, strict=True):
        name = Rectangle(box.x, y, left, name_h or pitch)
        # Small letters reach under a row that is as high as its capitals.
        slot = name.inset(0, -pad // 4)
        value = Rectangle(box.right - right, name.bottom if standing else y, right, len(rows) * pitch)
        items += [_name(fact, slot, canvas), _value(rows, value, size, pitch, canvas)]
        y = value.bottom + pad
    return items


def _name(fact: Fact, box: Rectangle, canvas: Canvas) -> Text:
    said = words(fact)
    text = " · ".join(dict.fromkeys((said.kk, said.ru, said.en)))
    return canvas.lettering.line(
        text, box, px=min(canvas.px(26), box.h * 8 // 10), bold=False, colour=canvas.theme.muted
    )


def _value(rows: list[str], box: Rectangle, size: int, pitch: int, canvas: Canvas) -> Text:
    first = box.y + (pitch + round(CAP * size)) // 2
    paper = canvas.theme.paper
    return Text(
        box, tuple(TextLine(row, box.x, first + at * pitch, size, True, paper) for at, row in enumerate(rows))
    )


def _broken(value: str, wide: int, size: int, canvas: Canvas) -> list[str]:
    """Break a text into rows by characters: an address has no spaces, and each of them counts."""
    rows = [""]
    for character in value:
        if rows[-1] and canvas.lettering.width(rows[-1] + character, bold=True, px=size) > wide:
            rows.append("")
        rows[-1] += character
    return rows
