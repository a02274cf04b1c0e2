"""Settings -> the driver of the camera: which one, how it exposes, where it is focused. Part of the composition root.

Looked for anew at each opening, so that a camera may be plugged in late or into another socket.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.camera.profiles import PROFILES, Focus, libcamera_controls, v4l2_wishes
from drivers.camera.slot import OneAtATime
from drivers.camera.video_devices import Chooser, VideoDevice
from kiosk.errors import DriverError, DriverHangs, DriverMissing
from kiosk.ports import Camera
from kiosk.settings import Settings
from kiosk.threads.opening import Opening

if TYPE_CHECKING:
    from drivers.camera.picamera2_camera import Picamera2Camera

log = logging.getLogger(__name__)

RIBBON_WAIT_S = 20.0
"""So long a ribbon camera may take to open before the USB camera has its turn. A slow card takes ten seconds to load the library."""

OpenUsb = Callable[[str], Camera]


def _v4l2(settings: Settings) -> Callable[[], Camera]:
    camera = settings.camera
    journal = _Journal()

    def open_usb(device: str) -> Camera:
        from drivers.camera.v4l2_camera import V4l2Camera

        opened = V4l2Camera(
            device, camera.size, camera.fps, wishes=v4l2_wishes(PROFILES[camera.profile], _focus(settings))
        )
        journal.tell(device, opened.refused)
        return opened

    if camera.device == "auto":
        return chosen(open_usb, Chooser())
    # A link such as those in /dev/v4l/by-id leads elsewhere each time the camera is plugged in.
    return lambda: open_usb(str(Path(camera.device).resolve()))


def chosen(open_usb: OpenUsb, chooser: Chooser) -> Callable[[], Camera]:
    """Return what opens one of the USB cameras that are plugged in, the one that worked before first. Raises DriverMissing."""

    def open_camera() -> Camera:
        failures: list[str] = []
        for candidate in chooser.candidates():
            try:
                camera = open_usb(str(candidate.device))
            except DriverError as failure:
                failures.append(str(failure))
                continue
            if chooser.works(candidate):
                log.info("camera: %s", _named(candidate))
            return camera
        raise DriverMissing("; ".join(failures) or "expected a USB camera, found none: plug one in")

    return open_camera


def _named(candidate: VideoDevice) -> str:
    return (
        candidate.identity
        if candidate.identity == str(candidate.device)
        else f"{candidate.identity}, now {candidate.device}"
    )


def _picamera2(settings: Settings) -> Callable[[], Camera]:
    camera = settings.camera
    journal = _Journal()

    def open_camera() -> Picamera2Camera:
        from drivers.camera.picamera2_camera import Picamera2Camera

        controls = libcamera_controls(PROFILES[camera.profile], _focus(settings))
        opened = Picamera2Camera(camera.size, camera.fps, controls=controls)
        journal.tell("the ribbon camera", opened.refused)
        return opened

    return OneAtATime("the ribbon camera", open_camera)


def _any_camera(settings: Settings) -> Callable[[], Camera]:
    return either(_picamera2(settings), _v4l2(settings))


def either(
    open_ribbon: Callable[[], Camera], open_usb: Callable[[], Camera], *, wait_s: float = RIBBON_WAIT_S
) -> Callable[[], Camera]:
    """Return what opens a ribbon camera where there is one, else a USB camera: also where the ribbon camera hangs while it is opened."""

    def open_camera() -> Camera:
        try:
            return _within(open_ribbon, wait_s)
        except DriverError as ribbon:
            try:
                return open_usb()
            except DriverError as usb:
                kind = DriverHangs if isinstance(ribbon, DriverHangs) else DriverMissing
                raise kind(f"no camera: {usb} ({ribbon})") from None

    return open_camera


def _within(open_ribbon: Callable[[], Camera], wait_s: float) -> Camera:
    opening = Opening("open-ribbon", open_ribbon)
    camera = opening.take(wait_s, threading.Event())
    if camera is None:
        opening.abandon()
        raise DriverHangs(
            f"expected the ribbon camera to open within {wait_s:g} s, it hangs and is waited for: with the power off see its "
            "cable, then switch the device on again"
        )
    return camera


def _replay(settings: Settings) -> Callable[[], Camera]:
    def open_camera() -> Camera:
        from simulator.lens import empty_hall
        from simulator.replay import FramePace, ReplayCamera

        return ReplayCamera(pace=FramePace(settings.camera.fps), idle=empty_hall(1, settings.camera.size))

    return open_camera


def _focus(settings: Settings) -> Focus:
    camera = settings.camera
    return Focus(mode=camera.focus, distance_m=camera.focus_cm / 100, usb_step=camera.usb_focus_step)


class _Journal:
    """Tells what a camera did not take of its profile, once: it is opened many times."""

    def __init__(self) -> None:
        self._logged: set[str] = set()

    def tell(self, camera: str, refused: list[str]) -> None:
        new = [said for said in refused if said not in self._logged]
        if new:
            log.info("camera: %s left out of the profile: %s", camera, "; ".join(new))
            self._logged.update(new)


CAMERAS: dict[str, Callable[[Settings], Callable[[], Camera] | None]] = {
    "auto": _any_camera,
    "v4l2": _v4l2,
    "picamera2": _picamera2,
    "replay": _replay,
    "none": lambda _settings: None,
}
