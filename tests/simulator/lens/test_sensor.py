"""The camera: noise, an exposure that adapts late, rows one after the other, a grid that beats with another, compression."""

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from simulator.lens import Scene, ScreenLook, approach, empty_hall, shine, shots
from simulator.lens.optics import defocus_px
from simulator.lens.path import Pose
from simulator.lens.phone import shape_of
from simulator.lens.placing import Placing, row_skew
from simulator.lens.sensor import MOST_GAIN, REFERENCE_S, AutoExposure, Exposure, ImageSensor, compressed

SMALL = (320, 180)
FLAT = np.full((180, 320), 128, np.uint8)


def spread(grey, gain, noise=0.01):
    sensor = ImageSensor(np.random.default_rng(1), SMALL, gain=1.0, noise=noise)
    sensor.set(Exposure(REFERENCE_S, gain, gain))
    # The same grey comes out, from less light.
    return sensor.expose(np.full((180, 320), round(grey / gain), np.uint8)).std()


def test_shot_noise_shows_with_the_root_of_the_gain():
    assert spread(160, 4.0) == pytest.approx(2 * spread(160, 1.0), rel=0.15)


def test_read_noise_makes_black_as_rough_as_the_gain_is_high():
    black = {gain: ImageSensor(np.random.default_rng(1), SMALL, gain, 0.005) for gain in (1.0, 8.0)}
    low, high = (sensor.expose(np.full((180, 320), 6, np.uint8)).std() for sensor in black.values())
    assert high > 4 * low


def loop(hall, longest=1 / 60):
    return AutoExposure(np.full((180, 320), hall, np.uint8), longest, 1.0)


def test_a_dark_hall_first_opens_the_shutter_and_only_then_raises_the_gain():
    lit, dim, dark = (loop(grey, 1 / 30).exposure() for grey in (200, 70, 15))
    assert lit.exposure_s < dim.exposure_s <= dark.exposure_s == 1 / 30
    assert lit.gain == dim.gain == 1.0 < dark.gain
    assert loop(0, 1 / 30).exposure().gain == MOST_GAIN


def run(camera, light, frames):
    levels = []
    for _ in range(frames):
        levels.append(camera.exposure().level)
        camera.saw(np.minimum(255, light * levels[-1]).astype(np.uint8))
    return levels


def test_the_exposure_stays_for_some_frames_after_the_light_has_changed_and_then_finds_its_way():
    levels = run(loop(20), np.full((180, 320), 200.0), 30)
    assert len(set(levels[:4])) == 1
    assert levels[0] * 200 > 255
    assert levels[-1] * 200 == pytest.approx(0.4 * 255, rel=0.1)
    # It never comes out darker than right on the way: it does not pump.
    assert min(levels) * 200 > 0.3 * 255


def test_a_still_hall_is_not_pumped():
    assert len(set(run(loop(90), np.full((180, 320), 90.0), 20))) == 1


def test_a_bright_phone_in_a_dark_hall_is_burnt_out_until_the_camera_has_adapted():
    scene = Scene(
        text="AQ1:LENS",
        seed=3,
        hall_light=0.15,
        auto_exposure=True,
        exposure_s=1 / 60,
        nearest_m=0.13,
        focus_m=0.13,
    )
    taken = list(shots(scene, 40))
    near = [shot for shot in taken if shot.away_m < 0.3]
    assert near[-1].exposure.level < 0.6 * near[0].exposure.level
    assert near[0].exposure.level > 2
    lit = [shot.exposure.level for shot in shots(Scene(text="AQ1:LENS", seed=3, auto_exposure=True), 4)]
    assert taken[0].exposure.level > 3 * lit[0]


def test_an_upright_edge_that_moves_to_the_right_leans_by_its_way_during_the_readout():
    # 900 pixels a second, 30 ms from first to last row: 27 pixels.
    skew = row_skew((900.0, 0.0), 0.03 / 720, middle=360)
    top, middle, bottom = cv2.perspectiveTransform(np.array([[[500.0, 0], [500, 360], [500, 720]]]), skew)[0]
    assert middle == pytest.approx([500, 360])
    assert bottom[0] - top[0] == pytest.approx(27)
    assert (top[1], bottom[1]) == pytest.approx((0, 720))


def test_what_moves_down_with_the_readout_is_stretched():
    skew = row_skew((0.0, 2400.0), 0.03 / 720, middle=360)
    top, bottom = cv2.perspectiveTransform(np.array([[[0.0, 260], [0, 460]]]), skew)[0]
    assert bottom[1] - top[1] == pytest.approx(200 / 0.9)


def lean(frame, hall):
    """Return how many columns the phone's white leans over a row, from its moments."""
    white = cv2.moments(((frame > 215) & (cv2.absdiff(frame, hall) > 40)).astype(np.uint8), True)
    return white["mu11"] / white["mu02"]


