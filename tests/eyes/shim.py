"""Eyes as a process whose first decoder dies of one text, as a faulty library would: `python -m tests.eyes.shim --doors FD --until FD TEXT...`.

Each TEXT is held up in turn, for as many frames as it takes; with an empty one the hall is empty.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import time

from drivers.engine.zbar_engine import ZbarDecoder
from drivers.engine.zxing_engine import ZxingDecoder
from kiosk.eyes import cell
from kiosk.eyes.engines import AtWork, EngineGuard
from kiosk.eyes.here import CameraEyes
from kiosk.eyes.messages import OpenCamera
from kiosk.eyes.nursery import Nursery
from kiosk.ports import Decoder, Eyes, Grey, Reading
from kiosk.reader.pipeline import Reader
from simulator.replay import FramePace, ReplayCamera
from tests.app.around import HALL, still

DEADLY = "crash"
STUCK = "stuck"
FPS = 15


class Faulty:
    """Port `Decoder`: dies of one text and never comes back from another, before it can tell of either."""

    name = "zxing"

    def __init__(self, engine: Decoder) -> None:
        self._engine = engine

    def decode(self, frame: Grey) -> list[Reading]:
        readings = self._engine.decode(frame)
        texts = [reading.text for reading in readings]
        if DEADLY in texts:
            os.kill(os.getpid(), signal.SIGSEGV)
        while STUCK in texts:
            signal.pause()
        return readings


def look(line: socket.socket, at_work: AtWork, rests_until: dict[str, float], texts: list[str]) -> None:
    def open_eyes(order: OpenCamera) -> Eyes:
        guard = EngineGuard(at_work, rests_until, mono=time.monotonic)
        second = guard(ZbarDecoder(), "zbar")
        reader = Reader(guard(Faulty(ZxingDecoder()), "zxing", instead=second), second)
        frames = [frame for text in texts for frame in [HALL] * 5 + [still(text) if text else HALL] * 8]
        camera = ReplayCamera(frames, idle=[HALL], pace=FramePace(FPS))
        return CameraEyes(camera, reader, mono=time.monotonic, learned=order.learned)

    cell.look_for(line, open_eyes, lambda _order: HALL.size)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--doors", type=int, required=True)
    parser.add_argument("--until", type=int)
    parser.add_argument("texts", nargs="*")
    given = parser.parse_args()
    nursery = Nursery(lambda line, at_work, rests: look(line, at_work, dict(rests), given.texts))
    with socket.socket(fileno=given.doors) as doors:
        nursery.serve(doors, until=given.until)
