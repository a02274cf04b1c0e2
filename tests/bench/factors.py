"""`python -m tests.bench.factors`: how many drawn visitors are read, as distance, light or angle gets worse and nothing else does.

Prints a table for each factor; with `--svg FILE` it draws them, too. It measures and says so; it must never pass or fail anything.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from simulator.lens import Carrier, Scene, approach
from tests.bench.chart import Chart, svg
from tests.bench.machine import Others, machine
from tests.bench.report import table
from tests.bench.sides import FIRST_SEED, FPS, SIDES, SIZE, about
from tests.reader.codes import PASS

VISITORS = 6
FRAMES = 12
"""Each holds it up for so many frames: 0.8 s."""


@dataclass(frozen=True, slots=True)
class Factor:
    """What is changed, and to what."""

    title: str
    unit: str
    at: tuple[float, ...]
    fields: tuple[str, ...]
    """Of the scene; each is set to the value."""


FACTORS = (
    Factor("Distance", "metres from the lens", (0.08, 0.11, 0.15, 0.2, 0.27, 0.36, 0.48, 0.64), ("nearest_m", "farthest_m")),
    Factor("Light", "of the hall; 1 is ordinary, 0.1 a dark corridor", (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28), ("hall_light",)),
    Factor("Angle", "degrees that it is turned away", (0, 15, 30, 40, 50, 60, 70), ("yaw",)),
)  # fmt: skip


def scene(seed: int, **changed: Any) -> Scene:
    """Return a visitor with nothing special about them but what is changed: a phone, a card and a paper in turn."""
    usual: dict[str, Any] = {
        "nearest_m": 0.2, "farthest_m": 0.2, "yaw": 0.0, "auto_exposure": True, "exposure_s": 1 / 60, "noise": 0.02, "readout_s": 0.02,
    }  # fmt: skip
    carrier = (Carrier.PHONE, Carrier.CARD, Carrier.PAPER)[seed % 3]
    return Scene(text=PASS, seed=seed, size=SIZE, carrier=carrier, **usual | changed)


def shares(factor: Factor, visitors: int) -> dict[str, list[float]]:
    """Return for each side the percentage of visitors that it reads at each value."""
    found: dict[str, list[float]] = {name: [] for name in SIDES}
    for value in factor.at:
        read = dict.fromkeys(SIDES, 0)
        for seed in range(FIRST_SEED, FIRST_SEED + visitors):
            for name in _read(scene(seed, **dict.fromkeys(factor.fields, value))):
                read[name] += 1
        for name, count in read.items():
            found[name].append(100 * count / visitors)
    return found


def _read(visitor: Scene) -> set[str]:
    """Return the sides that read this visitor."""
    sides = {name: make() for name, make in SIDES.items()}
    for index, frame in enumerate(approach(visitor, FRAMES)):
        sides = {name: side for name, side in sides.items() if PASS not in side.texts(frame, index / FPS)}
    return SIDES.keys() - sides.keys()


def main(arguments: Iterable[str] | None = None) -> None:
    """Measure, print the tables, and draw them where that is wanted."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.factors", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="a third of the visitors")
    parser.add_argument("--svg", type=Path, help="draw the picture into this file")
    asked = parser.parse_args(list(arguments) if arguments is not None else None)
    visitors = VISITORS // 3 if asked.quick else VISITORS
    cv2.setNumThreads(1)
    others = Others()
    print(about(machine(), quick=asked.quick))
    charts = []
    for factor in FACTORS:
        lines = shares(factor, visitors)
        charts.append(Chart(factor.title, factor.unit, factor.at, lines))
        rows = [[name, *(f"{share:.0f} %" for share in found)] for name, found in lines.items()]
        print(
            f"\n{table([f'{factor.title}: {factor.unit}', *(f'{value:g}' for value in factor.at)], rows)}",
            flush=True,
        )
    print(f"\n{visitors} visitors a value. Others used {others.share():.0%} of the machine meanwhile.")
    if asked.svg:
        asked.svg.write_text(svg(charts, "Visitors read by distance, light and angle"), encoding="utf-8")
        print(f"drawn: {asked.svg}", file=sys.stderr)


if __name__ == "__main__":
    main()
