"""The board as the kernel tells of it: supply, temperature, disk, memory. Reads small files, asks no program.

Undervoltage comes from the kernel's own sensor (`rpi_volt`) where there is one. The obvious way, the sticky bits of
the firmware, is wrong there: that driver reads and clears them every two seconds, so whoever looks later sees nothing.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from kiosk.core.health.board import Vitals

LOW_NOW, CAPPED_NOW, SLOWED_NOW = 1 << 0, 1 << 1, 1 << 2
"""The next bit, the soft limit of a Pi 3B+, is no trouble: it is reached at 60 degrees, in any warm hall."""
LOW_ONCE = 1 << 16
"""Since the start of the machine."""
_PROCESSORS = ("cpu", "soc", "x86_pkg_temp")
"""What the kernel calls the zone of the processor begins with one of these; other zones are of batteries and radios."""


class SystemBoard:
    """Port `Board` of a Linux machine. What a machine does not tell is None: a desk has no firmware of a Pi."""

    def __init__(self, folder: Path, root: Path = Path("/")) -> None:
        """`folder` is where the visits are kept. `root` holds proc and sys: a test's own, or the machine's."""
        self._folder = folder
        self._root = root

    def read(self) -> Vitals:
        """Look once. Takes about a millisecond on a desk, a few on a Pi, and raises nothing."""
        flags = self._flags()
        alarm = self._undervoltage_alarm()
        read_only, errors = self._disk()
        return Vitals(
            undervolted=_any(alarm, _bits(flags, LOW_NOW if alarm is not None else LOW_NOW | LOW_ONCE)),
            slowed=_bits(flags, CAPPED_NOW | SLOWED_NOW),
            celsius=self._celsius(),
            free_bytes=self._free_bytes(),
            read_only=read_only,
            disk_errors=errors,
            memory_share=self._memory_share(),
        )

    def _undervoltage_alarm(self) -> bool | None:
        for sensor in self._files("sys/class/hwmon/hwmon*"):
            if _text(sensor / "name") == "rpi_volt":
                alarm = _number(sensor / "in0_lcrit_alarm")
                return None if alarm is None else bool(alarm)
        return None

    def _flags(self) -> int | None:
        """The firmware's throttling bits; the first file that has them, a Pi 5 has it elsewhere than the older ones."""
        for file in self._files("sys/devices/platform/soc*/soc*:firmware/get_throttled"):
            with suppress(ValueError):
                return int(_text(file), 16)
        return None

    def _celsius(self) -> float | None:
        degrees = [
            milli / 1000
            for zone in self._files("sys/class/thermal/thermal_zone*")
            if _text(zone / "type").startswith(_PROCESSORS) and (milli := _number(zone / "temp")) is not None
        ]
        return max(degrees, default=None)

    def _free_bytes(self) -> float | None:
        try:
            space = os.statvfs(self._folder)
        except OSError:
            return None
        return float(space.f_bavail * space.f_frsize)

    def _disk(self) -> tuple[bool | None, int | None]:
        """Whether the folder's file system is read-only, and how many errors it has counted."""
        folder = self._folder.resolve()
        lines = map(str.split, _text(self._root / "proc/self/mountinfo").splitlines())
        over = [line for line in lines if len(line) > 5 and folder.is_relative_to(_unescaped(line[4]))]
        if not over:
            return None, None
        # The nearest one; of two at the same place the later line lies over the earlier.
        best = max(reversed(over), key=lambda line: len(line[4]))
        read_only = "ro" in best[5].split(",") or "ro" in best[-1].split(",")
        device = (self._root / "sys/dev/block" / best[2]).resolve().name
        return read_only, _number(self._root / "sys/fs/ext4" / device / "errors_count")

    def _memory_share(self) -> float | None:
        amounts = {}
        for line in _text(self._root / "proc/meminfo").splitlines():
            name, _, amount = line.partition(":")
            amounts[name] = amount.split()[0] if amount.split() else ""
        with suppress(KeyError, ValueError, ZeroDivisionError):
            return int(amounts["MemAvailable"]) / int(amounts["MemTotal"])
        return None

    def _files(self, pattern: str) -> list[Path]:
        with suppress(OSError):
            return sorted(self._root.glob(pattern))
        return []


def _any(*answers: bool | None) -> bool | None:
    """Whether one of them says so; None where all are silent."""
    known = [each for each in answers if each is not None]
    return any(known) if known else None


def _bits(flags: int | None, wanted: int) -> bool | None:
    return None if flags is None else bool(flags & wanted)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _number(file: Path) -> int | None:
    try:
        return int(_text(file))
    except ValueError:
        return None


def _unescaped(path: str) -> str:
    """The kernel writes a space in a mount's path as \\040."""
    return path.replace("\\040", " ")
