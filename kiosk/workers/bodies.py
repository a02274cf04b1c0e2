"""The bodies of workers: scan, keys, ask, listen. Each owns one blocking thing and turns what it brings into events.

A worker never ends because of what came from outside: it says what broke, opens its thing anew after a pause, and goes on.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from kiosk.core.effects import Ask, TakePlace
from kiosk.core.events import (
    Answered,
    AskFailed,
    CodeRead,
    Event,
    HintChanged,
    Part,
    PlaceAnswered,
)
from kiosk.core.model import Credential, Via
from kiosk.core.strokes import Holding
from kiosk.errors import CameraLost, RegistryRefused, RegistryUnreachable
from kiosk.ports import Camera, Clock, Grey, Keypad, Reading, Registry
from kiosk.reader.advice import Advice
from kiosk.threads.heartbeats import Heartbeats
from kiosk.threads.levels import Level
from kiosk.threads.reopening import REOPEN_S, Put, Told, reopening
from kiosk.threads.worker import SILENCE_S, Worker
from kiosk.uplink.client import Arrivals
from kiosk.workers.eyes import Eyes, Memory, Saw
from kiosk.workers.in_view import InView

log = logging.getLogger(__name__)

FRAME_WAIT_S = 2.0
"""A camera that gives no frame for so long is lost, and said to be."""
FIRST_FRAME_S = 6.0
"""So long a camera that was just opened is waited for before it is opened anew: some take seconds to begin, and none is there sooner
for being opened twice. It is said to be lost all the same meanwhile."""
KEY_WAIT_S = 0.5
LIVELY_S = 3.0
"""So long after the last movement the preview still runs at full rate."""
STILL_S = 1.0
"""How old the preview of an empty hall may be."""
ASKERS = 3
"""A question that hangs until its deadline must not hold up the next visitor's."""
POLL_S = 25.0
"""How long the registry may hold a listening call open."""
SCAN_SILENCE_S = 45.0
"""A camera that is opened for the first time loads libraries from a slow card; no read of it takes longer than FRAME_WAIT_S."""
LISTEN_SILENCE_S = POLL_S + SILENCE_S
FROM_NOW_ON = 2**53
"""A cursor that no event has reached: the registry answers with where it is."""
LISTEN_PAUSE_S = 0.2
"""Between two calls: a registry that answers at once, again and again, is asked five times a second and no more."""


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


def scanning(
    *,
    open_camera: Callable[[], Camera],
    eyes: Eyes,
    memory: Memory,
    understand: Callable[[str], Credential],
    clock: Clock,
    preview: Preview,
    put: Put,
    saw: Saw | None = None,
) -> Callable[[threading.Event], None]:
    """Return the body of the scanner: newest frame -> texts -> credentials, for as long as it is not stopped.

    Of several codes in a frame one is told: of those that are ours the one nearest the middle.
    """

    new = 0
    in_view = InView(memory, understand)

    def found(readings: list[Reading], mono: float) -> None:
        nonlocal new
        credential = in_view.told(readings, mono)
        if credential is not None:
            new += 1
            put(CodeRead(credential=credential, via=Via.CAMERA))

    def seen(frame: Grey, mono: float) -> None:
        nonlocal new
        if saw is not None:
            saw(frame, mono, moved_at=eyes.moved_at, read=new)
        new = 0

    return watching(
        open_camera=open_camera, eyes=eyes, clock=clock, preview=preview, found=found, put=put, seen=seen
    )


def watching(
    *,
    open_camera: Callable[[], Camera],
    eyes: Eyes,
    clock: Clock,
    preview: Preview,
    found: Callable[[list[Reading], float], None],
    put: Put,
    seen: Callable[[Grey, float], None] = lambda _frame, _mono: None,
) -> Callable[[threading.Event], None]:
    """Return the body that hands what it reads of each frame to `found`, with its time; `put` hears how the camera is, and hints."""

    def look(camera: Camera, stop: threading.Event, told: Told) -> None:
        advice = Advice()
        hint: Level[HintChanged] = Level(put, HintChanged(hint=None), mono=clock.mono)
        frame = _first_frame(camera, told)
        try:
            while not stop.is_set():
                told()
                mono = clock.mono()
                readings = eyes.read(frame, mono)
                preview.put(frame, mono, lively=mono - eyes.moved_at < LIVELY_S)
                found(readings, mono)
                seen(frame, mono)
                hint.tell(HintChanged(hint=advice.hears(eyes.guidance, mono, read=bool(readings))))
                frame = camera.read(FRAME_WAIT_S)
        finally:
            if advice.said is not None:  # who held it up cannot be seen any more
                put(HintChanged(hint=None))

    def body(stop: threading.Event) -> None:
        reopening(Part.CAMERA, open_camera, look, stop, put, mono=clock.mono)

    return body


