"""Our side of the measurement: the whole running kiosk, fed by the same reel as the tutorial.

Real: loop, workers, both decoders, trust, registry client, store with its synced commits, screen drawn off-screen. Not there:
camera, relay and panel. It must never reach into the kiosk: what it knows it hears from the loop's `watch`, as the demo does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from drivers.nothing import NoLamp, Silence
from kiosk.core.door.state import Door, State
from kiosk.core.effects import Effect, Open, Write
from kiosk.core.events import CodeRead, Event, PolicyArrived
from kiosk.core.model import DoorKind, Visit
from kiosk.core.screen.view import View
from kiosk.demo.stage import DemoClock
from kiosk.enrolment.device import Device, Identity
from kiosk.errors import CameraLost
from kiosk.ports import Camera, Clock, Grey, Screen
from kiosk.root.app import App
from kiosk.root.equipment import Drivers
from kiosk.root.eyes import OpenEyes, eyes_here
from kiosk.settings import Settings
from simulator.outputs import FakeGate
from tests.bench.approaches import Approach, hall
from tests.bench.reel import Reel, Shot, Shown
from tests.bench.tally import tallied
from ui.screen import PygameScreen

PANEL = (1280, 800)
BEGINS_WITHIN_S = 30.0


class NoScreen:
    """A kiosk without a panel: for what the painting costs."""

    def show(self, view: View, preview: Grey | None = None) -> None:
        """Nothing to paint."""

    down = None

    def poll(self) -> list[Any]:
        """No keys."""
        return []

    def close(self) -> None:
        """Nothing to give back."""


class ReelCamera:
    """Port `Camera` over a reel; lost when the reel is over."""

    def __init__(self, read: Callable[[], Grey | None], over: threading.Event) -> None:
        self._read = read
        self._over = over

    def read(self, wait_s: float) -> Grey:
        """Return the newest frame."""
        frame = self._read()
        if frame is None:
            self._over.set()
            raise CameraLost("expected another frame, the reel is over")
        return frame

    def close(self) -> None:
        """Nothing to give back."""


class Onlooker:
    """Takes down when each step of each visit happened. Seconds of the clock that the door itself uses."""

    def __init__(self, clock: Clock) -> None:
        self.ready = threading.Event()
        """The door knows its policy, and the keys, which come first."""
        self.opened: list[dict[str, float]] = []
        """One for each pulse of the gate, in their order."""
        self._clock = clock
        self._steps: dict[str, dict[str, float]] = {}

    def watch(self, door: Door, event: Event, effects: tuple[Effect, ...]) -> None:
        """Take in what the loop just did (called in the loop's thread)."""
        now = self._clock.mono()
        visitor = door.visitor
        if isinstance(event, PolicyArrived):
            self.ready.set()
        began = isinstance(event, CodeRead) and door.state in (State.ASKING, State.RECORDING)
        if began and visitor is not None:
            self._steps.setdefault(visitor.visit_id, {})["taken"] = door.since
        for effect in effects:
            if isinstance(effect, Write) and isinstance(effect.record, Visit):
                self._steps.setdefault(effect.record.id, {}).update(settling=door.since, decided=now)
            elif isinstance(effect, Open):
                self.opened.append(self._steps.pop(effect.visit_id, {}) | {"committed": door.since})


class House:
    """One running kiosk at the benchmark's door. `with House(...) as house: house.run(...)`."""

    def __init__(
        self,
        *,
        url: str,
        store: Path,
        clock: Clock | None = None,
        screen: Screen | None = None,
        gate: FakeGate | None = None,
    ) -> None:
        """`gate`: by default one by the house's clock."""
        self.clock = clock or DemoClock()
        self.gate = gate or FakeGate(now=self.clock.mono)
        self.onlooker = Onlooker(self.clock)
        self.over = threading.Event()
        self._screen = screen or PygameScreen(size=PANEL, driver="offscreen")
        self._device = Device.beside(store)
        self._identity = identity_of(self._device, url)
        defaults = Settings()
        self._settings = replace(
            defaults,
            door=replace(defaults.door, kind=DoorKind.ENTRY),
            store=replace(defaults.store, path=store),
        )

    def run(self, open_camera: Callable[[], Camera]) -> None:
        """Let the kiosk work in this thread until its camera, which it looks through itself, has nothing more to show."""
        self.run_with(eyes_here(open_camera, self._settings.reader.formats))

    def run_with(self, open_eyes: OpenEyes) -> None:
        """Let the kiosk work in this thread until `over` is set by these eyes."""
        drivers = Drivers(
            open_eyes=open_eyes,
            open_keypad=None,
            gate=self.gate,
            lamp=NoLamp(),
            sounder=Silence(),
            screen=self._screen,
        )
        app = App(
            self._settings,
            drivers,
            clock=self.clock,
            device=self._device,
            identity=self._identity,
            watch=self.onlooker.watch,
        )
        with ExitStack() as last:
            last.callback(self._screen.close)
            last.callback(app.stop)
            app.start()
            app.loop.run(self.over.is_set)

    def play(self, reel: Reel) -> None:
        """Run over a reel, from the moment at which the door knows its policy."""

        def open_camera() -> Camera:
            self.await_policy()
            return ReelCamera(reel.read, self.over)

        self.run(open_camera)

    def await_policy(self) -> None:
        """Return when the door knows by which rule it admits. Raises CameraLost where it does not."""
        if not self.onlooker.ready.wait(BEGINS_WITHIN_S):
            raise CameraLost(f"expected a policy within {BEGINS_WITHIN_S:.0f} s, none came")


def identity_of(device: Device, url: str) -> Identity:
    """Return who this device was enrolled as, with its registry at `url`, which may be a bad line to it."""
    identity = device.load()
    if identity is None:
        raise RuntimeError("expected an enrolled device beside the store, found none: Bench enrols it")
    return replace(identity, registry=url)


def walk(order: dict[str, Any]) -> dict[str, Any]:
    """Show it approaches and return what became of each, with the stages of those that were let in."""
    approaches = [Approach.from_order(one) for one in order["approaches"]]
    house = House(url=order["url"], store=Path(order["store"]))
    shots = (one.shot(order["patience_s"]) for one in approaches)
    reel = Reel(shots, opened=lambda: len(house.gate.pulses))
    house.play(reel)
    return {"visits": with_stages(approaches, reel.shown, house)}


def with_stages(approaches: Sequence[Approach], shown: Sequence[Shown], house: House) -> list[dict[str, Any]]:
    """Return what became of each approach, with the stages of those that were let in."""
    pulses = house.gate.pulses
    visits = tallied(approaches, shown, pulses)
    for visit in visits:
        if visit["pulse"] is not None:
            visit["stages"] = stages(
                visit["due_at"], house.onlooker.opened[visit["pulse"]], pulses[visit["pulse"]].at
            )
    return visits


def stages(due_at: float, steps: dict[str, float], edge: float) -> dict[str, float]:
    """Return how long each step took, in ms: they add up to the whole, from the frame to the gate."""
    return {
        "decode": (steps["taken"] - due_at) * 1e3,
        "ask": (steps["settling"] - steps["taken"]) * 1e3,
        "decide": (steps["decided"] - steps["settling"]) * 1e3,
        "commit": (steps["committed"] - steps["decided"]) * 1e3,
        "gate": (edge - steps["committed"]) * 1e3,
    }


def idle(order: dict[str, Any]) -> dict[str, Any]:
    """Show it an empty hall for `seconds`, and return what that cost; `screen` False leaves the painting out."""
    screen = None if order["screen"] else NoScreen()
    house = House(url=order["url"], store=Path(order["store"]), screen=screen)
    shots = [Shot(hall=lambda: hall(1), patience_s=seconds) for seconds in (1.0, order["seconds"])]
    reel = Reel(shots, opened=lambda: 0)
    house.play(reel)
    last = reel.shown[-1]
    return {
        "cpu": last.cpu_s / last.wall_s,
        "fps": last.frames / last.wall_s,
        "rss_mb": psutil.Process().memory_info().rss / 1e6,
    }
