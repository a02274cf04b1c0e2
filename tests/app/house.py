"""A whole door for tests: the real App with real store, decoder, screen and HTTP; only what stands before it is fake.

    with House(folder, registry) as house:
        house.hold_up(house.pass_of(Colour.GREEN))
        shown = house.next_shown()

The loop runs in the test's own thread, and only while the test waits for something. It must never patch what is ours.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from kiosk.core.crossings import Sensor
from kiosk.core.door.state import Door, State
from kiosk.core.effects import Effect, Tell
from kiosk.core.events import Event, Key, Part, Tick
from kiosk.core.model import Colour, Direction, DoorKind, Identifier, IdentifierKind
from kiosk.core.screen.view import Page, View
from kiosk.demo.photographer import Photographer
from kiosk.demo.witness import Shown, Witness
from kiosk.errors import DriverMissing
from kiosk.ports import Board, Camera, Grey, Keypad, Scanner, Symbology
from kiosk.root.app import App
from kiosk.root.equipment import Drivers
from kiosk.root.eyes import eyes_here
from kiosk.settings import Settings
from registry.demo_people import DEMO_DOOR
from registry.embedded import EmbeddedRegistry
from registry.passes import Life
from simulator.alarm import FakeFireAlarm
from simulator.keypad import FakeKeypad
from simulator.outputs import FakeGate, FakeLamp, FakeSounder
from simulator.passage import FakePassage
from simulator.replay import FramePace, ReplayCamera
from simulator.scanner import FakeSerialScanner
from tests.app.around import FPS, FRAME, HALL, HELD_FRAMES, JITTER, WITHIN_S, HouseClock, Onlooker, still
from tests.enrolled import enrolled
from tests.factories import make_iin
from ui.screen import PygameScreen


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event, what the door ordered then, and when (the house's own seconds)."""

    event: Event
    effects: tuple[Effect, ...]
    at: float


