"""Who this device is: known from its disk, or made so before its own camera, by whoever comes with a code."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from kiosk.core.effects import Signal
from kiosk.core.health.faults import NOT_ENROLLED
from kiosk.core.model import Direction, DoorKind
from kiosk.enrolment.camera_mode import CameraMode
from kiosk.enrolment.device import Device, Identity, board_model, serial_number
from kiosk.enrolment.enroller import Enroller
from kiosk.enrolment.initialize import initialize
from kiosk.enrolment.wifi import NetworkManager
from kiosk.errors import DeviceError, DriverError
from kiosk.ports import Clock
from kiosk.service.status_file import KioskStatus, StatusFile
from kiosk.settings import Settings
from kiosk.threads.heartbeats import Heartbeats
from kiosk.uplink.authorities import certificate_file

if TYPE_CHECKING:
    from kiosk.root.equipment import Drivers

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""How often the disk is looked at: an enrolment may come from a terminal meanwhile."""
TELL_S = 5.0
"""How often `kiosk doctor` is told how this kiosk is."""


def identify(
    settings: Settings,
    drivers: Drivers,
    *,
    clock: Clock,
    stopped: Callable[[], bool],
    heartbeats: Heartbeats | None = None,
    when_not_enrolled: Callable[[], None] = lambda: None,
) -> Identity | None:
    """Return who this device is; where it is nobody yet, run the camera mode first. None: told to stop before that.

    `when_not_enrolled` is called where the device belongs to no door. Raises KeyboardInterrupt when the window closes.
    """
    device = Device.beside(settings.store.path)
    if (identity := _known(device)) is not None:
        return identity
    log.warning("this device belongs to no door: show it an enrolment code, or run `kiosk enrol`")
    when_not_enrolled()
    leaving = settings.door.kind is DoorKind.EXIT
    let_out = partial(drivers.gate.open, Direction.EXIT) if leaving else None
    mode = CameraMode(
        enroller_for(settings, clock), drivers.screen, clock, let_out=let_out, heartbeats=heartbeats
    )
    looked_at = clock.mono()
    status, tell_at = (
        StatusFile(settings.store.runtime if settings.store.runtime.is_dir() else None),
        looked_at,
    )
    with contextlib.suppress(DriverError):  # also without a screen somebody sees that this device is nobody's
        drivers.lamp.show(Signal.OUT_OF_ORDER, None, NOT_ENROLLED)

    def enough() -> bool:
        """Whether to stop; also when `kiosk enrol` did it from a terminal."""
        nonlocal looked_at, identity, tell_at
        if clock.mono() >= tell_at:
            tell_at = clock.mono() + TELL_S
            status.write(KioskStatus.of_nobodys((*drivers.lost, *mode.broken), clock.wall(), clock.trusted()))
        if mode.idle and clock.mono() - looked_at >= LOOK_S:
            looked_at, identity = clock.mono(), _known(device)
        return identity is not None or stopped()

    try:
        made = mode.run(
            open_eyes=drivers.open_eyes, open_keypad=drivers.open_keypad, open_scanner=drivers.open_scanner,
            stopped=enough, keypad_optional=settings.keypad.driver == "auto",
        )  # fmt: skip
    finally:
        status.remove()
    return made or identity


def enroller_for(settings: Settings, clock: Clock, *, another_registry: bool = False) -> Enroller:
    """Return the enroller of this machine: its own disk, serial number, NetworkManager and network.

    `another_registry`: it may be given to another one than it belongs to.
    """
    serial = serial_number()
    return Enroller(
        Device.beside(settings.store.path),
        initialize=partial(
            initialize,
            mono=clock.mono,
            model=board_model(),
            serial=serial,
            verify=certificate_file(settings.registry.authorities),
        ),
        join=NetworkManager().join,
        wall=clock.wall,
        serial=serial,
        root=settings.enrolment.root,
        another_registry=another_registry,
    )


def settings_of(settings: Settings, identity: Identity) -> Settings:
    """Return the settings of the door that this device was enrolled for: the enrolment wins over the file."""
    if settings.door.id != identity.door:
        log.info("door %s by its enrolment; [door] id says %s", identity.door, settings.door.id)
    return replace(
        settings,
        door=replace(settings.door, id=identity.door),
        registry=replace(settings.registry, url=identity.registry, device=identity.device),
    )


def _known(device: Device) -> Identity | None:
    """A kiosk that cannot read who it is becomes somebody by the next code; its screen must not stay black for it."""
    try:
        return device.load()
    except DeviceError as damaged:
        log.error("%s", damaged)
        return None
