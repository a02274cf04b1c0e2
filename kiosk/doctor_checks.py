"""What `kiosk doctor` looks at, one function a check. Each takes all that it depends on, and returns a Finding.

None of them changes anything: no pulse at the gate, no row in the store. A check may raise; `doctor.examine` says so.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import segno

from kiosk.doctor_finding import Finding, broken, ok, warning
from kiosk.errors import DriverError, DriverMissing, KioskError, RegistryRefused, RegistryUnreachable
from kiosk.ports import Camera, Decoder, Grey, Keypad

STOP_FIRST = "if the kiosk runs, stop it first: sudo systemctl stop ashyq-kiosk"
_IN_USE = "in use by the kiosk that runs: its screen and journal say how it does"
_ROOMY, _TIGHT = 500e6, 50e6
_OLDEST_FINE = timedelta(hours=1)
_OLDEST_SQLITE = (3, 37, 0)
_WHY = {
    "timeout": "see that the network cable or Wi-Fi is up and that [registry] url is right",
    "refused": "nothing listens at that address: see [registry] url",
    "no-name": "the name is not known: see [registry] url and the network's DNS",
    "tls": "its certificate is not valid here: see the clock (4), then ask the registry's people",
    "redirect": "a Wi-Fi login page answers: connect to another network, or log in there",
    "not-json": "something else answers, such as a Wi-Fi login page: see [registry] url and the network",
}
_OFFLINE = "see [registry] url; meanwhile the door goes on offline, as the policy says"


def python_version(version: Sequence[int]) -> Finding:
    """3.11 to 3.13."""
    shown = ".".join(str(part) for part in version[:3])
    if (3, 11) <= tuple(version[:2]) <= (3, 13):
        return ok(f"Python {shown}")
    return broken(f"Python {shown}, expected 3.11 to 3.13", "run install.sh on Raspberry Pi OS 12 or 13")


def time_zone(zone: ZoneInfo, zone_data: Callable[[str], ZoneInfo] = ZoneInfo) -> Finding:
    """Kazakhstan went to one time on 2024-03-01; older data is an hour ahead there, and so are the opening hours."""
    almaty = datetime(2024, 3, 2, tzinfo=UTC).astimezone(zone_data("Asia/Almaty")).utcoffset()
    if almaty == timedelta(hours=5):
        return ok(f"{zone.key}; Asia/Almaty is UTC+5 since 2024-03-01")
    hours = almaty.total_seconds() / 3600 if almaty else 0
    return broken(
        f"Asia/Almaty is UTC{hours:+g}, expected UTC+5",
        "sudo apt update && sudo apt install --only-upgrade tzdata",
    )


def clock(synchronised: bool, now: datetime, built: datetime) -> Finding:
    """`built` is a moment that has certainly passed: a clock before it is wrong whoever set it."""
    shown = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now < built:
        return broken(f"{shown} is in the past", "connect the network, then: timedatectl set-ntp true")
    if not synchronised:
        return warning(
            f"{shown}, not synchronised: the venue code is hidden, and visits are recorded with a time to be put right",
            "see that the network lets NTP (UDP 123) out, then: timedatectl set-ntp true",
        )
    return ok(f"{shown}, synchronised")


def disk(
    folder: Path, free_bytes: Callable[[Path], float] = lambda folder: shutil.disk_usage(folder).free
) -> Finding:
    """Room for visits: a day of a busy door is about 2 MB."""
    if not folder.is_dir():
        return broken(f"{folder}: there is no such folder", f"run install.sh, or: sudo mkdir -p {folder}")
    free = free_bytes(folder)
    shown = f"{folder}: {free / 1e9:.1f} GB free"
    if free >= _ROOMY:
        return ok(shown)
    remedy = "sudo journalctl --vacuum-size=50M; sudo apt clean"
    return warning(shown, remedy) if free >= _TIGHT else broken(shown, remedy)


def sqlite_version(version: tuple[int, ...]) -> Finding:
    """STRICT tables, which cannot hold what they should not, came with 3.37."""
    shown = "SQLite " + ".".join(str(part) for part in version)
    return (
        ok(shown)
        if version >= _OLDEST_SQLITE
        else broken(f"{shown}, expected 3.37 or later", "upgrade the system")
    )


def secrets(folder: Path) -> Finding:
    """What only this device may know (its key, its enrolment) is for the service's eyes alone. Nothing of it is read."""
    try:
        open_to_others = sorted(
            each.name
            for each in (folder, *folder.iterdir())
            if each.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        )
    except FileNotFoundError:
        return ok("nothing is kept yet")
    except OSError as wrong:
        return warning(
            f"the device's folder cannot be looked at: {wrong.strerror}", "sudo -u ashyq-kiosk kiosk doctor"
        )
    if open_to_others:
        return broken(
            f"others may look into {', '.join(open_to_others)} of {folder}", f"sudo chmod -R go= {folder}"
        )
    return ok("the device's key and enrolment are there, for their owner alone")


