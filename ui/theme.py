"""The colours, in one table. The tests hold it to WCAG contrast and to a lightness of its own for every status.

A status colour is never borrowed for anything else: "could not check" is slate, the kiosk's own pages are night.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from kiosk.core.screen.view import Field

Rgb: TypeAlias = tuple[int, int, int]
"""Red, green, blue: 0 to 255 each."""

WHITE: Rgb = (255, 255, 255)
DARK: Rgb = (0x10, 0x14, 0x1A)


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """What one field is painted with."""

    field: Rgb
    ink: Rgb
    """Text, sign and frame on the field, and on the band."""
    band: Rgb
    """The strip behind the note: the field again, in another lightness."""


PALETTES = {
    Field.GREEN: Palette(field=(0x0A, 0x82, 0x46), ink=WHITE, band=(0x06, 0x55, 0x2D)),
    Field.BLUE: Palette(field=(0x0B, 0x2F, 0x86), ink=WHITE, band=(0x07, 0x1F, 0x5A)),
    Field.YELLOW: Palette(field=(0xFF, 0xC8, 0x00), ink=DARK, band=(0xFF, 0xE1, 0x7A)),
    Field.RED: Palette(field=(0x8E, 0x0D, 0x18), ink=WHITE, band=(0x5B, 0x08, 0x10)),
    Field.NEUTRAL: Palette(field=(0x34, 0x40, 0x50), ink=WHITE, band=(0x20, 0x29, 0x35)),
    Field.NIGHT: Palette(field=(0x0C, 0x17, 0x24), ink=WHITE, band=(0x17, 0x27, 0x3C)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Everything that is a colour. Sizes belong to the pages, in proportion to the screen."""

    palettes: dict[Field, Palette] = field(default_factory=lambda: dict(PALETTES), hash=False)
    panel: Rgb = (0x17, 0x27, 0x3C)
    """What lies on the night: strip, cards."""
    key: Rgb = (0x26, 0x3C, 0x5C)
    """What can be touched."""
    key_rim: Rgb = (0x6B, 0x93, 0xC6)
    faint: Rgb = (0x3A, 0x52, 0x74)
    """A key that does nothing yet, an empty cell."""
    muted: Rgb = (0xB4, 0xC3, 0xD6)
    """English, and what only staff read."""
    go: Rgb = (0x0A, 0x82, 0x46)
    """The key that goes on."""
    warning: Rgb = (0xFF, 0xC8, 0x00)
    """The badge "offline". On a badge: never on a field."""
    alarm: Rgb = (0xC6, 0x1A, 0x27)
    """The badge "an incident has not been delivered"."""
    paper: Rgb = WHITE
    print: Rgb = DARK
    """On paper: hints, cells, the venue code."""


DAYTIME = Theme()