def test_a_phone_that_is_swept_past_leans_in_the_picture():
    # Swept to the side: in the second frame of a come-hold-go of three it is on its way.
    scene = Scene(
        text="X",
        size=SMALL,
        seed=6,
        tremor=0.0,
        bystanders=0,
        noise=0.0,
        yaw=0,
        pitch=0,
        roll=0,
        exposure_s=1e-4,
    )
    hall = next(iter(empty_hall(6, SMALL, 1)))
    upright, skewed = (list(approach(replace(scene, readout_s=s), 6))[1:3] for s in (0.0, 0.05))
    leans = [lean(b, hall) - lean(a, hall) for a, b in zip(upright, skewed, strict=True)]
    assert lean(upright[1], hall) == pytest.approx(0, abs=0.02)
    assert max(abs(value) for value in leans) > 0.03


def rows(exposure_s, duty=0.3, at_s=0.0):
    return shine.switching(
        np.arange(720.0), hz=240, duty=duty, exposure_s=exposure_s, row_s=0.025 / 720, at_s=at_s
    )


def test_a_switched_screen_shows_bands_one_for_each_flash_during_the_readout():
    light = rows(1 / 1000)
    flashes = np.count_nonzero(np.diff((light > 1).astype(int)) == 1)
    assert flashes == pytest.approx(240 * 0.025, abs=1)
    assert light.min() == 0
    assert light.mean() == pytest.approx(1, abs=0.1)


def test_an_exposure_of_whole_periods_shows_no_band():
    assert np.ptp(rows(2 / 240)) < 1e-9
    assert np.ptp(rows(2.5 / 240)) > 0.3


def test_the_bands_stand_where_the_frames_come_in_step_and_crawl_otherwise():
    assert rows(1 / 500, at_s=16 / 240) == pytest.approx(rows(1 / 500))
    assert np.abs(rows(1 / 500, at_s=16.3 / 240) - rows(1 / 500)).max() > 0.5


def test_bands_are_on_the_screen_and_not_in_the_hall():
    still = {
        "seed": 3,
        "look": ScreenLook.DIM,
        "tremor": 0.0,
        "bystanders": 0,
        "noise": 0.0,
        "nearest_m": 0.2,
    }
    steady, banded = (
        list(approach(Scene(text="AQ1:X", pwm_hz=hz, readout_s=0.025, exposure_s=1 / 600, **still), 12))[8]
        for hz in (0.0, 240.0)
    )
    # A column of the hall and one through the white above the code.
    changed = cv2.absdiff(steady, banded)
    hall = np.flatnonzero(changed.max(axis=0) < 8)
    assert len(hall) > 400
    assert changed.max() > 40


def beat(distance_m, *, skips=True, focus_m=None, pixel_mm=0.11):
    """Return one row of a white screen's moire, as shares of white."""
    scene = Scene(text="X", pixel_mm=pixel_mm, skips=skips)
    placing = Placing.of(scene, shape_of(scene), Pose((0.0, 0.0, distance_m), 0, 0, 0), (0.0, 0.0), 0.0)
    blur = defocus_px(distance_m, focus_m or distance_m, 1280)
    drawn = shine.moire(scene, placing, (500, 300), (256, 64), blur)
    return None if drawn is None else drawn[10].astype(float) / 128


def test_two_grids_beat_at_the_difference_of_their_pitches():
    row = beat(0.125)
    waves = np.abs(np.fft.rfft(row - row.mean()))
    focal = 640 / math.tan(math.radians(33))
    cycles_px = 0.125 / (focal * 0.00011)
    assert np.argmax(waves) / 256 == pytest.approx(abs(cycles_px - round(cycles_px)), abs=1 / 256)
    assert np.ptp(row) > 0.1


def test_there_is_no_moire_out_of_focus_nor_from_a_camera_that_averages_a_fine_screen():
    assert beat(0.125, focus_m=0.26) is None
    assert beat(0.2, skips=False, pixel_mm=0.055) is None


def test_the_beat_is_in_the_frame_where_the_screen_is_white():
    still = {"seed": 3, "tremor": 0.0, "bystanders": 0, "noise": 0.0, "nearest_m": 0.13, "focus_m": 0.13}
    plain, beating = (
        list(approach(Scene(text="AQ1:X", pixel_mm=pixel_mm, skips=True, **still), 12))[8].astype(int)
        for pixel_mm in (0.0, 0.11)
    )
    changed = np.abs(plain - beating)
    assert np.count_nonzero(changed[plain > 240] > 8) > 0.1 * np.count_nonzero(plain > 240)
    assert changed[plain < 24].max() < 8


def test_compression_spends_its_blocks_on_edges_and_leaves_flat_walls_alone():
    modules = (np.indices((180, 320)) // 2).sum(0) % 2 * 200 + 20
    squeezed = compressed(modules.astype(np.uint8), 40)
    assert squeezed.shape == FLAT.shape
    assert np.abs(squeezed.astype(int) - modules).max() > 30
    assert np.abs(compressed(FLAT, 40).astype(int) - 128).max() <= 2
    error = [
        np.abs(compressed(modules.astype(np.uint8), q).astype(int) - modules).mean() for q in (30, 60, 95)
    ]
    assert error[0] > error[1] > error[2]
