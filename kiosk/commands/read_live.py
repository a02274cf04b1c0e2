"""What the door's camera sees, once a second, for a technician who sets it up: rate, movement, and why nothing is read.

It opens the camera and nothing else: no code that it reads is looked up, and no gate opens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kiosk.commands.read_files import shown_text
from kiosk.ports import Camera, Grey, Reading
from kiosk.reader.cards import CardReader
from kiosk.reader.likeness import code_like
from kiosk.reader.pipeline import Reader
from kiosk.workers.camera_work import FRAME_WAIT_S

EVERY_S = 1.0
"""How often a line is told."""
DARK, BRIGHT = 50, 225
"""Grey levels of the frame's average: darker needs light, brighter a shorter exposure."""


@dataclass(slots=True)
class Second:
    """What was seen since the last line."""

    frames: int = 0
    moved: int = 0
    """Frames in which something moved."""
    code_like: int = 0
    """Frames in which something looked like a code."""
    grey: float = 0.0
    """The average of the last frame."""
    size: tuple[int, int] = (0, 0)
    """Width and height in pixels."""
    read: dict[str, Reading] = field(default_factory=dict)
    ignored: int = 0
    """How often a card's barcode was read that bears no IIN."""
    said: str = ""
    """The last hint that the reader had for whoever holds it."""

    def line(self, passed_s: float) -> str:
        """Return it for eyes."""
        width, height = self.size
        parts = [
            f"{width}x{height}",
            f"{self.frames / passed_s:.1f} frames/s",
            f"moved {self.moved}",
            f"code-like {self.code_like}",
            f"grey {self.grey:.0f}",
        ]
        return f"{', '.join(parts)}: {self._verdict()}"

    def _verdict(self) -> str:
        if self.read:
            return "; ".join(
                f"read {shown_text(reading.text)} ({reading.symbology}, {reading.engine})"
                for reading in self.read.values()
            )
        if self.ignored:
            return "a barcode without an IIN: the door leaves it alone"
        if self.said:
            return f"not read: {self.said}"
        if self.code_like:
            return "something like a code is not read: hold it still, nearer or farther"
        if self.grey < DARK:
            return "too dark: more light, or a longer exposure"
        if self.grey > BRIGHT:
            return "too bright: less light, or a shorter exposure"
        return "something moves, nothing looks like a code" if self.moved else "nothing moves"


def watched(camera: Camera, eyes: Reader, mono: Callable[[], float]) -> Iterator[tuple[str, Grey]]:
    """Yield a line and a frame each second until the camera is lost (CameraLost). `mono` is the monotonic clock in seconds."""
    since, now, ignored = mono(), Second(), 0
    while True:
        frame = camera.read(FRAME_WAIT_S)
        at = mono()
        readings = eyes.read(frame, at)
        now.frames += 1
        now.size = (frame.shape[1], frame.shape[0])
        now.grey = float(frame[::16, ::16].mean())
        if eyes.moved_at == at:
            now.moved += 1
            now.code_like += not readings and code_like(frame) is not None
        if isinstance(eyes, CardReader):
            now.ignored += eyes.cards.without_iin - ignored
            ignored = eyes.cards.without_iin
        now.said = str(eyes.guidance or now.said)
        now.read |= {reading.text: reading for reading in readings}
        if at - since >= EVERY_S:
            yield now.line(at - since), frame
            since, now = at, Second()
