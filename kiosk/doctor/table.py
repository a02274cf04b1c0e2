"""`kiosk doctor`: numbered checks, each with a state and a remedy. The numbers are stable: people say them on the telephone,
the screen shows them, the lamp blinks them.

The table is here, and nowhere else; docs/doctor.md is made from it. A new check is one line in it and the function
that this names, in the file for its kind. It changes nothing at the door, unless it is told to repair.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kiosk.doctor.access_checks import check_files, check_groups, check_runtime, check_secrets
from kiosk.doctor.camera_checks import check_camera, check_decoders, check_view
from kiosk.doctor.capacity_checks import check_capacity
from kiosk.doctor.eyes_checks import check_eyes
from kiosk.doctor.finding import Finding
from kiosk.doctor.input_checks import check_alarm, check_keypad, check_passage, check_scanner
from kiosk.doctor.install_checks import check_configuration, check_packages, check_python
from kiosk.doctor.machine_checks import (
    check_clock,
    check_heat,
    check_memory,
    check_power,
    check_swap,
    check_time_zone,
)
from kiosk.doctor.output_checks import (
    check_display,
    check_gate,
    check_gpio,
    check_lamp,
    check_sound,
    check_words,
)
from kiosk.doctor.registry_checks import check_documents, check_enrolled, check_registry
from kiosk.doctor.run import Check
from kiosk.doctor.service_checks import check_console, check_gate_safe, check_service, check_watchdog
from kiosk.doctor.site import Site
from kiosk.doctor.store_checks import check_disk, check_queue, check_sqlite, check_store
from kiosk.machine.powers import Powers


class Row(NamedTuple):
    """One check."""

    number: int
    """Never given to another check."""
    name: str
    about: str
    """What is true when it is ok."""
    remedy: str
    """What to do when it is not, in one line: the first thing to try. What a check prints is more exact."""
    look: Callable[[Site], Finding]
    """What makes the check. It stands beside the judgement that it hands the facts to."""


TABLE = (
    Row(1, "python", "Python is one of those that the kiosk is tested with",
        "install on Raspberry Pi OS 12 or 13 (64-bit)", check_python),
    Row(2, "configuration", "the configuration has no mistake",
        "mend the lines that it names; `kiosk check-config` reads them again", check_configuration),
    Row(3, "time-zone", "the time zone data knows that Asia/Almaty is UTC+5 since 2024-03-01",
        "`sudo apt install --only-upgrade tzdata`", check_time_zone),
    Row(4, "clock", "the clock is right, and synchronised",
        "connect the network, and allow outgoing NTP (UDP port 123) in the firewall", check_clock),
    Row(5, "disk", "there is room for visits, and the disk takes one for good, in time",
        "make room; change a card that has become slow", check_disk),
    Row(6, "sqlite", "SQLite is new enough", "upgrade the system", check_sqlite),
    Row(7, "store", "the file with the visits is sound, takes visits, and loses none in a power cut",
        "restart the kiosk; see the disk (5) and the files (28)", check_store),
    Row(8, "queue", "the registry has every visit, or gets it soon",
        "`kiosk queue list --parked` says why; then `kiosk queue requeue --all`", check_queue),
    Row(9, "registry", "the registry answers, as itself, by the same clock, and in time",
        "see cable or Wi-Fi; the door goes on offline meanwhile", check_registry),
    Row(10, "camera", "the camera is there and gives pictures, often enough",
        "see its cable and `[camera]`; `kiosk read --live` shows what it sees", check_camera),
    Row(11, "decoders", "every engine reads a code that is drawn for it", "run install.sh again", check_decoders),
    Row(12, "keypad", "the keypad is there and gives its keys", "plug it out and in; see `[keypad]`", check_keypad),
    Row(13, "gpio", "the pins in use can be driven (nothing is switched)",
        "`sudo apt install python3-lgpio`; see the groups (27)", check_gpio),
    Row(14, "display", "pygame-ce is there, and a display on a connected card",
        "plug the display in: a running kiosk takes it; see `[screen]`", check_display),
    Row(15, "words", "every phrase is there in three languages, with its letters", "run install.sh again", check_words),
    Row(16, "secrets", "what only this device may know is for the service alone",
        "`sudo kiosk doctor --fix 28`", check_secrets),
    Row(17, "enrolled", "this device belongs to a door, and can prove it",
        "show an enrolment code to its camera, or `kiosk enrol`", check_enrolled),
    Row(18, "documents", "the signed documents (policy, keys, revocation list) are here and still valid",
        "see clock (4) and registry (9): they come by themselves", check_documents),
    Row(19, "gate", "the gate's lines are the kiosk's own, and it does as it is told",
        "see its wires and its power, then docs/wiring", check_gate),
    Row(20, "lamp", "the lamp's lines are the kiosk's own, and it does as it is told",
        "see its wires, then docs/wiring", check_lamp),
    Row(21, "scanner", "the desk scanner is there and gives what it reads",
        "plug it out and in; see `[scanner]`", check_scanner),
    Row(22, "service", "the door runs as a service, starts with the machine, and is watched",
        "`journalctl -u ashyq-kiosk -n 50` says why it ended", check_service),
    Row(23, "gate-safe", "the gate loses its power at each start of the machine, before the door begins",
        "`sudo kiosk doctor --fix 23`", check_gate_safe),
    Row(24, "watchdog", "a machine that hangs as a whole resets itself", "run install.sh again, then reboot", check_watchdog),
    Row(25, "console", "the screen does not go to sleep, and no login prompt lies under the picture",
        "run install.sh again, then reboot", check_console),
    Row(26, "packages", "Debian's packages and Python's wheels are the right ones, from the right place",
        "run install.sh again", check_packages),
    Row(27, "groups", "the door's user is in the groups that open its devices", "`sudo kiosk doctor --fix 27`", check_groups),
    Row(28, "files", "nobody else can read the door's data, or change its configuration",
        "`sudo kiosk doctor --fix 28`", check_files),
    Row(29, "runtime", "who is inside is kept in memory, and goes with the power",
        "set `[store] runtime` to a folder in /run", check_runtime),
    Row(31, "swap", "memory is not swapped to the card", "run install.sh again, then reboot; elsewhere than on Raspberry Pi OS 13 switch swap off", check_swap),
    Row(32, "sound", "there is a sound device or a buzzer, where the door is to be heard",
        'plug one in, or set `[sound] driver = "none"`', check_sound),
    Row(33, "power", "the power supply holds", "use the Pi's own supply and a short thick cable", check_power),
    Row(34, "heat", "the processor is cool enough to run at full speed", "give the case air, or a fan", check_heat),
    Row(35, "memory", "there is memory left", "see what else runs here: `ps aux --sort -rss`", check_memory),
    Row(36, "passage", "the passage sensor is there, and nothing blocks it",
        "see what stands in it, clean it; then docs/wiring/passage.md", check_passage),
    Row(37, "view", "the camera sees its hall: not dark, covered, blurred, burnt out, frozen or turned away",
        "do what it says, then `kiosk read --live`; docs/wiring/camera.md", check_view),
    Row(38, "alarm", "the fire alarm is listened to, and does not ring",
        "see its loop: a cut wire rings too; then docs/wiring/fire-alarm.md", check_alarm),
    Row(39, "capacity", "the venue's capacity is enforced, and kept to",
        'give the venue an exit door, or have its policy say `"capacity_without_exit": "enforce"`', check_capacity),
    Row(40, "eyes", "what decodes the camera's pictures runs apart from the door, and is confined",
        "`journalctl -u ashyq-kiosk-eyes -n 50` says why it ended; run install.sh again", check_eyes),
)  # fmt: skip


def checks(config: Path | None, powers: Powers | None = None) -> list[Check]:
    """Return every check for the door that this configuration describes (None: where `load` looks).

    `powers`: root's, where they were laid down, for who owns what.
    """
    site = Site(config, powers or Powers())
    return [Check(number=row.number, name=row.name, run=partial(row.look, site)) for row in TABLE]
