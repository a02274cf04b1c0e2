"""What a profile does to a picture: of a phone that shines in a dark corridor, before a lens that is focused elsewhere, under lamps."""

import numpy as np
import pytest

from drivers.camera.picamera2_camera import Picamera2Camera
from drivers.camera.profiles import (
    AUTOFOCUS,
    EXPOSURE,
    EXPOSURE_AUTO,
    FOCUS,
    GAIN,
    MAINS_50_HZ,
    MANUAL,
    POWER_LINE,
    PROFILES,
    SLOWS_DOWN,
    Focus,
    libcamera_controls,
    v4l2_wishes,
)
from drivers.camera.v4l2_camera import V4l2Camera
from drivers.camera.v4l2_controls import DeviceKnobs, Range, turn
from drivers.engine.zxing_engine import ZxingDecoder
from simulator.camera import FakeCapture, FakeLight
from simulator.picamera2 import MODULE_2, FakeRibbon
from simulator.sensor import FakeKnobs, FakeSensor
from tests.drivers.camera_contract import FPS, PLENTY_S, Done, Rig
from tests.reader.codes import PASS, qr

pytestmark = pytest.mark.concurrent

SIZE = (320, 240)
AS_IT_IS = Focus(mode="camera")
WEBCAM = {
    POWER_LINE: Range(0, 2, 1),
    SLOWS_DOWN: Range(0, 1, 1),
    EXPOSURE_AUTO: Range(0, 3, 1),
    EXPOSURE: Range(3, 2047, 1),
    GAIN: Range(0, 255, 1),
    AUTOFOCUS: Range(0, 1, 1),
    FOCUS: Range(0, 255, 5),
}
CHEAP = {POWER_LINE: Range(0, 2, 1)}


def corridor():
    """A code on a phone that shines, in a corridor that does not: white is 200, the wall 6."""
    frame = np.full((SIZE[1], SIZE[0]), 6, np.uint8)
    code = qr(PASS)[::3, ::3]
    code = np.kron(code, np.ones((3, 3), np.uint8))
    frame[60 : 60 + len(code), 90 : 90 + len(code)] = np.where(code > 0, 200, 20)
    return frame


@pytest.fixture
def seen():
    """Return the frame that a camera with these settings gives of a picture."""
    with_rig = []

    def see(picture, kind, profile, focus=AS_IT_IS, *, knobs=WEBCAM, has=None):
        light, sensor = FakeLight([picture], FPS), FakeSensor()
        if kind == "ribbon":
            fake = FakeRibbon(light, sensor=sensor, **({} if has is None else {"has": has}))
            controls = libcamera_controls(PROFILES[profile], focus)
            camera = Picamera2Camera(SIZE, FPS, controls=controls, picamera2=fake.library)
            gone = fake.given_back
        else:
            fake = FakeCapture(light, sensor=sensor, offers=["GREY"])
            turned = FakeKnobs(sensor, knobs)
            camera = V4l2Camera(
                "/dev/video0", SIZE, FPS, wishes=v4l2_wishes(PROFILES[profile], focus),
                open_capture=lambda _: fake, open_knobs=turned.open,
            )  # fmt: skip
            gone = fake.released
        with_rig.append(Rig(camera, light.show, light.unplug, light, given_back=gone))
        light.show(1)
        return camera.read(PLENTY_S), camera.refused

    yield see
    for rig in with_rig:
        Done(rig)()


def burnt(frame) -> float:
    return float(np.mean(frame[60:180, 90:210] >= 250))


@pytest.mark.parametrize("kind", ["ribbon", "usb"])
def test_a_camera_left_to_itself_burns_a_phone_out_in_a_dark_corridor_and_one_for_phones_does_not(seen, kind):
    alone, _ = seen(corridor(), kind, "none")
    for_phones, refused = seen(corridor(), kind, "phones-only")
    assert burnt(alone) > 0.3
    assert burnt(for_phones) == 0
    assert ZxingDecoder().decode(for_phones)[0].text == PASS
    assert refused == [] if kind == "ribbon" else refused == ["backlight_compensation: it has none"]


def test_the_bright_hall_takes_half_the_light_that_the_camera_would_and_never_amplifies(seen):
    hall = np.full((SIZE[1], SIZE[0]), 230, np.uint8)
    of_its_own, bright = (seen(hall, "ribbon", profile)[0].mean() for profile in ("none", "bright-hall"))
    assert bright == pytest.approx(of_its_own / 2, abs=2)
    dim = np.full((SIZE[1], SIZE[0]), 10, np.uint8)
    assert seen(dim, "ribbon", "bright-hall")[0].mean() < seen(dim, "ribbon", "none")[0].mean() / 2


