"""Picamera2Camera over its fake: strides, requests, buffers; and that it is given back whole, whatever it did before."""

import sys
import threading

import numpy as np
import pytest

from drivers.camera.picamera2_camera import BUFFERS, FIRST_LIMIT_S, FRAME_LIMIT_S, Picamera2Camera
from drivers.camera.slot import OneAtATime
from kiosk.errors import CameraLost, DriverError, DriverHangs, DriverMissing
from simulator.camera import FakeLight
from simulator.picamera2 import FakePicamera2, FakeRibbon
from simulator.picamera2_parts import RIBBON, USB
from tests.drivers.camera_contract import (
    FPS,
    PLENTY_S,
    SIZE,
    BlockingCameraContract,
    Done,
    Rig,
    grey_frames,
    is_frame,
)

pytestmark = pytest.mark.concurrent


def socket(**what) -> FakeRibbon:
    return FakeRibbon(FakeLight(grey_frames(), FPS), **what)


def opened(ribbon, **what) -> Picamera2Camera:
    return Picamera2Camera(SIZE, FPS, picamera2=ribbon.library, **what)


@pytest.fixture(params=[False, True], ids=["0.3.38", "0.3.31"])
def registers_first(request):
    """How the library of a bookworm or a trixie differs from the newest."""
    return request.param


@pytest.fixture
def ribbon():
    return socket(registers_first=True)


@pytest.fixture
def pi(ribbon):
    light = ribbon.light
    camera = opened(ribbon)
    empty = socket(ids=[])
    rig = Rig(
        camera, light.show, light.unplug, light, given_back=ribbon.given_back,
        fail=lambda: opened(empty), open_files=empty.files.still_open,
    )  # fmt: skip
    yield rig
    Done(rig)()


class TestPicamera2Camera(BlockingCameraContract):
    @pytest.fixture
    def rig(self, pi):
        return pi


def test_every_request_is_released(pi, ribbon):
    pi.show(3 * BUFFERS)
    assert ribbon.camera.held == 0


def test_rows_are_cut_to_the_picture_and_hold_none_of_the_stride(pi):
    pi.show(1)
    frame = pi.camera.read(PLENTY_S)
    # The fake fills the rest of its rows with 128.
    assert not np.any(frame == 128)
    assert frame.shape == (SIZE[1], SIZE[0])


def test_a_frame_does_not_change_when_the_camera_gets_its_buffer_back(pi):
    pi.show(1)
    first = pi.camera.read(PLENTY_S)
    pi.show(2 * BUFFERS)
    assert is_frame(first, 0)


def test_a_camera_that_falls_silent_is_lost_after_its_limit(pi):
    pi.show(1)
    pi.camera.read(PLENTY_S)
    pi.unplug()
    pi.light.settle()
    pi.light.advance(FRAME_LIMIT_S)
    with pytest.raises(CameraLost, match=r"expected a frame within 2 s.*ribbon cable"):
        pi.camera.read(PLENTY_S)


def test_what_the_camera_refuses_is_said_and_the_camera_given_back(registers_first):
    ribbon = socket(refuses="Control AfMode is not advertised by libcamera", registers_first=registers_first)
    with pytest.raises(DriverError, match="100x64 at 15 frames a second, libcamera says: Control AfMode"):
        opened(ribbon, controls={"AfMode": 0})
    assert_nothing_is_open(ribbon)


def assert_nothing_is_open(ribbon) -> None:
    assert ribbon.owner is None
    assert ribbon.manager.cameras == {}
    assert ribbon.files.still_open() == 0


def test_a_camera_that_stopped_giving_frames_leaves_nothing_open(pi, ribbon):
    pi.show(1)
    pi.unplug()
    pi.light.settle()
    pi.light.advance(FRAME_LIMIT_S)
    assert pi.camera.given_back(PLENTY_S)
    assert_nothing_is_open(ribbon)


@pytest.mark.parametrize("when", ["fails", "fails_late"])
def test_a_constructor_that_fails_leaves_nothing_open_and_says_the_first_cause(when, registers_first):
    ribbon = socket(registers_first=registers_first, **{when: "no such sensor mode"})
    for _ in range(3):
        with pytest.raises(DriverMissing, match=r"libcamera says: no such sensor mode\. See that the cable"):
            opened(ribbon)
    assert len(ribbon.opened) == 3
    assert_nothing_is_open(ribbon)


def test_no_camera_is_found_without_making_one():
    ribbon = socket(ids=[])
    with pytest.raises(DriverMissing, match="libcamera finds none"):
        opened(ribbon)
    assert ribbon.opened == []


