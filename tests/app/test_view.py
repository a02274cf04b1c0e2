"""A camera that sees nothing, from its frames to the staff's screen, the journal, the registry's heartbeat and the disk."""

from __future__ import annotations

import logging

import cv2
import numpy as np
import pytest

from kiosk.core.door.state import State
from kiosk.core.events import Part
from kiosk.core.health.camera_view import WHY, ViewTrouble
from kiosk.doctor.finding import CheckState as Found
from kiosk.doctor.running import Running
from kiosk.doctor.view import view
from kiosk.errors import CameraLost
from kiosk.eyes.here import CameraEyes
from kiosk.reader.scenery import LEARNED, Scenery
from kiosk.workers.view_watch import FILE, KEEP_S, ViewWatch, kept
from simulator.lens import empty_hall
from tests.core.doorman import Doorman

SIZE = (640, 360)
HALLS = list(empty_hall(0, SIZE, frames=3))
COVER = [np.clip(frame // 40 + 90, 0, 255).astype(np.uint8) for frame in HALLS]
ELSEWHERE = [np.roll(frame, 90, axis=1) for frame in HALLS]


class Eyes:
    """A watch over a view, and the hands that show it pictures."""

    def __init__(self, folder, man) -> None:
        self.now, self.is_open = 0.0, True
        self.camera = Shows([])
        self.watch = ViewWatch(folder, man.tell, is_open=lambda: self.is_open, mono=lambda: self.now)
        self.open_anew()

    def see(self, frames, seconds: int) -> None:
        self.camera.frames = frames
        for _ in range(2 * seconds):
            self.eyes.hear(is_open=self.is_open, read=0)
            self.watch.saw(self.eyes.look(0))
            self.now += 0.5

    def open_anew(self) -> None:
        """As the worker does when the camera is lost."""
        self.eyes = CameraEyes(self.camera, Blind(), mono=lambda: self.now, learned=self.watch.learned)


@pytest.fixture
def man() -> Doorman:
    return Doorman()


@pytest.fixture
def eyes(tmp_path, man) -> Eyes:
    return Eyes(tmp_path, man)


def test_a_covered_camera_is_on_the_screen_in_the_journal_and_in_the_heartbeat_and_goes_again(
    eyes, man, caplog
):
    caplog.set_level(logging.INFO, logger="kiosk.workers.view_watch")
    eyes.see(COVER, 70)
    assert (man.view.corner.ailing, man.view.corner.faults) == (ViewTrouble.COVERED, (37,))
    assert dict(man.door.building.broken)[Part.VIEW] == WHY[ViewTrouble.COVERED]
    assert man.door.state is State.IDLE
    eyes.see(HALLS, 60)
    assert (man.view.corner.ailing, man.view.corner.faults) == (None, ())
    assert [record.getMessage() for record in caplog.records] == [
        f"view: {WHY[ViewTrouble.COVERED]}",
        "view: the camera sees its hall again",
    ]


def test_a_hall_in_the_dark_is_told_when_visitors_may_come_and_not_before(eyes, man):
    night = [frame // 25 for frame in HALLS]
    eyes.is_open = False
    eyes.see(night, 120)
    assert man.view.corner.ailing is None
    eyes.is_open = True
    eyes.see(night, 35)
    assert man.view.corner.ailing is ViewTrouble.DARK
    eyes.is_open = False
    eyes.see(night, 2)
    assert man.view.corner.ailing is None


def test_a_frozen_camera_is_opened_anew_at_once_and_then_once_a_minute_until_it_lives(eyes, man):
    lost = []
    for second in range(200):
        try:
            eyes.see(HALLS[:1], 1)
        except CameraLost:
            lost.append(second)
            eyes.open_anew()
            eyes.now += 0.5
    assert lost[0] <= 12
    assert lost == [lost[0] + 60 * again for again in range(4)]
    assert man.view.corner.ailing is ViewTrouble.FROZEN
    eyes.see(HALLS, 70)
    assert man.view.corner.ailing is None


def test_what_was_learned_is_kept_once_an_hour_and_tells_of_a_camera_that_was_turned_meanwhile(
    tmp_path, eyes, man
):
    eyes.watch.keep()
    assert not (tmp_path / FILE).exists()
    eyes.see(HALLS, LEARNED * 5 + 10)
    eyes.watch.keep()
    first = (tmp_path / FILE).read_bytes()
    eyes.see(HALLS, 30)
    eyes.watch.keep()
    assert (tmp_path / FILE).read_bytes() == first
    eyes.now += KEEP_S
    eyes.see(HALLS, 10)
    eyes.watch.keep()
    assert (tmp_path / FILE).read_bytes() != first
    assert [file.name for file in tmp_path.iterdir()] == [FILE]
    again = Eyes(tmp_path, man)
    again.see(ELSEWHERE, 130)
    assert man.view.corner.ailing is ViewTrouble.TURNED


def test_a_disk_that_cannot_be_written_costs_one_line(tmp_path, man, caplog):
    eyes = Eyes(tmp_path / "gone", man)
    eyes.see(HALLS, LEARNED * 5 + 10)
    for _ in range(3):
        eyes.watch.keep()
        eyes.now += KEEP_S
        eyes.see(HALLS, 10)
    assert [record.levelname for record in caplog.records if "could not be kept" in record.getMessage()] == [
        "WARNING"
    ]


def test_what_is_kept_is_no_picture(tmp_path, eyes):
    eyes.see(HALLS, LEARNED * 5 + 10)
    eyes.watch.keep()
    scenery = Scenery.from_bytes(kept(tmp_path))
    assert scenery.edges.shape == (2, 21, 39)
    assert (tmp_path / FILE).stat().st_size < 10_000


class Blind:
    """A reader that sees nothing, and nobody move."""

    moved_at, guidance = float("-inf"), None

    def read(self, _frame, _mono) -> list:
        return []


class Shows:
    """A camera that shows frames in turn."""

    def __init__(self, frames) -> None:
        self.frames, self._at = frames, 0

    def read(self, _wait_s: float):
        self._at += 1
        return self.frames[self._at % len(self.frames)]

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "frames, says",
    [
        (HALLS, ""),
        (COVER, "covered"),
        ([frame // 25 for frame in HALLS], "dark"),
        (HALLS[:1], "frozen"),
        ([np.full_like(HALLS[0], 255)], "burnt"),
        (ELSEWHERE, "looks elsewhere"),
        ([cv2.GaussianBlur(frame, (0, 0), 5) for frame in HALLS], "blurred"),
    ],
)
def test_the_doctor_judges_one_look_by_what_was_learned(tmp_path, eyes, frames, says):
    eyes.see(HALLS, LEARNED * 5 + 10)
    eyes.watch.keep()
    found = view(lambda: Shows(frames), Scenery.from_bytes(kept(tmp_path)))
    assert found.state is (Found.WARNING if says else Found.OK)
    assert says in found.says
    assert not says or found.remedy


def test_the_doctor_asks_a_kiosk_that_runs():
    assert view(lambda: Shows(HALLS), Scenery(), running=Running(status=None)).state is Found.WARNING
    assert view(None, Scenery()).state is Found.OK


def test_a_door_tells_the_registry_what_its_camera_sees(house, registry):
    house.camera.play([HALLS[0]] * 10_000)  # one frame again and again: a sensor that hangs
    hung = house.camera

    def told() -> bool:
        house.clock.skip(0.5)  # it is looked at once a second
        return house.view.corner.ailing is ViewTrouble.FROZEN

    house.until(told, "a word about the frozen picture")
    reports = registry.registry.reports
    house.until(
        lambda: (
            (reports.heartbeat(house.device) or {"health": {}})["health"].get("view")
            == WHY[ViewTrouble.FROZEN]
        ),
        "a heartbeat about it",
    )
    house.until(lambda: house.camera is not hung, "the camera to be opened anew")
