"""Enrolment as a technician meets it: before the kiosk's own camera and screen, or in a terminal.

Both go through the one table of `core/enrolling.py`: nothing of a code is applied before it was shown and confirmed.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from kiosk.core.effects import Signal
from kiosk.core.enrolling import (
    READ_FIRST_S,
    Enrolling,
    Event,
    Pressed,
    Spoiled,
    State,
    Ticked,
    Trouble,
    step,
)
from kiosk.core.enrolling_words import present
from kiosk.core.events import Event as DoorEvent
from kiosk.core.events import HealthChanged, HintChanged, Key, KeyPressed, Part
from kiosk.core.faults import NOT_ENROLLED
from kiosk.core.hint import Hint
from kiosk.core.model import Direction, DoorKind
from kiosk.core.view import Fact
from kiosk.enrolment.device import Device, Identity, board_model, serial_number
from kiosk.enrolment.enroller import Enroller
from kiosk.enrolment.initialize import initialize
from kiosk.enrolment.wifi import NetworkManager
from kiosk.errors import DeviceError, DriverError
from kiosk.loop import LOOP_SILENCE_S
from kiosk.ports import Camera, Clock, Keypad, Reading, Screen
from kiosk.reader.repeats import Repeats
from kiosk.service.heartbeats import Heartbeats
from kiosk.service.status_file import Status, StatusFile
from kiosk.service.watchdog import LOOP
from kiosk.settings import Settings
from kiosk.workers.bodies import SCAN_SILENCE_S, Preview, typing, watching
from kiosk.workers.eyes import Eyes
from kiosk.workers.worker import SILENCE_S, Body, Worker

if TYPE_CHECKING:
    from kiosk.equipment import Drivers

log = logging.getLogger(__name__)

FRAME_S = 1 / 15
"""How often the window's keys and the preview are looked at."""
LOOK_S = 2.0
"""How often the disk is looked at: an enrolment may come from a terminal meanwhile."""
DONE_S = 4.0
"""How long the screen says that it is done, before the door begins."""
TELL_S = 5.0
"""How often `kiosk doctor` is told how this kiosk is."""
SAME_CODE_S = 3.0
"""A code that was away for so long is read anew, also one that has failed."""

Lines = tuple[tuple[Fact, str], ...]


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
        open_camera: Callable[[], Camera] | None,
        open_keypad: Callable[[], Keypad] | None,
        eyes: Eyes,
        stopped: Callable[[], bool],
        keypad_optional: bool = False,
    ) -> Identity | None:
        """Return who the device is now; None when it was told to stop before that."""
        with ExitStack() as last:
            if open_camera is not None:
                self._seeing = True
                memory = Repeats(SAME_CODE_S)

                def found(readings: list[Reading], mono: float) -> None:
                    for reading in memory.new(readings, mono):
                        self._inbox.put(self._enroller.read(reading.text))

                body = watching(
                    open_camera=open_camera,
                    eyes=eyes,
                    clock=self._clock,
                    preview=self._preview,
                    found=found,
                    put=self._happened,
                )
                self._start("scan", body, last, SCAN_SILENCE_S)
            if open_keypad is not None:
                keys = typing(open_keypad=open_keypad, put=self._happened, optional=keypad_optional)
                self._start("keypad", keys, last)
            pulse = last.enter_context(self._heartbeats.promise(LOOP, LOOP_SILENCE_S))
            while not stopped():
                self._once()
                pulse.beat()
                now = self.enrolling
                if now.state is State.ENROLLED and self._clock.mono() - now.since >= self._done_s:
                    return self._enroller.identity
        return None

    @property
    def idle(self) -> bool:
        """Whether no code is being applied or told of."""
        return self.enrolling.state in (State.WAITING, State.FAILED)

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

    def _start(self, name: str, body: Body, last: ExitStack, silence_s: float = SILENCE_S) -> None:
        worker = Worker(name, body, heartbeats=self._heartbeats, silence_s=silence_s)
        worker.start()
        last.callback(worker.stop)

    def _happened(self, event: DoorEvent) -> None:
        """Hear from camera and keypad what is of use here."""
        if isinstance(event, HealthChanged):
            others = (one for one in self.broken if one[0] is not event.part)
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
    return isinstance(event, Spoiled) and event.trouble is Trouble.NOT_AN_ENROLMENT


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


def identify(
    settings: Settings,
    drivers: Drivers,
    eyes: Callable[[], Eyes],
    *,
    clock: Clock,
    stopped: Callable[[], bool],
    heartbeats: Heartbeats | None = None,
    nobodys: Callable[[], None] = lambda: None,
) -> Identity | None:
    """Return who this device is; where it is nobody yet, run the camera mode first. None: told to stop before that.

    `eyes` makes the reader, only where one is needed; `nobodys` is called where the device belongs to no door. Raises KeyboardInterrupt when the window closes.
    """
    device = Device.beside(settings.store.path)
    if (identity := _known(device)) is not None:
        return identity
    log.warning("this device belongs to no door: show it an enrolment code, or run `kiosk enrol`")
    nobodys()
    leaving = settings.door.kind is DoorKind.EXIT
    let_out = partial(drivers.gate.open, Direction.EXIT) if leaving else None
    mode = CameraMode(
        enroller_for(settings, clock), drivers.screen, clock, let_out=let_out, heartbeats=heartbeats
    )
    looked_at = clock.mono()
    status, tell_at = (
        StatusFile(settings.store.runtime if settings.store.runtime.is_dir() else None),
        looked_at,
    )
    with contextlib.suppress(DriverError):  # also without a screen somebody sees that this device is nobody's
        drivers.lamp.show(Signal.OUT_OF_ORDER, None, NOT_ENROLLED)

    def enough() -> bool:
        """Whether to stop; also when `kiosk enrol` did it from a terminal."""
        nonlocal looked_at, identity, tell_at
        if clock.mono() >= tell_at:
            tell_at = clock.mono() + TELL_S
            status.write(Status.of_nobodys((*drivers.lost, *mode.broken), clock.wall(), clock.trusted()))
        if mode.idle and clock.mono() - looked_at >= LOOK_S:
            looked_at, identity = clock.mono(), _known(device)
        return identity is not None or stopped()

    try:
        made = mode.run(
            open_camera=drivers.open_camera, open_keypad=drivers.open_keypad, eyes=eyes(), stopped=enough,
            keypad_optional=settings.keypad.driver == "auto",
        )  # fmt: skip
    finally:
        status.remove()
    return made or identity


def enroller_for(settings: Settings, clock: Clock) -> Enroller:
    """Return the enroller of this machine: its own disk, serial number, NetworkManager and network."""
    serial = serial_number()
    return Enroller(
        Device.beside(settings.store.path),
        initialize=partial(initialize, mono=clock.mono, model=board_model(), serial=serial),
        join=NetworkManager().join,
        wall=clock.wall,
        serial=serial,
    )


def settings_of(settings: Settings, identity: Identity) -> Settings:
    """Return the settings of the door that this device was enrolled for: the enrolment wins over the file."""
    if settings.door.id != identity.door:
        log.info("door %s by its enrolment; [door] id says %s", identity.door, settings.door.id)
    return replace(
        settings,
        door=replace(settings.door, id=identity.door),
        registry=replace(settings.registry, url=identity.registry, device=identity.device),
    )


def _known(device: Device) -> Identity | None:
    """A kiosk that cannot read who it is becomes somebody by the next code; its screen must not stay black for it."""
    try:
        return device.load()
    except DeviceError as damaged:
        log.error("%s", damaged)
        return None
