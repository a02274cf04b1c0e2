"""The door that `kiosk doctor` looks at: its settings, read once, and its concrete things, made when a check asks for them.

Part of the composition root: it names drivers, the real clock and the system's programs, and hands them to the checks.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
import time
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.doctor import board as doctor_board
from kiosk.doctor import checks as look
from kiosk.doctor import files, inside, readings, things, trust
from kiosk.doctor import packages as doctor_packages
from kiosk.doctor import service as system
from kiosk.doctor.finding import Finding, Fix, broken, ok, warning
from kiosk.errors import SettingsError
from kiosk.machine.powers import Powers
from kiosk.machine.programs import said
from kiosk.settings import CHECKOUT, SECTIONS, Settings, choose, load
from kiosk.settings.checks import notes
from kiosk.settings.wires import wires

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.core.health.board import Vitals
    from kiosk.enrolment.device import Device, Identity
    from kiosk.ports import Camera

HAS_PASSED = datetime(2026, 11, 1, tzinfo=UTC)
"""A clock before this is wrong, whoever set it."""
PINS = CHECKOUT.parent.parent / "requirements" / "kiosk.txt"


class Site:
    """One method a check, for the door that a configuration describes (None: where `load` looks)."""

    def __init__(self, config: Path | None, powers: Powers) -> None:
        self._config = config
        self._powers = powers

    @cached_property
    def settings(self) -> Settings:
        return load(self._config)

    @cached_property
    def device(self) -> Device:
        from kiosk.enrolment.device import Device

        return Device.beside(self.settings.store.path)

    @cached_property
    def here(self) -> bool:
        """Whether the kiosk is installed as a service on this machine."""
        return system.installed(said)

    @property
    def running(self) -> things.Running | None:
        """The kiosk that runs here; None where none does."""
        from kiosk.service import status_file

        places = status_file.folders(self.settings.store.runtime)
        status = status_file.newest(places, datetime.now(UTC))
        # One that waits for its enrolment code has the camera, and no store yet.
        there = status is not None and things.is_kiosk(status.process)
        if not there and not things.running(self.settings.store.path):
            return None
        return things.Running(status=status if there else None)

    def python(self) -> Finding:
        return look.python_version(sys.version_info[:3])

    def configuration(self) -> Finding:
        try:
            told = list(notes(self.settings))
            chosen = choose(self._config)
        except SettingsError as mistakes:
            return broken(str(mistakes), "mend these lines; `kiosk check-config` reads them again")
        if told:
            return warning(
                f"{chosen}: " + "\n".join(told), "fine for a trial; at a door, change what the line says"
            )
        return ok(f"{chosen}: {sum(map(len, SECTIONS.values()))} keys, no mistakes")

    def time_zone(self) -> Finding:
        return look.time_zone(self.settings.door.timezone)

    def clock(self) -> Finding:
        from kiosk.clock import SystemClock

        real = SystemClock()
        keep = Fix("have the system keep the time by the network", _keep_time)
        return look.clock(real.trusted(), real.wall(), HAS_PASSED, *([keep] if self.here else []))

    @cached_property
    def vitals(self) -> Vitals:
        from drivers.sensors.board import SystemBoard

        return SystemBoard(self.settings.store.path.parent).read()

    def power(self) -> Finding:
        return doctor_board.power(self.vitals)

    def heat(self) -> Finding:
        return doctor_board.heat(self.vitals)

    def memory(self) -> Finding:
        return doctor_board.memory(self.vitals)

    def disk(self) -> Finding:
        return doctor_board.worn(self.vitals) or look.disk(
            self.settings.store.path.parent, trial_s=readings.row_s
        )

    def sqlite(self) -> Finding:
        return look.sqlite_version(sqlite3.sqlite_version_info)

    def store(self) -> Finding:
        path = self.settings.store.path
        aside = Fix(f"move {path} aside, and begin a new one", lambda: readings.begin_anew(path))
        return look.store(path, readings.quick_look, *([] if self.running else [aside]))

    def queue(self) -> Finding:
        path = self.settings.store.path
        return look.queue((lambda: readings.counts(path)) if path.exists() else None, datetime.now(UTC))

    def registry(self) -> Finding:
        from kiosk.root.identify import settings_of
        from kiosk.uplink.client import RegistryClient
        from kiosk.uplink.signing import RequestSigner

        known = self._identity()
        if known is None:
            return look.NOT_ASKED
        told = settings_of(self.settings, known).registry
        signer = RequestSigner(known, wall=lambda: datetime.now(UTC))
        client = RegistryClient(told.url, known.door, mono=time.monotonic, signer=signer)
        return look.registry(
            lambda: client.fetch("keys"), time.monotonic, told.question_s, lambda: signer.ahead
        )

    @cached_property
    def _open_camera(self) -> Callable[[], Camera] | None:
        """The same for every check: it knows whether the one before has given the camera back, and waits for it."""
        from kiosk.root.cameras import CAMERAS

        return CAMERAS[self.settings.camera.driver](self.settings)

    def camera(self) -> Finding:
        return things.camera(self._open_camera, mono=time.monotonic, running=self.running)

    def view(self) -> Finding:
        from kiosk.doctor.view import view
        from kiosk.workers.view_watch import kept

        return view(self._open_camera, kept(self.settings.store.path.parent), running=self.running)

    def decoders(self) -> Finding:
        return things.decoders((readings.zxing, readings.zbar))

    def keypad(self) -> Finding:
        from kiosk.root.inputs import KEYPADS

        driver = self.settings.keypad.driver
        open_keypad = KEYPADS[driver](self.settings)
        return things.keypad(open_keypad, optional=driver == "auto", running=self.running)

    def scanner(self) -> Finding:
        from kiosk.root.inputs import SCANNERS

        open_scanner = SCANNERS[self.settings.scanner.driver](self.settings)
        return things.scanner(open_scanner, running=self.running)

    def passage(self) -> Finding:
        from kiosk.root.inputs import PASSAGES

        open_passage = PASSAGES[self.settings.passage.driver](self.settings)
        return things.passage(open_passage, running=self.running)

    def alarm(self) -> Finding:
        from kiosk.root.inputs import ALARMS

        return things.alarm(ALARMS[self.settings.alarm.driver](self.settings), running=self.running)

    def gpio(self) -> Finding:
        used: dict[str, list[str]] = {}
        for wire in wires(self.settings):
            used.setdefault(wire.section, []).append(str(wire.pin))
        return things.gpio({what: "/".join(on) for what, on in used.items()}, readings.pin_factory)

    def gate(self) -> Finding:
        return self._wired(19, "gate")

    def lamp(self) -> Finding:
        return self._wired(20, "lamp")

    def sound(self) -> Finding:
        driver = self.settings.sound.driver
        return self._wired(32, "sound") if driver == "buzzer" else things.sound(driver)

    def display(self) -> Finding:
        import pygame

        from ui.display_card import connected_card

        driver = self.settings.screen.driver
        ways: dict[str, Callable[[], bool]] = {
            "kmsdrm": lambda: connected_card() is not None,
            "x11": lambda: bool(os.environ.get("DISPLAY")),
            "wayland": lambda: bool(os.environ.get("WAYLAND_DISPLAY")),
            "offscreen": lambda: True,
        }
        return things.display(
            driver, community_edition=bool(getattr(pygame, "IS_CE", 0)), connected=ways[driver]()
        )

    def capacity(self) -> Finding:
        return inside.capacity(self.running)

    def words(self) -> Finding:
        from pygame import font

        from ui import lettering, phrases

        font.init()
        return look.words(
            lambda: phrases.read(phrases.CATALOGUE.read_text(encoding="utf-8")),
            lambda: [font.Font(file, 20) for file in (lettering.REGULAR, lettering.BOLD)],
        )

    def secrets(self) -> Finding:
        with self._powers.taken_up():
            return look.secrets(self.device.folder)

    def enrolled(self) -> Finding:
        return trust.enrolled(self._identity)

    def documents(self) -> Finding:
        path = self.settings.store.path
        signed = (lambda: readings.signed(path)) if path.exists() else None
        return trust.documents(signed, datetime.now(UTC), known=self._identity() is not None)

    def service(self) -> Finding:
        return system.service(said)

    def gate_safe(self) -> Finding:
        return system.gate_safe(said, here=self.here)

    def watchdog(self) -> Finding:
        return system.hardware_watchdog(said, here=self.here)

    def console(self) -> Finding:
        return system.console(said, self.settings.screen.driver, here=self.here)

    def packages(self) -> Finding:
        needed = []
        if any(True for _ in wires(self.settings)) and Path("/proc/device-tree/model").exists():
            needed.append("lgpio")
        if self.settings.camera.driver == "picamera2":
            needed += ["libcamera", "picamera2"]
        if "evdev" in (self.settings.keypad.driver, self.settings.scanner.driver):
            needed.append("evdev")
        return doctor_packages.packages(needed, PINS.read_text(encoding="utf-8"))

    def groups(self) -> Finding:
        return files.groups(said, here=self.here)

    def files(self) -> Finding:
        owner = files.owner_named() if self.here else None
        root, data = files.FileOwner(uid=0, gid=0), self.settings.store.path.parent
        # What has come to be another's, the door's own user cannot look into.
        with self._powers.taken_up():
            return files.files(data, files.CONFIGURATION, owner, root)

    def runtime(self) -> Finding:
        return files.runtime(self.settings.store.runtime, here=self.here)

    def swap(self) -> Finding:
        return system.swap()

    def _identity(self) -> Identity | None:
        """Return who this device is. Raises PermissionError where that is not for who asks, which is no fault of the device."""
        folder = self.device.folder
        for place in (folder.parent, folder):
            if place.is_dir() and not os.access(place, os.R_OK | os.X_OK):
                raise PermissionError(errno.EACCES, "not for you", str(folder))
        return self.device.load()

    def _wired(self, number: int, section: str) -> Finding:
        pins = {wire.setting: wire.pin for wire in wires(self.settings) if wire.section == section}
        return things.wired(number, pins, readings.holders, running=self.running)


def _keep_time() -> None:
    said("timedatectl", "set-ntp", "true")
