"""What `kiosk doctor` looks at of the store: its disk (5), SQLite (6), its file (7), and what waits in it to be sent (8)."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk.core.events import Part
from kiosk.core.health.board import Vitals
from kiosk.doctor import readings
from kiosk.doctor.ailing import ailing
from kiosk.doctor.finding import Finding, Fix, broken, ok, warning
from kiosk.doctor.site import Site
from kiosk.errors import StoreError

_ROOMY, _TIGHT = 500e6, 50e6
_SLOW_ROW_S = 0.5
_OLDEST_FINE = timedelta(hours=1)
_OLDEST_SQLITE = (3, 37, 0)


def check_disk(site: Site) -> Finding:
    """Check 5."""
    return worn(site.vitals) or disk(site.settings.store.path.parent, trial_s=readings.row_s)


def check_sqlite(_site: Site) -> Finding:
    """Check 6."""
    return sqlite_version(sqlite3.sqlite_version_info)


def check_store(site: Site) -> Finding:
    """Check 7."""
    path = site.settings.store.path
    aside = Fix(f"move {path} aside, and begin a new one", lambda: readings.begin_anew(path))
    return store(path, readings.quick_look, *([] if site.running else [aside]))


def check_queue(site: Site) -> Finding:
    """Check 8."""
    path = site.settings.store.path
    return queue((lambda: readings.counts(path)) if path.exists() else None, datetime.now(UTC))


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


def worn(vitals: Vitals) -> Finding | None:
    """What the card itself says; None where it complains of nothing. How much room there is another check tells."""
    only_the_card = Vitals(read_only=vitals.read_only, disk_errors=vitals.disk_errors)
    return ailing(Part.DISK, only_the_card)


def sqlite_version(version: tuple[int, ...]) -> Finding:
    """STRICT tables, which cannot hold what they should not, came with 3.37."""
    shown = "SQLite " + ".".join(str(part) for part in version)
    return (
        ok(shown)
        if version >= _OLDEST_SQLITE
        else broken(f"{shown}, expected 3.37 or later", "upgrade the system")
    )


def store(file: Path, look: Callable[[Path], tuple[str, str]], *fixes: Fix) -> Finding:
    """The file with the visits is sound, and of the kind that loses nothing. `look` opens it to read only, and returns
    SQLite's quick check and its journal mode. `fixes` move a damaged one aside.
    """
    if not file.exists():
        return ok(f"{file}: not made yet, the kiosk makes it when it first runs")
    try:
        verdict, mode = look(file)
    except StoreError as wrong:
        if "damaged" not in str(wrong):
            return broken(str(wrong), "run as root or as the kiosk's user: sudo kiosk doctor")
        verdict, mode = "damaged", ""
    if verdict != "ok":
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
