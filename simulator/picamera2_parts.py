"""What a Picamera2 holds beside its camera: open files, its place in the library's list, jobs; for simulator/picamera2.py."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.picamera2 import FakePicamera2

RIBBON, USB = "/base/soc/i2c0mux/i2c@1/imx708@1a", "/base/scb/pcie@7d500000/pci@0,0/usb@0,0-1.3:1.0-046d:0825"
"""What libcamera calls a camera on the ribbon cable, and one at a USB socket of a Pi 4."""


class FakeManager:
    """picamera2's own list of the cameras that are open, by libcamera's number."""

    def __init__(self) -> None:
        self.cameras: dict[int, FakePicamera2] = {}

    def add(self, number: int, camera: FakePicamera2) -> None:
        self.cameras[number] = camera

    def cleanup(self, number: int) -> None:
        del self.cameras[number]


class FakeFiles:
    """Every file that was opened for a camera, and which of them still are."""

    def __init__(self) -> None:
        self._pipes: list[tuple[int, int]] = []
        self.heaps = 0
        """How many allocators have the kernel's heap open."""

    def pipe(self) -> tuple[int, int]:
        """Open one, as picamera2 does for its event loop: real ones, so that a number that is somebody else's by now is not closed again."""
        ends = os.pipe2(os.O_NONBLOCK)
        self._pipes += [(end, os.fstat(end).st_ino) for end in ends]
        return ends

    def still_open(self) -> int:
        """How many are."""
        return sum(map(_is_open, self._pipes)) + self.heaps


def _is_open(end: tuple[int, int]) -> bool:
    number, inode = end
    try:
        return os.fstat(number).st_ino == inode
    except OSError:
        return False


class FakeAllocator:
    """Has the heap open from when it is made until Python forgets it."""

    def __init__(self, files: FakeFiles) -> None:
        self._files = files
        files.heaps += 1

    def __del__(self) -> None:
        self._files.heaps -= 1


class FakeJob:
    """Something that the event loop is to do, again and again until it is done or cancelled."""

    def __init__(self, step: Callable[[], tuple[bool, Any]]) -> None:
        self._step = step
        self.done = self.cancelled = False
        self.result: Any = None

    def execute(self) -> bool:
        self.done, self.result = self._step()
        return self.done
