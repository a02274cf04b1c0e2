"""The camera's worker: opens it, has each frame read, and tells one code of those that are new; `watching` is the part that enrolment uses, too.

It never ends because of what came from outside: it says what broke, opens the camera anew after a pause, and goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from kiosk.core.events import CodeRead, HintChanged, Part
from kiosk.core.model import Credential, Via
from kiosk.errors import CameraLost
from kiosk.ports import Camera, Clock, Grey, Reading
from kiosk.reader.advice import Advice
from kiosk.threads.levels import Level
from kiosk.threads.reopening import Put, Told, reopening
from kiosk.workers.eyes import Eyes, Memory, Saw
from kiosk.workers.in_view import InView
from kiosk.workers.preview import Preview

FRAME_WAIT_S = 2.0
"""A camera that gives no frame for so long is lost, and said to be."""
FIRST_FRAME_S = 6.0
"""So long a camera that was just opened is waited for before it is opened anew: some take seconds to begin, and none is there sooner
for being opened twice. It is said to be lost all the same meanwhile."""
LIVELY_S = 3.0
"""So long after the last movement the preview still runs at full rate."""
SCAN_SILENCE_S = 45.0
"""A camera that is opened for the first time loads libraries from a slow card; no read of it takes longer than FRAME_WAIT_S."""


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
