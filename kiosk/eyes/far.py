"""Port `Eyes` at the door's end of the line: what it takes from the eyes is bounded in form, in size, in number and in age.

Whether they are a service of the machine or a process of our own (`own.py`): they have looked at strangers' pictures.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from kiosk.errors import CameraLost, DriverError, DriverMissing
from kiosk.eyes import messages
from kiosk.eyes.messages import LONGEST_BYTES, CameraOpened, Failed, Garbled, Heard, OpenCamera, Picture
from kiosk.eyes.pictures import PicturesIn
from kiosk.ports import Reading, Seen

OPENS_S = 60.0
"""So long a camera may take to open over there: a slow card takes ten seconds to load a ribbon camera's library, which then has its wait."""
STALE_S = 1.0
"""A code that was seen longer ago is dropped: whoever held it up is not there any more, or holds it up again."""
MOST_A_SECOND = 120
"""Messages; a camera gives 60 frames at most. Who sends more floods us, and is hung up on."""
Line = Callable[[], socket.socket]
"""Calls the eyes and returns the line to them. Raises DriverMissing."""


def called(place: Path, remedy: str = "see `systemctl status ashyq-kiosk-eyes`") -> Line:
    """Return what calls the eyes that listen at `place`."""

    def call() -> socket.socket:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
        try:
            line.settimeout(OPENS_S)
            line.connect(str(place))
        except OSError as failure:
            line.close()
            raise DriverMissing(
                f"expected the eyes to answer at {place}, found: {failure.strerror or failure}; {remedy}"
            ) from None
        return line

    return call


class FarEyes:
    """One line to the eyes, with the camera open at its other end."""

    def __init__(self, line: Line, order: OpenCamera, *, mono: Callable[[], float] = time.monotonic) -> None:
        """Call, have the camera opened, and wait for it. Raises DriverError, as opening a camera does."""
        self._mono = mono
        self._line = line()
        self._pictures: PicturesIn | None = None
        self._came: deque[float] = deque(maxlen=MOST_A_SECOND)
        self._heard: Heard | None = None
        try:
            self._line.settimeout(OPENS_S)
            self._line.send(messages.to_open(order))
            self._pictures = self._opened()
        except OSError as failure:
            self._line.close()
            if isinstance(failure, DriverError):
                raise
            raise CameraLost(f"expected the eyes to open the camera, they hung up: {failure}") from None

    def _opened(self) -> PicturesIn:
        packet, files, _, _ = socket.recv_fds(self._line, LONGEST_BYTES, 1)
        try:
            answer = self._read(packet)
            if isinstance(answer, Failed):
                raise answer.error
            if not isinstance(answer, CameraOpened) or len(files) != 1:
                raise Garbled("expected the eyes to say that the camera is open")
            file = files.pop()
            return PicturesIn(file, answer)
        except Garbled as garbled:
            raise _not_ours(garbled) from None
        finally:
            for file in files:
                os.close(file)

    def look(self, wait_s: float) -> Seen:
        """Return what was seen last, with every code of the last STALE_S. Raises CameraLost."""
        seen = self._next(wait_s)
        while select.select([self._line], [], [], 0)[0]:
            newer = self._next(0.0)
            readings = newer.readings if newer.mono - seen.mono > STALE_S else _united(seen, newer)
            seen = replace(
                newer,
                readings=readings,
                frame=seen.frame if newer.frame is None else newer.frame,
                scenery=newer.scenery or seen.scenery,
            )
        return seen if self._mono() - seen.mono <= STALE_S else replace(seen, readings=())

    def hear(self, *, is_open: bool, read: int) -> None:
        """Say it where it is news."""
        word = Heard(is_open=is_open, read=read)
        if read or self._heard is None or word.is_open is not self._heard.is_open:
            with contextlib.suppress(OSError):  # a line that is gone is noticed at the next look
                self._line.send(messages.hear(word))
            self._heard = word

    def close(self) -> None:
        """Hang up: the process at the other end gives the camera back, and ends."""
        self._line.close()

    def _next(self, wait_s: float) -> Seen:
        self._line.settimeout(max(wait_s, 0.001))
        try:
            packet = self._line.recv(LONGEST_BYTES + 1)
        except TimeoutError:
            raise CameraLost(
                f"expected the eyes to tell of a frame within {wait_s:.1f} s, they did not: see that the camera is plugged in"
            ) from None
        except OSError as failure:
            raise CameraLost(
                f"expected the eyes to go on, the line broke: {failure.strerror or failure}"
            ) from None
        now = self._mono()
        self._count(now)
        try:
            answer = self._read(packet)
            if isinstance(answer, Failed):
                raise answer.error
            if isinstance(answer, CameraOpened) or self._pictures is None:
                raise Garbled("expected what was seen")
            seen, picture = answer
            return seen if picture is None else replace(seen, frame=self._pictures.at(picture))
        except Garbled as garbled:
            raise _not_ours(garbled) from None

    def _read(self, packet: bytes) -> tuple[Seen, Picture | None] | CameraOpened | Failed:
        if not packet:
            raise CameraLost("expected the eyes to go on, they hung up: they are called again")
        return messages.of_the_eyes(packet, self._mono())

    def _count(self, now: float) -> None:
        if len(self._came) == MOST_A_SECOND and now - self._came[0] < 1.0:
            raise CameraLost(
                f"expected at most {MOST_A_SECOND} messages a second from the eyes, more came: they are called again"
            )
        self._came.append(now)


def _united(seen: Seen, newer: Seen) -> tuple[Reading, ...]:
    texts = {reading.text for reading in newer.readings}
    return (*newer.readings, *(reading for reading in seen.readings if reading.text not in texts))


def _not_ours(garbled: Garbled) -> CameraLost:
    return CameraLost(f"the eyes say what they cannot have seen ({garbled}): they are called again")
