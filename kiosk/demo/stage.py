"""A whole door on one machine: a registry, a kiosk against it over real HTTP, and what stands before and behind it.

Only what is not there is simulated, and by its physics: the camera by a lens that renders a phone, the keypad by a pad
whose keys go down and up, gate and lamp by fakes that remember. Decoder, driver of the keypad, store, network and screen
are the real ones.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from drivers.camera.v4l2_camera import V4l2Camera
from drivers.nothing import Silence
from drivers.sound.sounder import PygameSounder
from kiosk.core.model import DoorKind
from kiosk.demo.photographer import Photographer
from kiosk.demo.witness import Shown, Witness
from kiosk.enrolment.device import Device, Identity
from kiosk.errors import DriverMissing
from kiosk.ports import Camera, Grey, Sounder
from kiosk.root.app import App
from kiosk.root.equipment import Drivers
from kiosk.root.eyes import eyes_here
from kiosk.settings import Settings
from registry.demo_people import DEMO_DOOR, DEMO_PEOPLE, populate
from registry.embedded import EmbeddedRegistry
from registry.passes import Life
from simulator.keypad import FakeKeypad
from simulator.lens import Scene, approach, before
from simulator.outputs import FakeGate, FakeLamp
from simulator.replay import FramePace, ReplayCamera
from ui.screen import PygameScreen

FPS = 15.0
FRAMES = 30
"""Two seconds: as long as a person takes to hold up a phone."""
WINDOW = (1280, 800)
CAMERA = (1280, 720)
HALL_FRAMES = 45
HALL = 1
"""The seed of the hall before this door: one camera sees one hall, whoever comes."""
READOUT_S = 0.02
"""A Pi camera's rolling shutter at this size."""
JITTER = 0.05
"""In place of chance: one kiosk need not spread its return over half a minute."""
SOUND_CARDS = Path("/proc/asound")


class DemoClock:
    """The machine's clock, taken for right: on a desk nobody's pass depends on a Pi's missing battery."""

    def wall(self) -> datetime:
        """UTC."""
        return datetime.now(UTC)

    def mono(self) -> float:
        """Seconds, never backwards."""
        return time.monotonic()

    def trusted(self) -> bool:
        """Always."""
        return True


class Stage:
    """Builds everything, and takes it down again."""

    def __init__(
        self, *, screenshots: Path | None, tell: Callable[[Shown], None], camera: bool, window: bool
    ) -> None:
        """`camera`: use the first real one if there is one. `window`: draw on the display, else off-screen."""
        self._last = ExitStack()
        self.clock = DemoClock()
        self.registry = self._last.enter_context(EmbeddedRegistry())
        self.subjects = populate(self.registry.registry)
        self.iins = {person.name: person.identifier.value for person in DEMO_PEOPLE}
        self.witness = Witness(self.clock.wall, tell)
        self.gate = FakeGate(now=self.clock.mono)
        self._seeds = itertools.count(1)
        folder = Path(self._last.enter_context(tempfile.TemporaryDirectory(prefix="ashyq-demo-")))
        self.real_camera = _first_camera() if camera else None
        self.put_up()
        screen = PygameScreen(size=WINDOW, fullscreen=False, driver=None if window else "offscreen")
        self._last.callback(screen.close)
        self.photographer = Photographer(screen, screenshots) if screenshots else None
        defaults = Settings()
        self.settings = replace(
            defaults,
            door=replace(
                defaults.door,
                id=DEMO_DOOR,
                kind=DoorKind.TOGGLE,
            ),
            registry=replace(defaults.registry, url=self.registry.url, device="DEMO-KIOSK"),
            store=replace(defaults.store, path=folder / "kiosk.db"),
            sync=replace(defaults.sync, policy_every_s=5.0),
        )
        self.drivers = Drivers(
            open_eyes=eyes_here(self._open_camera, defaults.reader.formats, mono=self.clock.mono),
            open_keypad=lambda: self.keypad,
            gate=self.gate,
            lamp=FakeLamp(now=self.clock.mono),
            sounder=_sounder() if window else Silence(),
            screen=self.photographer or screen,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._last.close()

    def open_door(self, identity: Identity) -> App:
        """Start the kiosk that was enrolled; it is stopped with everything else."""
        device = Device.beside(self.settings.store.path)
        app = App(
            self.settings,
            self.drivers,
            clock=self.clock,
            device=device,
            identity=identity,
            watch=self.witness.watch,
            jitter=lambda: JITTER,
        )
        self._last.callback(app.stop)
        app.start()
        return app

    def put_up(self) -> None:
        """Put up a camera and a keypad: what one program has closed, the next one cannot open."""
        self.keypad = FakeKeypad()
        self.recording = ReplayCamera(pace=FramePace(FPS), idle=_hall())

    def pass_of(self, name: str, life: Life = Life.LIVE) -> str:
        """Return a fresh pass of one of the made-up visitors, as their phone would get it from the registry."""
        return self.registry.issue_pass(self.subjects[name], life)

    def hold_up(self, text: str, **how: object) -> None:
        """Have somebody walk up and hold a code before the camera: rendered by the lens, read by the real decoder."""
        seen = {
            "hall": HALL,
            "owner": True,
            "auto_exposure": True,
            "readout_s": READOUT_S,
            "size": CAMERA,
            "fps": FPS,
        }
        scene = Scene(text=text, seed=next(self._seeds), **seen | how)  # type: ignore[arg-type]
        self.recording.play(approach(scene, FRAMES))

    def _open_camera(self) -> Camera:
        return V4l2Camera(self.real_camera, CAMERA, FPS) if self.real_camera else self.recording


def has_display() -> bool:
    """Whether there is a desktop to open a window on."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _first_camera() -> str | None:
    devices = sorted(Path("/dev").glob("video*"), key=lambda path: (len(path.name), path.name))
    for path in devices:
        try:
            V4l2Camera(str(path), CAMERA, FPS).close()
        except (DriverMissing, OSError):
            continue
        return str(path)
    return None


def _scene(text: str, seed: int, **how: object) -> Scene:
    """Return one visitor before this door's camera, which is the same for all."""
    camera = {"hall": HALL, "auto_exposure": True, "readout_s": READOUT_S, "size": CAMERA, "fps": FPS}
    return Scene(text=text, seed=seed, **camera | {"owner": True} | how)  # type: ignore[arg-type]


def _hall() -> Iterator[Grey]:
    return before(_scene("", seed=0), HALL_FRAMES)


def _sounder() -> Sounder:
    if not SOUND_CARDS.exists():  # asked first: ALSA complains on the terminal, eight lines long
        return Silence()
    try:
        return PygameSounder(volume=0.7)
    except DriverMissing:
        return Silence()
