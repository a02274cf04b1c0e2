"""The worker that looks after the board: tells the door when supply, heat, disk or memory get bad, and when they recover.

It must never be the reason why a door does not work: whatever it finds, visitors go on being answered.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter

from kiosk.core.events import HealthChanged, Part
from kiosk.core.health.board import AILMENTS, BoardVigil
from kiosk.ports import Board, Clock
from kiosk.threads.levels import Level
from kiosk.threads.reopening import Put

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""The kernel's sensor shows a dip of the supply for two seconds: who looks less often misses it."""
JOURNAL_S = 300.0
"""How often the journal hears again of what goes on: a weak supply goes on for months."""


class BoardWatch:
    """The body of the worker."""

    def __init__(self, board: Board, *, put: Put, clock: Clock) -> None:
        self._board = board
        well = {part: HealthChanged(part=part, working=True) for part in AILMENTS}
        self._levels = {part: Level[HealthChanged](put, well[part], mono=clock.mono) for part in AILMENTS}
        self._now = well
        self._clock = clock
        self._vigil = BoardVigil()
        self._wrong: Counter[Part] = Counter()
        self._logged = float("-inf")

    def body(self, stop: threading.Event) -> None:
        """Look until stopped."""
        while not stop.is_set():
            self.look()
            stop.wait(LOOK_S)

    def look(self) -> None:
        """Look once, and tell how each part of the board is."""
        mono = self._clock.mono()
        self._vigil, changes = self._vigil.look(self._board.read(), mono)
        self._wrong.update(self._vigil.wrong(mono))
        for change in changes:
            self._now[change.part] = change
            if change.working:
                log.info("%s: fine again", change.part)
        for part, level in self._levels.items():
            level.tell(self._now[part])
        self._journal(mono, changes)

    def _journal(self, mono: float, changes: tuple[HealthChanged, ...]) -> None:
        """Say what is wrong, at most every five minutes, and how often it was seen since the last time."""
        whys = {change.part: change.why for change in changes if not change.working}
        if not self._wrong or (mono - self._logged < JOURNAL_S and not whys):
            return
        for part, times in self._wrong.items():
            log.warning("%s: %s (seen %d times)", part, whys.get(part, "still wrong"), times)
        self._wrong.clear()
        self._logged = mono
