"""Reads the modules of a blurred code where its corner squares are known, and draws the code anew, sharp, for the engine.

A fifth of a code's modules are the same in every code of its size. They say two things of this very picture: where exactly the grid
lies (fit), and what blur, from whichever direction, has to be undone (learned, by least squares, from what is seen about a module
to what it must be). No blur is assumed. It must never decide what the code says: the engine decodes what is drawn, and its error
correction refuses what does not fit.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.ports import Grey
from kiosk.reader.finders import Corners
from kiosk.reader.symbol import FIRST_SIZE, LARGEST_VERSION, always

DRAWN_PX = 4
"""Of a module in what is drawn for the engine."""
QUIET = 4
FITS = 0.3
"""The least correlation between what is seen and what must be there."""
ROUNDS = 6
"""Of the fit, at most."""
SOFT = 0.55
"""The blur, in modules, with which what must be there is compared with what is seen."""
SAMPLES = 2
"""Along a module's side."""
REACH = 1.5
"""Modules about a module that say something about it: what blur has brought over."""
RIDGE = 3.0
"""How much evidence a weight needs: keeps noise from being learned."""
CONFIDENT = 0.5
"""A module that is surer than this teaches, too."""
LESSONS = 2
AROUND = 9
"""Modules across, within which light and dark are what they are about the middle: shadows, glare."""

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]


class Fit(NamedTuple):
    """Where a grid lies."""

    like: float
    """The correlation, up to 1."""
    modules: int
    there: Matrix
    """3x3, from modules to pixels of the part; the code's upper left corner is (0, 0)."""


def fit(part: Grey, corners: Corners) -> Fit | None:
    """Return where the code's grid lies, and how many modules it has; None where nothing fits."""
    soft = cv2.blur(part, (max(1, round(corners.module_px * 0.6)),) * 2)
    sign = 1 if corners.inverted else -1
    tries = [
        Fit(sign * _correlation(soft, there, modules), modules, there)
        for modules in _sizes(corners)
        for there in _guesses(corners, modules)
    ]
    best: Fit | None = None
    for attempt in sorted(tries, key=lambda fit: -fit.like)[:2]:
        if attempt.like >= FITS:
            closer = _closer(soft, attempt, sign)
            best = closer if best is None or closer.like > best.like else best
    return best


