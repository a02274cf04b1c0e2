"""Paints a view: `paint(view, theme, size)` is a pure function, `Painter` the same with a memory, for the door.

Decides nothing and knows no display. What does not change on a page is composed once and kept; a result on the
screen is one copy of it. Never draws anything smooth or spelled in that copy's way.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache

import pygame

from kiosk.core.events import Key
from kiosk.core.screen.view import Page, View
from kiosk.ports import Grey
from ui import page_enrol, page_entry, page_idle, page_poster
from ui.camera_picture import mirrored
from ui.lettering import Lettering
from ui.page import Canvas
from ui.phrases import Language
from ui.pictograms import corner, disc, drawn
from ui.qr import modules
from ui.sheet import Code, Item, Pictogram, Plate, PreviewSlot, Rectangle, Sheet, Text
from ui.theme import DAYTIME, Rgb, Theme

KEPT_BYTES = 80 * 1024 * 1024
"""Composed pages are kept up to this much memory: 10 at 1920x1080, all of them on a small panel."""

PAGES = {
    Page.IDLE: page_idle.sheet,
    Page.CHECKING: page_poster.sheet,
    Page.RESULT: page_poster.sheet,
    Page.OUT_OF_ORDER: page_poster.sheet,
    Page.ALARM: page_poster.sheet,
    Page.KEYPAD: page_entry.keypad_sheet,
    Page.CONFIRM: page_entry.confirm_sheet,
    Page.ENROL: page_enrol.sheet,
}


class Painter:
    """Paints on one canvas of a fixed size, and only what changed. Not thread-safe, like SDL."""

    def __init__(
        self,
        size: tuple[int, int],
        theme: Theme = DAYTIME,
        canvas: pygame.Surface | None = None,
        *,
        staff_language: Language = Language.KK,
    ) -> None:
        """`size` is width and height in pixels; `canvas` is of that size where there is one already.

        Raises ValueError below 320 by 320.
        """
        if min(size) < 320:
            raise ValueError(f"expected a canvas of at least 320 by 320 pixels, got {size[0]} by {size[1]}")
        self.canvas = pygame.Surface(size) if canvas is None else canvas
        self._desk = Canvas(
            width=size[0],
            height=size[1],
            theme=theme,
            lettering=Lettering(),
            staff_language=staff_language,
        )
        self._composed: OrderedDict[tuple[Rgb, tuple[Item, ...]], pygame.Surface] = OrderedDict()
        self._mark = lru_cache(maxsize=64)(drawn)
        self._disc = lru_cache(maxsize=32)(disc)
        self._corner = lru_cache(maxsize=8)(corner)
        self._frame: pygame.Surface | None = None
        self._frames = 0
        self._number = 0
        """Of the frame that is up; 0 while there is none."""
        self._up: Sheet | None = None

    def sheet(self, view: View) -> Sheet:
        """Return what lies where on the page of a view."""
        return PAGES[view.page](view, self._desk, self._number)

    def prepare(self, view: View) -> None:
        """Compose a page ahead of time, so that showing it later is one copy."""
        self._base(self.sheet(view))

    def update(self, view: View, preview: Grey | None = None) -> list[Rectangle]:
        """Bring the canvas up to the view; return the boxes that changed, none where nothing did.

        `preview` is copied. None keeps the last picture of the camera, until a page without one was up.
        """
        fresh = preview if view.preview else None
        if fresh is not None:
            self._frames += 1
            self._number = self._frames
        elif not view.preview:
            # The last person's picture goes as soon as no preview is wanted.
            self._frame, self._number = None, 0
        sheet = self.sheet(view)
        if fresh is not None:
            self._frame = next(
                (mirrored(fresh, i.box[2:]) for i in sheet.items() if isinstance(i, PreviewSlot)), None
            )
        before, self._up = self._up, sheet
        whole = Rectangle(0, 0, *self.canvas.get_size())
        if before is None or (before.ground, before.static) != (sheet.ground, sheet.static):
            self.canvas.blit(self._base(sheet), (0, 0))
            changed = list(sheet.live)
            dirty = [whole]
        else:
            old = {live.box: live for live in before.live}
            changed = [live for live in sheet.live if old.pop(live.box, None) != live]
            gone = list(old)
            dirty = [*gone, *(live.box for live in changed)]
            for box in dirty:
                self.canvas.blit(self._base(sheet), box[:2], box)
        for live in changed:
            self.canvas.set_clip(live.box)
            for item in live.items:
                self._put(self.canvas, item)
        self.canvas.set_clip(None)
        return dirty

    def touched(self, x: int, y: int) -> Key | None:
        """Return the key under a point of the canvas, on the page that is up."""
        return None if self._up is None else self._up.touched(x, y)

    def _base(self, sheet: Sheet) -> pygame.Surface:
        """Return what does not change on a sheet, composed."""
        key = (sheet.ground, sheet.static)
        if key in self._composed:
            self._composed.move_to_end(key)
            return self._composed[key]
        base = pygame.Surface(self.canvas.get_size())
        base.fill(sheet.ground)
        for item in sheet.static:
            self._put(base, item)
        self._composed[key] = base
        room = max(2, KEPT_BYTES // (base.get_pitch() * base.get_height()))
        while len(self._composed) > room:
            self._composed.popitem(last=False)
        return base

    def _put(self, onto: pygame.Surface, item: Item) -> None:
        match item:
            case Plate():
                self._plate(onto, item)
            case Pictogram(box=box):
                onto.blit(self._mark(item.shape, box.w, item.ink, item.hole), box[:2])
            case Text():
                for line in item.lines:
                    onto.blit(*self._desk.lettering.printed(line))
            case Code():
                self._code(onto, item)
            case PreviewSlot():
                self._preview(onto, item)

    def _plate(self, onto: pygame.Surface, plate: Plate) -> None:
        x, y, w, h = plate.box
        radius = min(plate.radius, w // 2, h // 2)
        if radius < 1:
            onto.fill(plate.colour, plate.box)
            return
        onto.fill(plate.colour, (x + radius, y, w - 2 * radius, h))
        onto.fill(plate.colour, (x, y + radius, w, h - 2 * radius))
        round_one = self._disc(radius, plate.colour)
        for dx, left in ((0, x), (radius, x + w - radius)):
            for dy, top in ((0, y), (radius, y + h - radius)):
                onto.blit(round_one, (left, top), (dx, dy, radius, radius))

    def _code(self, onto: pygame.Surface, code: Code) -> None:
        matrix = modules(code.text)
        px = code.box.w // len(matrix)
        theme = self._desk.theme
        onto.fill(theme.paper, code.box)
        for row, line in enumerate(matrix):
            for column, dark in enumerate(line):
                if dark:
                    onto.fill(theme.print, (code.box.x + column * px, code.box.y + row * px, px, px))

    def _preview(self, onto: pygame.Surface, preview: PreviewSlot) -> None:
        if self._frame is None:
            return  # the camera has shown nothing yet
        x, y, w, h = preview.box
        onto.blit(self._frame, (x, y))
        piece = self._corner(preview.radius, preview.ground)
        for right in (False, True):
            for bottom in (False, True):
                at = (x + (w - preview.radius if right else 0), y + (h - preview.radius if bottom else 0))
                onto.blit(pygame.transform.flip(piece, right, bottom), at)


def paint(view: View, theme: Theme, size: tuple[int, int], preview: Grey | None = None) -> pygame.Surface:
    """Return the picture of a view, `size` (width, height) pixels: pure, without a display.

    `preview` is a luminance plane of any shape; it is mirrored and cut to its place.
    """
    painter = Painter(size, theme)
    painter.update(view, preview)
    return painter.canvas
