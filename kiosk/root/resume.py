"""What the door begins with: the settings as the core needs them, and what is remembered of before the start."""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from datetime import datetime

from kiosk.core.crossings import Sensor
from kiosk.core.door.over_a_restart import KEY_BYTES, Remembered
from kiosk.core.door.passages import passage_id
from kiosk.core.door.state import Door, Setup, Times
from kiosk.core.inside.occupancy import LONGEST_STAY, Movement, Occupancy
from kiosk.core.model import Passage
from kiosk.core.who.keypad_budget import KeypadBudget
from kiosk.core.who.venue_code import VenueCode
from kiosk.errors import StoreError
from kiosk.ports import Clock
from kiosk.settings import Settings
from kiosk.store.row_times import offset_ms_of
from kiosk.store.store import Store
from kiosk.store.thread import StoreThread

log = logging.getLogger(__name__)


def setup_of(settings: Settings, venue_code: VenueCode | None) -> Setup:
    """Return what the core needs to know of the settings, and of what the registry gave this door."""
    door, times = settings.door, settings.times
    shown = venue_code if door.venue_code else None
    return Setup(
        door=door.id,
        kind=door.kind,
        attended=door.attended,
        zone=door.timezone,
        presence_key=secrets.token_bytes(KEY_BYTES),
        passage_sensor=settings.passage.driver is not Sensor.NONE,
        release_every_s=_release_every_s(settings),
        keypad=settings.keypad.driver != "none",
        scanner=settings.scanner.driver != "none",
        budget=KeypadBudget(
            per_minute=settings.keypad.guesses_per_minute,
            mistakes=settings.keypad.mistakes_in_a_row,
            pause_s=settings.keypad.pause_s,
            longest_s=settings.keypad.longest_pause_s,
        ),
        times=Times(
            ask_s=settings.registry.question_s,
            record_s=times.record_s,
            admitted_s=times.admitted_s,
            refused_s=times.refused_s,
            unchecked_s=times.unchecked_s,
            notice_s=times.notice_s,
            keypad_idle_s=times.keypad_idle_s,
            confirm_s=times.confirm_s,
            passage_s=settings.passage.wait_s,
        ),
        venue_code_url=shown.url if shown else "",
        venue_code_key=shown.key if shown else b"",
        public_colours=settings.screen.public_colours == "full",
    )


def resumed(
    door: Door, store: StoreThread, remembered: Remembered | None, clock: Clock, boot: str | None
) -> Door:
    """Return the door as it was before a restart: who is inside as far as that is remembered, how many by the store.

    Where the time is known, what an earlier run of this boot wrote by a wrong clock is put right, before any of it is
    sent.
    """
    now, trusted = clock.wall(), clock.trusted()
    if trusted and boot is not None:
        offset_ms = offset_ms_of(now, clock.mono())
        store.call(lambda kept: kept.trust_time(boot, offset_ms))

    counted = "" if remembered is None else remembered.occupancy.through

    def look(kept: Store) -> tuple[tuple[Movement, ...], datetime | None]:
        _assume_passed(kept)
        return kept.reports.movements(now - LONGEST_STAY, after=counted), kept.latest_signed()

    newer, signed = store.call(look).result()
    number = store.call(lambda kept: kept.number_inside(door.setup.door)).result()
    door = door.stands(trusts_time=trusted)
    if signed is not None:
        door = replace(door, word=door.word.saw_signed(signed, clock.mono()))
    if number is not None:
        door = replace(door, people=door.people.remembers(number))
    if remembered is None:
        return door.counts(occupancy=Occupancy().after(newer))
    presence, occupancy = remembered.caught_up(newer)
    setup = replace(door.setup, presence_key=remembered.key)
    return replace(door, setup=setup).counts(presence=presence, occupancy=occupancy)


def _assume_passed(store: Store) -> None:
    """Tell of every admitted visit that the last stop cut short that its visitor went in, unseen: the gate may have opened.

    To withdraw it would lose somebody who is inside; and whoever did not go in is missed by nobody (docs/decisions.md).
    """
    try:
        for one in store.reports.unpassed():
            store.record(
                Passage(
                    id=passage_id(one.visit_id),
                    visit_id=one.visit_id,
                    passed=True,
                    ended_at=one.at,
                    sensed=False,
                    time_trusted=one.time_trusted,
                )
            )
            log.warning("visit %s: stopped before it was known whether they passed: assumed", one.visit_id)
    except StoreError as failure:  # told at the next start; a door that starts is worth more
        log.error("store: %s", failure)


def _release_every_s(settings: Settings) -> float | None:
    """As often as the relay bears for long: it may be on for half of the time (drivers/gate/duty.py)."""
    gate = settings.gate
    if not settings.alarm.opens_gate:
        return None
    return 2 * (gate.hold_s if gate.mode == "hold" else gate.pulse_s)
