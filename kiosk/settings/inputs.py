"""The table, continued: what a door hears beside its camera. See `settings/sections.py` for how it is read."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.core.crossings import Sensor
from kiosk.settings.pins import pin
from kiosk.settings.schema import choice, device, flag, key, number


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerSettings:
    """A USB scanner on the desk, beside the camera or in its place."""

    driver: str = key(
        choice("none", "evdev", "serial"),
        "none",
        "serial for a scanner in its USB serial (CDC) mode, the better one; evdev for one that types like a keyboard.",
    )
    device: str = key(
        device(),
        "auto",
        "Which one, as /dev/serial/by-id/... or /dev/input/by-id/...-event-kbd. auto takes the one serial line "
        "/dev/ttyACM*, or the one keyboard whose name says that it scans.",
    )
    baud: int = key(
        choice(9600, 19200, 38400, 57600, 115200),
        9600,
        "Bits a second, where it hangs on a serial adapter; a USB scanner has none.",
    )
    ends: str = key(
        choice("enter", "pause"),
        "enter",
        "How it ends a code: enter for Enter, Tab, CR or LF behind it, as most are set; pause where it sends nothing.",
    )
    pause_s: float = key(
        number(0.05, 5, "s"), 0.3, "So long without a character is a pause: the code ends, or was half a one."
    )
    side: str = key(
        choice("both", "entry", "exit"),
        "both",
        "Which way people go who use it, at a toggle door: exit for a scanner on the inner side.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageSettings:
    """What tells that somebody went through the gate."""

    driver: Sensor = key(
        choice(*Sensor),
        "none",
        "contact for a turnstile that tells each turn, contacts where it has one for each way, beam for one light beam, "
        "beams for two, one behind the other. none: every admitted visitor is counted as inside.",
    )
    first_pin: int | None = key(
        pin(), 23, "The contact, the beam; of two, the contact of the way in, or the beam on the outer side."
    )
    second_pin: int | None = key(pin(), 24, "Of two, the other one.")
    active_high: bool = key(
        flag(),
        False,
        "false where a closed contact or a broken beam pulls the input to ground; true where it gives 3.3 V.",
    )
    bounce_s: float = key(
        number(0.002, 0.2, "s"), 0.02, "A contact or a beam counts when it has been steady for so long."
    )
    wait_s: float = key(
        number(1, 60, "s"),
        8.0,
        "Who was admitted and did not go through within this time is not counted inside.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSettings:
    """The building's fire alarm, listened to. It releases the doors by its own hardware, never through the kiosk."""

    driver: str = key(
        choice("none", "gpio"), "none", "gpio: a contact of the alarm between a pin and ground."
    )
    alarm_pin: int | None = key(pin(), 25, "The contact.")
    contact: str = key(
        choice("closed", "open"),
        "closed",
        "What it is while all is well. closed: it opens in an alarm, and so does a cut wire. open: a cut wire is not noticed.",
    )
    opens_gate: bool = key(
        flag(),
        False,
        "Whether the gate is also opened outwards, again and again while it rings: a help beside the hardware, no release.",
    )
