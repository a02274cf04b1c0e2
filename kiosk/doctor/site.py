"""The door that `kiosk doctor` looks at: facts, each found out when a check first asks for it. It judges nothing."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.doctor import readings, running, units
from kiosk.machine.powers import Powers
from kiosk.machine.programs import said
from kiosk.settings import Settings, load

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.core.health.board import Vitals
    from kiosk.enrolment.device import Device, Identity
    from kiosk.ports import Camera


class Site:
    """The door that a configuration describes, on this machine."""

    def __init__(self, config: Path | None, powers: Powers) -> None:
        """`config` None: where `kiosk.settings.load` looks. `powers`: root's, where they were laid down."""
        self.config = config
        self.powers = powers

    @cached_property
    def settings(self) -> Settings:
        """What the configuration says. Raises SettingsError."""
        return load(self.config)

    @cached_property
    def device(self) -> Device:
        """Where this device keeps who it is."""
        from kiosk.enrolment.device import Device

        return Device.beside(self.settings.store.path)

    def identity(self) -> Identity | None:
        """Return who this device is; None where it is nobody. Raises DeviceError where that is damaged.

        Raises PermissionError where that is not for who asks, which is no fault of the device.
        """
        folder = self.device.folder
        for place in (folder.parent, folder):
            if place.is_dir() and not os.access(place, os.R_OK | os.X_OK):
                raise PermissionError(errno.EACCES, "not for you", str(folder))
        return self.device.load()

    @cached_property
    def here(self) -> bool:
        """Whether the kiosk is installed as a service on this machine."""
        return units.installed(said)

    @property
    def running(self) -> running.Running | None:
        """The kiosk that runs here; None where none does."""
        from kiosk.service import status_file

        places = status_file.folders(self.settings.store.runtime)
        status = status_file.newest(places, datetime.now(UTC))
        # One that waits for its enrolment code has the camera, and no store yet.
        there = status is not None and running.is_kiosk(status.process)
        if not there and not running.running(self.settings.store.path):
            return None
        return running.Running(status=status if there else None)

    @cached_property
    def vitals(self) -> Vitals:
        """How the board is."""
        return readings.vitals(self.settings.store.path.parent)

    @cached_property
    def open_camera(self) -> Callable[[], Camera] | None:
        """What opens the camera; None where the door has none.

        The same for every check: it knows whether the one before has given the camera back, and waits for it.
        """
        from kiosk.root.camera_drivers import CAMERAS

        return CAMERAS[self.settings.camera.driver](self.settings)