def test_a_usb_camera_in_a_bright_hall_is_exposed_for_half_as_long_as_for_phones_alone(seen):
    phones, bright = (seen(corridor(), "usb", profile)[0] for profile in ("phones-only", "bright-hall"))
    assert bright.max() == pytest.approx(phones.max() / 2, abs=2)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_fixed_exposure_is_whole_half_waves_of_50_hz_or_short_enough_for_daylight_alone(profile):
    asked = PROFILES[profile]
    if asked is None:
        return
    for exposure_s in (asked.exposure_s, asked.usb_exposure_s):
        assert exposure_s is None or exposure_s <= 0.005 or (exposure_s * 100) % 1 == pytest.approx(0)
    assert all(each is None or each <= 1 / 100 for each in (asked.exposure_s, asked.usb_exposure_s))


def test_a_ribbon_camera_is_told_of_mains_highlights_and_the_distance_of_phones(seen):
    asked = libcamera_controls(PROFILES["dark-corridor"], Focus(distance_m=0.25))
    assert asked["AeFlickerPeriod"] == asked["ExposureTime"] == 10_000
    assert (asked["AeConstraintMode"], asked["AfMode"], asked["LensPosition"]) == (1, 0, 4.0)
    assert "AeEnable" not in asked
    following = libcamera_controls(None, Focus(mode="continuous"))
    assert following == {"AfMode": 2, "AfRange": 1, "AfSpeed": 1}


def test_what_a_camera_has_not_is_left_out_and_told_in_its_own_words(seen):
    frame, refused = seen(corridor(), "ribbon", "auto", Focus(), has=MODULE_2)
    assert frame.shape == (SIZE[1], SIZE[0])
    assert refused == ["AfMode: it has none", "LensPosition: it has none"]
    frame, refused = seen(corridor(), "usb", "dark-corridor", Focus(), knobs=CHEAP)
    assert frame.shape == (SIZE[1], SIZE[0])
    assert [said.split(":")[0] for said in refused] == [
        "backlight_compensation",
        "exposure_dynamic_framerate",
        "auto_exposure",
        "exposure_time_absolute",
        "gain",
        "focus_automatic_continuous",
    ]


def test_a_lens_that_cannot_come_so_near_is_focused_as_near_as_it_goes(seen):
    has = MODULE_2 | {"AfMode": (0, 2, 0), "LensPosition": (0.0, 10.0, 1.0)}
    _, refused = seen(corridor(), "ribbon", "auto", Focus(distance_m=0.05), has=has)
    assert refused == ["LensPosition: 10 instead of 20"]


@pytest.mark.parametrize("kind", ["ribbon", "usb"])
def test_a_lens_fixed_where_phones_are_is_sharp_and_one_fixed_far_away_is_not(seen, kind):
    near = Focus(distance_m=0.26, usb_step=95)
    far = Focus(distance_m=2.0, usb_step=5)
    sharp, blurred = (seen(corridor(), kind, "phones-only", where)[0] for where in (near, far))
    edges = [float(np.abs(np.diff(frame.astype(int), axis=1)).max()) for frame in (sharp, blurred)]
    assert edges[0] > 2 * edges[1]


def test_a_usb_camera_keeps_its_autofocus_where_nobody_told_a_step():
    assert [wish.value for wish in v4l2_wishes(None, Focus()) if wish.control == AUTOFOCUS] == [1]
    fixed = v4l2_wishes(None, Focus(usb_step=40))
    assert [(wish.control, wish.value) for wish in fixed] == [(AUTOFOCUS, 0), (FOCUS, 40)]


@pytest.mark.parametrize("focus", ["fixed", "continuous", "camera"])
@pytest.mark.parametrize("profile", PROFILES)
def test_a_webcam_that_has_everything_refuses_nothing_in_the_order_in_which_it_is_asked(profile, focus):
    knobs = FakeKnobs(FakeSensor(), WEBCAM | {0x0098091C: Range(0, 2, 1)})
    assert turn("x", v4l2_wishes(PROFILES[profile], Focus(mode=focus, usb_step=40)), knobs.open) == []
    assert knobs.values.get(POWER_LINE, MAINS_50_HZ) == MAINS_50_HZ


def test_a_fixed_exposure_before_its_automatic_is_off_is_refused_and_said():
    knobs = FakeKnobs(FakeSensor(), WEBCAM)
    wishes = [
        wish
        for wish in v4l2_wishes(PROFILES["phones-only"], AS_IT_IS)
        if wish.value != MANUAL or wish.control != EXPOSURE_AUTO
    ]
    said = turn("x", wishes, knobs.open)
    assert "exposure_time_absolute: 100 was refused (Permission denied)" in said
    assert knobs.closed == 1


def test_controls_that_do_not_open_cost_nothing_but_a_sentence(tmp_path):
    said = turn(str(tmp_path / "video9"), v4l2_wishes(PROFILES["auto"], AS_IT_IS))
    assert said == ["its controls do not open: No such file or directory"]
    assert turn(str(tmp_path / "video9"), []) == []


def test_a_device_that_is_no_camera_has_no_controls():
    knobs = DeviceKnobs("/dev/null")
    assert knobs.range(GAIN) is None
    with pytest.raises(OSError):
        knobs.set(GAIN, 1)
    knobs.close()
