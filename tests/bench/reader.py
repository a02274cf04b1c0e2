"""`python -m tests.bench.reader`: the door's reader beside the tutorial's decoder and beside zxing-cpp alone, on the same pictures.

It measures and says so; it must never pass or fail anything, and never copies a photo. What was tuned on one half of the photos
and on approaches with low seeds is measured on the other half and on seeds from 1000 on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Protocol

import cv2
import numpy as np
from pyzbar import pyzbar

from drivers.engine_zbar import ZbarDecoder
from drivers.engine_zxing import ZxingDecoder
from drivers.lens import Look, approach, empty_hall, people_walking, varied
from kiosk.ports import Grey
from kiosk.reader.pipeline import Reader
from tests.bench.hostile import pictures
from tests.bench.machine import Others, machine
from tests.bench.report import percentile, table
from tests.reader.codes import PASS

SIZE = (1280, 720)
FPS = 15.0
FRAMES = 10
"""Each photo is shown for so many frames: the first counts by itself, then any of them."""
FIRST_SEED = 1000


class Side(Protocol):
    """One loop: frames in, texts out."""

    def texts(self, frame: Grey, mono: float) -> set[str]:
        """Return what is read in this frame at this moment, in seconds."""
        ...


class Tutorial:
    """Colour to grey, then every symbology on the full frame. Guarded: one structured-append code would end it."""

    def texts(self, frame: Grey, mono: float) -> set[str]:
        grey = cv2.cvtColor(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR), cv2.COLOR_BGR2GRAY)
        try:
            return {code.data.decode("utf-8", "replace") for code in pyzbar.decode(grey)}
        except ValueError:
            return set()


class Alone:
    """zxing-cpp on every full frame, as the door sets it up."""

    def __init__(self) -> None:
        self._engine = ZxingDecoder()

    def texts(self, frame: Grey, mono: float) -> set[str]:
        return {reading.text for reading in self._engine.decode(frame)}


class Ours:
    """The door's reader with both engines."""

    def __init__(self) -> None:
        self._reader = Reader(ZxingDecoder(), ZbarDecoder())

    def texts(self, frame: Grey, mono: float) -> set[str]:
        return {reading.text for reading in self._reader.read(frame, mono)}


SIDES: dict[str, Callable[[], Side]] = {"tutorial": Tutorial, "zxing-cpp alone": Alone, "door": Ours}


def held_out(name: str) -> bool:
    """Tell whether a photo belongs to the half that nothing was tuned on."""
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 1


def photos(folder: Path, every: int, *, tuned: bool) -> str:
    """Return the table of real photos: right in the first frame, and within FRAMES."""
    entries = [
        entry
        for entry in json.loads((folder / "index.json").read_text())
        if held_out(entry["file"]) != tuned and entry["texts"]
    ][::every]
    right = {name: [0, 0] for name in SIDES}
    grey = np.full(SIZE[::-1], 128, np.uint8)
    for entry in entries:
        frame = _framed(cv2.imread(str(folder / entry["file"]), cv2.IMREAD_GRAYSCALE))
        truth = {_plain(text) for text in entry["texts"]}
        for name, make in SIDES.items():
            side = make()
            if name == "door":
                for index in range(int(FPS)):
                    side.texts(grey, index / FPS)
            # The other two remember nothing: the same picture again gives the same again.
            shown = range(FRAMES if name == "door" else 1)
            hit = next(
                (i for i in shown if truth & {_plain(t) for t in side.texts(frame, 1 + i / FPS)}), None
            )
            right[name][0] += hit == 0
            right[name][1] += hit is not None
    half = "tuned on" if tuned else "not tuned on"
    rows = [
        [name, *(f"{100 * count / len(entries):.1f} %" for count in counts)] for name, counts in right.items()
    ]
    head = [f"{len(entries)} photos {half}", "first frame", f"within {FRAMES} frames"]
    return table(head, rows)


def approaches(count: int) -> str:
    """Return the table of drawn approaches: how many were read, and how many frames after the first of the three."""
    firsts: dict[str, list[int | None]] = {name: [] for name in SIDES}
    dark: list[bool] = []
    wrong = dict.fromkeys(SIDES, 0)
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        scene = varied(PASS, seed, SIZE)
        dark.append(scene.look is Look.DARK_MODE)
        sides = {name: make() for name, make in SIDES.items()}
        first: dict[str, int | None] = dict.fromkeys(SIDES)
        for index, frame in enumerate(approach(scene, 30)):
            for name, side in sides.items():
                if first[name] is None and (texts := side.texts(frame, index / FPS)):
                    first[name] = index
                    wrong[name] += texts != {PASS}
            if None not in first.values():
                break
        for name, index in first.items():
            firsts[name].append(index)
    best = [
        min((i for i in row if i is not None), default=None) for row in zip(*firsts.values(), strict=True)
    ]
    rows = []
    for name, found in firsts.items():
        behind = [i - b for i, b in zip(found, best, strict=True) if i is not None and b is not None]
        in_dark = [i is not None for i, is_dark in zip(found, dark, strict=True) if is_dark]
        rows.append([
            name, f"{sum(i is not None for i in found)} of {count}", f"{sum(in_dark)} of {len(in_dark)}",
            f"{median(behind):.0f}" if behind else "-", f"{percentile(behind, 0.9):.0f}" if behind else "-",
        ])  # fmt: skip
    head = ["drawn approaches", "read", "of these in dark mode", "frames behind the first, median", "p90"]
    return (
        table(head, rows)
        + "\n\nFirst readings with another text than the code's: "
        + ", ".join(f"{name} {n}" for name, n in wrong.items())
        + "."
    )


