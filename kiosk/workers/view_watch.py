"""Watches what the camera sees: tells door and journal what is wrong with it, has it opened anew where its picture is frozen, and
keeps what it learned of the hall over a restart.

What is kept is a map of edges, no picture; a camera that somebody turned while the kiosk was off is told by it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from kiosk.core.door.state import Door
from kiosk.core.events import HealthChanged, Part
from kiosk.core.health.camera_view import WHY, ViewTrouble
from kiosk.errors import CameraLost
from kiosk.ports import Clock, Learned, Seen
from kiosk.threads.levels import Level
from kiosk.threads.reopening import Put

log = logging.getLogger(__name__)

FILE = "camera-view.json"
KEEP_S = 3600.0
FROZEN_S = 60.0
"""How often a camera whose picture is frozen is opened anew: it costs the door two seconds without a camera."""
LONGEST_BYTES = 64_000


def kept(folder: Path) -> bytes:
    """Return what was learned of the hall before (`kiosk/reader/scenery.py`); nothing where there is no such file."""
    try:
        with (folder / FILE).open("rb") as file:
            return file.read(LONGEST_BYTES)
    except OSError:
        return b""


def lit(door: Door, clock: Clock) -> bool:
    """Whether visitors may come now, so that the hall is lit; where no rule is known, or the clock is not right, they may."""
    wall = clock.wall()
    edition = door.edition(wall)
    return edition is None or not clock.trusted() or edition.open_until(door.local(wall)) is not None


class ViewWatch:
    """One door's view. `saw` is called by the scanner, `keep` by whoever may wait for a disk."""

    def __init__(
        self, folder: Path, put: Put, *, is_open: Callable[[], bool], mono: Callable[[], float]
    ) -> None:
        """`is_open`: whether visitors may come now; a dark hall is right at night."""
        self.is_open = is_open
        self._folder, self._mono = folder, mono
        self._trouble: ViewTrouble | None = None
        self._level: Level[HealthChanged] = Level(put, _health(None), mono=mono)
        self._scenery = self._written = kept(folder)
        self._keep_at = self._reopen_at = float("-inf")
        self._failed = False

    @property
    def learned(self) -> Learned:
        """What is known of the view, for the eyes that are opened next. The scenery is theirs: nothing here looks into it."""
        return Learned(scenery=self._scenery, trouble=self._trouble)

    def saw(self, seen: Seen) -> None:
        """Hear of one more look. Raises CameraLost where the picture is frozen."""
        self._scenery = seen.scenery or self._scenery
        if seen.trouble is not self._trouble:
            self._say(seen.trouble)
        self._level.tell(_health(seen.trouble))
        if seen.trouble is ViewTrouble.FROZEN and seen.mono >= self._reopen_at:
            self._reopen_at = seen.mono + FROZEN_S
            raise CameraLost(
                "its picture is frozen, it is opened anew: if that does not help, pull it and plug it in again"
            )

    def _say(self, trouble: ViewTrouble | None) -> None:
        self._trouble = trouble
        if trouble is None:
            log.info("view: the camera sees its hall again")
        else:
            log.warning("view: %s", WHY[trouble])

    def keep(self) -> None:
        """Write down what was learned, once an hour at most; the first time as soon as the hall is known."""
        scenery, mono = self._scenery, self._mono()
        if scenery == self._written or (self._written and mono < self._keep_at):
            return
        self._written, self._keep_at = scenery, mono + KEEP_S
        try:
            new = self._folder / f".{FILE}.new"
            new.write_bytes(scenery)
            new.replace(self._folder / FILE)
        except OSError as failure:
            if not self._failed:
                log.warning("what the hall looks like could not be kept: %s", failure.strerror or failure)
            self._failed = True


def _health(trouble: ViewTrouble | None) -> HealthChanged:
    return HealthChanged(part=Part.VIEW, working=trouble is None, why="" if trouble is None else WHY[trouble])