class House:
    """One kiosk and everybody who comes to it. `registry` is the truth behind `url`, which may be a bad network."""

    def __init__(
        self,
        folder: Path,
        registry: EmbeddedRegistry,
        clock: HouseClock,
        *,
        url: str = "",
        door: str = DEMO_DOOR,
        kind: DoorKind = DoorKind.ENTRY,
        venue_code: bool = False,
        pictures: Path | None = None,
        boot: str | None = None,
        scanner: bool = False,
        scanner_side: str = "both",
        lost: tuple[tuple[Part, str], ...] = (),
        sensor: Sensor = Sensor.NONE,
        board: Board | None = None,
        alarm: bool = False,
        attended: bool = True,
        question_s: float = WITHIN_S,
        **times: float,
    ) -> None:
        """`times` are fields of [times], in seconds; without them every screen is short, so that a test is.

        Registry and disk have all the time that a test has: whoever wants one to be too late lets the clock skip, or, where
        the silence has to be real, gives a short `question_s` to a house in which no question is answered.
        With `boot`, the id of a start of the machine, a house remembers over a restart; in a folder of the test's own.
        """
        self.registry, self.clock = registry, clock
        self.witness = Witness(clock.wall, lambda _shown: None)
        self.log: list[Happened] = []
        self.gate = FakeGate(now=clock.mono)
        self.lamp = FakeLamp(now=clock.mono)
        self.sounder = FakeSounder(now=clock.mono)
        self.camera: ReplayCamera | None = None
        self.keypad: FakeKeypad | None = None
        self.passage = FakePassage(sensor) if sensor.lines else None
        self.alarm = FakeFireAlarm() if alarm else None
        self.scanner: FakeSerialScanner | None = None
        self.camera_plugged = self.keypad_plugged = True
        self.keypads_tried = 0
        self._numbers = itertools.count(1)
        self._last = ExitStack()
        screen = PygameScreen(size=(800, 480), driver="dummy")
        self._last.callback(screen.close)
        self.screen = Onlooker(Photographer(screen, pictures) if pictures else screen)
        defaults = Settings()
        short = {"admitted_s": 0.4, "refused_s": 0.4, "unchecked_s": 0.4, "notice_s": 0.4}
        patient = {"record_s": WITHIN_S}
        self.settings = replace(
            defaults,
            door=replace(
                defaults.door,
                id=door,
                kind=kind,
                venue_code=venue_code,
                attended=attended,
            ),
            registry=replace(defaults.registry, url=url or registry.url, question_s=question_s),
            reader=replace(defaults.reader, hold_s=0.5),
            times=replace(defaults.times, **{**short, **patient, **times}),
            scanner=replace(defaults.scanner, driver="serial" if scanner else "none", side=scanner_side),
            passage=replace(defaults.passage, driver=sensor),
            store=replace(defaults.store, path=folder / "kiosk.db", runtime=folder / "run"),
            sync=replace(defaults.sync, policy_every_s=0.5, heartbeat_every_s=0.5),
        )
        drivers = Drivers(
            open_eyes=eyes_here(self._open_camera, tuple(Symbology), mono=self.clock.mono),
            open_keypad=self._open_keypad,
            gate=self.gate,
            lamp=self.lamp,
            sounder=self.sounder,
            screen=self.screen,
            lost=lost,
            open_scanner=self._open_scanner if scanner else None,
            open_alarm=(lambda: self.alarm) if self.alarm else None,
            open_passage=(lambda: self.passage) if self.passage else None,
            board=board,
        )
        device, identity = enrolled(registry, self.settings.store.path, door, url=url)
        self.device = identity.device
        self.app = App(
            self.settings,
            drivers,
            clock=clock,
            device=device,
            identity=identity,
            boot=boot,
            watch=self._watch,
            jitter=lambda: JITTER,
        )

    def __enter__(self) -> Self:
        with self._last as undo:
            undo.callback(self.app.stop)
            self.app.start()
            self._last = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._last.close()

    @property
    def door(self) -> Door:
        """The door as it is now."""
        return self.app.loop.door

    @property
    def view(self) -> View:
        """What is on the screen."""
        return self.screen.views[-1]

    def until(self, seen: Callable[[], bool], what: str) -> None:
        """Let the door work until something is seen; says what it was that did not come."""
        ends = time.monotonic() + WITHIN_S
        self.app.loop.run(lambda: seen() or time.monotonic() > ends)
        assert seen(), f"expected {what}; the door is {self.door.state}, its last steps were {self.log[-6:]}"

    def ready(self) -> Self:
        """Wait until the door is online, has its policy and keys, and sees and hears."""
        self.until(lambda: self.door.word.online and self.door.word.policy is not None, "a policy and a link")
        self.sees()
        return self

    def sees(self) -> None:
        """Wait until camera and keypad are open."""
        self.until(lambda: self.camera is not None and self.keypad is not None, "camera and keypad opened")

    def idle(self) -> None:
        """Wait until the last answer has left the screen, and the last code the camera."""
        self.until(
            lambda: (
                self.door.state is State.IDLE
                and self.view.page is Page.IDLE
                and (self.camera is None or not self.camera_plugged or self.camera.finished.is_set())
            ),
            "an idle door",
        )

    def delivered(self) -> None:
        """Wait until the registry has every visit that was shown, and the door says that nothing waits."""
        shown = {one.visit_id for one in self.witness.shown}
        self.until(lambda: shown <= {row["uid"] for row in self.stored()}, "every visit at the registry")
        self.until(lambda: self.door.word.online and self.door.word.waiting == 0, "nothing waiting")

    def next_shown(self) -> Shown:
        """Wait for the next answer to a visitor, painted."""
        count = len(self.witness.shown)
        self.until(lambda: len(self.witness.shown) > count, f"answer number {count + 1}")
        self.until(lambda: self.view.page is Page.RESULT, "the answer on the screen")
        return self.witness.shown[count]

    def happened(self, kind: type[Any]) -> list[Any]:
        """Return every event of a kind so far."""
        return [one.event for one in self.log if isinstance(one.event, kind)]

    @property
    def told(self) -> list[str]:
        """What staff and journal were told."""
        return [effect.what for one in self.log for effect in one.effects if isinstance(effect, Tell)]

    def somebody(self, colour: Colour) -> tuple[str, str]:
        """Put a new person on the roll; return their IIN and their subject."""
        iin = make_iin(next(self._numbers))
        who = Identifier(kind=IdentifierKind.IIN, value=iin)
        return iin, self.registry.add_visitor(who, colour)

    def pass_of(self, colour: Colour, life: Life = Life.LIVE) -> str:
        """Return a fresh pass of somebody new."""
        return self.registry.issue_pass(self.somebody(colour)[1], life)

    def hold_up(self, content: str | bytes, *, mirrored: bool = False) -> None:
        """Hold a QR code before the camera for a moment."""
        assert self.camera is not None
        self.camera.play([still(content, mirrored=mirrored)] * HELD_FRAMES)

    def hold_up_card(self, code: Grey) -> None:
        """Hold a card's barcode before the camera for half a second: it is looked for five times a second only."""
        assert self.camera is not None
        frame = HALL.copy()
        top, left = ((whole - side) // 2 for whole, side in zip(FRAME, code.shape, strict=True))
        frame[top : top + code.shape[0], left : left + code.shape[1]] = code
        self.camera.play([frame] * round(FPS / 2))

    def type(self, iin: str) -> None:
        """Type a number at an idle door and confirm it twice, as somebody does who looks at the screen."""
        self.idle()
        assert self.keypad is not None
        self.keypad.type(iin)
        self.until(lambda: self.door.typed.complete, "twelve digits")
        self.keypad.press(Key.CONFIRM)
        self.until(lambda: self.door.state is State.CONFIRMING, "the number shown again")
        self.keypad.press(Key.CONFIRM)

    def admits(self, colour: Colour = Colour.GREEN) -> Shown:
        """The next good visitor is admitted, and the gate opens for them."""
        self.idle()
        before = len(self.gate.orders)
        self.hold_up(self.pass_of(colour))
        shown = self.next_shown()
        assert (shown.outcome, shown.opened, shown.direction) == ("admitted", True, Direction.ENTRY), shown
        assert len(self.gate.orders) == before + 1
        return shown

    def stored(self) -> list[dict[str, Any]]:
        """What the registry has of this door."""
        return self.registry.visits(self.settings.door.id, limit=2000)

    def _watch(self, door: Door, event: Event, effects: tuple[Effect, ...]) -> None:
        self.witness.watch(door, event, effects)
        if effects or not isinstance(event, Tick):
            self.log.append(Happened(event=event, effects=effects, at=self.clock.mono()))

    def _open_camera(self) -> Camera:
        if not self.camera_plugged:
            raise DriverMissing("expected a camera, found none: plug it in")
        self.camera = ReplayCamera(
            pace=FramePace(FPS), idle=[HALL, HALL + 1]
        )  # no sensor gives one frame twice
        return self.camera

    def _open_keypad(self) -> Keypad:
        self.keypad = FakeKeypad()
        self.keypads_tried += 1
        if not self.keypad_plugged:
            self.keypad.unplug()
        return self.keypad

    def _open_scanner(self) -> Scanner:
        scanner = FakeSerialScanner()
        scanner.read(0)  # what is scanned before the line is open is nobody's
        self.scanner = scanner
        return scanner