NOT_ASKED = warning("not asked: this device belongs to no door yet", "enrol it: kiosk enrol")
"""A registry answers only who has enrolled there."""


def registry(fetch: Callable[[], object], mono: Callable[[], float], question_s: float) -> Finding:
    """One real question for the public keys: reachable, of the right kind, and fast enough for a visitor."""
    begun = mono()
    try:
        fetch()
    except RegistryUnreachable as wrong:
        remedy = _WHY.get(wrong.why, _OFFLINE)
        return broken(f"no answer of the registry ({wrong})", remedy)
    except RegistryRefused as wrong:
        return broken(
            f"the registry says no ({wrong})",
            "see [registry] device and [door] id, and ask the registry's people",
        )
    took = mono() - begun
    shown = f"answers in {took * 1000:.0f} ms"
    if took > question_s / 2:
        return warning(
            f"{shown}, and a visitor waits {question_s:g} s at most", "use a cable, or a nearer network"
        )
    return ok(shown)


def camera(open_camera: Callable[[], Camera] | None, *, in_use: bool = False, wait_s: float = 5.0) -> Finding:
    """The camera opens and gives a picture that is not black. `in_use`: a running kiosk has it, and says so itself."""
    if open_camera is None:
        return ok("none at this door")
    if in_use:
        return ok(_IN_USE)
    remedy = f"see [camera]; {STOP_FIRST}"
    try:
        with closing(open_camera()) as opened:
            frame = opened.read(wait_s)
    except DriverError as wrong:
        return broken(str(wrong), remedy)
    height, width = frame.shape
    if float(frame.mean()) < 8:
        return warning(f"{width}x{height}, and dark", "take the cap off, switch the light on")
    return ok(f"gives pictures of {width}x{height}")


def decoders(engines: Iterable[Callable[[], Decoder]]) -> Finding:
    """Every engine reads a code that we draw."""
    text = "ASHYQ KIOSK DOCTOR"
    picture = _drawn(text)
    read: list[str] = []
    for make in engines:
        try:
            engine = make()
        except DriverError as wrong:
            return broken(str(wrong), "run install.sh again")
        if text not in [reading.text for reading in engine.decode(picture)]:
            return broken(f"{engine.name} does not read a code that was drawn for it", "run install.sh again")
        read.append(engine.name)
    return ok(f"{' and '.join(read)} read a drawn code")


def keypad(open_keypad: Callable[[], Keypad] | None, *, optional: bool, in_use: bool = False) -> Finding:
    """The keypad opens. No key is waited for. `optional`: the screen's keys do where none is plugged in."""
    if open_keypad is None:
        return ok("none but the screen at this door")
    if in_use:
        return ok(_IN_USE)
    try:
        with closing(open_keypad()) as opened:
            opened.read(0.0)
    except DriverMissing as wrong:
        if optional:
            return ok("none is plugged in: the IIN is typed on the screen")
        return broken(str(wrong), "see [keypad]")
    except DriverError as wrong:
        return broken(str(wrong), f"see [keypad]; {STOP_FIRST}")
    return ok("opens")


