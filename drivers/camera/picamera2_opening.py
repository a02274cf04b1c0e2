"""Opens a Picamera2 and gives it back whole: also one whose constructor failed, and one that gives no frame any more.

A constructor that fails leaves files open behind it and itself in picamera2's list, and `stop` waits without a limit behind a request
that never came (read in 0.3.12 to 0.3.38). The door tries again every ten seconds, for months: nothing may stay open here.
"""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable
from typing import Any

from kiosk.errors import DriverMissing

FULL_UPGRADE = "sudo apt update && sudo apt full-upgrade"


def picamera2_class() -> Any:
    """Return the class Picamera2. The library is Raspberry Pi OS's own and is imported only where this camera was chosen."""
    try:
        from picamera2 import Picamera2
    except ImportError as missing:
        raise DriverMissing(
            f"expected picamera2, Python says: {missing}. On Raspberry Pi OS: apt install python3-picamera2, and a "
            "virtual environment made with --system-site-packages"
        ) from missing
    except Exception as unfit:  # "numpy.dtype size changed" is a ValueError
        raise DriverMissing(
            f"expected picamera2 to load, Python says: {type(unfit).__name__}: {unfit}. Its packages do not fit together: "
            f"{FULL_UPGRADE}, then install the kiosk anew"
        ) from unfit
    return Picamera2


def open_picamera2(load: Callable[[], Any] = picamera2_class) -> Any:
    """Return the first camera on a ribbon cable, opened; `load` returns the class. Raises DriverMissing, and then nothing is open."""
    library = load()
    if not hasattr(library, "cancel_all_and_flush"):
        # Before it `wait` knew no number of seconds either: each frame would be waited for without a limit.
        raise DriverMissing(f"expected picamera2 0.3.22 or newer, found an older one: {FULL_UPGRADE}")
    number = _on_the_ribbon(library)
    # In two steps, so that what a constructor opened before it failed can be closed: nobody else has it.
    camera = library.__new__(library)
    try:
        camera.__init__(number)
    except Exception as absent:
        with contextlib.suppress(Exception):
            camera.close()
        _let_go(camera)
        gc.collect(1)  # as in give_back; these never grew old
        raise DriverMissing(
            f"expected the camera on the ribbon cable to open, libcamera says: {_first(absent)}. See that the cable sits and that "
            "no other program has the camera, then try rpicam-hello --list-cameras"
        ) from absent
    return camera


def give_back(camera: Any) -> None:
    """Close it, and leave nothing of it open. May hang where libcamera or the kernel does: never call it where somebody waits."""
    try:
        # No stop() before: it queues behind a request that is still waited for. close() ends the event loop first and needs no queue.
        camera.cancel_all_and_flush()
        camera.close()
    finally:
        _let_go(camera)
        # Its event loops leave a file each to the collector, who looks at what grew old once in days. Some tenths of a second on
        # a Pi, at a moment when the door has no camera anyway.
        gc.collect()


def _on_the_ribbon(library: Any) -> int:
    """Return the place of the first camera that is not at a USB socket: those are V4L2's, and the kiosk opens them itself."""
    try:
        names = [str(camera["Id"]) for camera in library.global_camera_info()]
    except Exception as failure:
        raise DriverMissing(
            f"expected libcamera to list its cameras, it says: {_first(failure)}. Start the device anew, then try "
            "rpicam-hello --list-cameras"
        ) from failure
    for number, name in enumerate(names):
        if "/usb" not in name:
            return number
    raise DriverMissing(
        f"expected a camera on the ribbon cable, libcamera finds {'only USB cameras' if names else 'none'}. See that the cable "
        "sits, then try rpicam-hello --list-cameras"
    )


def _let_go(camera: Any) -> None:
    """Close what close() leaves open: all, where the constructor failed or close() itself did."""
    with contextlib.suppress(Exception):
        if camera.is_open:
            camera.camera.release()
    with contextlib.suppress(Exception):
        listed = camera._cm  # noqa: SLF001 - its own list, from which close() alone would take it
        if listed.cameras.get(camera.camera_idx) is camera:
            listed.cleanup(camera.camera_idx)
    camera.is_open = False  # or it would all be tried again when Python forgets the camera
    with contextlib.suppress(Exception):
        if not camera.notifymeread.closed:
            camera.notifymeread.close()
            os.close(camera.notifyme_w)
    # close() makes a new one, which has a file open for as long as anybody has the camera.
    vars(camera).pop("allocator", None)


def _first(failure: BaseException) -> str:
    """Return what was said first: picamera2 says "did not complete" over every cause."""
    while (earlier := failure.__cause__ or failure.__context__) is not None:
        failure = earlier
    return str(failure) or type(failure).__name__
