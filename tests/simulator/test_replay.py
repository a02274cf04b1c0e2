"""ReplayCamera: the recording that stands in for a camera in the demo and the tour."""

import itertools
import threading

import pytest

from kiosk.errors import CameraLost
from simulator.replay import FramePace, ReplayCamera
from tests.drivers.camera_contract import FPS, PLENTY_S, CameraContract, Rig, grey_frames, is_frame


class TestReplayCamera(CameraContract):
    @pytest.fixture
    def rig(self):
        return Rig(ReplayCamera(grey_frames()))


class Time:
    """A clock on which sleeping is what makes time go by."""

    def __init__(self):
        self.now = 0.0

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def numbers(camera, count):
    """Return which test frames come next."""
    shown = [camera.read(0.0) for _ in range(count)]
    return [next(number for number in range(8) if is_frame(frame, number)) for frame in shown]


def test_a_recording_is_played_in_order_and_then_stays_on_its_last_frame():
    assert numbers(ReplayCamera(grey_frames(3)), 5) == [0, 1, 2, 2, 2]


def test_a_recording_that_ends_is_a_lost_camera():
    camera = ReplayCamera(grey_frames(2), ends=True)
    numbers(camera, 2)
    with pytest.raises(CameraLost, match="the recording has ended"):
        camera.read(0.0)


def test_an_empty_hall_goes_round_between_two_scenes():
    frames = grey_frames(5)
    camera = ReplayCamera(idle=frames[3:5])
    assert numbers(camera, 3) == [3, 4, 3]
    camera.play(frames[:2])
    camera.play(frames[2:3])
    assert numbers(camera, 5) == [0, 1, 2, 4, 3]


def test_the_scene_is_finished_only_when_its_last_frame_was_read():
    camera = ReplayCamera(idle=grey_frames(1))
    camera.play(grey_frames(2))
    numbers(camera, 2)
    assert not camera.finished.is_set()
    numbers(camera, 1)
    assert camera.finished.is_set()
    camera.play(grey_frames(1))
    assert not camera.finished.is_set()


def grey_frames_are_drawn_only_as_they_are_asked_for():
    drawn = []
    camera = ReplayCamera(drawn.append(number) or frame for number, frame in enumerate(grey_frames(5)))
    numbers(camera, 2)
    assert drawn == [0, 1]


@pytest.mark.concurrent
def test_a_scene_played_from_another_thread_is_seen_by_the_reader():
    camera = ReplayCamera(idle=grey_frames(1))
    director = threading.Thread(target=camera.play, args=(grey_frames(4)[3:],))
    director.start()
    director.join(PLENTY_S)
    assert numbers(camera, 2) == [3, 0]


def grey_frames_come_at_their_pace():
    time = Time()
    camera = ReplayCamera(grey_frames(4), pace=FramePace(FPS, clock=time.clock, sleep=time.sleep))
    for _ in range(4):
        camera.read(1.0)
    assert time.now == pytest.approx(3 / FPS)


def test_a_frame_that_is_due_later_than_the_limit_is_not_waited_for():
    time = Time()
    camera = ReplayCamera(grey_frames(2), pace=FramePace(FPS, clock=time.clock, sleep=time.sleep))
    camera.read(0.0)
    with pytest.raises(CameraLost, match="due later"):
        camera.read(0.01)
    assert time.now == pytest.approx(0.01)
    assert is_frame(camera.read(1.0), 1)


def test_a_slow_machine_sees_every_frame_late_and_none_left_out():
    time = Time()
    pace = FramePace(FPS, clock=time.clock, sleep=time.sleep)
    camera = ReplayCamera(grey_frames(4), pace=pace)
    seen = []
    for number in range(4):
        frame = camera.read(1.0)
        seen.append(is_frame(frame, number))
        time.sleep(1.0)
    assert seen == [True] * 4


def test_a_camera_with_nothing_to_play_has_no_frame():
    with pytest.raises(CameraLost, match="give it more to play"):
        ReplayCamera().read(0.0)


def test_an_endless_scene_needs_no_memory():
    camera = ReplayCamera(itertools.cycle(grey_frames(2)))
    assert numbers(camera, 5) == [0, 1, 0, 1, 0]
