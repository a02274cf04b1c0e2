"""The camera's worker: opens the eyes, hears what they see, and tells one code of those that are new; `watching` is the part that
enrolment uses, too.

It never ends because of what came from outside: it says what broke, opens the camera anew after a pause, and goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from kiosk.core.events import CodeRead, HintChanged, Part
from kiosk.core.model import Credential, Via
from kiosk.errors import CameraLost
from kiosk.ports import Clock, Eyes, Reading, Seen
from kiosk.reader.advice import Advice
from kiosk.threads.levels import Level
from kiosk.threads.reopening import Put, Told, reopening
from kiosk.workers.in_view import InView, Memory
from kiosk.workers.preview import Preview

EYES_OPEN_S = 10.0
"""Who opens a camera may be a process that was just begun and still loads its libraries: a second here, six to eight on a Pi 3B+, and
as long beside other work. Said to be missing sooner, each start of a door would begin with a fault."""
FRAME_WAIT_S = 2.0
"""A camera that gives no frame for so long is lost, and said to be."""
FIRST_FRAME_S = 6.0
"""So long a camera that was just opened is waited for before it is opened anew: some take seconds to begin, and none is there sooner
for being opened twice. It is said to be lost all the same meanwhile."""
SCAN_SILENCE_S = 45.0
"""A camera that is opened for the first time loads libraries from a slow card; no read of it takes longer than FRAME_WAIT_S."""


class PictureWatch(Protocol):
    """Who watches the picture as a whole (`kiosk.workers.view_watch.ViewWatch`)."""

    def is_open(self) -> bool:
        """Whether visitors may come now, so that the hall is lit."""
        ...

    def saw(self, seen: Seen) -> None:
        """Hear of every look. Raises CameraLost to have the camera opened anew."""
        ...


def scanning(
    *,
    open_eyes: Callable[[], Eyes],
    memory: Memory,
    understand: Callable[[str], Credential],
    clock: Clock,
    preview: Preview,
    put: Put,
    view: PictureWatch,
) -> Callable[[threading.Event], None]:
    """Return the body of the scanner: what the eyes see -> texts -> credentials, for as long as it is not stopped.

    Of several codes in a frame one is told: of those that are ours the one nearest the middle.
    """
    in_view = InView(memory, understand)

    def take(readings: list[Reading], mono: float) -> int:
        credential = in_view.choose(readings, mono)
        if credential is None:
            return 0
        put(CodeRead(credential=credential, via=Via.CAMERA))
        return 1

    return watching(open_eyes=open_eyes, clock=clock, preview=preview, take=take, put=put, view=view)


def watching(
    *,
    open_eyes: Callable[[], Eyes],
    clock: Clock,
    preview: Preview,
    take: Callable[[list[Reading], float], int],
    put: Put,
    view: PictureWatch | None = None,
) -> Callable[[threading.Event], None]:
    """Return the body that hands what is read of each frame to `take`, with its time; `put` hears how the camera is, and hints.

    `take` returns how many of the codes were new.
    """

    def look(eyes: Eyes, stop: threading.Event, report: Told) -> None:
        advice = Advice()
        hint: Level[HintChanged] = Level(put, HintChanged(hint=None), mono=clock.mono)
        seen = _first_look(eyes, report)
        try:
            while not stop.is_set():
                report()
                if seen.frame is not None:
                    preview.put(seen.frame)
                new = take(list(seen.readings), seen.mono)
                if view is not None:
                    view.saw(seen)
                    eyes.hear(is_open=view.is_open(), read=new)
                said = advice.hears(seen.guidance, seen.mono, read=bool(seen.readings))
                hint.tell(HintChanged(hint=said))
                seen = eyes.look(FRAME_WAIT_S)
        finally:
            if advice.said is not None:  # who held it up cannot be seen any more
                put(HintChanged(hint=None))

    def body(stop: threading.Event) -> None:
        reopening(Part.CAMERA, open_eyes, look, stop, put, open_wait_s=EYES_OPEN_S, mono=clock.mono)

    return body


def _first_look(eyes: Eyes, report: Told) -> Seen:
    try:
        return eyes.look(FRAME_WAIT_S)
    except CameraLost as late:
        report.missing(late)
        return eyes.look(FIRST_FRAME_S - FRAME_WAIT_S)
