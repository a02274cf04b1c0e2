"""`kiosk doctor`: numbered checks, each with a state and a remedy. The numbers are stable: people say them on the telephone.

It names the concrete things that `doctor_checks` is handed, and imports each only when its check runs, so that one
missing library is one finding. It changes nothing at the door.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk import doctor_checks as look
from kiosk import doctor_trust as trust
from kiosk.doctor_finding import Finding
from kiosk.doctor_run import Check
from kiosk.errors import SettingsError
from kiosk.settings import SECTIONS, Settings, choose, load
from kiosk.settings_checks import notes
from kiosk.wires import wires

if TYPE_CHECKING:
    from kiosk.device import Device
    from kiosk.ports import Decoder

TABLE = {
    1: ("python", "Python is one of those that the kiosk is tested with"),
    2: ("configuration", "the configuration has no mistake"),
    3: ("time-zone", "the time zone data knows that Asia/Almaty is UTC+5 since 2024-03-01"),
    4: ("clock", "the clock is synchronised"),
    5: ("disk", "there is room for visits"),
    6: ("sqlite", "SQLite is new enough"),
    7: ("store", "the file with the visits is sound"),
    8: ("queue", "the registry has every visit, or gets it soon"),
    9: ("registry", "the registry answers, as itself and in time"),
    10: ("camera", "the camera opens and gives a picture"),
    11: ("decoders", "every engine reads a code that is drawn for it"),
    12: ("keypad", "the keypad opens"),
    13: ("gpio", "the pins in use can be driven (nothing is switched)"),
    14: ("display", "pygame-ce and a display are there"),
    15: ("words", "every phrase is there in three languages, with its letters"),
    16: ("secrets", "what only this device may know is for the service alone"),
    17: ("enrolled", "this device belongs to a door, and can prove it"),
    18: ("documents", "the registry's signed word is here, and not past its time"),
}
"""Number -> name and what is true when it is ok. A number is never given to another check."""

_HAS_PASSED = datetime(2026, 11, 1, tzinfo=UTC)
"""A clock before this is wrong, whoever set it."""


def checks(config: Path | None) -> list[Check]:
    """Return every check for the door that this configuration describes (None: where `load` looks)."""
    site = _Site(config)
    runs: dict[str, Callable[[], Finding]] = {
        "python": lambda: look.python_version(sys.version_info[:3]),
        "configuration": site.configuration,
        "time-zone": lambda: look.time_zone(site.settings.door.timezone),
        "clock": site.clock,
        "disk": lambda: look.disk(site.settings.store.path.parent),
        "sqlite": lambda: look.sqlite_version(sqlite3.sqlite_version_info),
        "store": lambda: look.store(site.settings.store.path, quick_check),
        "queue": site.queue,
        "registry": site.registry,
        "camera": site.camera,
        "decoders": lambda: look.decoders((_zxing, _zbar)),
        "keypad": site.keypad,
        "gpio": site.gpio,
        "display": site.display,
        "words": site.words,
        "secrets": lambda: look.secrets(site.device.folder),
        "enrolled": lambda: trust.enrolled(site.device.load),
        "documents": site.documents,
    }
    return [Check(number=number, name=name, run=runs[name]) for number, (name, _about) in TABLE.items()]


class _Site:
    """The door that is looked at: its settings, read once, and its concrete things, made when they are asked for."""

    def __init__(self, config: Path | None) -> None:
        self._config = config

    @cached_property
    def settings(self) -> Settings:
        return load(self._config)

    @cached_property
    def device(self) -> Device:
        from kiosk.device import Device

        return Device.beside(self.settings.store.path)

    def documents(self) -> Finding:
        path = self.settings.store.path
        signed = (lambda: _signed(path)) if path.exists() else None
        return trust.documents(signed, datetime.now(UTC), known=self.device.load() is not None)

    def configuration(self) -> Finding:
        try:
            said = list(notes(self.settings))
            chosen = choose(self._config)
        except SettingsError as mistakes:
            return look.broken(str(mistakes), "mend these lines; `kiosk check-config` reads them again")
        if said:
            return look.warning(
                f"{chosen}: " + "\n".join(said), "fine for a trial; at a door, change what the line says"
            )
        return look.ok(f"{chosen}: {sum(map(len, SECTIONS.values()))} keys, no mistakes")

    def clock(self) -> Finding:
        from kiosk.clock import SystemClock

        real = SystemClock()
        return look.clock(real.trusted(), real.wall(), _HAS_PASSED)

    def queue(self) -> Finding:
        path = self.settings.store.path
        return look.queue((lambda: _counts(path)) if path.exists() else None, datetime.now(UTC))

    def registry(self) -> Finding:
        from kiosk.enrol import settings_of
        from kiosk.registry_client import RegistryClient
        from kiosk.request_signing import RequestSigner

        known = self.device.load()
        if known is None:
            return look.NOT_ASKED
        told = settings_of(self.settings, known).registry
        signer = RequestSigner(known, wall=lambda: datetime.now(UTC))
        client = RegistryClient(told.url, known.door, mono=time.monotonic, signer=signer)
        return look.registry(lambda: client.fetch("keys"), time.monotonic, told.question_s)

    def camera(self) -> Finding:
        from kiosk.equipment import CAMERAS

        open_camera = CAMERAS[self.settings.camera.driver](self.settings)
        return look.camera(open_camera, in_use=look.running(self.settings.store.path))

    def keypad(self) -> Finding:
        from kiosk.equipment_inputs import KEYPADS

        driver = self.settings.keypad.driver
        open_keypad = KEYPADS[driver](self.settings)
        return look.keypad(
            open_keypad, optional=driver == "auto", in_use=look.running(self.settings.store.path)
        )

    def gpio(self) -> Finding:
        used: dict[str, list[str]] = {}
        for wire in wires(self.settings):
            used.setdefault(wire.section, []).append(str(wire.pin))
        return look.gpio({what: "/".join(on) for what, on in used.items()}, pin_factory)

    def display(self) -> Finding:
        import pygame

        from ui.display_card import connected_card

        driver = self.settings.screen.driver
        connected = {
            "kmsdrm": lambda: connected_card() is not None,
            "x11": lambda: bool(os.environ.get("DISPLAY")),
            "wayland": lambda: bool(os.environ.get("WAYLAND_DISPLAY")),
            "offscreen": lambda: True,
        }[driver]()
        return look.display(driver, community_edition=bool(getattr(pygame, "IS_CE", 0)), connected=connected)

    def words(self) -> Finding:
        from pygame import font

        from ui import lettering, phrases

        font.init()
        return look.words(
            lambda: phrases.read(phrases.CATALOGUE.read_text(encoding="utf-8")),
            lambda: [font.Font(file, 20) for file in (lettering.REGULAR, lettering.BOLD)],
        )


def _zxing() -> Decoder:
    from drivers.engine_zxing import ZxingDecoder

    return ZxingDecoder()


def _zbar() -> Decoder:
    from drivers.engine_zbar import ZbarDecoder

    return ZbarDecoder()


def pin_factory() -> object:
    from drivers.pins import pins

    with pins("the GPIO"):
        from gpiozero import Device

        Device.ensure_pin_factory()
        return Device.pin_factory


def quick_check(file: Path) -> str:
    from kiosk.store_file import open_to_read, plainly

    with plainly(f"{file}"):
        db = open_to_read(file)
        try:
            return str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
        finally:
            db.close()


def _signed(file: Path) -> trust.Signed:
    from kiosk.store_file import open_to_read, plainly

    with plainly(f"{file}"):
        db = open_to_read(file)
        try:
            rows = db.execute("SELECT name, issued_at, not_after FROM documents WHERE issued_at IS NOT NULL")
            return {
                name: (datetime.fromisoformat(issued), datetime.fromisoformat(until))
                for name, issued, until in rows.fetchall()
            }
        finally:
            db.close()


def _counts(file: Path) -> tuple[int, int, datetime | None]:
    from kiosk.reports import Reports

    reports = Reports.of_file(file)
    try:
        counts = reports.counts()
    finally:
        reports.close()
    return counts.waiting, counts.parked, counts.oldest
