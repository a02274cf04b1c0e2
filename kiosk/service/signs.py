"""What a running kiosk shows of itself in the runtime folder: that it works, and whether somebody is at the door.

`signs/frame`, `signs/screen` and `signs/row` hold the version that has read a frame, drawn a screen, and written and synced a
row; a release on trial is good when it has shown what the one before it could (scripts/trial/guard.sh). A sign goes when its part
fails, so that nobody asks the next release for a camera that is out for repair. `busy` is there while a visitor is. It must never hold anything of a visitor, nor stop the door when the folder cannot be written.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from enum import StrEnum
from pathlib import Path

log = logging.getLogger(__name__)

FOLDER, BUSY = "signs", "busy"


class ProofOfLife(StrEnum):
    """One thing that a working kiosk has done."""

    FRAME = "frame"
    SCREEN = "screen"
    ROW = "row"


class Signs:
    """Gives each sign, and takes it back. Without a folder it does nothing."""

    def __init__(self, runtime: Path | None, version: str) -> None:
        self._runtime = runtime
        self._version = version
        self._given: set[ProofOfLife] = set()
        self._busy = False

    def begin(self) -> None:
        """Take back what an earlier run left. Only by who has the store: the signs of a kiosk that runs are its own."""
        if self._runtime is not None:
            shutil.rmtree(self._runtime / FOLDER, ignore_errors=True)
            with contextlib.suppress(OSError):
                (self._runtime / BUSY).unlink(missing_ok=True)

    def show(self, sign: ProofOfLife, *, works: bool = True) -> None:
        """Say that it was done, or is no longer. From any thread; where nothing changed it costs nothing."""
        if works is (sign in self._given) or self._runtime is None:
            return
        file = self._runtime / FOLDER / sign
        try:
            if works:
                self._given.add(sign)
                file.parent.mkdir(exist_ok=True)
                file.write_text(self._version)
            else:
                self._given.discard(sign)
                file.unlink(missing_ok=True)
        except OSError as failure:
            log.warning("the sign %s cannot be changed: %s", sign, failure.strerror)

    def busy(self, *, now: bool) -> None:
        """Say whether somebody is at the door."""
        if now is self._busy or self._runtime is None:
            return
        self._busy = now
        with contextlib.suppress(OSError):
            if now:
                (self._runtime / BUSY).touch()
            else:
                (self._runtime / BUSY).unlink(missing_ok=True)


def given(runtime: Path) -> list[ProofOfLife]:
    """Return what the running kiosk has done."""
    return [sign for sign in ProofOfLife if (runtime / FOLDER / sign).is_file()]


def is_busy(runtime: Path) -> bool:
    """Whether somebody is at the door now."""
    return (runtime / BUSY).exists()
