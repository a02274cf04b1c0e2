"""What `kiosk doctor` looks at, one function a check. Each takes all that it depends on, and returns a Finding.

Those of things at the door are in `doctor/things.py`, of the system around it in `doctor/service.py`, of who owns what in
`doctor/files.py`. None changes anything: no row in the store. A check may raise; `doctor/run.py: examine` says so.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.doctor.finding import Finding, Fix, broken, ok, warning
from kiosk.errors import RegistryRefused, RegistryUnreachable, StoreError

_ROOMY, _TIGHT = 500e6, 50e6
_SLOW_ROW_S = 0.5
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


def clock(synchronised: bool, now: datetime, built: datetime, *fixes: Fix) -> Finding:
    """`built` is a moment that has certainly passed: a clock before it is wrong whoever set it."""
    shown = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now < built:
        return broken(
            f"{shown} is in the past", "connect the network, then: sudo timedatectl set-ntp true", *fixes
        )
    if not synchronised:
        return warning(
            f"{shown}, not synchronised: the venue code is hidden, and visits are recorded with a time to be put right",
            "see that the network lets NTP (UDP 123) out, then: sudo timedatectl set-ntp true",
            *fixes,
        )
    return ok(f"{shown}, synchronised")


def disk(
    folder: Path,
    *,
    free_bytes: Callable[[Path], float] = lambda folder: shutil.disk_usage(folder).free,
    trial_s: Callable[[Path], float | None] = lambda _folder: None,
) -> Finding:
    """Room for visits (a day of a busy door is about 2 MB), and a disk that takes one for good, in time.

    `trial_s` has a row written beside the store and returns how long that took, in seconds; None: not ours to write in.
    """
    if not folder.is_dir():
        return broken(f"{folder}: there is no such folder", f"run install.sh, or: sudo mkdir -p {folder}")
    free = free_bytes(folder)
    shown = f"{folder}: {free / 1e9:.1f} GB free"
    if free < _ROOMY:
        remedy = "sudo journalctl --vacuum-size=50M; sudo apt clean"
        return warning(shown, remedy) if free >= _TIGHT else broken(shown, remedy)
    took = trial_s(folder)
    if took is None:
        return ok(f"{shown}; whether it takes a visit only root or the kiosk's user can try")
    shown = f"{shown}, a row is on it in {took * 1000:.0f} ms"
    if took > _SLOW_ROW_S:
        return warning(
            f"{shown}: visitors wait for that", "change the card: one that slows down is about to die"
        )
    return ok(shown)


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


def registry(
    fetch: Callable[[], object],
    mono: Callable[[], float],
    question_s: float,
    ahead: Callable[[], timedelta] = timedelta,
) -> Finding:
    """One real question for the public keys: reachable, of the right kind, and fast enough for a visitor.

    `ahead` says how far the registry's clock was ahead of ours, where it had to tell.
    """
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
    if skew := ahead().total_seconds():
        return warning(
            f"{shown}, and our clock is {abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'} the registry's",
            "see the clock (4): a pass is judged by it",
        )
    if took > question_s / 2:
        return warning(
            f"{shown}, and a visitor waits {question_s:g} s at most", "use a cable, or a nearer network"
        )
    return ok(shown)


def words(read_phrases: Callable[[], object], load_fonts: Callable[[], object]) -> Finding:
    """Everything that can be said is there in three languages, and the letters for it."""
    try:
        read_phrases()
        load_fonts()
    except (ValueError, OSError, KeyError) as wrong:
        return broken(f"words or letters are missing: {str(wrong).splitlines()[0]}", "run install.sh again")
    return ok("phrases in three languages, and their fonts")


def store(file: Path, look: Callable[[Path], tuple[str, str]], *fixes: Fix) -> Finding:
    """The file with the visits is sound, and of the kind that loses nothing. `look` opens it to read only, and returns
    SQLite's quick check and its journal mode. `fixes` move a damaged one aside.
    """
    if not file.exists():
        return ok(f"{file}: not made yet, the kiosk makes it when it first runs")
    try:
        found, mode = look(file)
    except StoreError as wrong:
        if "damaged" not in str(wrong):
            return broken(str(wrong), "run as root or as the kiosk's user: sudo kiosk doctor")
        found, mode = "damaged", ""
    if found != "ok":
        return broken(
            f"{file} is damaged",
            "restart the kiosk: it moves the file aside and keeps it; what was not sent waits in that for support",
            *fixes,
        )
    if mode != "wal":
        return broken(
            f"{file} is in the journal mode {mode!r}: a power cut could lose visits", "restart the kiosk"
        )
    aside = sorted(file.parent.glob(f"{file.name}.unreadable-*Z"))
    if aside:
        return warning(
            f"{file}: sound, and one that was not was moved aside: {', '.join(each.name for each in aside)}",
            "visits that were not sent may be in it: ask support, then move it elsewhere",
        )
    return ok(f"{file}: sound, a power cut loses nothing (WAL)")


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
