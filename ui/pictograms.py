"""Signs as shapes, never as glyphs: drawn large and smoothed down, so that their edges are clean at every size.

Our decision is told by the outline alone (disc, door plate, octagon, triangle), which survives grey, distance and
colour blindness. Every drawing works in a square of 1 by 1.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import cos, pi, sin

import pygame

from ui.sheet import Shape
from ui.theme import Rgb

FINER = 4
"""How much larger a pictogram is drawn than it is shown."""

Point = tuple[float, float]
Ink = tuple[int, int, int] | tuple[int, int, int, int]


class Pen:
    """Draws in units of the square, with round ends."""

    def __init__(self, side: int, ink: Rgb, hole: Rgb) -> None:
        self.side = side
        self.ink = ink
        self.hole = hole
        self.picture = pygame.Surface((side, side), pygame.SRCALPHA)
        # Transparent ink, not transparent black: smoothing would pull a dark rim out of black.
        self.nothing = (*ink, 0)
        self.picture.fill(self.nothing)

    def disc(self, at: Point, radius: float, colour: Ink) -> None:
        pygame.draw.circle(self.picture, colour, self._at(at), radius * self.side)

    def ring(self, at: Point, radius: float, width: float, colour: Ink) -> None:
        self.disc(at, radius, colour)
        self.disc(at, radius - width, self.hole if colour == self.ink else self.ink)

    def polygon(self, points: list[Point], colour: Ink, rounded: float = 0.0) -> None:
        """Fill a polygon; `rounded` grows it by that much, with round corners."""
        pygame.draw.polygon(self.picture, colour, [self._at(point) for point in points])
        if rounded:
            self.stroke([*points, points[0]], 2 * rounded, colour)

    def stroke(self, points: list[Point], width: float, colour: Ink) -> None:
        """Draw a line through the points with round joints and ends."""
        for (ax, ay), (bx, by) in pairwise(points):
            length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5 or 1.0
            dx, dy = (by - ay) / length * width / 2, (ax - bx) / length * width / 2
            corners = [(ax + dx, ay + dy), (bx + dx, by + dy), (bx - dx, by - dy), (ax - dx, ay - dy)]
            pygame.draw.polygon(self.picture, colour, [self._at(corner) for corner in corners])
        for point in points:
            self.disc(point, width / 2, colour)

    def plate(self, left: float, top: float, width: float, height: float, radius: float, colour: Ink) -> None:
        box = pygame.Rect(*self._at((left, top)), round(width * self.side), round(height * self.side))
        pygame.draw.rect(self.picture, colour, box, border_radius=round(radius * self.side))

    def cut(self, at: Point, radius: float) -> None:
        """Make a disc of the square transparent."""
        pygame.draw.circle(self.picture, self.nothing, self._at(at), radius * self.side)

    def _at(self, point: Point) -> tuple[int, int]:
        return round(point[0] * self.side), round(point[1] * self.side)


def drawn(shape: Shape, side: int, ink: Rgb, hole: Rgb) -> pygame.Surface:
    """Return a pictogram of `side` by `side` pixels, transparent around it."""
    pen = Pen(side * FINER, ink, hole)
    DRAWINGS[shape](pen)
    return pygame.transform.smoothscale(pen.picture, (side, side))


def disc(radius: int, ink: Rgb) -> pygame.Surface:
    """Return a disc of that radius in pixels: the four corners of a rounded plate."""
    pen = Pen(2 * radius * FINER, ink, ink)
    pen.disc((0.5, 0.5), 0.5, ink)
    return pygame.transform.smoothscale(pen.picture, (2 * radius, 2 * radius))


def corner(radius: int, ground: Rgb) -> pygame.Surface:
    """Return the top left corner that rounds a picture off: ground outside of the arc, transparent inside."""
    pen = Pen(radius * FINER, ground, ground)
    pen.picture.fill(ground)
    pen.cut((1.0, 1.0), 1.0)
    return pygame.transform.smoothscale(pen.picture, (radius, radius))


def _tick(pen: Pen, colour: Rgb, middle: Point = (0.5, 0.5), size: float = 1.0) -> None:
    x, y = middle
    points = [(-0.235, 0.02), (-0.07, 0.19), (0.24, -0.18)]
    pen.stroke([(x + dx * size, y + dy * size) for dx, dy in points], 0.115 * size, colour)


def _enter(pen: Pen) -> None:
    pen.disc((0.5, 0.5), 0.5, pen.ink)
    _tick(pen, pen.hole, (0.498, 0.5))


def _leave(pen: Pen) -> None:
    """A door that stands open, and an arrow out of it."""
    pen.plate(0.0, 0.0, 1.0, 1.0, 0.2, pen.ink)
    pen.stroke([(0.52, 0.22), (0.22, 0.22), (0.22, 0.78), (0.52, 0.78)], 0.085, pen.hole)
    pen.stroke([(0.41, 0.5), (0.8, 0.5)], 0.1, pen.hole)
    pen.stroke([(0.66, 0.35), (0.81, 0.5), (0.66, 0.65)], 0.1, pen.hole)


def _stop(pen: Pen) -> None:
    corners = [
        (0.5 + 0.541 * cos(pi / 8 + k * pi / 4), 0.5 + 0.541 * sin(pi / 8 + k * pi / 4)) for k in range(8)
    ]
    pen.polygon(corners, pen.ink)
    for a, b in (((0.325, 0.325), (0.675, 0.675)), ((0.675, 0.325), (0.325, 0.675))):
        pen.stroke([a, b], 0.13, pen.hole)


def _wait(pen: Pen) -> None:
    pen.polygon([(0.5, 0.115), (0.94, 0.872), (0.06, 0.872)], pen.ink, rounded=0.055)
    pen.stroke([(0.5, 0.38), (0.5, 0.615)], 0.098, pen.hole)
    pen.disc((0.5, 0.765), 0.058, pen.hole)


def _checking(pen: Pen) -> None:
    pen.ring((0.5, 0.5), 0.5, 0.075, pen.ink)
    for x in (0.28, 0.5, 0.72):
        pen.disc((x, 0.5), 0.07, pen.ink)


def _broken(pen: Pen) -> None:
    """A spanner."""
    pen.stroke([(0.27, 0.73), (0.62, 0.38)], 0.19, pen.ink)
    pen.disc((0.68, 0.32), 0.24, pen.ink)
    pen.disc((0.24, 0.76), 0.17, pen.ink)
    pen.disc((0.24, 0.76), 0.065, pen.hole)
    pen.polygon([(0.655, 0.245), (0.755, 0.345), (1.05, 0.05), (0.95, -0.05)], pen.nothing, rounded=0.03)


def _keys(pen: Pen) -> None:
    for row in range(3):
        for column in range(3):
            pen.plate(0.04 + 0.34 * column, 0.04 + 0.34 * row, 0.24, 0.24, 0.07, pen.ink)


def _erase(pen: Pen) -> None:
    pen.polygon([(0.06, 0.5), (0.34, 0.22), (0.94, 0.22), (0.94, 0.78), (0.34, 0.78)], pen.ink, rounded=0.04)
    for a, b in (((0.52, 0.38), (0.76, 0.62)), ((0.76, 0.38), (0.52, 0.62))):
        pen.stroke([a, b], 0.085, pen.hole)


def _person(pen: Pen) -> None:
    pen.disc((0.5, 0.25), 0.21, pen.ink)
    pen.plate(0.12, 0.53, 0.76, 0.6, 0.3, pen.ink)


def _phone(pen: Pen) -> None:
    """A phone that shows a code."""
    pen.plate(0.22, 0.0, 0.56, 1.0, 0.09, pen.ink)
    pen.plate(0.27, 0.09, 0.46, 0.78, 0.03, pen.hole)
    pen.disc((0.5, 0.935), 0.028, pen.hole)
    for x, y in ((0.335, 0.31), (0.535, 0.31), (0.335, 0.51)):
        pen.plate(x, y, 0.13, 0.13, 0.015, pen.ink)
        pen.plate(x + 0.035, y + 0.035, 0.06, 0.06, 0.0, pen.hole)
    for x, y in ((0.535, 0.51), (0.615, 0.51), (0.575, 0.55), (0.535, 0.59), (0.615, 0.59)):
        pen.plate(x, y, 0.045, 0.045, 0.0, pen.ink)


def _report(pen: Pen) -> None:
    """An arrow that has to go up: a report on its way to the registry."""
    pen.stroke([(0.5, 0.24), (0.5, 0.68)], 0.14, pen.ink)
    pen.stroke([(0.28, 0.4), (0.5, 0.16), (0.72, 0.4)], 0.14, pen.ink)
    pen.stroke([(0.18, 0.9), (0.82, 0.9)], 0.13, pen.ink)


DRAWINGS: dict[Shape, Callable[[Pen], None]] = {
    Shape.ENTER: _enter,
    Shape.LEAVE: _leave,
    Shape.STOP: _stop,
    Shape.WAIT: _wait,
    Shape.CHECKING: _checking,
    Shape.BROKEN: _broken,
    Shape.KEYS: _keys,
    Shape.ERASE: _erase,
    Shape.PERSON: _person,
    Shape.PHONE: _phone,
    Shape.REPORT: _report,
    Shape.TICK: lambda pen: _tick(pen, pen.ink, size=1.5),
}