def modules_seen(part: Grey, fit: Fit) -> Floats:
    """Return how dark each module is, (modules, modules): above 0 dark, about 1 where it is clear. Light on dark is learned like a blur."""
    n, margin = fit.modules, QUIET
    # From samples to modules to pixels.
    sampled = np.array(
        [[1 / SAMPLES, 0, 0.5 / SAMPLES - margin], [0, 1 / SAMPLES, 0.5 / SAMPLES - margin], [0, 0, 1.0]]
    )
    seen = cv2.warpPerspective(
        part, fit.there @ sampled, ((n + 2 * margin) * SAMPLES,) * 2,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    about = _about(_evened(seen.astype(np.float32)), n)
    due = always(n).reshape(-1)
    dark, lesson = due, due != 0
    for _ in range(LESSONS):
        said = _said(about, lesson, dark)
        # What is sure teaches the next time; what must be there keeps its own value.
        dark = np.where(due != 0, due, np.sign(said)).astype(np.float32)
        lesson = (due != 0) | (np.abs(said) > CONFIDENT)
    return _said(about, lesson, dark).reshape(n, n)


def drawn(seen: Floats) -> Grey:
    """Return the code anew, dark on light, for an engine."""
    due = always(len(seen))
    dark = np.where(due != 0, due, seen) > 0
    code = np.pad(np.where(dark, 0, 255).astype(np.uint8), QUIET, constant_values=255)
    return np.kron(code, np.ones((DRAWN_PX, DRAWN_PX), np.uint8))


def _sizes(corners: Corners) -> list[int]:
    """Return how many modules a side the code may have: the next sizes to what its squares' distance says."""
    corner, right, below = corners.at
    apart = (np.hypot(*(right - corner)) + np.hypot(*(below - corner))) / 2 / corners.module_px
    version = (apart + 7 - FIRST_SIZE) / 4
    near = range(int(np.floor(version - 1.2)), int(np.ceil(version + 1.2)) + 1)
    return [FIRST_SIZE + 4 * each for each in near if 1 <= each <= LARGEST_VERSION]


def _guesses(corners: Corners, modules: int) -> list[Matrix]:
    """Return grids through the three middles, with the fourth corner here and there: what is held aslant is smaller far off."""
    corner, right, below = corners.at
    across, down = (right - corner) / (modules - 7), (below - corner) / (modules - 7)
    near, far = 3.5, modules - 3.5
    squares = np.array([[near, near], [far, near], [near, far], [far, far]], np.float32)
    guesses = []
    for x in (-2, 0, 2):
        for y in (-2, 0, 2):
            fourth = right + below - corner + x * across + y * down
            guesses.append(
                cv2.getPerspectiveTransform(squares, np.array([corner, right, below, fourth], np.float32))
            )
    return guesses


def _correlation(soft: Grey, there: Matrix, modules: int) -> float:
    places, due = _known(modules)
    return _alike(_look(soft, places, there), due)


def _look(soft: Grey, places: Floats, there: Matrix) -> Floats:
    at = cv2.perspectiveTransform(places, there)
    return cv2.remap(soft, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0].astype(
        np.float32
    )


def _alike(seen: Floats, due: Floats) -> float:
    off = seen - seen.mean()
    return float(off @ due) / float(np.sqrt((off @ off) * (due @ due)) + 1e-6)


def _closer(soft: Grey, start: Fit, sign: int) -> Fit:
    """Return the grid where it fits best, by Gauss and Newton: eight numbers, some four hundred modules that must be what they are."""
    places, due = _known(start.modules)
    half = start.modules / 2
    # In halves of the code about its middle, so that all eight numbers weigh alike.
    centred = np.array([[half, 0, half], [0, half, half], [0, 0, 1.0]])
    unit = ((places[:, 0] - half) / half).astype(np.float64)
    u, v = unit[:, 0], unit[:, 1]
    slopes = [cv2.Sobel(soft, cv2.CV_32F, dx, 1 - dx, scale=1 / 8) for dx in (1, 0)]
    best, damping = start, 0.01
    for _ in range(ROUNDS):
        h = best.there @ centred
        h = h / h[2, 2]
        w = h[2, 0] * u + h[2, 1] * v + 1
        x, y = (h[0, 0] * u + h[0, 1] * v + h[0, 2]) / w, (h[1, 0] * u + h[1, 1] * v + h[1, 2]) / w
        at = np.stack([x, y], 1).astype(np.float32)[:, None]
        seen, gx, gy = (
            cv2.remap(image, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0].astype(
                np.float64
            )
            for image in (soft, *slopes)
        )
        off = seen - seen.mean()
        height = float(off @ due) / float(due @ due)
        tangent = gx * x + gy * y
        jacobian = (
            np.stack([gx * u, gx * v, gx, gy * u, gy * v, gy, -tangent * u, -tangent * v], 1) / w[:, None]
        )
        jacobian -= jacobian.mean(0)
        if not np.isfinite(jacobian).all():  # the horizon runs through the code: no sheet is held so
            break
        squared = cv2.mulTransposed(jacobian, aTa=True)
        wanted = cv2.gemm(jacobian, (height * due - off)[:, None], 1.0, None, 0.0, flags=cv2.GEMM_1_T)
        moved = None
        while damping < 10:
            eased = squared + np.diag(damping * np.diag(squared) + 1e-6)
            step = np.append(cv2.solve(eased, wanted, flags=cv2.DECOMP_SVD)[1], 0.0).reshape(3, 3)
            there = (h + step) @ np.linalg.inv(centred)
            like = sign * _alike(_look(soft, places, there), due)
            if like > best.like:
                moved = Fit(like, best.modules, there)
                damping /= 4
                break
            damping *= 6
        if moved is None:
            break
        gained, best = moved.like - best.like, moved
        if gained < 0.002:
            break
    return best


def _evened(seen: Floats) -> Floats:
    """Return it with the same mean and spread everywhere."""
    side = (AROUND * SAMPLES,) * 2
    off = seen - cv2.blur(seen, side)
    return np.asarray(off / (cv2.sqrt(cv2.blur(off * off, side)) + 2.0), np.float32)


def _about(samples: Floats, modules: int) -> Floats:
    """Return for each module what is seen in and about it: (modules squared, samples and a constant)."""
    reach, start, end = round(REACH * SAMPLES), QUIET * SAMPLES, modules * SAMPLES
    steps = range(-reach, SAMPLES + reach)
    seen = [samples[start + y : start + y + end : SAMPLES, start + x : start + x + end : SAMPLES].reshape(-1) for y in steps for x in steps]  # fmt: skip
    return np.stack([*seen, np.ones(modules * modules, np.float32)], axis=1)


def _said(about: Floats, lesson: NDArray[np.bool_], dark: Floats) -> Floats:
    """Return how dark every module is by what the lessons teach. In OpenCV: NumPy's own would wake a thread for each core."""
    taught = about[lesson]
    squared = cv2.mulTransposed(taught, aTa=True)
    squared[np.diag_indices(len(squared))] += RIDGE
    wanted = cv2.gemm(taught, dark[lesson][:, None], 1.0, None, 0.0, flags=cv2.GEMM_1_T)
    _, weights = cv2.solve(squared, wanted, flags=cv2.DECOMP_CHOLESKY)
    return np.asarray(cv2.gemm(about, weights, 1.0, None, 0.0)[:, 0], np.float32)


@functools.lru_cache(maxsize=LARGEST_VERSION)
def _known(modules: int) -> tuple[Floats, Floats]:
    """Return the middles of the modules that are the same in every code, (count, 1, 2), and how dark they are about to look, mean 0."""
    due = always(modules)
    soft = cv2.GaussianBlur(due, (0, 0), SOFT, borderType=cv2.BORDER_CONSTANT)
    rows, columns = np.nonzero(due)
    expected = soft[rows, columns]
    places = np.stack([columns, rows], axis=1).astype(np.float32)[:, None] + np.float32(0.5)
    return places, expected - expected.mean()
