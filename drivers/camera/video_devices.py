"""Which USB camera: found by what it is, because the number in /dev/video0 is another one each time it is plugged in.

It reads names in /dev and /sys and opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

NOT_CAMERAS = ("bcm2835-codec", "bcm2835-isp", "rpi-hevc", "rpivid", "pispbe", "rp1-cfe", "unicam")
"""Names of video devices that every Raspberry Pi has and that give no picture by themselves: coders, and the ribbon camera's raw side."""


class VideoDevice(NamedTuple):
    """A camera."""

    device: Path
    """Where it is now, such as /dev/video0."""
    identity: str
    """What stays when it is plugged in again: its link in /dev/v4l/by-id, or by the socket in by-path, else the device."""


def cameras(dev: Path = Path("/dev"), sys: Path = Path("/sys")) -> list[VideoDevice]:
    """Return the USB cameras that are plugged in, those with a lasting name first; one per camera."""
    devices: dict[Path, VideoDevice] = {}
    for folder in (dev / "v4l/by-id", dev / "v4l/by-path"):
        # Only index 0 gives pictures; the others tell about them. By-path names the Pi's own devices too, which are no USB ones.
        for link in sorted(folder.glob("*usb*-video-index0")):
            device = link.resolve()
            if device.exists():
                devices.setdefault(device, VideoDevice(device, str(link)))
    for device in sorted(dev.glob("video*"), key=lambda path: (len(path.name), path.name)):
        if _gives_pictures(sys / "class/video4linux" / device.name):
            devices.setdefault(device.resolve(), VideoDevice(device, str(device)))
    return list(devices.values())


class Chooser:
    """Chooses among the cameras, and the same one again where it is there."""

    def __init__(self, dev: Path = Path("/dev"), sys: Path = Path("/sys")) -> None:
        self._dev, self._sys = dev, sys
        self._worked: VideoDevice | None = None

    def candidates(self) -> Iterator[VideoDevice]:
        """Yield what to try, in order: the one that worked before, then the others."""
        worked = self._worked.identity if self._worked else None
        yield from sorted(cameras(self._dev, self._sys), key=lambda candidate: candidate.identity != worked)

    def works(self, candidate: VideoDevice) -> bool:
        """This one opened; return whether it is another one than before, or elsewhere."""
        new = candidate != self._worked
        self._worked = candidate
        return new


def _gives_pictures(about: Path) -> bool:
    try:
        name = (about / "name").read_text()
        index = (about / "index").read_text().strip()
    except OSError:  # a system that does not tell
        return True
    return index == "0" and not name.startswith(NOT_CAMERAS)
