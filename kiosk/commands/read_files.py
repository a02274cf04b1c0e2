"""Pictures, folders and videos through the door's own reader: what was read of each, and how.

It says what a code is and how it looked, never what it says in full: an identifier is shown by its last four characters.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from kiosk.core.printable import printable
from kiosk.core.who.credential import card_number
from kiosk.errors import KioskError
from kiosk.eyes.here import CodeReader
from kiosk.ports import Grey, Reading

STILL_FRAMES = 10
"""A picture is shown to the reader so often at most, as a visitor holds it: the rescue ladder takes a step a frame."""
FPS = 15.0
"""At which frames are told to come."""
HALL_GREY = 128
"""What the door sees before a picture: without it nothing would have moved."""
PICTURES = frozenset(".bmp .jpeg .jpg .pgm .png .ppm .tif .tiff .webp".split())
VIDEOS = frozenset(".avi .m4v .mjpeg .mkv .mov .mp4 .mpg .webm".split())
LARGEST_FILE = 200_000_000
"""Bytes of a picture: what is larger is none that a camera made."""

NEITHER = "expected a picture or a video, found neither: the file is broken, or something else by its content"

_LONG_DIGITS = re.compile(r"\d(?=(?:[ -]?\d){4})")
_SHOWN = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReadings:
    """What came of one file."""

    path: Path
    readings: tuple[Reading, ...]
    """Each text once; corners in pixels of the picture, or of the video's frame."""
    frames: int
    """How many frames the reader was given."""
    ms: float
    """How long the reader worked, in milliseconds."""
    fault: str = ""
    """Why the file could not be looked at."""

    def as_line(self) -> str:
        """Return it for eyes, in one line."""
        name = printable(str(self.path))
        if self.fault:
            return f"{name}: {self.fault}"
        codes = "; ".join(
            f"{shown_text(reading.text)} ({reading.symbology}, {reading.engine}, at {_place(reading)})"
            for reading in self.readings
        )
        return f"{name}: {codes or 'nothing read'} [{self.frames} frames, {self.ms:.1f} ms]"

    def as_json(self) -> str:
        """Return it for programs, in one line."""
        codes = [
            {
                "text": shown_text(reading.text),
                "format": reading.symbology,
                "corners": reading.corners,
                "engine": reading.engine,
            }
            for reading in self.readings
        ]
        known = {
            "path": printable(str(self.path)),
            "codes": codes,
            "frames": self.frames,
            "ms": round(self.ms, 1),
        }
        return json.dumps(known | ({"fault": self.fault} if self.fault else {}))


def shown_text(text: str) -> str:
    """Return what may be printed of a code.

    >>> shown_text("ИИН 061211600012"), shown_text("AQ1:6BFOXN" + "A" * 165), shown_text("tel. 87071234567")
    ('IIN ********0012', 'AQ1:6BFO... of 175 characters', 'tel. *******4567')
    """
    number = card_number(text)
    if number is not None:
        return f"IIN {'*' * 8}{number[-4:]}"
    if re.match(r"AQE[0-9]{1,3}:", text):
        return f"an enrolment code of {len(text)} characters"
    if re.match(r"AQ[0-9]{1,3}:", text):
        return f"{printable(text[:8])}... of {len(text)} characters"
    if "<<" in text:
        return f"a machine-readable zone of {len(text)} characters"
    shown = printable(_LONG_DIGITS.sub("*", text[:_SHOWN]))
    return shown if len(text) <= _SHOWN else f"{shown}... of {len(text)} characters"


def outcomes(
    paths: Iterable[Path], eyes: Callable[[], CodeReader], size: tuple[int, int]
) -> Iterator[FileReadings]:
    """Yield what comes of each file, in their order; a folder is all pictures and videos in it.

    `size` is the camera's, in pixels: a larger picture is made as small, for the door would not see it otherwise.
    """
    for path in paths:
        files = sorted(_in_folder(path)) if path.is_dir() else [path]
        yield from (_outcome(file, eyes(), size) for file in files)
        if not files:
            endings = ", ".join(sorted(PICTURES | VIDEOS))
            fault = f"expected pictures or videos in this folder, found none: their names end in {endings}"
            yield FileReadings(path=path, readings=(), frames=0, ms=0.0, fault=fault)


def _in_folder(folder: Path) -> Iterator[Path]:
    for here, _folders, names in os.walk(folder):
        yield from (Path(here, name) for name in names if Path(name).suffix.lower() in PICTURES | VIDEOS)


def _outcome(path: Path, eyes: CodeReader, size: tuple[int, int]) -> FileReadings:
    try:
        video = path.suffix.lower() in VIDEOS
        frames, ends = (_video(path), False) if video else (_still(path), True)
        return _read(path, frames, eyes, size, ends=ends)
    except KioskError as fault:
        return FileReadings(path=path, readings=(), frames=0, ms=0.0, fault=str(fault))
    except cv2.error:
        return FileReadings(path=path, readings=(), frames=0, ms=0.0, fault=NEITHER)


def _read(
    path: Path, frames: Iterator[Grey], eyes: CodeReader, size: tuple[int, int], *, ends: bool
) -> FileReadings:
    """Give the frames to the reader; `ends` with the first that is read."""
    by_text: dict[str, Reading] = {}
    count, spent = 0, 0.0
    for frame in frames:
        share = min(1.0, max(size) / max(frame.shape), min(size) / min(frame.shape))
        seen = frame if share == 1.0 else _smaller(frame, share)
        if not count:
            eyes.read(np.full_like(seen, HALL_GREY), 0.0)
        count += 1
        began = time.perf_counter()
        readings = eyes.read(seen, count / FPS)
        spent += time.perf_counter() - began
        for reading in readings:
            corners = tuple((round(x / share), round(y / share)) for x, y in reading.corners)
            by_text.setdefault(
                reading.text,
                Reading(
                    text=reading.text, corners=corners, engine=reading.engine, symbology=reading.symbology
                ),
            )
        if by_text and ends:
            break
    return FileReadings(path=path, readings=tuple(by_text.values()), frames=count, ms=spent * 1000)


def _smaller(frame: Grey, share: float) -> Grey:
    height, width = (max(1, round(side * share)) for side in frame.shape)
    smaller: Grey = cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)
    return smaller


def _still(path: Path) -> Iterator[Grey]:
    _must_be_file(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise KioskError(f"expected a picture, found a file of more than {LARGEST_FILE // 1_000_000} MB")
        content = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as failure:
        raise KioskError(f"expected a picture, found one that cannot be opened: {failure.strerror}") from None
    try:
        frame = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE) if content.size else None
    except cv2.error:
        frame = None
    if frame is None:
        raise KioskError(NEITHER)
    return iter([frame] * STILL_FRAMES)


def _video(path: Path) -> Iterator[Grey]:
    _must_be_file(path)
    film = cv2.VideoCapture(str(path))
    opened, first = film.read() if film.isOpened() else (False, None)
    if not opened:
        raise KioskError(NEITHER)

    def frames() -> Iterator[Grey]:
        more, frame = opened, first
        while more:
            yield cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
            more, frame = film.read()
        film.release()

    return frames()


def _must_be_file(path: Path) -> None:
    if not path.exists():
        raise KioskError("expected a picture or a video, found nothing of this name")
    if not path.is_file():
        raise KioskError("expected a picture or a video, found something that is no file")


def _place(reading: Reading) -> str:
    return " ".join(f"{x},{y}" for x, y in reading.corners) or "a place not told"
