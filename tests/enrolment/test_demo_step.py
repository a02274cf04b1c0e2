"""The demo's first step: a kiosk that is nobody's becomes the demo's door, before eyes or without them."""

from __future__ import annotations

import pytest

from kiosk.core.events import Key
from kiosk.core.strokes import Stroke
from kiosk.demo.enrol_step import enrol_quietly, enrol_step
from kiosk.demo.stage import Stage
from kiosk.enrolment.device import Device
from registry.demo_people import DEMO_DOOR


@pytest.fixture
def stage(tmp_path):
    stage = Stage(screenshots=tmp_path / "pictures", tell=lambda _shown: None, camera=False, window=False)
    yield stage
    stage.__exit__()


def test_the_code_before_the_camera_enrols_the_demos_kiosk_and_leaves_its_pictures(stage):
    said = []
    identity = enrol_step(stage, said.append, fast=True)
    assert Device.beside(stage.settings.store.path).load().device == identity.device
    assert [there.id for there in stage.registry.devices()] == [identity.device]
    assert said[-1] == f"    enrolled as {identity.device} for door {DEMO_DOOR}"
    assert f"    registry     {stage.registry.url}" in said
    stage.keypad.press(Key.D1)
    assert stage.keypad.read(5.0) == Stroke(
        Key.D1, down=True
    )  # the door that begins now has a keypad and a camera
    assert stage.recording.read(5.0).size
    names = [path.stem.partition("-")[2] for path in stage.photographer.pictures]
    assert names == [
        "enrol-night-show-enrolment-code",
        "enrol-night-check-these",
        "enrol-night-enrolling",
        "enrol-night-enrolled",
    ]


def test_a_demo_with_a_real_camera_is_enrolled_without_asking(stage):
    identity = enrol_quietly(stage)
    assert identity.door == DEMO_DOOR
    assert stage.photographer.pictures == []
