"""Keeps the number inside that a door goes by on its disk, so that one that starts without a network knows of the others.

It holds no person. A card bears only so many writes: at most one a minute, but at once where the venue closed or its doors
are others. What is kept is told to staff with its own moment, so a minute more changes nothing that is said.
"""

from __future__ import annotations

from datetime import timedelta

from kiosk.core.door.state import Door
from kiosk.core.inside.people import VenueNumber
from kiosk.store.thread import StoreThread

LEAST = timedelta(minutes=1)
"""Between two writes while people come and go by the other doors."""
MOST = timedelta(minutes=15)
"""A number that stays the same is kept again after so long: its moment is told to staff."""


class KeptNumber:
    """Looked at after every step of the loop; writes on the store's thread."""

    def __init__(self, store: StoreThread) -> None:
        self._store = store
        self._kept: VenueNumber | None = None

    def begin(self, door: Door) -> None:
        """Take note of a door as it begins: what it remembers is on the disk already."""
        self._kept = door.people.venue

    def look(self, door: Door) -> None:
        """Keep the door's number where it is time to. Returns at once."""
        number = door.people.venue
        if number is None or number is self._kept or not _is_due(number, self._kept):
            return
        self._kept = number
        self._store.call(lambda store: store.keep_number_inside(door.setup.door, number))


def _is_due(number: VenueNumber, kept: VenueNumber | None) -> bool:
    if kept is None or (number.doors, number.exits) != (kept.doors, kept.exits):
        return True
    if number.at < kept.at:  # the registry's clock was put right
        return True
    others, before = number.inside - number.own, kept.inside - kept.own
    if others == before:
        return number.at - kept.at >= MOST
    return number.inside == number.own == 0 or number.at - kept.at >= LEAST
