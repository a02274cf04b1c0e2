"""`python -m tests.bench.reader`: the door's reader beside the tutorial's decoder and beside zxing-cpp alone, on the same pictures.

It measures and says so; it must never pass or fail anything, and never copies a photo. What was tuned on one half of the photos
and on visitors with low seeds is measured on the other half and on seeds from 1000 on.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from kiosk.ports import Grey
from simulator.lens import empty_hall, people_walking
from tests.bench.apart import apart
from tests.bench.hostile import pictures
from tests.bench.legible import visitors
from tests.bench.machine import Others, machine
from tests.bench.photos import photos
from tests.bench.report import percentile, table
from tests.bench.sides import FIRST_SEED, FPS, SIDES, SIZE, Side, about

PARTS = ("photos", "visitors", "idle", "worst", "aside")
NO_PHOTOS = "No photos: expected --photos FOLDER with an index.json in it."
ROUND = 45
"""Frames of a round: three seconds, so that each has as many heartbeats."""
PAUSE_RUNS = 5
"""The longest of one run is as much the system's doing as the reader's: what comes in most runs is the reader's."""
TUTORIAL_ROUND = 5
"""It remembers nothing: each of its frames costs the same."""


def idle(rounds: int) -> str:
    """Return the table of what a frame costs when there is no code, in ms of processor time and as a share of a core.

    The sides take turns, round by round, and the median round counts: others use the machine too.
    """
    scenes = {
        "empty hall": list(empty_hall(FIRST_SEED, SIZE, 30)),
        "one person walks": list(people_walking(FIRST_SEED, SIZE, 60, people=1)),
        "three people walk": list(people_walking(FIRST_SEED, SIZE, 60, people=3)),
    }
    rows = []
    for scene, frames in scenes.items():
        sides = {name: make() for name, make in SIDES.items()}
        costs: dict[str, list[float]] = {name: [] for name in SIDES}
        for round_ in range(rounds + 2):
            for name, side in sides.items():
                count = TUTORIAL_ROUND if name == "tutorial" else ROUND
                costs[name].append(_cpu_ms(side, frames, round_ * ROUND, count))
        # In the first two rounds the hall is learned.
        cost = {name: median(all_[2:]) for name, all_ in costs.items()}
        rows.append([
            scene, *(f"{ms:.2f} ms = {ms * FPS / 10:.2f} %" for ms in cost.values()), f"{cost['tutorial'] / cost['door']:.0f}",
        ])  # fmt: skip
    return table(["a frame of 1280x720", *SIDES, "tutorial : door"], rows)


def worst(rounds: int) -> str:
    """Return the table of the worst pictures: the longest frame in ms of processor time, which others do not stretch much."""
    rows = []
    for name, picture in pictures(SIZE).items():
        row = [name]
        for make in SIDES.values():
            side = make()
            side.texts(np.full_like(picture, 128), 0.0)
            row.append(f"{max(_cpu_ms(side, [picture], round(0.5 * FPS) + i, 1) for i in range(rounds)):.0f}")
        rows.append(row)
    return table(["dearest frame, ms of processor time", *SIDES], rows)


def aside(frames: int) -> str:
    """Return what the reader takes from the rest of its process: memory, and the longest pause of another Python thread."""
    took = apart("aside.memory", frames=[frames, 5 * frames])
    runs = [apart("aside.pauses", frames=3 * frames) for _ in range(PAUSE_RUNS)]
    rows = []
    for name in runs[0]:
        every = [pause for run in runs for pause in run[name]]
        longest = [max(run[name]) for run in runs]
        rows.append(
            [
                name,
                *(
                    f"{value:.1f}"
                    for value in (median(every), percentile(every, 0.99), median(longest), max(longest))
                ),
            ]
        )
    after = ", ".join(f"{mib:.0f} after {count} frames of noise" for count, mib in took["after_mib"].items())
    return (
        table(
            [
                "longest pause of another thread in a frame, ms",
                "median",
                "p99",
                f"longest, median of {PAUSE_RUNS} runs",
                "longest of all",
            ],
            rows,
        )
        + f"\n\nMemory above the bare interpreter, MiB: {took['loaded_mib']:.0f} with the engines loaded, {after}."
    )


def _cpu_ms(side: Side, frames: list[Grey], start: int, count: int) -> float:
    """Return the mean processor time of a frame."""
    began = time.process_time()
    for index in range(start, start + count):
        side.texts(frames[index % len(frames)], index / FPS)
    return 1e3 * (time.process_time() - began) / count


def main(arguments: Iterable[str] | None = None) -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.reader", description=__doc__.partition("\n")[0]
    )
    parser.add_argument(
        "--photos", type=Path, help="a folder of photos with an index.json; without it none are measured"
    )
    parser.add_argument(
        "--tuned", action="store_true", help="measure the half of the photos that was tuned on"
    )
    parser.add_argument(
        "--only",
        choices=PARTS,
        action="append",
        help="this part alone; may be given again",
    )
    parser.add_argument("--quick", action="store_true", help="a fifth of everything")
    asked = parser.parse_args(list(arguments) if arguments is not None else None)
    few = 5 if asked.quick else 1
    cv2.setNumThreads(1)
    others = Others()
    print(about(machine(), quick=asked.quick), end="\n\n")
    there = asked.photos is not None and (asked.photos / "index.json").is_file()
    parts: dict[str, Callable[[], str]] = {
        "photos": lambda: photos(asked.photos, few, tuned=asked.tuned) if there else NO_PHOTOS,
        "visitors": lambda: visitors(100 // few),
        "idle": lambda: idle(20 // few),
        "worst": lambda: worst(12),
        "aside": lambda: aside(100 // few),
    }
    for part in asked.only or parts:
        print(parts[part](), end="\n\n", flush=True)
    print(f"Others used {others.share():.0%} of the machine meanwhile.")


if __name__ == "__main__":
    main()