def test_a_camera_at_a_usb_socket_is_not_opened_as_the_ribbons():
    with pytest.raises(DriverMissing, match="libcamera finds only USB cameras"):
        opened(socket(ids=[USB]))
    ribbon = socket(ids=[USB, RIBBON])
    camera = opened(ribbon)
    assert ribbon.camera.camera_idx == 1
    Done(Rig(camera, light=ribbon.light, unplug=ribbon.light.unplug, given_back=ribbon.given_back))()


def test_a_library_that_would_wait_for_a_frame_without_a_limit_is_too_old():
    class Old:
        """picamera2 0.3.18: `wait` is yes or no there."""

    with pytest.raises(DriverMissing, match=r"expected picamera2 0\.3\.22 or newer.*full-upgrade"):
        Picamera2Camera(picamera2=lambda: Old)


class Unfit:
    """Finds a library that does not load."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    def find_spec(self, name, _path=None, _target=None):
        if name == "picamera2":
            raise self.failure


@pytest.mark.parametrize(
    "failure, remedy",
    [
        (ModuleNotFoundError("No module named 'picamera2'"), "apt install python3-picamera2"),
        (ValueError("numpy.dtype size changed"), "ValueError: numpy.dtype size changed.*full-upgrade"),
    ],
)
def test_a_library_that_is_missing_or_does_not_load_is_told_with_its_remedy(failure, remedy):
    finder = Unfit(failure)
    sys.meta_path.insert(0, finder)
    try:
        with pytest.raises(DriverMissing, match=remedy):
            Picamera2Camera()
    finally:
        sys.meta_path.remove(finder)


class TestOneAtATime:
    """Over a camera that the kernel does not let go of."""

    @pytest.fixture
    def stuck(self, ribbon):
        open_camera = OneAtATime("the ribbon camera", lambda: opened(ribbon), wait_s=0.0)
        camera = open_camera()
        ribbon.stuck = True
        camera.close()
        ribbon.light.advance(FIRST_LIMIT_S)
        yield open_camera, camera
        ribbon.stuck = False
        for made in [camera, self.second] if hasattr(self, "second") else [camera]:
            made.close()
            ribbon.light.advance(FIRST_LIMIT_S)
            assert made.given_back(PLENTY_S)

    def test_no_second_camera_is_opened_over_one_that_was_not_given_back(self, stuck, ribbon):
        open_camera, camera = stuck
        for _ in range(2):
            with pytest.raises(DriverHangs, match="the ribbon camera to be given back, it hangs"):
                open_camera()
        assert len(ribbon.opened) == 1
        ribbon.stuck = False
        ribbon.light.advance(0.0)
        assert camera.given_back(PLENTY_S)
        self.second = open_camera()
        assert not ribbon.damaged

    def test_a_camera_that_hangs_while_it_is_opened_is_not_opened_twice(self):
        opens, tried = threading.Event(), []

        def hangs() -> Picamera2Camera:
            tried.append(1)
            assert opens.wait(PLENTY_S)
            raise DriverMissing("none is plugged in")

        open_camera = OneAtATime("the ribbon camera", hangs, wait_s=0.0)

        def first() -> None:
            with pytest.raises(DriverMissing):
                open_camera()

        thread = threading.Thread(target=first)
        thread.start()
        while not tried:
            thread.join(0.001)
        with pytest.raises(DriverHangs):
            open_camera()
        opens.set()
        thread.join(PLENTY_S)
        assert tried == [1]


def test_the_fake_itself_is_as_unkind_as_the_real_one():
    ribbon = socket()
    camera: FakePicamera2 = ribbon.library()(0)
    camera.configure(camera.create_video_configuration(
        main={"size": SIZE}, lores={"size": SIZE, "format": "YUV420"}, controls={}, buffer_count=BUFFERS
    ))  # fmt: skip
    camera.start()
    light = ribbon.light
    light.unplug()
    with pytest.raises(TimeoutError):
        camera.capture_request(wait=0.0)
    stopped = threading.Event()
    threading.Thread(target=lambda: (camera.stop(), stopped.set()), daemon=True).start()
    light.settle()
    light.advance(3600.0)
    light.settle()
    assert not stopped.is_set()  # behind the request that nobody waits for any more
    light.plugged = True
    light.advance(0.0)
    assert stopped.wait(PLENTY_S)
    assert camera.held == 1  # and that has a buffer for ever
    assert ribbon.files.still_open() == 3
    camera.close()
    del camera.allocator
    assert ribbon.files.still_open() == 0
