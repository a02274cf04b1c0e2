"""`kiosk doctor`: numbered checks, each with a state and a remedy. The numbers are stable: people say them on the telephone,
the screen shows them, the lamp blinks them.

The table is here, and nowhere else; docs/doctor.md is made from it. A new check is one line in it and one method of
`doctor/site.py: Site`. It changes nothing at the door, unless it is told to repair.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kiosk.doctor.finding import Finding
from kiosk.doctor.run import Check
from kiosk.doctor.site import Site
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


TABLE = (
    Row(1, "python", "Python is one of those that the kiosk is tested with",
        "install on Raspberry Pi OS 12 or 13 (64-bit)", Site.python),
    Row(2, "configuration", "the configuration has no mistake",
        "mend the lines that it names; `kiosk check-config` reads them again", Site.configuration),
    Row(3, "time-zone", "the time zone data knows that Asia/Almaty is UTC+5 since 2024-03-01",
        "`sudo apt install --only-upgrade tzdata`", Site.time_zone),
    Row(4, "clock", "the clock is right, and synchronised",
        "connect the network, and allow outgoing NTP (UDP port 123) in the firewall", Site.clock),
    Row(5, "disk", "there is room for visits, and the disk takes one for good, in time",
        "make room; change a card that has become slow", Site.disk),
    Row(6, "sqlite", "SQLite is new enough", "upgrade the system", Site.sqlite),
    Row(7, "store", "the file with the visits is sound, takes visits, and loses none in a power cut",
        "restart the kiosk; see the disk (5) and the files (28)", Site.store),
    Row(8, "queue", "the registry has every visit, or gets it soon",
        "`kiosk queue list --parked` says why; then `kiosk queue requeue --all`", Site.queue),
    Row(9, "registry", "the registry answers, as itself, by the same clock, and in time",
        "see cable or Wi-Fi; the door goes on offline meanwhile", Site.registry),
    Row(10, "camera", "the camera is there and gives pictures, often enough",
        "see its cable and `[camera]`; `kiosk read --live` shows what it sees", Site.camera),
    Row(11, "decoders", "every engine reads a code that is drawn for it", "run install.sh again", Site.decoders),
    Row(12, "keypad", "the keypad is there and gives its keys", "plug it out and in; see `[keypad]`", Site.keypad),
    Row(13, "gpio", "the pins in use can be driven (nothing is switched)",
        "`sudo apt install python3-lgpio`; see the groups (27)", Site.gpio),
    Row(14, "display", "pygame-ce is there, and a display on a connected card",
        "plug the display in: a running kiosk takes it; see `[screen]`", Site.display),
    Row(15, "words", "every phrase is there in three languages, with its letters", "run install.sh again", Site.words),
    Row(16, "secrets", "what only this device may know is for the service alone",
        "`sudo kiosk doctor --fix 28`", Site.secrets),
    Row(17, "enrolled", "this device belongs to a door, and can prove it",
        "show an enrolment code to its camera, or `kiosk enrol`", Site.enrolled),
    Row(18, "documents", "the signed documents (policy, keys, revocation list) are here and still valid",
        "see clock (4) and registry (9): they come by themselves", Site.documents),
    Row(19, "gate", "the gate's lines are the kiosk's own, and it does as it is told",
        "see its wires and its power, then docs/wiring", Site.gate),
    Row(20, "lamp", "the lamp's lines are the kiosk's own, and it does as it is told",
        "see its wires, then docs/wiring", Site.lamp),
    Row(21, "scanner", "the desk scanner is there and gives what it reads",
        "plug it out and in; see `[scanner]`", Site.scanner),
    Row(22, "service", "the door runs as a service, starts with the machine, and is watched",
        "`journalctl -u ashyq-kiosk -n 50` says why it ended", Site.service),
    Row(23, "gate-safe", "the gate loses its power at each start of the machine, before the door begins",
        "`sudo kiosk doctor --fix 23`", Site.gate_safe),
    Row(24, "watchdog", "a machine that hangs as a whole resets itself", "run install.sh again, then reboot", Site.watchdog),
    Row(25, "console", "the screen does not go to sleep, and no login prompt lies under the picture",
        "run install.sh again, then reboot", Site.console),
    Row(26, "packages", "Debian's packages and Python's wheels are the right ones, from the right place",
        "run install.sh again", Site.packages),
    Row(27, "groups", "the door's user is in the groups that open its devices", "`sudo kiosk doctor --fix 27`", Site.groups),
    Row(28, "files", "nobody else can read the door's data, or change its configuration",
        "`sudo kiosk doctor --fix 28`", Site.files),
    Row(29, "runtime", "who is inside is kept in memory, and goes with the power",
        "set `[store] runtime` to a folder in /run", Site.runtime),
    Row(31, "swap", "memory is not swapped to the card", "run install.sh again, then reboot; elsewhere than on Raspberry Pi OS 13 switch swap off", Site.swap),
    Row(32, "sound", "there is a sound device or a buzzer, where the door is to be heard",
        'plug one in, or set `[sound] driver = "none"`', Site.sound),
    Row(33, "power", "the power supply holds", "use the Pi's own supply and a short thick cable", Site.power),
    Row(34, "heat", "the processor is cool enough to run at full speed", "give the case air, or a fan", Site.heat),
    Row(35, "memory", "there is memory left", "see what else runs here: `ps aux --sort -rss`", Site.memory),
    Row(36, "passage", "the passage sensor is there, and nothing blocks it",
        "see what stands in it, clean it; then docs/wiring/passage.md", Site.passage),
    Row(37, "view", "the camera sees its hall: not dark, covered, blurred, burnt out, frozen or turned away",
        "do what it says, then `kiosk read --live`; docs/wiring/camera.md", Site.view),
    Row(38, "alarm", "the fire alarm is listened to, and does not ring",
        "see its loop: a cut wire rings too; then docs/wiring/fire-alarm.md", Site.alarm),
    Row(39, "capacity", "the venue's capacity is enforced, and kept to",
        'give the venue an exit door, or have its policy say `"capacity_without_exit": "enforce"`', Site.capacity),
)  # fmt: skip


def checks(config: Path | None, powers: Powers | None = None) -> list[Check]:
    """Return every check for the door that this configuration describes (None: where `load` looks).

    `powers`: root's, where they were laid down, for who owns what.
    """
    site = Site(config, powers or Powers())
    return [Check(number=row.number, name=row.name, run=partial(row.look, site)) for row in TABLE]
