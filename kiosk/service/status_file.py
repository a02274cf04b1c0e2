"""How the running kiosk is, in a file that `kiosk doctor` and `kiosk bundle` read: they cannot open what it has open.

It lies in memory beside who is inside, is written every few seconds, and holds no person: what is broken, and counts.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from kiosk import __version__
from kiosk.core.door.state import Door
from kiosk.core.events import Part
from kiosk.core.health.faults import NOT_ENROLLED, NUMBER_OF
from kiosk.core.model import Stamp
from kiosk.service.presence_file import OTHER_PLACE

log = logging.getLogger(__name__)

NAME = "status.json"
OLD = timedelta(seconds=30)
"""A kiosk that did not write for so long hangs, or is gone."""
LONGEST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenPart:
    """A part that does not work."""

    number: int
    """Of the check of `kiosk doctor`."""
    part: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskStatus:
    """What the kiosk said of itself."""

    at: datetime
    """UTC."""
    version: str
    process: int
    state: str
    """What the door was doing."""
    faults: tuple[int, ...]
    """What screen and lamp tell, lowest first."""
    troubles: tuple[BrokenPart, ...]
    online: bool
    waiting: int
    parked: int
    time_trusted: bool
    inside: int = 0
    """How many are inside the venue, as far as this door knows."""
    capacity: int | None = None
    """How many may be inside; None: no limit is in force."""
    capacity_ignored: int | None = None
    """The policy's capacity, where it is not in force because nobody is known to count those who leave."""
    counted: str = ""
    """As of when `inside` is, in local time, where it is not of now."""
    too_many: int = 0
    """How many more are inside than there are places."""

    @classmethod
    def of(cls, door: Door, stamp: Stamp) -> KioskStatus:
        """Return how this door is."""
        now = door.now(stamp)
        edition = door.edition(now)
        return cls(
            at=stamp.wall,
            version=__version__,
            process=os.getpid(),
            state=door.doing,
            faults=door.building.faults,
            troubles=_troubles(door.building.broken.items()),
            online=door.word.online,
            waiting=door.word.waiting,
            parked=door.word.parked,
            time_trusted=door.building.trusts_time,
            inside=door.people.inside,
            capacity=door.places(edition),
            capacity_ignored=edition.places if edition and door.ignores_capacity(edition) else None,
            counted=door.counted(stamp),
            too_many=door.people_too_many(now),
        )

    @classmethod
    def of_nobodys(cls, broken: Iterable[tuple[Part, str]], now: datetime, time_trusted: bool) -> KioskStatus:
        """Return how a kiosk is that belongs to no door yet: it waits for its enrolment code, and has camera and keypad."""
        troubles = _troubles(broken)
        return cls(
            at=now,
            version=__version__,
            process=os.getpid(),
            state="not-enrolled",
            faults=tuple(sorted({NOT_ENROLLED, *(each.number for each in troubles)})),
            troubles=troubles,
            online=False,
            waiting=0,
            parked=0,
            time_trusted=time_trusted,
        )

    def as_json(self) -> str:
        """Return it as it is written."""
        return json.dumps(asdict(self) | {"at": self.at.isoformat()})

    @classmethod
    def from_json(cls, text: str) -> KioskStatus | None:
        """Return what was written; None where it is not whole."""
        try:
            fields = json.loads(text)
            return cls(
                at=datetime.fromisoformat(fields.pop("at")),
                faults=tuple(fields.pop("faults")),
                troubles=tuple(BrokenPart(**each) for each in fields.pop("troubles")),
                **fields,
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return None


def _troubles(broken: Iterable[tuple[Part, str]]) -> tuple[BrokenPart, ...]:
    return tuple(BrokenPart(number=NUMBER_OF[part], part=part, why=why) for part, why in broken)


class StatusFile:
    """One kiosk's file. `folder` None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._file = None if folder is None else folder / NAME
        self._failed = False

    def write(self, status: KioskStatus) -> None:
        """Write it whole. What cannot be written is said once: a door needs no such file."""
        if self._file is None:
            return
        try:
            number, half = tempfile.mkstemp(dir=self._file.parent, prefix=f".{NAME}.")
            try:
                with os.fdopen(number, "w", encoding="utf-8") as file:
                    file.write(status.as_json())
                Path(half).replace(self._file)
            except OSError:
                Path(half).unlink(missing_ok=True)
                raise
        except OSError as failure:
            if not self._failed:
                log.warning("how the kiosk is could not be written: %s", failure.strerror or failure)
            self._failed = True

    def remove(self) -> None:
        """The kiosk stops in good order: nobody is there any more to be asked."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.unlink()


def folders(runtime: Path) -> Iterable[Path]:
    """Yield where a kiosk with this runtime folder may have put its file (kiosk/service/presence_file.py)."""
    yield runtime
    yield from sorted(OTHER_PLACE.glob("ashyq-kiosk-*"))


def newest(places: Iterable[Path], now: datetime) -> KioskStatus | None:
    """Return the newest status that a running kiosk wrote; None where none did lately. Raises nothing."""
    statuses: list[KioskStatus] = []
    for place in places:
        try:
            with (place / NAME).open("rb") as file:
                text = file.read(LONGEST_BYTES).decode("utf-8", "replace")
        except OSError:
            continue
        status = KioskStatus.from_json(text)
        if status is not None and abs(now - status.at) < OLD:
            statuses.append(status)
    return max(statuses, key=lambda status: status.at, default=None)