def _first_frame(camera: Camera, told: Told) -> Grey:
    try:
        return camera.read(FRAME_WAIT_S)
    except CameraLost as late:
        told.missing(late)
        return camera.read(FIRST_FRAME_S - FRAME_WAIT_S)


def typing(
    *,
    open_keypad: Callable[[], Keypad],
    put: Put,
    optional: bool = False,
    mono: Callable[[], float] = time.monotonic,
) -> Callable[[threading.Event], None]:
    """Return the body of the keypad's worker. `optional`: the screen's keys do where none was ever plugged in."""

    def listen(keypad: Keypad, stop: threading.Event, seen: Callable[[], None]) -> None:
        holding = Holding()
        try:
            while not stop.is_set():
                stroke = keypad.read(holding.wait_s(KEY_WAIT_S, mono()))
                seen()  # only now: a keypad is looked for by its first read
                for event in holding.take(stroke, mono()):
                    put(event)
        finally:  # whether its key is still down nobody can tell: a number that is shown for it is hidden
            for event in holding.see(None, mono()):
                put(event)

    return lambda stop: reopening(Part.KEYPAD, open_keypad, listen, stop, put, optional=optional, mono=mono)


class Asker:
    """Puts questions to the registry, a few at a time, each within its own deadline."""

    def __init__(
        self,
        registry: Registry,
        put: Put,
        *,
        asking: AbstractContextManager[None],
        heard: Callable[[bool], None],
        heartbeats: Heartbeats | None = None,
        askers: int = ASKERS,
    ) -> None:
        """`asking` is entered for each question; `heard` is told after each whether the registry was there."""
        self._registry = registry
        self._put = put
        self._asking = asking
        self._heard = heard
        self._questions: queue.SimpleQueue[Ask | TakePlace] = queue.SimpleQueue()
        self.workers = [
            Worker(f"ask-{number}", self._body, heartbeats=heartbeats) for number in range(askers)
        ]

    def ask(self, question: Ask) -> None:
        """Put a question; its answer comes as an event."""
        self._questions.put(question)

    def take_place(self, order: TakePlace) -> None:
        """Ask for a place; whether there is one comes as an event."""
        self._questions.put(order)

    def _body(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                question = self._questions.get(timeout=KEY_WAIT_S)
            except queue.Empty:
                continue
            with self._asking:
                self._put(
                    self._place(question) if isinstance(question, TakePlace) else self._answer(question)
                )

    def _place(self, order: TakePlace) -> Event:
        try:
            taken: bool | None = self._registry.take_place(order.visit_id, order.deadline_s)
        except (RegistryUnreachable, RegistryRefused) as failure:  # an older registry has no such call
            log.warning("visit %s: nobody said whether a place is free: %s", order.visit_id, failure)
            self._heard(isinstance(failure, RegistryRefused))
            taken = None
        else:
            self._heard(True)
        return PlaceAnswered(visit_id=order.visit_id, taken=taken)

    def _answer(self, question: Ask) -> Event:
        try:
            answer = self._registry.ask(
                question.visit_id, question.identifier, question.direction, question.via, question.deadline_s
            )
        except (RegistryUnreachable, RegistryRefused) as failure:
            log.warning("visit %s: the registry gave no answer: %s", question.visit_id, failure)
            self._heard(isinstance(failure, RegistryRefused))
            return AskFailed(visit_id=question.visit_id)
        self._heard(True)
        return Answered(visit_id=question.visit_id, status=answer.status, subject=answer.subject)


def listening(
    *,
    events: Callable[[int, float], Arrivals],
    put: Put,
    heard: Callable[[bool], None],
    poll_s: float = POLL_S,
) -> Callable[[threading.Event], None]:
    """Return the body that hears from the registry who scanned our venue code; `events(after, wait_s)` long-polls.

    Who came while nobody listened is not let in later: they are no longer at the door.
    """

    def body(stop: threading.Event) -> None:
        cursor: int | None = None
        failures = 0
        while not stop.is_set():
            try:
                if cursor is None:
                    cursor = events(FROM_NOW_ON, 0).cursor
                arrivals = events(cursor, poll_s)
            except (RegistryUnreachable, RegistryRefused) as failure:
                if failures == 0:
                    log.info("nobody can check in by phone for now: %s", failure)
                heard(isinstance(failure, RegistryRefused))
                cursor = None
                stop.wait(REOPEN_S[min(failures, len(REOPEN_S) - 1)])
                failures += 1
                continue
            failures, cursor = 0, arrivals.cursor
            heard(True)
            if arrivals.left_out:
                log.warning(
                    "%d phones at once: the newest %d are heard",
                    arrivals.left_out + len(arrivals.phones),
                    len(arrivals.phones),
                )
            for phone in arrivals.phones:
                put(phone)
            stop.wait(LISTEN_PAUSE_S)

    return body
