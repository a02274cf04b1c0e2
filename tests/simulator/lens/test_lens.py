"""The camera simulator: seeded, lazy, and as hard as it says."""

import itertools

import cv2
import numpy as np
import pytest

from drivers.engine.zxing_engine import ZxingDecoder
from simulator.lens import Scene, ScreenLook, approach, empty_hall, people_walking, varied
from simulator.lens.optics import defocus_px, focal_px, projection, rotation, smear
from simulator.lens.phone import QUIET, SHAPES, draw, modules
from simulator.lens.sensor import ImageSensor
from tests.reader.codes import PASS

SMALL = (320, 180)


def scene(**options) -> Scene:
    return Scene(text="AQ1:LENS", size=SMALL, **options)


def test_a_frame_is_a_grey_picture_of_the_size_asked_for():
    frames = list(approach(scene(), 3))
    assert [(frame.shape, frame.dtype) for frame in frames] == [((180, 320), np.uint8)] * 3


def test_the_same_seed_gives_the_same_frames_to_the_last_pixel():
    assert np.array_equal(
        np.stack(list(approach(scene(seed=4), 4))), np.stack(list(approach(scene(seed=4), 4)))
    )


def test_another_seed_gives_other_frames():
    assert not np.array_equal(
        np.stack(list(approach(scene(seed=4), 4))), np.stack(list(approach(scene(seed=5), 4)))
    )


def test_frames_are_drawn_only_as_they_are_asked_for():
    million = approach(scene(), 1_000_000)
    assert len(list(itertools.islice(million, 2))) == 2


def test_every_frame_is_ones_own_to_keep():
    frames = list(approach(scene(), 3))
    assert not any(np.shares_memory(a, b) for a, b in itertools.combinations(frames, 2))


def test_what_is_held_up_comes_near_and_is_taken_away():
    still = Scene(text="AQ1:LENS", size=SMALL, seed=1, bystanders=0, noise=0.0)
    hall = next(iter(approach(still, 1)))
    covered = [np.count_nonzero(cv2.absdiff(frame, hall) > 40) for frame in approach(still, 20)]
    assert max(covered[8:16]) > 4 * covered[2]
    assert covered[-1] < max(covered) / 4


def test_a_dim_screen_and_a_dark_page_give_less_than_half_the_light():
    light = {look: draw(scene(look=look)).grey[0].mean() for look in ScreenLook}
    assert light[ScreenLook.BRIGHT] > 2 * light[ScreenLook.DIM]
    assert light[ScreenLook.BRIGHT] > 2 * light[ScreenLook.DARK_MODE]


@pytest.mark.parametrize("text", ["AQ1:LENS", PASS], ids=["short", "pass"])
@pytest.mark.parametrize("carrier", SHAPES)
def test_the_code_is_on_the_sheet_whole_and_alone_in_its_quiet_zone(carrier, text):
    drawn = draw(Scene(text=text, carrier=carrier)).grey[0]
    (reading,) = ZxingDecoder().decode(drawn)
    assert reading.text == text
    (left, top), (right, bottom) = np.min(reading.corners, 0), np.max(reading.corners, 0)
    quiet = int(QUIET * (right - left) / modules(Scene(text=text))) - 4
    around = drawn[top - quiet : bottom + quiet, left - quiet : right + quiet].copy()
    around[quiet - 4 : -quiet + 4, quiet - 4 : -quiet + 4] = 255
    assert around.min() > 140


@pytest.mark.parametrize("carrier", SHAPES)
def test_the_largest_code_still_fits_on_what_is_held_up(carrier):
    # 4 kB of text: version 40, 177 modules. It must be drawn, whoever can read it.
    frames = list(approach(Scene(text="A" * 4000, size=SMALL, carrier=carrier, error="l"), 2))
    assert len(frames) == 2


def test_an_empty_hall_moves_by_no_more_than_noise_and_flicker():
    first, *later = (cv2.blur(frame, (9, 9)).astype(int) for frame in empty_hall(3, SMALL, 6))
    assert max(np.abs(frame - first).max() for frame in later) < 16


def test_people_walk_through_the_hall():
    first, *_, last = (cv2.blur(frame, (9, 9)).astype(int) for frame in people_walking(3, SMALL, 10))
    assert np.count_nonzero(np.abs(last - first) > 20) > 0.01 * first.size


def test_a_phone_of_70_mm_at_20_cm_is_as_wide_as_a_66_degree_lens_makes_it():
    # Half the picture's width is tan(33 degrees) of the distance.
    matrix = projection((1280, 720), rotation(0, 0, 0), (0.0, 0.0, 0.2))
    edges = cv2.perspectiveTransform(np.array([[[-0.035, 0.0], [0.035, 0.0]]]), matrix)[0]
    assert edges[1][0] - edges[0][0] == pytest.approx(345, abs=1)
    assert edges[:, 0].mean() == pytest.approx(640)
    assert focal_px(640) == pytest.approx(focal_px(1280) / 2)


def test_a_rotation_keeps_lengths():
    turn = rotation(31, -17, 140)
    assert turn @ turn.T == pytest.approx(np.eye(3))


def test_blur_grows_with_the_distance_from_the_focus_and_with_the_sensor():
    assert defocus_px(0.26, 0.26, 1280) < defocus_px(0.20, 0.26, 1280) < defocus_px(0.15, 0.26, 1280)
    assert defocus_px(0.15, 0.26, 640) == pytest.approx(defocus_px(0.15, 0.26, 1280) / 2)


def test_motion_smears_along_its_way_only():
    dot = np.zeros((41, 41), np.uint8)
    dot[20, 20] = 255
    smeared = smear(dot, (9.0, 0.0))
    assert np.count_nonzero(smeared.any(axis=0)) >= 8
    assert np.count_nonzero(smeared.any(axis=1)) == 1
    assert smear(dot, (0.5, 0.5)) is dot


def test_the_sensors_noise_grows_with_the_light_as_shot_noise_does():
    sensor = ImageSensor(np.random.default_rng(1), SMALL, gain=1.0, noise=0.03)
    spread = [sensor.expose(np.full((180, 320), grey, np.uint8)).std() for grey in (40, 160)]
    assert spread[1] == pytest.approx(2 * spread[0], rel=0.2)


def test_too_much_gain_burns_out():
    sensor = ImageSensor(np.random.default_rng(1), SMALL, gain=2.0, noise=0.0)
    assert sensor.expose(np.full((180, 320), 200, np.uint8)).min() >= 253


def test_the_conditions_differ_from_visitor_to_visitor_and_not_from_run_to_run():
    scenes = [varied("AQ1:X", seed) for seed in range(20)]
    assert scenes == [varied("AQ1:X", seed) for seed in range(20)]
    assert len({(one.carrier, one.look) for one in scenes}) >= 4


def test_a_scenes_repr_does_not_hold_its_text():
    assert "870714301234" not in repr(Scene(text="870714301234"))


@pytest.mark.parametrize(
    "options", [{"size": (63, 40)}, {"size": (321, 180)}, {"nearest_m": 0.9}, {"nearest_m": 0.0}]
)
def test_a_scene_that_cannot_be_is_refused_with_what_came(options):
    with pytest.raises(ValueError, match=r"^expected .*, got "):
        Scene(text="X", **options)
