"""A venue of real processes: a registry and its doors, and people who come and go through them by a seeded chance.

    with Venue(root, folder, doors={"IN-1": DoorKind.ENTRY, "OUT": DoorKind.EXIT}, capacity=6) as venue:
        said = venue.works(random.Random(7), seconds=20)

Nothing here decides anything: who gets in is said by the kiosks' journals, and judged by what the registry's database has.
"""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
import tty
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

from kiosk.core.model import Colour, DoorKind, Identifier, IdentifierKind
from registry.demo_people import DEMO_VENUE, give_colour, populate
from registry.embedded import utc_now
from registry.passes import Life
from registry.reference import ReferenceRegistry
from tests.app.processes import LIMIT_S, Running, done, free_port, running
from tests.factories import make_iin

GATE_PIN = 17
PERSON_S = 2.1
"""A gate lets one person through in two seconds (kiosk/core/inside/people.py): nobody comes faster to one door here."""
CONFIG = """
[door]
id = "{door}"
kind = "{kind}"
[registry]
url = "{url}"
[camera]
driver = "none"
[scanner]
driver = "serial"
device = "{scanner}"
[keypad]
driver = "none"
[gate]
driver = "gpio"
entry_pin = {pin}
pulse_s = 0.1
[sound]
driver = "none"
[screen]
driver = "offscreen"
size = "800x480"
[store]
path = "{folder}/kiosk.db"
runtime = "{folder}/run"
[times]
admitted_s = 0.8
refused_s = 2.0
[sync]
heartbeat_every_s = 5
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What came of it all, from the registry's database and from the pins of the gates."""

    visits: int
    admitted: int
    full: int
    others: int
    """Neither admitted nor refused for want of a place."""
    left: int
    largest: int
    """The largest number inside at any moment, by the moments of the records."""
    at_last: int
    """The registry's number at the end."""
    lost: int
    """People who showed a pass and are in no record."""
    doubled: int
    openings: int
    """Of all gates, by their pins."""

    def row(self) -> str:
        """Return it as a line of a table."""
        return (
            f"| {self.visits} | {self.admitted} | {self.full} | {self.others} | {self.left} | {self.largest} |"
            f" {self.at_last} | {self.lost} | {self.doubled} | {self.openings} |"
        )


class _Kiosk:
    """One kiosk process, its scanner's far end, and its gate's count."""

    def __init__(self, door: str, kind: DoorKind, folder: Path, url: str) -> None:
        self.door, self.kind, self.folder = door, kind, folder
        self.free_at = 0.0
        self.waits_for: str | None = None
        self.heard = 0
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        self.config = folder / "kiosk.toml"
        self.config.write_text(
            CONFIG.format(
                door=door, kind=kind, url=url, scanner=os.ttyname(self._near), pin=GATE_PIN, folder=folder
            )
        )
        self.openings = folder / "openings"
        self.process: Running

    def scan(self, text: str) -> None:
        sent = text.encode() + b"\r\n"
        while sent:
            sent = sent[os.write(self._far, sent) :]

    def close(self) -> None:
        os.close(self._far)
        os.close(self._near)

    def decisions(self) -> list[str]:
        """Return what its journal says of visits, oldest first."""
        return [line for line in list(self.process.said) if " visit " in line and ", colour " in line]


