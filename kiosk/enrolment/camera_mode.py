"""Enrolment before the kiosk's own camera, desk scanner and screen: what the device does while it belongs to no door.

It goes through the one table of `kiosk/core/enrolling/table.py`: nothing of a code is applied before it was shown and confirmed.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from kiosk.core.enrolling.table import (
    Enrolling,
    EnrolmentStage,
    EnrolmentTrouble,
    Event,
    Pressed,
    Spoiled,
    Ticked,
    step,
)
from kiosk.core.enrolling.words import present
from kiosk.core.events import Event as DoorEvent
from kiosk.core.events import HealthChanged, HintChanged, Key, KeyPressed, Part
from kiosk.core.hint import Hint
from kiosk.enrolment.device import Identity
from kiosk.enrolment.enroller import Enroller
from kiosk.errors import DriverError
from kiosk.loop import LOOP_SILENCE_S
from kiosk.ports import NOTHING_LEARNED, Clock, Eyes, Keypad, Learned, Reading, Scanned, Scanner, Screen
from kiosk.reader.repeats import Repeats
from kiosk.service.watchdog import LOOP
from kiosk.threads.heartbeats import Heartbeats
from kiosk.threads.worker import SILENCE_S, Body, Worker
from kiosk.workers.camera_work import SCAN_SILENCE_S, watching
from kiosk.workers.keypad_work import typing
from kiosk.workers.preview import Preview
from kiosk.workers.scanner_work import scans

log = logging.getLogger(__name__)

FRAME_S = 1 / 15
"""How often the window's keys and the preview are looked at."""
DONE_S = 4.0
"""How long the screen says that it is done, before the door begins."""
SAME_CODE_S = 3.0
"""A code that was away for so long is read anew, also one that has failed."""


class CameraMode:
    """The kiosk before it belongs to a door. `run` belongs into the main thread (SDL wants it)."""

    def __init__(
        self,
        enroller: Enroller,
        screen: Screen,
        clock: Clock,
        *,
        done_s: float = DONE_S,
        let_out: Callable[[], None] | None = None,
        heartbeats: Heartbeats | None = None,
    ) -> None:
        """`let_out` opens the gate at an exit: nobody is held inside because a device belongs to nobody (rule 3)."""
        self._let_out = let_out
        self._heartbeats = heartbeats or Heartbeats(clock.mono)
        self.enrolling = Enrolling()
        self._enroller = enroller
        self._screen = screen
        self._clock = clock
        self._done_s = done_s
        self._inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._preview = Preview()
        self._seeing = self._screen_failed = False
        self._hint: Hint | None = None
        self.broken: tuple[tuple[Part, str], ...] = ()

    def run(
        self,
        *,
        open_eyes: Callable[[Learned], Eyes] | None,
        open_keypad: Callable[[], Keypad] | None,
        stopped: Callable[[], bool],
        open_scanner: Callable[[], Scanner] | None = None,
        keypad_optional: bool = False,
    ) -> Identity | None:
        """Return who the device is now; None when it was told to stop before that."""
        with ExitStack() as last:
            if open_eyes is not None:
                self._seeing = True
                memory = Repeats(SAME_CODE_S)

                def take(readings: list[Reading], mono: float) -> int:
                    new = memory.new(readings, mono)
                    for reading in new:
                        self._inbox.put(self._enroller.read(reading.text))
                    return len(new)

                body = watching(
                    open_eyes=lambda: open_eyes(NOTHING_LEARNED),
                    clock=self._clock,
                    preview=self._preview,
                    take=take,
                    put=self._happened,
                )
                self._start("scan", body, last, SCAN_SILENCE_S)
            if open_scanner is not None:
                self._start("scanner", scans(open_scanner, self._scanned, self._happened), last)
            if open_keypad is not None:
                keys = typing(open_keypad=open_keypad, put=self._happened, optional=keypad_optional)
                self._start("keypad", keys, last)
            pulse = last.enter_context(self._heartbeats.promise(LOOP, LOOP_SILENCE_S))
            while not stopped():
                self._once()
                pulse.beat()
                now = self.enrolling
                if now.state is EnrolmentStage.ENROLLED and self._clock.mono() - now.since >= self._done_s:
                    return self._enroller.identity
        return None

    @property
    def idle(self) -> bool:
        """Whether no code is being applied or told of."""
        return self.enrolling.state in (EnrolmentStage.WAITING, EnrolmentStage.FAILED)

    def _once(self) -> None:
        """Take what has happened, waiting a moment for the first, and paint what came of it."""
        with contextlib.suppress(queue.Empty):
            self._handle(self._inbox.get(timeout=FRAME_S))
            while True:
                self._handle(self._inbox.get_nowait())
        for key in self._screen.poll():
            self._handle(Pressed(key=key))
        self._handle(Ticked())
        view = present(self.enrolling, self._clock.mono(), preview=self._seeing, hint=self._hint)
        try:
            self._screen.show(view, self._preview.take() if view.preview else None)
            self._screen_failed = False
        except DriverError as failure:
            if not self._screen_failed:
                log.error("screen: %s", failure)
            self._screen_failed = True

    def _handle(self, event: Event) -> None:
        if self._let_out is not None and self.idle and _wants_out(event):
            log.warning("an exit was opened and could not be recorded: this device belongs to no door")
            try:
                self._let_out()
            except DriverError as failure:
                log.error("gate: %s", failure)
            return
        before = self.enrolling.state
        self.enrolling, order = step(self.enrolling, event, self._clock.mono())
        if self.enrolling.state is not before:
            log.info("enrolment: %s", self.enrolling.trouble or self.enrolling.state)
        if order is not None and self.enrolling.offer is not None:
            perform = partial(self._enroller.perform, order, self.enrolling.offer)
            # A thread for each: it ends by itself within its deadlines, and the screen goes on meanwhile.
            threading.Thread(target=lambda: self._inbox.put(perform()), name="enrol", daemon=True).start()

    def _scanned(self, scan: Scanned) -> None:
        """A scan is somebody's doing each time, unlike a code that stays before the camera: one that failed may be tried again."""
        text = scan if isinstance(scan, str) else ""
        self._inbox.put(self._enroller.read(text))

    def _start(self, name: str, body: Body, last: ExitStack, silence_s: float = SILENCE_S) -> None:
        worker = Worker(name, body, heartbeats=self._heartbeats, silence_s=silence_s)
        worker.start()
        last.callback(worker.stop)

    def _happened(self, event: DoorEvent) -> None:
        """Hear from camera and keypad what is of use here."""
        if isinstance(event, HealthChanged):
            others = (fault for fault in self.broken if fault[0] is not event.part)
            self.broken = (*others,) if event.working else (*others, (event.part, event.why))
        match event:
            case KeyPressed(key=key):
                self._inbox.put(Pressed(key=key))
            case HealthChanged(part=Part.CAMERA, working=working):
                self._seeing = working
            case HintChanged(hint=hint):
                self._hint = hint


def _wants_out(event: Event) -> bool:
    """Whether somebody shows what is no enrolment code, or presses the key that is the way out at any exit."""
    if isinstance(event, Pressed):
        return event.key is Key.CONFIRM
    return isinstance(event, Spoiled) and event.trouble is EnrolmentTrouble.NOT_AN_ENROLMENT
