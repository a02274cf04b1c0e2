"""The newest frame, between the worker that reads the camera and the loop that paints."""

from __future__ import annotations

from kiosk.ports import Grey

STILL_S = 1.0
"""How old the preview of an empty hall may be."""


class Preview:
    """The next frame for the screen. Written by the scanner, taken by the loop.

    Painting costs ten times what looking for codes does, so an empty hall is shown once a second.
    """

    def __init__(self) -> None:
        self._frame: Grey | None = None
        self._put_at = float("-inf")
        self.seen = False
        """Whether the camera gave any frame yet."""

    def put(self, frame: Grey, mono: float, *, lively: bool) -> None:
        """Show this one from now on, if somebody is there to see it or the last one is old."""
        self.seen = True
        if lively or mono - self._put_at >= STILL_S:
            self._frame, self._put_at = frame, mono

    def take(self) -> Grey | None:
        """Return the frame to show next; None while the one that is up is still the one."""
        frame, self._frame = self._frame, None
        return frame
