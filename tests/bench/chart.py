"""Line charts as SVG, side by side, by hand: a picture for docs/ that needs no library and that a diff can be read of.

It must draw the same numbers to the same letters, so that the picture changes only with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 340, 250
"""Of one chart, in pixels."""
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 34, 44
"""What is kept free about its lines."""
LEGEND = 34
COLOURS = ("#b23a48", "#2f6690", "#1b7f4b", "#6b4e9b")
DASHES = ("2 4", "8 4", "", "1 2")
"""Told apart without colour, too."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One factor: its values along the bottom, and a line of percentages for each side."""

    title: str
    unit: str
    at: Sequence[float]
    lines: Mapping[str, Sequence[float]]
    """Name -> a share from 0 to 100 for each of `at`."""


def svg(charts: Sequence[Chart], about: str) -> str:
    """Return the charts beside each other under one legend; `about` is what a screen reader says."""
    width, height = WIDTH * len(charts), HEIGHT + LEGEND
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12" role="img">',
        f"<title>{escape(about)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *_legend(list(charts[0].lines)),
    ]
    for index, chart in enumerate(charts):
        parts += [f'<g transform="translate({index * WIDTH} {LEGEND})">', *_chart(chart), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _legend(names: Sequence[str]) -> list[str]:
    drawn = []
    for index, name in enumerate(names):
        x = LEFT + 170 * index
        drawn.append(
            f'<path d="M{x} 20h30" {_stroke(index)}/><text x="{x + 38}" y="24">{escape(name)}</text>'
        )
    return drawn


def _chart(chart: Chart) -> list[str]:
    xs = _across(chart)
    bottom = HEIGHT - BOTTOM
    drawn = [f'<text x="{LEFT}" y="{TOP - 14}" font-weight="bold">{escape(chart.title)}</text>']
    for share in range(0, 101, 25):
        y = _down(share)
        drawn.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>')
        drawn.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{share} %</text>')
    for x, value in zip(xs, chart.at, strict=True):
        drawn.append(f'<path d="M{x:.1f} {bottom}v4" stroke="#555555"/>')
        drawn.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{value:g}</text>')
    drawn.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{bottom + 36}" text-anchor="middle">{escape(chart.unit)}</text>'
    )
    for index, shares in enumerate(chart.lines.values()):
        points = " ".join(f"{x:.1f},{_down(share):.1f}" for x, share in zip(xs, shares, strict=True))
        drawn.append(f'<polyline points="{points}" {_stroke(index)}/>')
    return drawn


def _across(chart: Chart) -> list[float]:
    """Return where the values are from left to right: evenly, because each is a measurement of its own."""
    room = WIDTH - LEFT - RIGHT - 24
    return [LEFT + 12 + room * index / max(1, len(chart.at) - 1) for index in range(len(chart.at))]


def _down(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share / 100)


def _stroke(index: int) -> str:
    colour, dash = COLOURS[index % len(COLOURS)], DASHES[index % len(DASHES)]
    return f'fill="none" stroke="{colour}" stroke-width="2.5"' + (
        f' stroke-dasharray="{dash}"' if dash else ""
    )
