"""Port `Eyes` in this process: a camera, the reader, and what watches the picture as a whole.

In the cell it is all there is; a demonstration and the tests, whose camera is a made-up one, use it beside the door.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kiosk.core.hint import Hint
from kiosk.ports import NOTHING_LEARNED, Camera, Grey, Learned, Reading, Seen
from kiosk.reader.lookout import Lookout
from kiosk.reader.scenery import Scenery

LIVELY_S = 3.0
"""So long after the last movement every frame is drawn."""
STILL_S = 1.0
"""How old the picture of an empty hall may be: drawing costs ten times what looking for codes does."""
KEEP_S = 3600.0
"""How often what was learned of the hall is worth a write."""


class CodeReader(Protocol):
    """Frames in, codes out (`kiosk.reader.pipeline.Reader`)."""

    moved_at: float
    guidance: Hint | None

    def read(self, frame: Grey, mono: float) -> list[Reading]:
        """Return the codes in a frame."""
        ...


class CameraEyes:
    """One camera that is open, for as long as it is."""

    def __init__(
        self,
        camera: Camera,
        reader: CodeReader,
        *,
        mono: Callable[[], float],
        learned: Learned = NOTHING_LEARNED,
    ) -> None:
        """`learned`: what eyes before these knew of the view. A scenery that is not whole counts as none."""
        self._camera, self._reader, self._mono = camera, reader, mono
        self._lookout = Lookout(Scenery.from_bytes(learned.scenery), learned.trouble)
        self._reported = self._lookout.scenery
        self._tell_at = self._drawn_at = float("-inf")
        self._is_open, self._read = True, 0

    def look(self, wait_s: float) -> Seen:
        """Look at the newest frame. Raises CameraLost."""
        frame = self._camera.read(wait_s)
        mono = self._mono()
        readings = self._reader.read(frame, mono)
        moved_at = self._reader.moved_at
        read, self._read = self._read, 0
        trouble = self._lookout.look(frame, mono, moved_at=moved_at, read=read, is_open=self._is_open)
        return Seen(
            mono=mono,
            moved_at=moved_at,
            readings=tuple(readings),
            guidance=self._reader.guidance,
            trouble=trouble,
            frame=frame if self._is_drawn(mono, moved_at) else None,
            scenery=self._learned(mono),
        )

    def hear(self, *, is_open: bool, read: int) -> None:
        """A hall that is dark is right at night; codes that are read prove a view that is not the learned one."""
        self._is_open = is_open
        self._read += read

    def close(self) -> None:
        """Give the camera back."""
        self._camera.close()

    def _is_drawn(self, mono: float, moved_at: float) -> bool:
        if mono - moved_at >= LIVELY_S and mono - self._drawn_at < STILL_S:
            return False
        self._drawn_at = mono
        return True

    def _learned(self, mono: float) -> bytes:
        scenery = self._lookout.scenery
        if not scenery.known or scenery is self._reported or (self._reported.known and mono < self._tell_at):
            return b""
        self._reported, self._tell_at = scenery, mono + KEEP_S
        return scenery.to_bytes()
