"""The memory through which frames that are drawn cross from the eyes to the door: written by one, read by the other, never resized.

A memory that shrinks kills whoever looks into it (SIGBUS), so the door takes only one whose size is sealed (memfd_create(2),
F_SEAL_SHRINK). The door maps it for reading.
"""

from __future__ import annotations

import fcntl
import mmap
import os

import numpy as np

from kiosk.eyes.messages import LARGEST_PX, CameraOpened, Garbled, Picture
from kiosk.ports import Grey

SLOTS = 4
"""A frame stays for so many that follow it: at 15 a second a quarter of a second, longer than drawing one takes."""
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
_MOST_BYTES = SLOTS * LARGEST_PX * LARGEST_PX // 4


class PicturesOut:
    """The eyes' end. `slot_bytes`: what a frame may have at most; a larger one is not drawn."""

    slots = SLOTS

    def __init__(self, slot_bytes: int) -> None:
        self.slot_bytes = slot_bytes
        self.file = os.memfd_create("eyes", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self.file, SLOTS * slot_bytes)
        fcntl.fcntl(self.file, fcntl.F_ADD_SEALS, _SEALS)
        self._memory = mmap.mmap(self.file, SLOTS * slot_bytes)
        self._whole = np.frombuffer(self._memory, dtype=np.uint8)
        self._next = 0

    def put(self, frame: Grey) -> Picture | None:
        """Lay a frame down, and return where; None where it does not fit."""
        high, wide = frame.shape
        if frame.size > self.slot_bytes or not frame.size or max(high, wide) > LARGEST_PX:
            return None
        slot, self._next = self._next, (self._next + 1) % SLOTS
        begin = slot * self.slot_bytes
        self._whole[begin : begin + frame.size].reshape(high, wide)[:] = frame
        return Picture(slot=slot, wide=wide, high=high)

    def close(self) -> None:
        """Let go of the memory."""
        del self._whole
        self._memory.close()
        os.close(self.file)


class PicturesIn:
    """The door's end of a memory that came as an open file, which this one closes. Raises Garbled where it is not as it must be."""

    def __init__(self, file: int, opened: CameraOpened) -> None:
        size = opened.slots * opened.slot_bytes
        try:
            if not 0 < size <= _MOST_BYTES:
                raise Garbled(f"expected a memory of at most {_MOST_BYTES} bytes")
            seals = fcntl.fcntl(file, fcntl.F_GET_SEALS)
            if seals & _SEALS != _SEALS or os.fstat(file).st_size != size:
                raise Garbled("expected a memory whose size is sealed")
            self._memory = mmap.mmap(file, size, prot=mmap.PROT_READ)
        except OSError:
            raise Garbled("expected a memory that can be sealed and mapped") from None
        finally:
            os.close(file)
        self._opened = opened
        self._whole = np.frombuffer(self._memory, dtype=np.uint8)

    def at(self, place: Picture) -> Grey:
        """Return the frame that lies there: borrowed, as from a camera."""
        size = place.wide * place.high
        if place.slot >= self._opened.slots or size > self._opened.slot_bytes:
            raise Garbled("expected a place in the shared memory")
        begin = place.slot * self._opened.slot_bytes
        return self._whole[begin : begin + size].reshape(place.high, place.wide)