def gpio(used: Mapping[str, str], pin_factory: Callable[[], object]) -> Finding:
    """The pins can be driven at all. Nothing is switched. `used`: what needs them, such as {"gate": "17"}."""
    if not used:
        return ok("nothing on GPIO at this door")
    try:
        factory = pin_factory()
    except DriverError as wrong:
        return broken(str(wrong), "see that the kiosk's user is in the group gpio")
    wired = ", ".join(f"{what} on {pins}" for what, pins in used.items())
    return ok(f"{type(factory).__name__}: {wired}")


def display(driver: str, *, community_edition: bool, connected: bool) -> Finding:
    """The right pygame, and a display where the configuration wants one. The window is not opened."""
    if not community_edition:
        return broken(
            "pygame is installed instead of pygame-ce: it cannot draw without a desktop",
            "pip uninstall pygame; run install.sh again",
        )
    if driver == "offscreen":
        return warning("offscreen: nobody sees anything", 'set [screen] driver = "kmsdrm"')
    if not connected:
        return broken(f"{driver}: no display", "plug the display in before power-on; see [screen] driver")
    return ok(f"pygame-ce on {driver}")


def words(read_phrases: Callable[[], object], load_fonts: Callable[[], object]) -> Finding:
    """Everything that can be said is there in three languages, and the letters for it."""
    try:
        read_phrases()
        load_fonts()
    except (ValueError, OSError, KeyError) as wrong:
        return broken(f"words or letters are missing: {str(wrong).splitlines()[0]}", "run install.sh again")
    return ok("phrases in three languages, and their fonts")


def store(file: Path, quick_check: Callable[[Path], str]) -> Finding:
    """The file with the visits is sound. It is opened to read only."""
    if not file.exists():
        return ok(f"{file}: not made yet, the kiosk makes it when it first runs")
    try:
        found = quick_check(file)
    except KioskError as wrong:
        return broken(str(wrong), "run as the kiosk's user: sudo -u ashyq-kiosk kiosk doctor")
    if found != "ok":
        return broken(
            f"{file} is damaged", "start the kiosk: it moves the file aside and keeps it; send it to support"
        )
    return ok(f"{file}: sound")


def queue(counts: Callable[[], tuple[int, int, datetime | None]] | None, now: datetime) -> Finding:
    """What the registry does not have yet. `counts`: waiting, parked, the oldest; None where there is no store."""
    if counts is None:
        return ok("nothing was recorded yet")
    waiting, parked, oldest = counts()
    shown = f"{waiting} wait, {parked} parked"
    if parked:
        return warning(shown, "kiosk queue list --parked says why; then: kiosk queue requeue --all")
    if oldest is not None and now - oldest > _OLDEST_FINE:
        return warning(f"{shown}, the oldest since {oldest:%Y-%m-%d %H:%M} UTC", "see the registry (9)")
    return ok(shown)


def running(store_file: Path, processes: Path = Path("/proc")) -> bool:
    """Whether a kiosk runs on this store: the process that its lock names is there and is one of ours.

    Read only. Trying the lock itself could stop a kiosk that starts in that moment.
    """
    try:
        process = store_file.with_name(f"{store_file.name}.lock").read_text(encoding="ascii").strip()
        return process.isdigit() and b"kiosk" in (processes / process / "cmdline").read_bytes()
    except (OSError, UnicodeDecodeError):
        return False


def _drawn(text: str) -> Grey:
    """Return the code as a camera would give it: dark on light, six pixels a module, with its margin."""
    rows = [
        [0 if dark else 255 for dark in row] for row in segno.make_qr(text).matrix_iter(scale=6, border=4)
    ]
    return np.array(rows, dtype=np.uint8)