class Venue:
    """The processes. `doors` are ids and kinds; `capacity` is of the venue's policy."""

    def __init__(self, root: Path, folder: Path, doors: Mapping[str, DoorKind], capacity: int) -> None:
        self._root, self._folder, self._last = root, folder, ExitStack()
        self.data = folder / "registry.db"
        self.capacity = capacity
        self._numbers = iter(range(1, 100_000))
        self.shown: dict[str, str] = {}
        """Subject -> door, of everybody who wanted in."""
        self.inside: list[str] = []
        self.gone: list[str] = []
        self._doors = doors

    def __enter__(self) -> Self:
        with self._last as undo:
            self.registry = ReferenceRegistry(self.data, clock=utc_now)
            undo.callback(self.registry.close)
            populate(self.registry)
            for door in self._doors:
                self.registry.doors.add(door, venue=DEMO_VENUE)
            self.registry.policies.change(DEMO_VENUE, capacity=self.capacity)
            port = free_port()
            self.url = url = f"http://127.0.0.1:{port}"
            office = undo.enter_context(
                running(self._root, "registry", "serve", "--port", str(port), "--db", str(self.data))
            )
            office.says("the registry answers at")
            self.office = office
            self.kiosks = [self._kiosk(door, kind, url, undo) for door, kind in self._doors.items()]
            with ThreadPoolExecutor() as pool:
                list(pool.map(self._enrol, self.kiosks))
            for kiosk in self.kiosks:
                words = ("tests.app.counted_gate", str(kiosk.openings), str(GATE_PIN), "run", "--config")
                kiosk.process = undo.enter_context(running(self._root, *words, str(kiosk.config)))
            for kiosk in self.kiosks:
                kiosk.process.says("is open for visitors")
            self._until(self._all_have_told_their_kind, "a heartbeat of every door")
            self._last = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._last.close()

    def works(self, chance: random.Random, seconds: float) -> None:
        """Let people come and go for so long: to each door one at a time, and as fast as a gate lets them through."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            for kiosk in self.kiosks:
                self._listen(kiosk)
                if kiosk.waits_for is None and time.monotonic() >= kiosk.free_at:
                    self._somebody_comes(kiosk, chance)
            self._wait(0.02)
        self._until(lambda: all(map(self._listen, self.kiosks)), "an answer to everybody")

    def ends(self) -> Tally:
        """Wait until the registry has everything, stop the kiosks in good order, and count."""
        expected = len(self.shown) + len(self.gone)
        self._until(
            lambda: self._count("SELECT count(*) FROM visits") >= expected, "every visit filed", lenient=True
        )
        self._until(lambda: self._count("SELECT count(*) FROM places") == 0, "no place held", lenient=True)
        with ThreadPoolExecutor() as pool:
            for code, _ in pool.map(lambda kiosk: kiosk.process.stop(), self.kiosks):
                assert code == 0, [kiosk.process.said[-20:] for kiosk in self.kiosks]
        return self._tally()

    def _kiosk(self, door: str, kind: DoorKind, url: str, undo: ExitStack) -> _Kiosk:
        folder = self._folder / door
        folder.mkdir()
        kiosk = _Kiosk(door, kind, folder, url)
        undo.callback(kiosk.close)
        return kiosk

    def _enrol(self, kiosk: _Kiosk) -> None:
        code = self.registry.enrolments.create(self.registry.doors.get(kiosk.door), address=self.url)
        done(self._root, "kiosk", "enrol", "--yes", "--config", str(kiosk.config), said=code)

    def _all_have_told_their_kind(self) -> bool:
        return self._count("SELECT count(*) FROM doors WHERE kind IS NOT NULL") >= len(self._doors)

    def _somebody_comes(self, kiosk: _Kiosk, chance: random.Random) -> None:
        if kiosk.kind is DoorKind.EXIT and not self.inside:
            return
        kiosk.free_at = time.monotonic() + PERSON_S + chance.random()
        if kiosk.kind is DoorKind.EXIT:
            # Fewer leave while there is room: the venue is to be full for most of the time.
            if chance.random() < 0.3:
                return
            subject = self.inside.pop(chance.randrange(len(self.inside)))
            self.gone.append(subject)
        else:
            who = Identifier(kind=IdentifierKind.IIN, value=make_iin(next(self._numbers)))
            subject = self.registry.roll.register(who, hint="А. Б.")
            give_colour(self.registry, subject, Colour.GREEN, ago=timedelta(hours=1))
            self.shown[subject] = kiosk.door
        person = self.registry.roll.person(subject)
        assert person is not None
        kiosk.waits_for = subject
        kiosk.scan(self.registry.issue_pass(person, Life.LIVE))

    def _listen(self, kiosk: _Kiosk) -> bool:
        """Hear what came of whoever stands there; returns whether nobody does."""
        said = kiosk.decisions()
        if kiosk.waits_for is not None and len(said) > kiosk.heard:
            kiosk.heard = len(said)
            if kiosk.kind is not DoorKind.EXIT and ": admitted," in said[-1]:
                self.inside.append(kiosk.waits_for)
            kiosk.waits_for = None
        return kiosk.waits_for is None

    def _tally(self) -> Tally:
        subjects = self._rows("SELECT subject, direction, count(*) FROM visits GROUP BY 1, 2")
        there = {(subject, way) for subject, way, _ in subjects}
        wanted = {(one, "entry") for one in self.shown} | {(one, "exit") for one in self.gone}
        moves = [change for (change,) in self._rows("SELECT change FROM moves ORDER BY at, change")]
        largest = number = 0
        for change in moves:
            number += change
            largest = max(largest, number)
        entries = "FROM visits WHERE direction = 'entry'"
        admitted = self._count(f"SELECT count(*) {entries} AND outcome = 'admitted'")
        full = self._count(f"SELECT count(*) {entries} AND reason = 'venue-full'")
        visits = self._count(f"SELECT count(*) {entries}")
        return Tally(
            visits=visits,
            admitted=admitted,
            full=full,
            others=visits - admitted - full,
            left=self._count("SELECT count(*) FROM visits WHERE direction = 'exit'"),
            largest=largest,
            at_last=self._count("SELECT inside FROM venue_numbers"),
            lost=len(wanted - there),
            doubled=sum(number - 1 for *_, number in subjects),
            openings=sum(int(kiosk.openings.read_text()) for kiosk in self.kiosks),
        )

    def _rows(self, sql: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.data, timeout=LIMIT_S) as db:
            found = db.execute(sql).fetchall()
        db.close()
        return found

    def _count(self, sql: str) -> int:
        return int(str(self._rows(sql)[0][0]))

    def _until(self, seen: Callable[[], bool], what: str, *, lenient: bool = False) -> None:
        ends = time.monotonic() + LIMIT_S
        while not seen():
            if time.monotonic() > ends:
                assert lenient, f"expected {what}: {[kiosk.process.said[-5:] for kiosk in self.kiosks]}"
                return
            self._wait(0.05)

    @staticmethod
    def _wait(seconds: float) -> None:
        threading.Event().wait(seconds)
