"""The readings that `kiosk doctor` takes of this machine's real things, one function each: pins, engines, screen, board, the store's file.

Part of the composition root: it names drivers. What a reading means is the checks' to say.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.doctor.owners import as_owner_of
from kiosk.errors import StoreError

if TYPE_CHECKING:
    from kiosk.core.health.board import Vitals
    from kiosk.doctor.registry_checks import DocumentTimes
    from kiosk.ports import Decoder


def pin_factory() -> object:
    """Return what would drive the pins. Raises DriverError."""
    from drivers.pins.header import take_header
    from drivers.pins.pins import pins

    with pins("the GPIO"):
        return take_header()


def quick_look(file: Path) -> tuple[str, str]:
    """Return what SQLite's quick check says of a file, and its journal mode. Raises StoreError."""
    from kiosk.store.file import open_to_read, plainly

    with plainly(f"{file}"):
        db = open_to_read(file)
        try:
            return (
                str(db.execute("PRAGMA quick_check(1)").fetchone()[0]),
                str(db.execute("PRAGMA journal_mode").fetchone()[0]),
            )
        finally:
            db.close()


def row_s(folder: Path) -> float | None:
    """Write a row beside the store as the store would, and return how long that took; None where it is not ours to write in."""
    from kiosk.store.file import open_sound, plainly

    if not os.access(folder, os.W_OK):
        return None
    with as_owner_of(folder), tempfile.TemporaryDirectory(dir=folder, prefix=".trial-") as place:
        db, _ = open_sound(Path(place) / "trial.db", datetime.now(UTC))
        try:
            # 2 is FULL: what is committed is on the disk.
            if db.execute("PRAGMA synchronous").fetchone()[0] != 2:
                raise StoreError(
                    "expected rows to be on the disk when they are committed, found another mode"
                )
            begun = time.monotonic()
            with plainly("a row was not written"), db.atomic():
                db.execute("CREATE TABLE trial (x TEXT)")
            return time.monotonic() - begun
        finally:
            db.close()


def begin_anew(path: Path) -> None:
    """Move a damaged store aside as the kiosk does when it starts. Raises StoreError while a kiosk has it."""
    from kiosk.store.file import open_sound, take

    with as_owner_of(path.parent), take(path):
        db, _ = open_sound(path, datetime.now(UTC))
        db.close()


def holders(pins: Sequence[int]) -> list[str]:
    """Return who holds each of these lines; empty for one that nobody has. Raises DriverError."""
    from drivers.pins.gpio_lines import lines

    return [line.held_by for line in lines(list(pins))]


def zxing() -> Decoder:
    """Return the first engine."""
    from drivers.engine.zxing_engine import ZxingDecoder

    return ZxingDecoder()


def zbar() -> Decoder:
    """Return the second engine. Raises DriverMissing."""
    from drivers.engine.zbar_engine import ZbarDecoder

    return ZbarDecoder()


def signed(file: Path) -> DocumentTimes:
    """Return what is kept of the registry's word, and its times. Raises StoreError."""
    from kiosk.store.reports import Reports

    reports = Reports.of_file(file)
    try:
        return {
            held.name: (held.issued_at, held.not_after)
            for held in reports.documents()
            if held.issued_at is not None and held.not_after is not None
        }
    finally:
        reports.close()


def counts(file: Path) -> tuple[int, int, datetime | None]:
    """Return how many records wait, how many are parked, and since when the oldest waits. Raises StoreError."""
    from kiosk.store.reports import Reports

    reports = Reports.of_file(file)
    try:
        numbers = reports.counts()
    finally:
        reports.close()
    return numbers.waiting, numbers.parked, numbers.oldest


def vitals(folder: Path) -> Vitals:
    """Return how the board is; `folder` lies on the disk that is asked about."""
    from drivers.sensors.board import SystemBoard

    return SystemBoard(folder).read()


def is_pygame_ce() -> bool:
    """Whether what draws is the edition that can do so without a desktop."""
    import pygame

    return bool(getattr(pygame, "IS_CE", 0))


def has_display(driver: str) -> bool:
    """Whether there is a display for this driver of the screen."""
    from ui.display_card import connected_card

    ways: dict[str, Callable[[], bool]] = {
        "kmsdrm": lambda: connected_card() is not None,
        "x11": lambda: bool(os.environ.get("DISPLAY")),
        "wayland": lambda: bool(os.environ.get("WAYLAND_DISPLAY")),
        "offscreen": lambda: True,
    }
    return ways[driver]()


def phrases() -> object:
    """Return all that can be said. Raises ValueError where a language lacks one."""
    from ui import phrases

    return phrases.read(phrases.CATALOGUE.read_text(encoding="utf-8"))


def fonts() -> object:
    """Return the letters for it. Raises OSError where a font is missing."""
    from pygame import font

    from ui import lettering

    font.init()
    return [font.Font(file, 20) for file in (lettering.REGULAR, lettering.BOLD)]
