"""What is kept and shown beside the door's orders, after each step: that its parts work, and the newest time that the registry signed."""

from __future__ import annotations

from datetime import datetime, timedelta

from kiosk.core.door.state import Door, State
from kiosk.core.events import Part
from kiosk.service.signs import ProofOfLife, Signs
from kiosk.store.thread import StoreThread
from kiosk.workers.preview import Preview

SIGNED_STEP = timedelta(minutes=15)
"""The latest signed time is kept in such steps: every pass bears one, and a card bears only so many writes."""


def show_what_works(door: Door, signs: Signs, preview: Preview, *, painted: bool) -> None:
    """Show whether somebody is at the door, and whether camera and screen work. `painted`: the screen took a picture."""
    signs.busy(now=door.state is not State.IDLE or bool(door.people.pending))
    signs.show(ProofOfLife.FRAME, works=preview.seen and not door.is_broken(Part.CAMERA))
    signs.show(ProofOfLife.SCREEN, works=painted and not door.is_broken(Part.DISPLAY))


class NewestSigned:
    """Keeps the newest time that the registry signed: an expired pass stays expired after a restart."""

    def __init__(self, store: StoreThread) -> None:
        self._store = store
        self._kept: datetime | None = None

    def keep(self, door: Door) -> None:
        """Have it written, where it is newer by a step than what was, or was taken back. Returns at once."""
        signed, kept = door.word.latest_signed, self._kept
        if signed is None or (kept is not None and timedelta(0) <= signed - kept < SIGNED_STEP):
            return
        self._kept = signed
        if (
            kept is not None and signed < kept
        ):  # a document took it back, also from what a pass had made of it
            self._store.call(lambda store: store.take_back_signed(signed))
        else:
            self._store.call(lambda store: store.raise_latest_signed(signed))
