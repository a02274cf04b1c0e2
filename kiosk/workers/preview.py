"""The newest frame that is to be drawn, between the worker that hears of the camera and the loop that paints."""

from __future__ import annotations

from kiosk.ports import Grey


class Preview:
    """The next frame for the screen. Written by the scanner, taken by the loop."""

    def __init__(self) -> None:
        self._frame: Grey | None = None
        self.seen = False
        """Whether the camera gave any frame yet."""

    def put(self, frame: Grey) -> None:
        """Show this one from now on."""
        self.seen, self._frame = True, frame

    def take(self) -> Grey | None:
        """Return the frame to show next; None while the one that is up is still the one."""
        frame, self._frame = self._frame, None
        return frame
