"""What the door begins with: what is remembered of before the start, and what the store has of it."""

from __future__ import annotations

import logging
from dataclasses import replace

from kiosk.core.door.over_a_restart import Remembered, taken_up
from kiosk.core.door.passages import assumed
from kiosk.core.door.state import Door
from kiosk.core.inside.occupancy import LONGEST_STAY, Movement
from kiosk.core.model import Stamp
from kiosk.errors import StoreError
from kiosk.ports import Clock
from kiosk.store.row_times import offset_ms_of
from kiosk.store.store import Store
from kiosk.store.thread import StoreThread

log = logging.getLogger(__name__)


def resumed(
    door: Door, store: StoreThread, remembered: Remembered | None, clock: Clock, boot: str | None
) -> Door:
    """Return the door as it was before a restart: who is inside as far as that is remembered, how many by the store.

    Where the store cannot be opened, by what is remembered alone. Where the time is known (and not behind what was signed), what an earlier run of this boot wrote by a wrong clock is put right, before any of it is
    sent.
    """
    try:
        return _resumed(door, store, remembered, clock, boot)
    except StoreError as failure:
        log.error("store: %s: who is inside is taken from what is remembered", failure)
        return taken_up(door, remembered, ())


def _resumed(
    door: Door, store: StoreThread, remembered: Remembered | None, clock: Clock, boot: str | None
) -> Door:
    signed = store.call(lambda kept: kept.latest_signed()).result()
    if signed is not None:
        door = replace(door, word=door.word.saw_signed(signed, clock.mono()))
    here = Stamp(wall=clock.wall(), mono=clock.mono(), visit_id="", trusted=clock.trusted())
    now, trusted = clock.wall(), door.word.judged(here).trusted
    if trusted and boot is not None:
        offset_ms = offset_ms_of(now, clock.mono())
        store.call(lambda kept: kept.trust_time(boot, offset_ms))

    counted = "" if remembered is None else remembered.occupancy.through

    def look(kept: Store) -> tuple[Movement, ...]:
        _end_what_was_cut_short(kept)
        return kept.reports.movements(now - LONGEST_STAY, after=counted)

    newer = store.call(look).result()
    number = store.call(lambda kept: kept.number_inside(door.setup.door)).result()
    door = door.stands(trusts_time=trusted)
    if number is not None:
        door = replace(door, people=door.people.remembers(number))
    return taken_up(door, remembered, newer)


def _end_what_was_cut_short(store: Store) -> None:
    """Tell of every admitted visit that the last stop cut short how it ended, as the core takes it to have."""
    try:
        for visit in store.reports.unpassed():
            store.record(assumed(visit.visit_id, visit.at, time_trusted=visit.time_trusted))
            log.warning("visit %s: stopped before it was known whether they passed: assumed", visit.visit_id)
    except StoreError as failure:  # told at the next start; a door that starts is worth more
        log.error("store: %s", failure)
