"""A busy door in a process of its own, to be killed: `busy_door.py FOLDER URL < passes`, one pass a line.

Says `pulse` from inside the gate, and `opened VISIT` when the loop has ordered it: unbuffered, so that what was said
before the kill was said. Ends by itself only when nobody is left.
"""

from __future__ import annotations

import itertools
import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ["SDL_VIDEODRIVER"] = "dummy"

from drivers.nothing import NoLamp, Silence
from kiosk.core.door.state import Door, State
from kiosk.core.effects import Effect, Open
from kiosk.core.events import Event
from kiosk.core.model import Direction
from kiosk.enrolment.device import Device
from kiosk.root.app import App
from kiosk.root.equipment import Drivers
from kiosk.root.eyes import eyes_here
from kiosk.settings import Settings
from simulator.replay import FramePace, ReplayCamera
from tests.app.around import FPS, HALL, HouseClock, still
from ui.screen import PygameScreen

GAP_FRAMES = 24
"""Between two visitors: as fast as a queue walks."""


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


class LoudGate:
    """Port `Gate`: tells the moment in which a visitor could go through."""

    def open(self, direction: Direction) -> None:
        say(f"pulse {direction}")

    def close(self) -> None:
        """Nothing to close."""


def main(folder: Path, url: str) -> None:
    frames = itertools.chain.from_iterable(
        [still(line.strip())] * 3 + [HALL] * GAP_FRAMES for line in sys.stdin
    )
    camera = ReplayCamera(frames, pace=FramePace(FPS), idle=[HALL])
    screen = PygameScreen(size=(480, 320), driver="dummy")

    def tell(_door: Door, _event: Event, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Open):
                say(f"opened {effect.visit_id}")

    defaults = Settings()
    settings = replace(
        defaults,
        door=replace(defaults.door, id="DEMO"),
        registry=replace(defaults.registry, url=url),
        times=replace(defaults.times, admitted_s=0.1),
        store=replace(defaults.store, path=folder / "kiosk.db"),
    )
    drivers = Drivers(
        open_eyes=eyes_here(lambda: camera),
        open_keypad=None,
        gate=LoudGate(),
        lamp=NoLamp(),
        sounder=Silence(),
        screen=screen,
    )
    device = Device.beside(settings.store.path)
    identity = device.load()
    assert identity is not None, "the parent enrols this door"
    app = App(settings, drivers, clock=HouseClock(), device=device, identity=identity, watch=tell)
    app.start()
    app.loop.run(lambda: camera.finished.is_set() and app.loop.door.state is State.IDLE)
    app.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
