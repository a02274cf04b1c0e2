"""A page as a list of what lies on it: what a page module makes, the painter paints and the tests measure.

Everything is frozen and comparable, so that the painter can tell what changed by `==`. Knows no pygame.
All lengths are pixels of the canvas.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from kiosk.core.events import Key
from ui.theme import Rgb


class Rectangle(NamedTuple):
    """A rectangle: left, top, width, height."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """The first column that is not in it."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """The first row that is not in it."""
        return self.y + self.h

    def inset(self, dx: int, dy: int | None = None) -> Rectangle:
        """The box that much smaller on each side."""
        dy = dx if dy is None else dy
        return Rectangle(self.x + dx, self.y + dy, self.w - 2 * dx, self.h - 2 * dy)

    def square(self, side: int) -> Rectangle:
        """A square in its middle."""
        return Rectangle(self.x + (self.w - side) // 2, self.y + (self.h - side) // 2, side, side)

    def holds(self, x: int, y: int) -> bool:
        """Whether a point lies in it."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def covers(self, other: Rectangle) -> bool:
        """Whether another box lies wholly in it."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


class Shape(StrEnum):
    """A pictogram (ui/pictograms.py draws them)."""

    ENTER = "enter"
    LEAVE = "leave"
    STOP = "stop"
    WAIT = "wait"
    CHECKING = "checking"
    BROKEN = "broken"
    KEYS = "keys"
    ERASE = "erase"
    PERSON = "person"
    PHONE = "phone"
    REPORT = "report"
    TICK = "tick"


@dataclass(frozen=True, slots=True)
class Plate:
    """A filled rectangle, its corners rounded by `radius`."""

    box: Rectangle
    colour: Rgb
    radius: int = 0


@dataclass(frozen=True, slots=True)
class Pictogram:
    """A pictogram in a square; `hole` is what shows through it."""

    box: Rectangle
    shape: Shape
    ink: Rgb
    hole: Rgb


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text. `x` is where its ink begins, `baseline` where it stands."""

    text: str = field(repr=False)
    x: int
    baseline: int
    px: int
    """Size of the em; a capital is 0.714 of it."""
    bold: bool
    colour: Rgb


@dataclass(frozen=True, slots=True)
class Text:
    """Lines that were fitted into a slot."""

    slot: Rectangle
    lines: tuple[TextLine, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code on white paper with its quiet zone; the box is a whole number of modules."""

    box: Rectangle
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PreviewSlot:
    """The camera's picture, mirrored, cut to the box. `ground` shows at its rounded corners."""

    box: Rectangle
    radius: int
    ground: Rgb
    number: int
    """Counts the frames: a new one is a change."""


Item = Plate | Pictogram | Text | Code | PreviewSlot


@dataclass(frozen=True, slots=True)
class Live:
    """A place that changes while the rest stays: painted anew by itself. No two of a page overlap."""

    box: Rectangle
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """Where a touch is a key."""

    box: Rectangle
    key: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page."""

    ground: Rgb
    static: tuple[Item, ...]
    live: tuple[Live, ...] = ()
    buttons: tuple[Button, ...] = ()

    def items(self) -> tuple[Item, ...]:
        """Everything on it, in painting order."""
        return (*self.static, *(item for live in self.live for item in live.items))

    def touched(self, x: int, y: int) -> Key | None:
        """Return the key under a point of the canvas."""
        return next((button.key for button in self.buttons if button.box.holds(x, y)), None)
