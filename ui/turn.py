"""A panel that is mounted turned: where a box of the canvas is on the glass, and where a touch of the glass is on the canvas.

`degrees` is how far the picture is turned clockwise: 0, 90, 180 or 270. Draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from ui.sheet import Rectangle


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One way to be mounted, for a canvas of that size in pixels."""

    degrees: int
    width: int
    height: int

    def on_glass(self, box: Rectangle) -> Rectangle:
        """Where a box of the canvas appears."""
        x, y, w, h = box
        match self.degrees:
            case 90:
                return Rectangle(self.height - y - h, x, h, w)
            case 180:
                return Rectangle(self.width - x - w, self.height - y - h, w, h)
            case 270:
                return Rectangle(y, self.width - x - w, h, w)
        return box

    def on_canvas(self, x: int, y: int) -> tuple[int, int]:
        """Which point of the canvas appears at a point of the glass."""
        match self.degrees:
            case 90:
                return y, self.height - 1 - x
            case 180:
                return self.width - 1 - x, self.height - 1 - y
            case 270:
                return self.width - 1 - y, x
        return x, y
