"""Enrolment as a technician meets it: before the kiosk's own camera and screen, or in a terminal.

Both go through the one table of `core/enrolling.py`: nothing of a code is applied before it was shown and confirmed.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import re
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from kiosk.core.enrolling import (
    READ_FIRST_S,
    Enrolling,
    Event,
    Pressed,
    State,
    Ticked,
    step,
)
from kiosk.core.enrolling_words import present
from kiosk.core.events import Event as DoorEvent
from kiosk.core.events import HealthChanged, Key, KeyPressed, Part
from kiosk.core.view import Fact
from kiosk.device import Identity
from kiosk.enroller import Enroller
from kiosk.errors import DriverError, EnrolmentFileError
from kiosk.ports import Camera, Clock, Keypad, Screen
from kiosk.reader.repeats import Repeats
from kiosk.workers import Eyes, Preview, Worker, typing, watching

log = logging.getLogger(__name__)

FRAME_S = 1 / 15
"""How often the window's keys and the preview are looked at."""
DONE_S = 4.0
"""How long the screen says that it is done, before the door begins."""
SAME_CODE_S = 3.0
"""A code that was away for so long is read anew, also one that has failed."""
LONGEST_FILE = 64_000
_CODE = re.compile(r"AQE[0-9]{1,3}:")

Lines = tuple[tuple[Fact, str], ...]


class CameraMode:
    """The kiosk before it belongs to a door. `run` belongs into the main thread (SDL wants it)."""

    def __init__(self, enroller: Enroller, screen: Screen, clock: Clock, *, done_s: float = DONE_S) -> None:
        self.enrolling = Enrolling()
        self._enroller = enroller
        self._screen = screen
        self._clock = clock
        self._done_s = done_s
        self._inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._preview = Preview()
        self._seeing = False
        self._screen_failed = False

    def run(
        self,
        *,
        open_camera: Callable[[], Camera] | None,
        open_keypad: Callable[[], Keypad] | None,
        eyes: Eyes,
        stopped: Callable[[], bool],
    ) -> Identity | None:
        """Return who the device is now; None when it was told to stop before that."""
        with ExitStack() as last:
            if open_camera is not None:
                self._seeing = True
                body = watching(
                    open_camera=open_camera,
                    eyes=eyes,
                    memory=Repeats(SAME_CODE_S),
                    clock=self._clock,
                    preview=self._preview,
                    found=lambda text: self._inbox.put(self._enroller.read(text)),
                    put=self._happened,
                )
                _start(Worker("scan", body), last)
            if open_keypad is not None:
                _start(Worker("keypad", typing(open_keypad=open_keypad, put=self._happened)), last)
            while not stopped():
                self._once()
                now = self.enrolling
                if now.state is State.ENROLLED and self._clock.mono() - now.since >= self._done_s:
                    return self._enroller.identity
        return None

    def _once(self) -> None:
        """Take what has happened, waiting a moment for the first, and paint what came of it."""
        with contextlib.suppress(queue.Empty):
            self._handle(self._inbox.get(timeout=FRAME_S))
            while True:
                self._handle(self._inbox.get_nowait())
        for key in self._screen.poll():
            self._handle(Pressed(key=key))
        self._handle(Ticked())
        view = present(self.enrolling, self._clock.mono(), preview=self._seeing)
        try:
            self._screen.show(view, self._preview.take() if view.preview else None)
            self._screen_failed = False
        except DriverError as failure:
            if not self._screen_failed:
                log.error("screen: %s", failure)
            self._screen_failed = True

    def _handle(self, event: Event) -> None:
        before = self.enrolling.state
        self.enrolling, order = step(self.enrolling, event, self._clock.mono())
        if self.enrolling.state is not before:
            log.info("enrolment: %s", self.enrolling.trouble or self.enrolling.state)
        if order is not None and self.enrolling.offer is not None:
            perform = partial(self._enroller.perform, order, self.enrolling.offer)
            # A thread for each: it ends by itself within its deadlines, and the screen goes on meanwhile.
            threading.Thread(target=lambda: self._inbox.put(perform()), name="enrol", daemon=True).start()

    def _happened(self, event: DoorEvent) -> None:
        """Hear from camera and keypad what is of use here."""
        match event:
            case KeyPressed(key=key):
                self._inbox.put(Pressed(key=key))
            case HealthChanged(part=Part.CAMERA, working=working):
                self._seeing = working


def enrol_by_text(enroller: Enroller, text: str, confirm: Callable[[Lines], bool]) -> Enrolling:
    """Enrol by a code that was typed or read from a file; `confirm` is shown all that it says, and answers.

    Returns how it ended: ENROLLED, FAILED with its trouble, or WAITING where it was not confirmed.
    """
    now, _ = step(Enrolling(), enroller.read(text), 0.0)
    if now.offer is None or not confirm(now.offer.lines):
        return now if now.offer is None else Enrolling()
    now, order = step(now, Pressed(key=Key.CONFIRM), READ_FIRST_S)
    while order is not None and now.offer is not None:
        now, order = step(now, enroller.perform(order, now.offer), READ_FIRST_S)
    return now


def code_in(file: Path) -> str:
    """Return the code in an answers file, one line of it. Raises EnrolmentFileError."""
    try:
        with file.open("rb") as opened:
            text = opened.read(LONGEST_FILE).decode("utf-8", "replace")
    except OSError as failure:
        raise EnrolmentFileError(
            f"expected a file with an enrolment code at {file}, found {failure.strerror}: see its name and who may read it"
        ) from None
    codes = [line.strip() for line in text.splitlines() if _CODE.match(line.strip())]
    if len(codes) != 1:
        raise EnrolmentFileError(
            f"expected one line that begins with AQE1: in {file}, found {len(codes)}: put the code of this device there"
        )
    return codes[0]


def blot_out(file: Path) -> None:
    """Make the file's content unreadable and remove it: it holds a token and perhaps a passphrase. Raises EnrolmentFileError."""
    try:
        with file.open("r+b") as opened:
            opened.write(bytes(file.stat().st_size))
            opened.flush()
            os.fsync(opened.fileno())
        file.unlink()
    except OSError as failure:
        raise EnrolmentFileError(
            f"enrolled, but {file} could not be removed ({failure.strerror}): remove it, it may hold the Wi-Fi's passphrase"
        ) from None


def _start(worker: Worker, last: ExitStack) -> None:
    worker.start()
    last.callback(worker.stop)
