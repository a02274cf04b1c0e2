"""The settings as the core needs them, and what the registry gave this door beside them."""

from __future__ import annotations

import secrets

from kiosk.core.crossings import Sensor
from kiosk.core.door.over_a_restart import KEY_BYTES
from kiosk.core.door.state import Setup, Times
from kiosk.core.who.keypad_budget import KeypadBudget
from kiosk.core.who.venue_code import VenueCode
from kiosk.settings import Settings


def setup_of(settings: Settings, venue_code: VenueCode | None, *, camera: bool) -> Setup:
    """Return what the core needs to know of the settings, and of what the registry gave this door. `camera`: it has one."""
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
        camera=camera,
        keypad=settings.keypad.driver != "none",
        scanner=settings.scanner.driver != "none",
        budget=KeypadBudget(
            per_minute=settings.keypad.guesses_per_minute,
            per_hour=settings.keypad.guesses_per_hour,
            per_day=settings.keypad.guesses_per_day,
            mistakes=settings.keypad.mistakes_in_a_row,
            pause_s=settings.keypad.pause_s,
            longest_s=settings.keypad.longest_pause_s,
        ),
        attended_factor=settings.keypad.attended_factor,
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


def _release_every_s(settings: Settings) -> float | None:
    """As often as the relay bears for long: it may be on for half of the time (drivers/gate/duty.py)."""
    gate = settings.gate
    if not settings.alarm.opens_gate:
        return None
    return 2 * (gate.hold_s if gate.mode == "hold" else gate.pulse_s)
