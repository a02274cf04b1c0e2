"""Real photos, which are not part of the project: how many give a right text in the first frame, and within ten of the same picture."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np

from kiosk.ports import Grey
from tests.bench.report import table
from tests.bench.sides import FPS, SIDES, SIZE

FRAMES = 10
"""Each photo is shown for so many frames: the first counts by itself, then any of them."""


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
