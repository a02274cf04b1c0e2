"""What hangs in a hall, stands there or is worn there and looks like a code: edges at a code's pitch, and no code.

None of it may ever be readable: it is there to cost a reader time, and to be turned down.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.lens.scene import Clutter

POSTER_PX = 240
_DARK, _LIGHT = 40, 215


def texture(kind: Clutter, rng: np.random.Generator, side: int = POSTER_PX) -> NDArray[np.uint8]:
    """Return a square of this texture, `side` pixels wide."""
    draw = {
        Clutter.MAZE: _maze,
        Clutter.HALFTONE: _halftone,
        Clutter.CHECKS: _checks,
        Clutter.SHIRT: _matrix,
    }[kind]
    return cv2.resize(draw(rng), (side, side), interpolation=cv2.INTER_AREA)


def hang(hall: NDArray[np.uint8], kind: Clutter, rng: np.random.Generator) -> None:
    """Put a poster or a fence into the hall; what is worn is not hung."""
    height, width = hall.shape
    if kind is Clutter.WIRES:
        pitch = round(width * rng.uniform(0.009, 0.018))
        for x in range(0, width, pitch):
            cv2.line(hall, (x, round(0.25 * height)), (x, round(0.9 * height)), 35, max(2, width // 500))
        for y in range(round(0.25 * height), round(0.9 * height), pitch):
            cv2.line(hall, (0, y), (width, y), 35, max(2, width // 500))
    elif kind not in {Clutter.NONE, Clutter.SHIRT}:
        side = round(height * rng.uniform(0.25, 0.42))
        left, top = round(width * rng.uniform(0.3, 0.6)), round(height * rng.uniform(0.12, 0.25))
        hall[top : top + side, left : left + side] = texture(kind, rng, side)


def print_on(
    light: NDArray[np.uint8], pattern: NDArray[np.uint8], middle: tuple[int, int], side: int
) -> None:
    """Paint the pattern about this point, as far as it is in the frame."""
    left, top = middle[0] - side // 2, middle[1] - side // 2
    x, y = max(0, left), max(0, top)
    right, bottom = min(light.shape[1], left + side), min(light.shape[0], top + side)
    if side >= 8 and x < right and y < bottom:
        small = cv2.resize(pattern, (side, side), interpolation=cv2.INTER_AREA)
        light[y:bottom, x:right] = small[y - top : bottom - top, x - left : right - left]


def _maze(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Squares within squares with gaps: along its axes dark and light change as in a finder pattern."""
    maze = np.full((290, 290), _LIGHT, np.uint8)
    for ring in range(8):
        near, far = 9 + 18 * ring, 281 - 18 * ring
        cv2.rectangle(maze, (near, near), (far, far), _DARK, 9)
        for _ in range(2):
            at = int(rng.integers(near, far + 1))
            row, column = (near, at) if rng.random() < 0.5 else (at, far)
            cv2.rectangle(maze, (column - 9, row - 9), (column + 9, row + 9), _LIGHT, -1)
    return maze


def _halftone(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Dots on a slanted grid, larger where the picture is darker."""
    rows, columns = np.indices((480, 480))
    slant = np.radians(rng.uniform(20, 50))
    u = rows * np.cos(slant) + columns * np.sin(slant)
    v = columns * np.cos(slant) - rows * np.sin(slant)
    screen = np.cos(2 * np.pi * u / 26) * np.cos(2 * np.pi * v / 26)
    soft = cv2.resize(rng.uniform(-0.8, 0.8, (6, 6)), (480, 480), interpolation=cv2.INTER_CUBIC)
    return np.where(screen > soft, _DARK, _LIGHT).astype(np.uint8)


def _checks(rng: np.random.Generator) -> NDArray[np.uint8]:
    squares = int(rng.integers(12, 26))
    board = np.indices((squares, squares)).sum(0) % 2
    return np.kron(np.where(board, _DARK, _LIGHT), np.ones((24, 24))).astype(np.uint8)


def _matrix(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Modules by chance between three corner squares: found by every engine, and right for none."""
    modules = rng.random((29, 29)) < 0.5
    for row, column in ((0, 0), (0, 22), (22, 0)):
        modules[max(0, row - 1) : row + 8, max(0, column - 1) : column + 8] = False
        modules[row : row + 7, column : column + 7] = True
        modules[row + 1 : row + 6, column + 1 : column + 6] = False
        modules[row + 2 : row + 5, column + 2 : column + 5] = True
    framed = np.pad(modules, 3)
    return np.kron(np.where(framed, _DARK, _LIGHT), np.ones((12, 12))).astype(np.uint8)
