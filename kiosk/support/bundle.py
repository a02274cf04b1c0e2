"""`kiosk bundle`: one file for support, with what the doctor found, how the door stands and what it said, and no person in it.

It reads only, beside a running kiosk and beside a broken one. Everything passes `redact.py` on its way in, whatever wrote
it; no file of the device is copied, least of all one of keys or visits.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from kiosk import __version__
from kiosk.doctor import run as doctor_run
from kiosk.doctor import table as doctor
from kiosk.errors import KioskError, SettingsError
from kiosk.machine.powers import Powers
from kiosk.machine.programs import said
from kiosk.service import status_file
from kiosk.settings import Settings, salvage, shown
from kiosk.store.reports import Reports
from kiosk.support import machine as bundle_machine
from kiosk.support.redact import MASK, redacted, redacted_tree

FOLDER = "ashyq-kiosk-bundle"
ABOUT = """\
What a kiosk of version {version} told of itself on {now:%Y-%m-%d %H:%M} UTC, for whoever helps with it.

doctor.json     every check of `kiosk doctor`, by its number (docs/doctor.md)
status.json     how the running kiosk is
settings.toml   the configuration that is used; the text of the file is not here
queue.json      how many records wait, which were parked and why, how old the registry's documents are, the store's schema
system.txt      machine, system, memory, disk          devices.txt   what is plugged in
packages.txt    versions                               service.txt   how systemd's units stand
journal.txt     what door and eyes said in {days} days     kernel.txt    what the kernel warned of

No visitor is in it: the kiosk writes none of this with a number or a name, and every line was searched again for what
looks like a number, a pass, a key, a passphrase or a name; such places read {mask}. A first name and a surname in Latin
letters, written by somebody by hand, would not be found. Visit ids and reference numbers are there: the registry alone
knows whose they are.
"""


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file of a bundle, ready to go."""

    name: str
    text: str = field(repr=False)
    whole: bool
    """Whether it could be made."""


def collect(
    config: Path | None, now: datetime, *, ask: Callable[..., str] = said, powers: Powers | None = None
) -> Iterator[BundleFile]:
    """Make each file of a bundle, one after the other. What cannot be made says why in its place, and stops no other.

    `powers`: root's, where they were laid down: the journal is read with them.
    """
    powers = powers or Powers()

    def ask_as_root(*words: str, **limits: Any) -> str:
        with powers.taken_up():
            return ask(*words, **limits)

    settings, mistakes = _settings(config)
    store = settings.store.path
    parts: Iterable[tuple[str, Callable[[], str]]] = (
        ("doctor.json", lambda: _doctor(config, powers)),
        ("status.json", lambda: _status(settings, now)),
        (
            "settings.toml",
            lambda: redacted("\n".join(f"# {line}" for line in mistakes) + "\n" + shown(settings)),
        ),
        ("queue.json", lambda: _queue(store, now)),
        *(
            (name, _redacting(make))
            for name, make in bundle_machine.everything(store.parent, ask, ask_as_root)
        ),
    )
    yield BundleFile(
        "README.txt",
        ABOUT.format(version=__version__, now=now, days=bundle_machine.JOURNAL_DAYS, mask=MASK),
        whole=True,
    )
    for name, make in parts:
        try:
            yield BundleFile(name, make(), whole=True)
        except KioskError as wrong:
            yield BundleFile(name, redacted(f"could not be made: {wrong}"), whole=False)
        except PermissionError:
            yield BundleFile(
                name, "could not be made: not yours to read; call it as root: sudo kiosk bundle", whole=False
            )
        except Exception as bug:
            # Its words may repeat what it was given.
            yield BundleFile(name, f"could not be made: {type(bug).__name__}", whole=False)


def place_for(to: Path | None, now: datetime) -> Path:
    """Return where the bundle goes: where it was asked for, else here, else where everybody may write. Raises KioskError."""
    if to is None:
        here = Path.cwd()
        folder = here if os.access(here, os.W_OK) else Path(tempfile.gettempdir())
        return folder / f"{FOLDER}-{now:%Y%m%dT%H%M%SZ}.tar.gz"
    return to


def write(members: Iterable[BundleFile], file: Path, now: datetime) -> int:
    """Write the bundle for its owner alone, and return its size in bytes. Raises KioskError where that cannot be, or it is there."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for member in members:
            content = member.text.encode("utf-8", "replace")
            info = tarfile.TarInfo(f"{FOLDER}/{member.name}")
            info.size, info.mtime, info.mode = len(content), int(now.timestamp()), 0o600
            tar.addfile(info, io.BytesIO(content))
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise KioskError(
            f"expected a name that is not taken, found {file}: give another one with --to"
        ) from None
    except OSError as failure:
        raise KioskError(f"{file} cannot be written ({failure.strerror}): say where with --to FILE") from None
    with os.fdopen(number, "wb") as out:
        out.write(packed.getvalue())
        _give_to_who_asked(out.fileno())
    return len(packed.getvalue())


def what_is_in(members: Iterable[BundleFile], file: Path, size: int) -> str:
    """Return what the technician reads at the end: what is in it, where it lies, and what to do with it."""
    lines = [f"{file.absolute()} ({max(1, size // 1000)} kB)"]
    lines += [
        f"  {each.name:14} {len(each.text.encode()):8} bytes"
        if each.whole
        else f"  {each.name:14} {each.text}"
        for each in members
    ]
    return "\n".join(
        [
            *lines,
            "No visitor, key or passphrase is in it (README.txt in it says how that is seen to). To look before you send it:",
            f"  tar -xzOf {file} | less",
        ]
    )


def _doctor(config: Path | None, powers: Powers) -> str:
    results = list(doctor_run.examine(doctor.checks(config, powers)))
    return _json(json.loads(doctor_run.as_json(results)))


def _status(settings: Settings, now: datetime) -> str:
    status = status_file.newest(status_file.folders(settings.store.runtime), now)
    return _json(None if status is None else json.loads(status.as_json()))


def _queue(store: Path, now: datetime) -> str:
    reports = Reports.of_file(store)
    try:
        counts, queue, held = reports.counts(), reports.queue(limit=1000), reports.documents()
        schema = reports.schema()
    finally:
        reports.close()
    return _json(
        {
            "counts": asdict(counts),
            "parked": [asdict(each) for each in queue if each.parked],
            "waiting": [asdict(each) for each in queue if not each.parked][:50],
            "documents": {
                each.name: {
                    "fetched_at": each.fetched_at,
                    "issued_at": each.issued_at,
                    "not_after": each.not_after,
                }
                for each in held
            },
            "schema": schema,
            "now": now,
        }
    )


def _json(content: object) -> str:
    plain = json.loads(json.dumps(content, default=str))
    return json.dumps(redacted_tree(plain), indent=1)


def _redacting(make: Callable[[], str]) -> Callable[[], str]:
    return lambda: redacted(make())


def _settings(config: Path | None) -> tuple[Settings, list[str]]:
    try:
        salvaged = salvage(config)
    except SettingsError as wrong:
        return Settings(), [str(wrong)]
    return salvaged.settings, salvaged.mistakes.splitlines()


def _give_to_who_asked(number: int) -> None:
    """Who called sudo wants to copy it; nobody else gets to read it."""
    uid, gid = os.environ.get("SUDO_UID", ""), os.environ.get("SUDO_GID", "")
    if os.geteuid() == 0 and uid.isdigit() and gid.isdigit():
        os.fchown(number, int(uid), int(gid))
