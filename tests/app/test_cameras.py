"""A thing that fails, hangs while it is opened, or begins slowly: said once, waited for, and used when it is there."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from types import ModuleType

import pytest

from drivers.camera.picamera2_camera import FIRST_LIMIT_S
from drivers.camera.slot import OneAtATime
from drivers.camera.video_devices import Chooser
from kiosk.core.events import HealthChanged, Part
from kiosk.errors import CameraLost, DriverHangs, DriverMissing
from kiosk.eyes.here import CameraEyes
from kiosk.ports import Grey
from kiosk.root.camera_drivers import CAMERAS, chosen, either
from kiosk.settings import parse
from kiosk.threads.reopening import reopening
from kiosk.threads.worker import Worker
from kiosk.workers.camera_work import watching
from kiosk.workers.preview import Preview
from simulator.camera import FakeLight
from simulator.picamera2 import FakeRibbon
from tests.app.around import HALL, WITHIN_S, HouseClock
from tests.drivers.test_video_devices import Machine

SOON = 0.02


class FakeCamera:
    """Gives what stands in `script`: a frame, or the error that is raised; then it waits to be closed."""

    def __init__(self, *script: Grey | Exception) -> None:
        self.script = list(script)
        self.waits: list[float] = []
        self.closed, self.used = threading.Event(), threading.Event()

    def read(self, wait_s: float) -> Grey:
        self.waits.append(wait_s)
        if self.script:
            given = self.script.pop(0)
            if isinstance(given, Exception):
                raise given
            return given
        self.used.set()
        assert self.closed.wait(WITHIN_S)
        raise CameraLost("closed")

    def close(self) -> None:
        self.closed.set()


class Blind:
    """A reader that sees nothing."""

    moved_at = float("-inf")
    guidance = None

    def read(self, _frame: Grey, _mono: float) -> list:
        return []


class Ears:
    """Hears what a worker tells; `said` waits for so many words about the camera."""

    def __init__(self) -> None:
        self.events: list[HealthChanged] = []
        self._heard = threading.Condition()

    def put(self, event) -> None:
        with self._heard:
            self.events.append(event)
            self._heard.notify_all()

    def said(self, count: int) -> list[bool]:
        with self._heard:
            assert self._heard.wait_for(lambda: len(self.events) >= count, WITHIN_S), self.events
            return [event.working for event in self.events]


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def at_work() -> Iterator:
    workers: list[tuple[Worker, threading.Event]] = []

    def start(body) -> Worker:
        worker = Worker("scan", body)
        workers.append(worker)
        worker.start()
        return worker

    yield start
    for worker in workers:
        worker.stop()


def test_a_camera_that_hangs_while_it_is_opened_is_said_once_and_used_when_it_opens(ears, at_work):
    opens, used = threading.Event(), threading.Event()
    attempts = []

    def open_camera() -> FakeCamera:
        attempts.append(1)
        assert opens.wait(WITHIN_S)
        return FakeCamera(HALL)

    def use(camera, stop, told) -> None:
        camera.read(1.0)
        told()
        used.set()
        stop.wait(WITHIN_S)

    at_work(lambda stop: reopening(Part.CAMERA, open_camera, use, stop, ears.put, open_wait_s=SOON))
    assert ears.said(1) == [False]
    assert "driver hangs" in ears.events[0].why
    opens.set()
    assert used.wait(WITHIN_S)
    assert ears.said(2) == [False, True]
    assert len(attempts) == 1


def test_a_worker_that_is_told_to_stop_leaves_a_camera_that_hangs_and_it_is_given_back_when_it_opens(
    ears, at_work
):
    opens, camera = threading.Event(), FakeCamera()

    def open_camera() -> FakeCamera:
        assert opens.wait(WITHIN_S)
        return camera

    worker = at_work(
        lambda stop: reopening(Part.CAMERA, open_camera, lambda *_: None, stop, ears.put, open_wait_s=SOON)
    )
    ears.said(1)
    worker.stop()
    assert not camera.closed.is_set()
    opens.set()
    assert camera.closed.wait(WITHIN_S)


def scan(open_camera, ears):
    clock = HouseClock()
    return watching(
        open_eyes=lambda: CameraEyes(open_camera(), Blind(), mono=clock.mono),
        clock=clock,
        preview=Preview(),
        take=lambda _readings, _mono: 0,
        put=ears.put,
    )


def test_a_camera_that_begins_slowly_is_said_to_be_missing_and_not_opened_twice(ears, at_work):
    slow = FakeCamera(CameraLost("expected a frame within 2.0 s, none came"), HALL)
    at_work(scan(lambda: slow, ears))
    assert ears.said(2) == [False, True]
    slow.close()


def test_a_camera_that_stops_giving_frames_is_missed_within_two_seconds_and_opened_anew(ears, at_work):
    first = FakeCamera(HALL, HALL, CameraLost("expected a frame within 2.0 s, none came"))
    second = FakeCamera(HALL)
    cameras = iter([first, second])
    at_work(scan(lambda: next(cameras), ears))
    assert ears.said(2) == [False, True]
    assert first.closed.is_set()
    assert max(first.waits) == 2.0
    second.close()


def test_a_usb_camera_that_was_pulled_comes_back_under_another_number(ears, at_work, tmp_path):
    machine = Machine(tmp_path)
    old = machine.plug_in(0, "C920", by_id="usb-046d_C920_A1")
    opened: list[str] = []
    there = {str(old): FakeCamera(HALL)}

    def open_usb(device: str) -> FakeCamera:
        opened.append(device)
        if device not in there:
            raise DriverMissing(f"expected a camera at {device}")
        return there[device]

    at_work(scan(chosen(open_usb, Chooser(machine.dev, machine.sys)), ears))
    assert there[str(old)].used.wait(WITHIN_S)
    camera = there.pop(str(old))
    machine.pull(old)
    machine.plug_in(1, "Security", by_id="usb-1111_Other")
    new = machine.plug_in(2, "C920", by_id="usb-046d_C920_A1")
    there[str(new)] = FakeCamera(HALL)
    camera.close()
    assert ears.said(2) == [False, True]
    assert opened[-1] == str(new)
    there[str(new)].close()


NO_USB = parse('[camera]\ndriver = "auto"\ndevice = "/dev/video-nowhere"\nsize = "1280x720"\n')


def test_a_ribbon_camera_that_hangs_is_told_as_that_and_none_is_opened_beside_it(monkeypatch):
    ribbon = FakeRibbon(FakeLight([HALL], 15.0))
    library = ModuleType("picamera2")
    library.Picamera2 = ribbon.library()
    monkeypatch.setitem(sys.modules, "picamera2", library)
    open_camera = CAMERAS["auto"](NO_USB)
    camera = open_camera()
    ribbon.stuck = True
    camera.close()
    ribbon.light.advance(FIRST_LIMIT_S)
    with pytest.raises(
        DriverHangs, match=r"no camera: .*video-nowhere.*the ribbon camera to be given back, it hangs"
    ):
        open_camera()
    assert len(ribbon.opened) == 1
    ribbon.stuck = False
    ribbon.light.advance(FIRST_LIMIT_S)
    assert camera.given_back(WITHIN_S)


class Unfit(ModuleType):
    """A library that is there and does not load."""

    def __getattr__(self, name: str):
        raise ValueError("numpy.dtype size changed, may indicate binary incompatibility")


def test_a_ribbon_camera_whose_library_does_not_load_leaves_the_usb_cameras_turn(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", Unfit("picamera2"))
    with pytest.raises(
        DriverMissing, match=r"no camera: .*video-nowhere.*ValueError: numpy\.dtype size changed"
    ):
        CAMERAS["auto"](NO_USB)()


def test_a_ribbon_camera_that_hangs_while_it_is_opened_leaves_the_usb_cameras_turn_and_is_opened_once():
    opens, late, attempts = threading.Event(), FakeCamera(), []
    late.given_back = late.closed.wait
    usb = FakeCamera()

    def open_ribbon() -> FakeCamera:
        attempts.append(1)
        assert opens.wait(WITHIN_S)
        return late

    open_camera = either(OneAtATime("the ribbon camera", open_ribbon, wait_s=0.0), lambda: usb, wait_s=SOON)
    assert open_camera() is usb
    assert open_camera() is usb
    assert len(attempts) == 1
    opens.set()
    assert late.closed.wait(WITHIN_S), "nobody waits for it any more: it is given back"


def test_where_the_ribbon_camera_hangs_and_there_is_no_other_that_is_said():
    opens = threading.Event()

    def open_ribbon() -> FakeCamera:
        assert opens.wait(WITHIN_S)
        raise DriverMissing("none is plugged in")

    def no_usb() -> FakeCamera:
        raise DriverMissing("expected a USB camera, found none")

    with pytest.raises(DriverHangs, match=r"no camera: expected a USB camera.*within 0\.02 s, it hangs"):
        either(open_ribbon, no_usb, wait_s=SOON)()
    opens.set()
