"""The kiosk before it belongs to a door: a real QR code through the lens and the decoder, real keys, a real screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from drivers.nothing import Silence
from kiosk.core.enrolling.table import AGAIN_S, FAILED_S, READ_FIRST_S, SHOWN_S, EnrolmentStage
from kiosk.core.events import Key
from kiosk.core.model import Direction, DoorKind
from kiosk.core.screen.view import Fact, Page, Phrase
from kiosk.enrolment.by_text import enrol_by_text
from kiosk.enrolment.camera_mode import CameraMode
from kiosk.errors import DriverMissing
from kiosk.root.equipment import Drivers
from kiosk.root.eyes import eyes_here
from kiosk.root.identify import identify, settings_of
from kiosk.service.status_file import newest
from kiosk.settings import Settings
from registry.demo_people import DEMO_DOOR
from simulator.keypad import FakeKeypad
from simulator.lens import Carrier, Scene, approach
from simulator.outputs import FakeGate, FakeLamp
from simulator.replay import FramePace, ReplayCamera
from simulator.scanner import FakeScanner
from tests.app.house import FPS, HALL, HELD_FRAMES, Onlooker, still
from ui.screen import PygameScreen

WITHIN_S = 30.0

Step = tuple[Callable[[], object], Callable[[], None]]


class Kiosk:
    """Everything that stands at the door; `runs` walks a story: when this is seen, do that."""

    def __init__(self, enroller, clock) -> None:
        self.camera = ReplayCamera(pace=FramePace(FPS), idle=[HALL])
        self.keypad = FakeKeypad()
        self.clock = clock
        self.screen = Onlooker(PygameScreen(size=(800, 480), driver="dummy"))
        self.mode = CameraMode(enroller, self.screen, clock, done_s=0.0)

    @property
    def view(self):
        return self.screen.views[-1]

    def runs(
        self, *story: Step, camera: bool = True, keypad: bool = True, scanner: FakeScanner | None = None
    ):
        """Run the mode until it ends, or the story does; return who the device is then."""
        left, ends = list(story), time.monotonic() + WITHIN_S

        def over() -> bool:
            assert time.monotonic() < ends, f"step {len(story) - len(left)} never came; {self.mode.enrolling}"
            while left and self.screen.views and left[0][0]():
                left.pop(0)[1]()
            return not left and bool(story)

        return self.mode.run(
            open_eyes=eyes_here(lambda: self.camera, mono=self.clock.mono) if camera else None,
            open_keypad=(lambda: self.keypad) if keypad else None,
            open_scanner=(lambda: scanner) if scanner else None,
            stopped=over,
        )

    def shows(self, state: EnrolmentStage) -> Callable[[], bool]:
        return lambda: self.mode.enrolling.state is state

    def hold_up(self, text: str, frames: Iterable | None = None) -> Callable[[], None]:
        return lambda: self.camera.play(frames or [still(text)] * HELD_FRAMES)

    def press(self, key: Key, *, after_s: float = READ_FIRST_S) -> Callable[[], None]:
        def press() -> None:
            self.clock.skip(after_s)
            self.keypad.press(key)

        return press


def never() -> bool:
    return False


def nothing() -> None:
    pass


@pytest.fixture
def kiosk(enroller, clock):
    kiosk = Kiosk(enroller, clock)
    yield kiosk
    kiosk.screen.close()


@pytest.mark.parametrize("carrier", [Carrier.PHONE, Carrier.PAPER])
def test_a_code_that_comes_to_the_camera_enrols_the_device(kiosk, registry, device, carrier):
    scene = Scene(text=registry.enrolment_code(DEMO_DOOR), carrier=carrier, seed=7, error="l")
    identity = kiosk.runs(
        (kiosk.shows(EnrolmentStage.WAITING), kiosk.hold_up("", approach(scene, 30))),
        (kiosk.shows(EnrolmentStage.SHOWN), kiosk.press(Key.CONFIRM)),
        (never, nothing),
    )
    assert [there.id for there in registry.devices()] == [identity.device] == [device.load().device]
    headlines = [view.headline for view in kiosk.screen.views if view.page is Page.ENROL]
    assert list(dict.fromkeys(headlines)) == [
        Phrase.SHOW_ENROLMENT_CODE,
        Phrase.CHECK_THESE,
        Phrase.ENROLLING,
        Phrase.ENROLLED,
    ]
    assert dict(kiosk.view.lines)[Fact.DEVICE] == identity.device


def test_nothing_is_applied_until_a_key_confirms(kiosk, registry, device):
    kiosk.runs(
        (kiosk.shows(EnrolmentStage.WAITING), kiosk.hold_up(registry.enrolment_code(DEMO_DOOR))),
        (kiosk.shows(EnrolmentStage.SHOWN), kiosk.press(Key.CANCEL)),
        (kiosk.shows(EnrolmentStage.WAITING), nothing),
    )
    assert (device.load(), registry.devices()) == (None, [])


def test_details_that_nobody_answers_go_away(kiosk, registry):
    kiosk.runs(
        (kiosk.shows(EnrolmentStage.WAITING), kiosk.hold_up(registry.enrolment_code(DEMO_DOOR))),
        (kiosk.shows(EnrolmentStage.SHOWN), nothing),
        (kiosk.camera.finished.is_set, lambda: kiosk.clock.skip(SHOWN_S)),
        (kiosk.shows(EnrolmentStage.WAITING), nothing),
    )
    assert registry.devices() == []


def test_the_code_that_was_shown_last_is_the_one_that_counts(kiosk, registry, device):
    first = registry.enrolment_code(DEMO_DOOR, serial=None)
    second = registry.enrolment_code(DEMO_DOOR, serial="10000000a1b2c3d4")
    kiosk.runs(
        (kiosk.shows(EnrolmentStage.WAITING), kiosk.hold_up(first)),
        (kiosk.shows(EnrolmentStage.SHOWN), kiosk.hold_up(second)),
        (lambda: Fact.SERIAL in dict(kiosk.view.lines), kiosk.press(Key.CONFIRM)),
        (never, nothing),
    )
    used = [made.used_at is not None for made in registry.registry.enrolments.all()]
    assert used == [False, True]


def test_a_wrong_code_is_told_and_a_right_one_then_works(kiosk, registry):
    right = registry.enrolment_code(DEMO_DOOR)
    identity = kiosk.runs(
        (kiosk.shows(EnrolmentStage.WAITING), kiosk.hold_up("HTTPS://A.KZ/V/X.Y")),
        (lambda: kiosk.view.hint is Phrase.ENROL_DAMAGED, nothing),
        (kiosk.camera.finished.is_set, lambda: kiosk.clock.skip(FAILED_S)),
        (kiosk.shows(EnrolmentStage.WAITING), kiosk.hold_up(right.replace("AQE1:", "AQE2:"))),
        (lambda: kiosk.view.hint is Phrase.ENROL_NEWER, kiosk.hold_up(right)),
        (kiosk.shows(EnrolmentStage.SHOWN), kiosk.press(Key.CONFIRM)),
        (never, nothing),
    )
    assert identity.door == DEMO_DOOR


def test_the_registry_out_of_reach_is_told_and_the_same_code_works_later(kiosk, registry):
    code = registry.enrolment_code(DEMO_DOOR)

    def comes_back() -> None:
        registry.restore()
        kiosk.clock.skip(FAILED_S)

    identity = kiosk.runs(
        (kiosk.shows(EnrolmentStage.WAITING), kiosk.hold_up(code)),
        (kiosk.shows(EnrolmentStage.SHOWN), lambda: (registry.cut(), kiosk.press(Key.CONFIRM)())),
        (lambda: kiosk.view.hint is Phrase.ENROL_NO_NETWORK, nothing),
        (kiosk.camera.finished.is_set, comes_back),
        (kiosk.shows(EnrolmentStage.WAITING), kiosk.hold_up(code)),
        (kiosk.shows(EnrolmentStage.SHOWN), kiosk.press(Key.CONFIRM)),
        (never, nothing),
    )
    assert [there.id for there in registry.devices()] == [identity.device]


def settings_at(tmp_path) -> Settings:
    defaults = Settings()
    return replace(defaults, store=replace(defaults.store, path=tmp_path / "kiosk.db"))


def drivers_of(kiosk: Kiosk, clock) -> Drivers:
    def no_camera():
        raise DriverMissing("expected a camera, found none: plug it in")

    return Drivers(
        open_eyes=eyes_here(no_camera),
        open_keypad=lambda: kiosk.keypad,
        gate=FakeGate(now=clock.mono),
        lamp=FakeLamp(now=clock.mono),
        sounder=Silence(),
        screen=kiosk.screen,
    )


def test_an_enrolled_kiosk_asks_for_no_code(kiosk, enroller, registry, device, clock, tmp_path):
    enrol_by_text(enroller, registry.enrolment_code(DEMO_DOOR), lambda _: True)
    known = identify(
        settings_at(tmp_path), drivers_of(kiosk, clock), clock=clock,
        stopped=never,
    )  # fmt: skip
    assert known.device == device.load().device
    assert kiosk.screen.views == []
    settings = settings_of(settings_at(tmp_path), known)
    assert (settings.door.id, settings.registry.url) == (DEMO_DOOR, registry.url)
    assert settings.registry.device == known.device


@pytest.mark.parametrize("damaged", [False, True])
def test_a_waiting_kiosk_begins_when_it_was_enrolled_from_a_terminal(
    kiosk, enroller, registry, clock, tmp_path, damaged
):
    if damaged:
        (tmp_path / "device").mkdir()
        (tmp_path / "device" / "enrolment.json").write_text("{")
        enroller._another_registry = (
            True  # whose it was nobody can tell any more: root says it at the terminal
        )
    ends = time.monotonic() + WITHIN_S
    done = []

    def meanwhile() -> bool:
        assert time.monotonic() < ends
        if kiosk.screen.views and not done:
            done.append(enrol_by_text(enroller, registry.enrolment_code(DEMO_DOOR), lambda _: True))
        clock.skip(1.0)
        return False

    known = identify(
        settings_at(tmp_path), drivers_of(kiosk, clock), clock=clock,
        stopped=meanwhile,
    )  # fmt: skip
    assert known.device == done[0].device
    assert not kiosk.view.preview  # this kiosk's camera is gone, and no picture of it is awaited


def test_a_kiosk_that_is_told_to_stop_is_nobody(kiosk, clock, tmp_path):
    assert (
        identify(
            settings_at(tmp_path), drivers_of(kiosk, clock), clock=clock,
            stopped=lambda: bool(kiosk.screen.views),
        )
        is None
    )  # fmt: skip


@pytest.mark.parametrize("kind", [DoorKind.EXIT, DoorKind.ENTRY])
def test_nobody_is_held_inside_by_a_device_that_belongs_to_nobody(kiosk, clock, tmp_path, kind, caplog):
    drivers = drivers_of(kiosk, clock)
    drivers = replace(drivers, open_eyes=eyes_here(lambda: kiosk.camera), open_keypad=lambda: kiosk.keypad)
    settings = settings_at(tmp_path)
    settings = replace(settings, door=replace(settings.door, kind=kind))
    ends = time.monotonic() + WITHIN_S
    pressed = []

    def stopped() -> bool:
        assert time.monotonic() < ends
        if kiosk.screen.views and not pressed:
            pressed.append(kiosk.keypad.press(Key.CONFIRM))
            kiosk.hold_up("HTTPS://EXAMPLE.KZ")()
        clock.skip(0.1)
        wanted = 2 if kind is DoorKind.EXIT else 0
        seen = kiosk.camera.finished.is_set() and bool(pressed)
        return seen and len(drivers.gate.orders) >= wanted

    identify(settings, drivers, clock=clock, stopped=stopped)
    assert drivers.gate.orders == [Direction.EXIT] * (2 if kind is DoorKind.EXIT else 0)
    assert ("could not be recorded" in caplog.text) is (kind is DoorKind.EXIT)


def test_an_enrolment_code_that_is_held_too_far_away_is_asked_nearer(kiosk, registry):
    code = registry.enrolment_code(DEMO_DOOR)
    far = list(approach(Scene(text=code, nearest_m=0.5, farthest_m=0.51, bystanders=0), 90))[5:75]
    kiosk.runs(
        (kiosk.shows(EnrolmentStage.WAITING), kiosk.hold_up("", far)),
        (lambda: kiosk.view.hint is Phrase.COME_NEARER, kiosk.hold_up(code)),
        (kiosk.shows(EnrolmentStage.SHOWN), nothing),
        (lambda: kiosk.view.headline is Phrase.CHECK_THESE, nothing),
    )
    assert kiosk.view.hint is Phrase.ENROL_AGAIN


def test_where_there_are_no_keys_the_same_code_once_more_says_that_it_is_right(kiosk, registry, device):
    code = registry.enrolment_code(DEMO_DOOR)

    def hold_up_again() -> None:
        kiosk.clock.skip(AGAIN_S)
        kiosk.camera.play([still(code)] * HELD_FRAMES)

    kiosk.runs(
        (kiosk.shows(EnrolmentStage.WAITING), kiosk.hold_up(code)),
        (
            lambda: kiosk.mode.enrolling.state is EnrolmentStage.SHOWN and kiosk.camera.finished.is_set(),
            hold_up_again,
        ),
        (never, nothing),
        keypad=False,
    )
    assert [there.id for there in registry.devices()] == [device.load().device]


def test_a_desk_scanner_reads_the_code_too(kiosk, registry, device):
    code, scanner = registry.enrolment_code(DEMO_DOOR), FakeScanner()
    kiosk.runs(
        (kiosk.shows(EnrolmentStage.WAITING), lambda: scanner.scan("HTTPS://EXAMPLE.KZ")),
        (kiosk.shows(EnrolmentStage.FAILED), lambda: scanner.scan(code)),
        (kiosk.shows(EnrolmentStage.SHOWN), kiosk.press(Key.CONFIRM)),
        (never, nothing),
        camera=False,
        scanner=scanner,
    )
    assert [there.id for there in registry.devices()] == [device.load().device]


def test_a_device_that_is_nobodys_says_so_by_its_number_in_the_lamp_and_to_the_doctor(kiosk, clock, tmp_path):
    drivers = drivers_of(kiosk, clock)
    settings = settings_at(tmp_path)
    settings = replace(settings, store=replace(settings.store, runtime=tmp_path))
    ends = time.monotonic() + WITHIN_S
    told = []

    def stopped() -> bool:
        assert time.monotonic() < ends
        clock.skip(1.0)
        told.append(newest([tmp_path], clock.wall()))
        return told[-1] is not None and told[-1].faults == (10, 17)

    identify(settings, drivers, clock=clock, stopped=stopped)
    assert drivers.lamp.shown[-1].fault == 17
    assert (told[-1].state, [each.part for each in told[-1].troubles]) == ("not-enrolled", ["camera"])
    assert newest([tmp_path], clock.wall()) is None