def idle(frames: int) -> str:
    """Return the table of what a frame costs when there is no code, in ms of processor time and as a share of a core."""
    scenes = {
        "empty hall": list(empty_hall(FIRST_SEED, SIZE, 30)),
        "one person walks": list(people_walking(FIRST_SEED, SIZE, 60, people=1)),
        "three people walk": list(people_walking(FIRST_SEED, SIZE, 60, people=3)),
    }
    rows = []
    for scene, pictures_ in scenes.items():
        cost = {name: _cpu_ms(make(), pictures_, frames) for name, make in SIDES.items()}
        rows.append([
            scene, *(f"{ms:.2f} ms = {ms * FPS / 10:.1f} %" for ms in cost.values()), f"{cost['tutorial'] / cost['door']:.0f}",
        ])  # fmt: skip
    return table(["a frame of 1280x720", *SIDES, "tutorial : door"], rows)


def worst(rounds: int) -> str:
    """Return the table of the worst pictures: the longest frame in ms."""
    rows = []
    for name, picture in pictures(SIZE).items():
        row = [name]
        for make in SIDES.values():
            side = make()
            side.texts(np.full_like(picture, 128), 0.0)
            row.append(f"{max(_wall_ms(side, picture, 0.5 + i / FPS) for i in range(rounds)):.0f}")
        rows.append(row)
    return table(["longest frame, ms", *SIDES], rows)


def _framed(photo: Grey) -> Grey:
    """Return the photo on a grey frame, made smaller where it is larger, never enlarged."""
    share = min(1.0, SIZE[0] / photo.shape[1], SIZE[1] / photo.shape[0])
    if share < 1:
        photo = cv2.resize(photo, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    frame = np.full(SIZE[::-1], 128, np.uint8)
    top, left = (SIZE[1] - photo.shape[0]) // 2, (SIZE[0] - photo.shape[1]) // 2
    frame[top : top + photo.shape[0], left : left + photo.shape[1]] = photo
    return frame


def _plain(text: str) -> str:
    """Return the visible ASCII: engines differ in character sets and line ends, which is no misreading."""
    return "".join(char for char in text if "!" <= char <= "~")


def _cpu_ms(side: Side, frames: list[Grey], count: int) -> float:
    """Return the mean processor time of a frame, after two seconds in which the hall is learned."""
    times = []
    for index, frame in enumerate(_endless(frames, count + 30)):
        if index >= 30:
            times.append(time.process_time())
        side.texts(frame, index / FPS)
    times.append(time.process_time())
    return 1e3 * sum(after - before for before, after in pairwise(times)) / count


def _endless(frames: list[Grey], count: int) -> Iterator[Grey]:
    return (frames[index % len(frames)] for index in range(count))


def _wall_ms(side: Side, picture: Grey, mono: float) -> float:
    began = time.perf_counter()
    side.texts(picture, mono)
    return 1e3 * (time.perf_counter() - began)


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
    parser.add_argument("--quick", action="store_true", help="a fifth of everything")
    asked = parser.parse_args(list(arguments) if arguments is not None else None)
    few = 5 if asked.quick else 1
    cv2.setNumThreads(1)
    others = Others()
    about = machine()
    print(
        f"{about['cpu']}, {about['cores']} cores, Python {about['python']}, {'quick' if asked.quick else 'full'} run.\n"
    )
    if asked.photos is None or not (asked.photos / "index.json").is_file():
        print("No photos: expected --photos FOLDER with an index.json in it. Skipped.\n", file=sys.stderr)
    else:
        print(photos(asked.photos, few, tuned=asked.tuned), end="\n\n", flush=True)
    print(approaches(100 // few), end="\n\n", flush=True)
    print(idle(300 // few), end="\n\n", flush=True)
    print(worst(12), end="\n\n", flush=True)
    print(f"Others used {others.share():.0%} of the machine meanwhile.")


if __name__ == "__main__":
    main()
