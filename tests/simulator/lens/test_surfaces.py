"""What is held up: its size, its glass, its film, its paper. Each effect is seen by what it does to light or to places."""

import math

import cv2
import numpy as np
import pytest

from simulator.lens import Carrier, Scene, ScreenLook, shots, surface
from simulator.lens.path import Pose
from simulator.lens.phone import PX_PER_MM, draw, shape_of
from simulator.lens.placing import Placing
from tests.reader.codes import PASS

PX = 8


def stripes(width=400, height=300, pitch=20):
    page = np.full((height, width), 240, np.uint8)
    page[:, (np.arange(width) // (pitch // 2)) % 2 == 1] = 10
    return page


def held(seed=5, frames=1, **options):
    """Take the last of so many frames of something that is held still before a sharp lens."""
    still = {
        "nearest_m": 0.2,
        "farthest_m": 0.2,
        "focus_m": 0.2,
        "tremor": 0.0,
        "bystanders": 0,
        "noise": 0.0,
    }
    scene = Scene(text=PASS, seed=seed, **still | options)
    # The way in and out goes by shares of all frames: half of them are enough to have arrived.
    *_, shot = (shot for shot, _ in zip(shots(scene, 2 * frames + 10), range(frames + 8), strict=False))
    return shot


def test_a_larger_phone_shows_a_larger_code():
    sizes = [shape_of(Scene(text="X", phone_in=inches)) for inches in (5.4, 6.1, 6.9)]
    assert [round(shape.width) for shape in sizes] == [62, 70, 79]
    assert sizes[2].code / sizes[0].code == pytest.approx(6.9 / 5.4)
    assert held(phone_in=6.9).px_per_module > 1.25 * held(phone_in=5.4).px_per_module


def test_a_screens_light_follows_its_brightness_and_paper_follows_the_hall():
    screen = [draw(Scene(text="X", brightness=share)).grey[0].mean() for share in (0.4, 0.8)]
    assert screen[1] == pytest.approx(2 * screen[0], rel=0.05)
    paper = [
        draw(Scene(text="X", carrier=Carrier.PAPER, hall_light=share, brightness=0.5)).grey[0].mean()
        for share in (0.4, 0.8)
    ]
    assert paper[1] == pytest.approx(2 * paper[0], rel=0.05)
    night, day = (draw(Scene(text="X", hall_light=hall)).grey[0].max() for hall in (0.1, 1.0))
    assert night == pytest.approx(day, abs=5)


def test_cracked_glass_shifts_what_is_seen_beside_a_crack_and_nothing_else():
    page = stripes()
    mask = np.zeros_like(page)
    cv2.line(mask, (0, 0), (400, 300), 255, 1)  # slanted: a shift along an upright stripe shows nothing
    bent = surface._bent(page, mask, PX)
    away = cv2.distanceTransform(cv2.bitwise_not(mask), cv2.DIST_L2, 5) / PX
    assert np.array_equal(bent[away > 1.2 * surface.NEAR_MM], page[away > 1.2 * surface.NEAR_MM])
    beside = (away > 0.1) & (away < 0.5 * surface.NEAR_MM)
    assert np.count_nonzero(cv2.absdiff(bent, page)[beside] > 60) > 0.02 * np.count_nonzero(beside)


def test_a_crack_has_a_dark_edge_and_one_that_mirrors_the_hall():
    grey = np.full((800, 500), 60, np.uint8)
    cracked = surface.cracks(grey, np.random.default_rng(3), 0.8, 1.0, PX)
    assert cracked.min() < 30
    assert cracked.max() > 110
    by_night = surface.cracks(grey, np.random.default_rng(3), 0.8, 0.1, PX)
    assert by_night.max() <= 60


def test_the_worse_the_glass_is_cracked_the_more_of_the_page_is_hit():
    page = stripes(800, 500)
    hit = [
        np.mean(
            [
                np.count_nonzero(cv2.absdiff(surface.cracks(page, np.random.default_rng(seed), severity, 1.0, PX), page) > 40)
                for seed in range(5)
            ]
        )
        / page.size
        for severity in (0.0, 0.3, 1.0)
    ]  # fmt: skip
    assert hit[0] == 0 < hit[1] < 0.5 * hit[2] < 0.1


def test_a_crack_across_the_code_takes_modules_from_it():
    assert held(crack=0.0).lost == 0
    assert max(held(seed, crack=1.0).lost for seed in range(2)) > 0.002


def test_a_worn_film_veils_black_dims_white_and_blurs_edges():
    page = stripes(pitch=40)
    worn = surface.film(page, np.random.default_rng(1), 1.0, 1.0, PX)
    dark, light = np.percentile(worn, 2), np.percentile(worn, 98)
    assert dark > page.min() + 25
    assert light < page.max() - 20
    # An edge that was one pixel wide takes several.
    assert np.abs(np.diff(worn.astype(int), axis=1)).max() < 0.5 * (light - dark)


def test_a_films_veil_is_the_halls_light():
    black = np.zeros((200, 200), np.uint8)
    lit, unlit = (surface.film(black, np.random.default_rng(1), 1.0, hall, PX).mean() for hall in (1.0, 0.1))
    assert lit > 6 * unlit


def test_a_film_takes_contrast_from_a_code_and_adds_blur():
    clear, worn = held(), held(film=1.0)
    assert worn.blur_modules > 1.3 * clear.blur_modules


def test_light_falls_off_across_a_card_by_as_much_as_is_said():
    lit = surface.shaded(np.full((300, 300), 200, np.uint8), np.random.default_rng(2), 0.6, 0.0)
    assert lit.max() == 200
    assert lit.min() == pytest.approx(0.4 * 200, abs=2)
    assert np.abs(np.diff(lit.astype(int), axis=1)).max() <= 2


def test_curled_paper_is_darker_where_it_bends_away():
    for seed in range(4):
        lit = surface.shaded(np.full((50, 301), 200, np.uint8), np.random.default_rng(seed), 0.0, 50.0)
        middle, sides = int(lit[25, 150]), (int(lit[25, 0]), int(lit[25, -1]))
        assert min(sides) < 0.8 * middle


def placing(curl, **options):
    scene = Scene(text="X", carrier=Carrier.PAPER, **options)
    pose = Pose((0.01, -0.02, 0.2), 14.0, -8.0, 5.0)
    return Placing.of(scene, shape_of(scene), pose, (300.0, -120.0), curl)


def test_curled_paper_is_narrower_at_its_sides_as_a_cylinder_is():
    # From far away, or the sides would also be seen at a slant.
    paper = Scene(text="X", carrier=Carrier.PAPER)
    straight_on = Placing.of(paper, shape_of(paper), Pose((0.0, 0.0, 9.0), 0, 0, 0), (0.0, 0.0), 40.0)
    x = straight_on.lands(np.array([[0.0, 62], [5, 62], [50, 62], [55, 62]]))[:, 0]
    side, middle = x[1] - x[0], x[3] - x[2]
    # What lies between 40 degrees and 36 on average, against the middle.
    assert side / middle == pytest.approx(math.cos(math.radians(38)), abs=0.02)


@pytest.mark.parametrize("curl", [0.0, 30.0])
def test_a_pixel_shows_the_point_that_lands_on_it(curl):
    sheet = placing(curl, readout_s=0.03)
    points = np.array([[20.0, 30], [52, 62], [90, 100], [10, 140]])
    for point, (x, y) in zip(points, sheet.lands(points), strict=True):
        left, top = int(x) - 43, int(y) - 29
        shown = sheet.comes_from(left, top, (120, 90))[int(y) - top, int(x) - left]
        beside = sheet.comes_from(left, top, (120, 90))[int(y) - top + 1, int(x) - left + 1]
        assert np.linalg.norm(shown - point) < 1.5 * np.linalg.norm(beside - shown)


def test_paper_that_hardly_curls_lands_where_flat_paper_does():
    points = np.array([[20.0, 30], [52, 62], [90, 100]])
    assert placing(0.01).lands(points) == pytest.approx(placing(0.0).lands(points), abs=0.1)


def test_a_code_on_curled_paper_is_still_told_module_by_module():
    shot = held(carrier=Carrier.PAPER, curl=35.0, uneven=0.5, yaw=15.0)
    assert shot.legible
    assert shot.lost < 0.02


def test_paper_does_not_shine_and_plastic_does():
    lost = [held(0, carrier=carrier, glare=1.2).lost for carrier in (Carrier.PAPER, Carrier.CARD)]
    assert lost[0] == 0
    assert lost[1] > 0.01


def test_a_dark_page_stays_dark_at_any_size():
    large = draw(Scene(text="X", look=ScreenLook.DARK_MODE, phone_in=6.9)).grey[0]
    assert large.mean() < 80
    assert large.shape == (round(146 * 6.9 / 6.1 * PX_PER_MM), round(70 * 6.9 / 6.1 * PX_PER_MM))
